"""The curves of a run as arrays: of batches, taken over a part at a time, and of epochs. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.runs.history import Epoch, best_of
from training.runs.metrics import Started, Story

Values = NDArray[np.float64]
#: Parts of a trend.
_PARTS = 100


@dataclass(frozen=True, eq=False)
class Curve:
    """Points of finite height.

    Attributes:
        x: float64 (N,), epochs that were done by then, batches being parts of them.
        y: float64 (N,).
    """

    x: Values
    y: Values


def curve(points: Sequence[tuple[float, float]]) -> Curve:
    """A curve of points (x, y); those that are no number are left out."""
    table = np.array(points, dtype=np.float64).reshape(-1, 2)
    table = table[np.isfinite(table).all(axis=1)]
    return Curve(table[:, 0], table[:, 1])


def trend(points: Curve) -> Curve:
    """What many noisy batches come to: the means of about a hundred parts; few stay as they are."""
    size = max(len(points.x) // _PARTS, 1)
    parts = len(points.x) // size
    return Curve(
        points.x[: parts * size].reshape(parts, size).mean(axis=1),
        points.y[: parts * size].reshape(parts, size).mean(axis=1),
    )


class Batches:
    """Loss and accuracy of a story's batches, with only the new ones computed at each look."""

    def __init__(self) -> None:
        self._table: Values = np.empty((0, 3))
        self._started: Started | None = None
        self._count = 0

    def curves(self, story: Story) -> tuple[Curve, Curve]:
        """Loss, and accuracy in 0..1, of all batches."""
        if story.started is not self._started or len(story.batches) < self._count:
            self._table, self._count = np.empty((0, 3)), 0
            self._started = story.started
        size = max(story.started.batches, 1) if story.started else 1
        new = [
            (batch.epoch - 1 + batch.batch / size, batch.loss, batch.accuracy)
            for batch in story.batches[self._count :]
        ]
        if new:
            self._table = np.concatenate([self._table, np.array(new, dtype=np.float64)])
            self._count = len(story.batches)
        finite = self._table[np.isfinite(self._table).all(axis=1)]
        return Curve(finite[:, 0], finite[:, 1]), Curve(finite[:, 0], finite[:, 2])


def of_epochs(epochs: Sequence[Epoch], value: Callable[[Epoch], float | None]) -> Curve:
    """One value of each epoch, at the epoch's end; epochs without it are left out."""
    found = [(float(epoch.number), value(epoch)) for epoch in epochs]
    return curve([(x, y) for x, y in found if y is not None])


def kept_of(epochs: Sequence[Epoch], *, keeps_best: bool) -> Epoch | None:
    """The epoch whose weights the model has, or would have if training ended now."""
    if not epochs:
        return None
    return best_of(epochs) if keeps_best else epochs[-1]
