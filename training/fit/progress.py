"""How training goes, for the run's metrics and for the terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from training.fit.batches import Batches
from training.fit.checkpoint import Training
from training.recipes import Recipe
from training.runs import RunFolder
from training.runs.history import Epoch, best_of
from training.runs.metrics import BatchDone, Ended, EpochDone, Event, MetricsWriter, Started


@dataclass
class _Seed:
    """What the bar of a seed shows, and its mean loss and accuracy in the epoch at hand."""

    recipe: Recipe
    task: TaskID
    batches: int = 1
    images: float = 0.0
    told: int = 0
    loss: float = 0.0
    accuracy: float = 0.0


class FitProgress(Progress):
    """Shows events in the terminal: a bar for each seed, a line for each finished epoch."""

    def __init__(self, recipes: Sequence[Recipe], console: Console) -> None:
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[scores]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
            console=console,
            transient=True,
        )
        self._seeds = {
            recipe.seed: _Seed(recipe, self.add_task("", total=None, scores=""))
            for recipe in recipes
        }
        self._several = len(recipes) > 1

    def note(self, seed: int, event: Event) -> None:
        """Show what happened to a seed."""
        at, label = self._seeds[seed], f"Seed {seed}  " if self._several else ""
        match event:
            case Started():
                at.batches, at.images = event.batches, event.images / event.batches
                done, total = event.after * event.batches, event.epochs * event.batches
                self.update(at.task, description=label, total=total, completed=done)
                if event.after and self._several:
                    self.console.print(f"{label}going on after epoch {event.after}")
            case BatchDone():
                self._show_batch(at, label, event)
            case EpochDone():
                at.told, at.loss, at.accuracy = 0, 0.0, 0.0
                line = label + _line(at.recipe, event.epoch, event.best)
                self.console.print(line, highlight=False)

    def _show_batch(self, at: _Seed, label: str, event: BatchDone) -> None:
        at.told += 1
        at.loss += event.loss
        at.accuracy += event.accuracy
        speed = self._tasks[at.task].speed or 0.0
        self.update(
            at.task,
            description=f"{label}Epoch {event.epoch}/{at.recipe.epochs}",
            completed=(event.epoch - 1) * at.batches + event.batch,
            scores=f"{speed * at.images:,.0f} images/s  loss {at.loss / at.told:.4f}"
            f"  accuracy {at.accuracy / at.told:.2%}",
        )


def _line(recipe: Recipe, epoch: Epoch, is_best: bool) -> str:
    best = "  best so far" if is_best and recipe.keeps_best else ""
    pen = "" if epoch.pen_accuracy is None else f"  strangers {epoch.pen_accuracy:.2%}"
    return (
        f"Epoch {epoch.number:>{len(str(recipe.epochs))}}/{recipe.epochs}"
        f"  loss {epoch.loss:.4f}  accuracy {epoch.accuracy:.2%}"
        f"  {recipe.watched} {epoch.validation_accuracy:.2%}{pen}"
        f"  {epoch.seconds:.0f} s{best}"
    )


@contextmanager
def run_log(
    training: Training,
    batches: Batches,
    folder: RunFolder,
    console: Console,
    listeners: Sequence[Callable[[Event], None]],
) -> Iterator[Callable[[Event], None]]:
    """Tells the run's metrics, the terminal and listeners of events, from beginning to end."""
    recipe, before = training.recipe, tuple(training.history)
    title = f"Training {recipe.name}, seed {recipe.seed}: {batches.images:,} images an epoch"
    going_on = f", going on after epoch {len(before)}" if before else ""
    console.print(title + going_on, soft_wrap=True)
    noted = {epoch.number for epoch in folder.story().epochs}
    with MetricsWriter(folder.metrics) as metrics, FitProgress([recipe], console) as progress:

        def tell(event: Event) -> None:
            metrics.note(event)
            progress.note(recipe.seed, event)
            for listener in listeners:
                listener(event)

        tell(Started(recipe.epochs, batches.count, batches.images, len(before), time.time()))
        for epoch in before:
            if epoch.number not in noted:  # a killed process had saved, but not yet noted it
                best = epoch is best_of(before[: epoch.number])
                metrics.note(EpochDone(epoch, best, time.time()))
        try:
            yield tell
        except Exception as error:
            tell(Ended("failed", str(error), time.time()))
            raise
        reason = training.early if training.history else "before the first epoch had ended"
        tell(Ended("stopped" if reason else "finished", reason, time.time()))
    if training.early and training.history:
        kept = training.best.number
        console.print(f"Stopped {training.early}; going on with epoch {kept}, the one kept")
