"""The stroke under way: where the pen was, when, and how hard it pressed."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer

from digitpad.ink.ink import Ink, Stroke
from digitpad.ui.pad.brush import PAGE

#: Movement within this distance of where the pen came down is a hand's tremor: a click is a dot.
TREMOR = 2.0

Point = tuple[float, float]


class StrokeRecorder:
    """Collects the points of one stroke after the other, on one clock for the whole drawing."""

    def __init__(self) -> None:
        self._rows = np.empty((256, 4))  # x, y, seconds, pressure; grows
        self._count = 0
        self._knows_pressure = False
        self._clock = QElapsedTimer()
        self._offset = 0.0  # of the clock's zero, in seconds since the drawing began

    def __bool__(self) -> bool:
        return self._count > 0

    @property
    def points(self) -> NDArray[np.float64]:
        """(n, 2) in page coordinates; n is 0 while no stroke is under way."""
        return self._rows[: self._count, :2]

    @property
    def pressure(self) -> NDArray[np.float64] | None:
        """(n,), 0..1; None for a pointer that does not know its pressure."""
        return self._rows[: self._count, 3] if self._knows_pressure else None

    def come_down(self, ink: Ink) -> None:
        """The pointer came down: the clock starts with a drawing, and goes on with its strokes."""
        if not ink or not self._clock.isValid():
            self._clock.start()
            self._offset = 0.0
        latest = max((float(s.t[-1]) for s in ink.strokes if s.t is not None), default=0.0)
        # Ink that was opened may be later than this clock.
        self._offset += max(latest - self._now(), 0.0)

    def begin(self, at: Point, pressure: float | None) -> None:
        """A stroke's first point."""
        self.drop()
        self._knows_pressure = pressure is not None
        self._add(at, pressure)

    def extend(self, at: Point, pressure: float | None) -> bool:
        """One more point; false where the pointer did not really move."""
        last = self._rows[self._count - 1, :2]
        moved = math.dist(at, last)
        if moved == 0 or (self._count == 1 and moved < TREMOR):
            return False
        self._add(at, pressure)
        return True

    def stroke(self) -> Stroke:
        """The stroke so far; there must be one."""
        return Stroke(self.points, self._rows[: self._count, 2], self.pressure)

    def drop(self) -> None:
        """Forget the stroke under way."""
        self._count = 0

    def _add(self, at: Point, pressure: float | None) -> None:
        if self._count == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[self._count] = (*at, self._now(), pressure or 0.0)
        self._count += 1

    def _now(self) -> float:
        return self._offset + self._clock.elapsed() / 1000


def on_page(at: Point) -> bool:
    """Whether a place is on the page."""
    return 0 <= at[0] <= PAGE and 0 <= at[1] <= PAGE


def to_edge(inside: Point, outside: Point) -> Point:
    """Where the way from a point on the page to one beside it crosses the edge."""
    share = 1.0
    for at, to in zip(inside, outside, strict=True):
        if to > at:
            share = min(share, (PAGE - at) / (to - at))
        elif to < at:
            share = min(share, -at / (to - at))
    share = max(share, 0.0)
    x, y = (min(max(a + (b - a) * share, 0.0), PAGE) for a, b in zip(inside, outside, strict=True))
    return x, y
