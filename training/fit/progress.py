"""The display of a training run: epoch, batch rate, loss, accuracy, time left."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from training.runs.metrics import BatchDone, EpochDone, Event, Started

if TYPE_CHECKING:
    from training.recipes import Recipe
    from training.runs.history import Epoch


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
        self._console.print(_line(self._recipe, epoch, is_best), highlight=False)


class SeedsProgress:
    """A bar for each of several seeds at once, and a line for each finished epoch of each."""

    def __init__(self, recipes: Sequence[Recipe], console: Console) -> None:
        self._recipes = {recipe.seed: recipe for recipe in recipes}
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[scores]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
            console=console,
            transient=True,
        )
        self._tasks = {
            seed: self._bar.add_task(f"Seed {seed}", total=None, scores="")
            for seed in self._recipes
        }
        self._batches = 0

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

    def note(self, seed: int, event: Event) -> None:
        """Show what happened to a seed."""
        recipe, task = self._recipes[seed], self._tasks[seed]
        match event:
            case Started():
                self._batches = event.batches
                done = event.after * event.batches
                self._bar.update(task, total=event.epochs * event.batches, completed=done)
                if event.after:
                    self._console.print(f"Seed {seed}  going on after epoch {event.after}")
            case BatchDone():
                done = (event.epoch - 1) * self._batches + event.batch
                scores = f"epoch {event.epoch}/{recipe.epochs}  loss {event.loss:.4f}"
                self._bar.update(task, completed=done, scores=scores)
            case EpochDone():
                line = f"Seed {seed}  {_line(recipe, event.epoch, event.best)}"
                self._console.print(line, highlight=False)


def _line(recipe: Recipe, epoch: Epoch, is_best: bool) -> str:
    """What stays of a finished epoch."""
    best = "  best so far" if is_best and recipe.keeps_best else ""
    pen = "" if epoch.pen_accuracy is None else f"  strangers {epoch.pen_accuracy:.2%}"
    return (
        f"Epoch {epoch.number:>{len(str(recipe.epochs))}}/{recipe.epochs}"
        f"  loss {epoch.loss:.4f}  accuracy {epoch.accuracy:.2%}"
        f"  {recipe.watched} {epoch.validation_accuracy:.2%}{pen}"
        f"  {epoch.seconds:.0f} s{best}"
    )
