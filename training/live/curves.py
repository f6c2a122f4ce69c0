"""The curves of a run as arrays: of batches, taken over a part at a time, and of epochs. No Qt."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.runs.metrics import Started, Story

Values = NDArray[np.float64]
#: Parts of a trend.
_PARTS = 100


class Curve(NamedTuple):
    """Points of finite height."""

    x: Values  #: float64 (N,), epochs that were done by then, batches being parts of them
    y: Values  #: float64 (N,)


def curve(x: ArrayLike, y: ArrayLike) -> Curve:
    """A curve of points; those that are no number are left out."""
    table = np.array([x, y], dtype=np.float64)
    return Curve(*table[:, np.isfinite(table).all(axis=0)])


def trend(points: Curve) -> Curve:
    """What many noisy batches come to: the means of about a hundred parts; few stay as they are."""
    size = max(len(points.x) // _PARTS, 1)
    parts = len(points.x) // size
    return Curve(*(values[: parts * size].reshape(parts, size).mean(axis=1) for values in points))


class Batches:
    """Loss and accuracy of a run's batches, of which only the new ones are taken over each time."""

    def __init__(self) -> None:
        self._table: Values = np.empty((0, 3))
        self._started: Started | None = None

    def curves(self, story: Story) -> tuple[Curve, Curve]:
        """Loss, and accuracy in 0..1, of all batches."""
        if story.started is not self._started or len(story.batches) < len(self._table):
            self._table, self._started = np.empty((0, 3)), story.started
        size = max(story.started.batches, 1) if story.started else 1
        new = [
            (batch.epoch - 1 + batch.batch / size, batch.loss, batch.accuracy)
            for batch in story.batches[len(self._table) :]
        ]
        if new:
            self._table = np.concatenate([self._table, np.array(new, dtype=np.float64)])
        x, loss, accuracy = self._table[np.isfinite(self._table).all(axis=1)].T
        return Curve(x, loss), Curve(x, accuracy)
