"""Everybody who is told how training goes: the terminal, the run's metrics, other logs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console

from training.fit.progress import FitProgress
from training.recipes import Recipe
from training.runs import RunFolder
from training.runs.history import Epoch, best_of
from training.runs.metrics import BatchDone, Ended, EpochDone, Event, MetricsWriter, Started


class Log(Protocol):
    """Takes events as they come."""

    def note(self, event: Event) -> None: ...


class Watch:
    """Passes on what happens; a context manager that also notes how training ended."""

    def __init__(
        self,
        folder: RunFolder,
        started: Started,
        recipe: Recipe,
        console: Console,
        logs: Sequence[Log] = (),
    ) -> None:
        """Tell the terminal, the folder's metrics, and further logs; the first is the beginning."""
        self._folder, self._started = folder, started
        self._progress = FitProgress(started, recipe, console)
        self._further = logs
        self._logs: list[Log] = []
        self._open = ExitStack()
        self._sums = (0.0, 0.0)

    def __enter__(self) -> Self:
        metrics = self._open.enter_context(MetricsWriter(self._folder.metrics))
        self._logs = [metrics, *self._further]
        self._open.enter_context(self._progress)
        self._note(self._started)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, Exception):
            self.ended("failed", str(error))
        self._open.close()

    def epoch_begins(self, number: int) -> None:
        self._sums = (0.0, 0.0)
        self._progress.epoch_begins(number)

    def batch_done(self, epoch: int, batch: int, images: int, loss: float, accuracy: float) -> None:
        self._sums = (self._sums[0] + loss, self._sums[1] + accuracy)
        self._progress.batch_done(images, self._sums[0] / batch, self._sums[1] / batch)
        self._note(BatchDone(epoch, batch, loss, accuracy, time.time()))

    def epoch_done(self, epoch: Epoch, best: bool) -> None:
        self._note(EpochDone(epoch, best, time.time()))
        self._progress.epoch_done(epoch, best)

    def went_before(self, history: Sequence[Epoch]) -> None:
        """Make up for finished epochs that a killed process had saved, but not yet noted."""
        noted = {epoch.number for epoch in self._folder.story().epochs}
        for epoch in history:
            if epoch.number not in noted:
                best = epoch is best_of(history[: epoch.number])
                self._note(EpochDone(epoch, best, time.time()))

    def ended(self, how: str, reason: str = "") -> None:
        self._note(Ended(how, reason, time.time()))  # type: ignore[arg-type]

    def _note(self, event: Event) -> None:
        for log in self._logs:
            log.note(event)
