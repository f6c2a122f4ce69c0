"""Replays a drawing: the ink at any moment of its drawing."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.ink import Ink, Stroke

#: Longer pauses are cut down to this, in seconds: nobody waits for somebody's phone call to end.
LONGEST_PAUSE = 1.0
#: Where no times are known: sides of the drawing a second, and seconds between strokes.
SPEED, PAUSE = 1.5, 0.25
#: Times beyond this, in seconds, are no times (about four months).
_LATEST = 1e7


class Timeline:
    """Replays ink by its times or, where they are missing or run back, at a steady speed.

    Attributes:
        ink: the whole drawing.
        duration: seconds from its first point to its last, at least 0.
    """

    def __init__(self, ink: Ink) -> None:
        self.ink = ink
        self._ends = np.cumsum([len(stroke) for stroke in ink.strokes], dtype=np.intp)
        gaps = _gaps(ink.strokes) if ink else np.zeros(0)
        self._at = np.cumsum(gaps)  # of every point, from 0
        self.duration = float(self._at[-1]) if ink else 0.0

    def at(self, seconds: float) -> Ink:
        """The ink after so many seconds, from its first point on; the whole ink at the end."""
        if seconds >= self.duration:
            return self.ink
        count = int(np.searchsorted(self._at, max(seconds, 0.0), side="right"))
        whole = int(np.searchsorted(self._ends, count, side="right"))
        strokes = self.ink.strokes[:whole]
        begun = count - (int(self._ends[whole - 1]) if whole else 0)
        if begun:
            share = (seconds - self._at[count - 1]) / (self._at[count] - self._at[count - 1])
            strokes = (*strokes, _first(self.ink.strokes[whole], begun, max(float(share), 0.0)))
        return replace(self.ink, strokes=strokes)


def goes_on(before: Ink, after: Ink) -> bool:
    """Whether a moment of a replay, not empty, has all ink of another one."""
    *finished, last = before.strokes
    count = len(finished)
    return (
        len(after.strokes) > count
        and all(a is b for a, b in zip(finished, after.strokes, strict=False))
        and len(after.strokes[count]) >= len(last)
    )


def _gaps(strokes: tuple[Stroke, ...]) -> NDArray[np.float64]:
    """Seconds from the point before to each point, (points,); 0 for the first."""
    times = [stroke.t for stroke in strokes if stroke.t is not None]
    if len(times) == len(strokes):
        t = np.concatenate(times)
        if np.abs(t).max() <= _LATEST and t[-1] > t[0] and (np.diff(t) >= 0).all():
            return np.minimum(np.diff(t, prepend=t[0]), LONGEST_PAUSE)
    points = np.concatenate([stroke.points for stroke in strokes])
    gaps: NDArray[np.float64] = np.hypot(*np.diff(points, axis=0, prepend=points[:1]).T)
    side = np.ptp(points, axis=0).max()
    gaps /= SPEED * side if side else 1.0
    firsts = np.cumsum([len(stroke) for stroke, _ in pairwise(strokes)], dtype=np.intp)
    gaps[firsts] = PAUSE
    return gaps


def _first(stroke: Stroke, count: int, share: float) -> Stroke:
    """A stroke's first ``count`` points, and a point at this share of the way to the next."""

    def cut(values: NDArray[np.float64]) -> NDArray[np.float64]:
        if not share:
            return values[:count]
        on_the_way = values[count - 1] * (1 - share) + values[count] * share
        return np.append(values[:count], [on_the_way], axis=0)

    return Stroke(
        cut(stroke.points),
        None if stroke.t is None else cut(stroke.t),
        None if stroke.pressure is None else cut(stroke.pressure),
    )
