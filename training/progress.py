"""The display of a training run: epoch, batch rate, loss, accuracy, time left."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from training.history import Epoch
    from training.recipes import Recipe
    from training.runs.metrics import Started


class FitProgress:
    """A bar for the epoch at hand, and a line that stays for each finished one."""

    def __init__(self, started: Started, recipe: Recipe, console: Console) -> None:
        epochs, batches = started.epochs, started.batches
        self._epochs, self._batches, self._console = epochs, batches, console
        self._recipe = recipe
        self._images = 0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[rate]}  {task.fields[scores]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
            console=console,
            transient=True,
        )
        self._task: TaskID = self._bar.add_task("", total=epochs * batches, rate="", scores="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def epoch_begins(self, number: int) -> None:
        done = (number - 1) * self._batches
        label = f"Epoch {number}/{self._epochs}"
        self._bar.update(self._task, description=label, completed=done)

    def batch_done(self, images: int, loss: float, accuracy: float) -> None:
        speed = self._bar.tasks[0].speed or 0.0
        self._bar.update(
            self._task,
            advance=1,
            rate=f"{speed * images:,.0f} images/s",
            scores=f"loss {loss:.4f}  accuracy {accuracy:.2%}",
        )

    def epoch_done(self, epoch: Epoch, is_best: bool) -> None:
        best = "  best so far" if is_best and self._recipe.keeps_best else ""
        pen = "" if epoch.pen_accuracy is None else f"  strangers {epoch.pen_accuracy:.2%}"
        self._console.print(
            f"Epoch {epoch.number:>{len(str(self._epochs))}}/{self._epochs}"
            f"  loss {epoch.loss:.4f}  accuracy {epoch.accuracy:.2%}"
            f"  {self._recipe.watched} {epoch.validation_accuracy:.2%}{pen}"
            f"  {epoch.seconds:.0f} s{best}",
            highlight=False,
        )
