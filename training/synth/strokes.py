"""Augmentation of pen strokes: each drawing, as another writer or another device might have it.

Distorting the path instead of the picture keeps the pen's width constant, as the app does, and
can do what no warp of a picture can: let a line end early, double back, or miss the line that it
was to meet. :class:`StrokeAugmenter` applies the functions below in their order.

Strokes are lists of float64 (n, 2) arrays, x to the right and y down. :func:`framed` brings them
to unit size first, so that strengths are shares of the longest side.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.path import distances, interpolated
from training.recipes import StrokeAugmentation

Points = NDArray[np.float64]
Strokes = list[Points]

#: Distance between the points that a path is resampled to, in shares of the longest side.
_STEP = 0.02
#: Longest side of the drawing in pixels of a coarse pointer.
_COARSE = (9, 70)


class StrokeAugmenter:
    """Distorts drawings; the same generator gives the same distortions in the same order."""

    def __init__(self, strengths: StrokeAugmentation, rng: np.random.Generator) -> None:
        self._strengths = strengths
        self._rng = rng

    def __call__(self, strokes: Sequence[Points]) -> Strokes:
        """Distort one drawing.

        Args:
            strokes: float64 (n, 2) each, at least one, in any unit.

        Returns:
            New strokes of about unit size; there may be more of them, or points may be fewer.
        """
        s, rng = self._strengths, self._rng
        drawn = [resampled(stroke) for stroke in framed(strokes)]
        for share, distort in (
            (s.misjoin, misjoined),
            (s.retrace, retraced),
            (s.overshoot, overshot),
            (s.shorten, shortened),
        ):
            drawn = distort(drawn, rng) if rng.random() < share else drawn
        drawn = wandering(drawn, s.wander, rng)
        drawn = warped(drawn, s.warp, rng)
        drawn = proportioned(drawn, s.proportion, rng)
        drawn = leaning(drawn, s, rng)
        for share, distort in (
            (s.gap, gapped),
            (s.corner_cutting, corners_cut),
            (s.tremor, trembling),
            (s.few_points, few_points),
            (s.staircase, staircase),
        ):
            drawn = distort(drawn, rng) if rng.random() < share else drawn
        return drawn


def framed(strokes: Sequence[Points]) -> Strokes:
    """Moved and scaled so that the middle is at 0 and the longest side is 1; a dot stays a dot."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    side = float((high - low).max()) or 1.0
    return [(stroke - (low + high) / 2) / side for stroke in strokes]


def resampled(stroke: Points, step: float = _STEP) -> Points:
    """Points at equal distances along the path, its two ends kept; a dot is a single one."""
    length = distances(stroke)[-1]
    if length == 0:
        return stroke[:1]
    return points_at(stroke, np.linspace(0.0, length, int(length / step) + 2))


def points_at(path: Points, along: NDArray[np.float64]) -> Points:
    """The points of a path at distances along it (m,): (m, 2)."""
    return interpolated(path, distances(path), along)


# -- the writer ----------------------------------------------------------------------------------


def misjoined(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Each stroke is put down a little off, and a little too large or small: they do not meet."""
    if len(strokes) == 1:
        return strokes
    moved = []
    for stroke in strokes:
        middle = stroke.mean(axis=0)
        scale = np.exp(0.08 * rng.standard_normal())
        moved.append((stroke - middle) * scale + middle + 0.04 * rng.standard_normal(2))
    return moved


def retraced(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """One stroke is begun by drawing its first part twice, or ended by going back over its last."""
    chosen = int(rng.integers(len(strokes)))
    stroke = strokes[chosen]
    count = int(len(stroke) * rng.uniform(0.08, 0.35))
    if count < 2:
        return strokes
    aside = np.linspace(1.0, 0.0, count)[:, None] * rng.normal(0, 0.02, 2)
    if rng.random() < 0.5:
        stroke = np.concatenate([stroke[:count] + aside, stroke[:count][::-1], stroke])
    else:
        stroke = np.concatenate([stroke, stroke[-count:][::-1] + aside[::-1]])
    return [*strokes[:chosen], stroke, *strokes[chosen + 1 :]]


def overshot(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Strokes begin before and end behind where they should, straight on or with a small hook."""
    return [_extended(_extended(stroke, rng)[::-1], rng)[::-1] for stroke in strokes]


def _extended(stroke: Points, rng: np.random.Generator) -> Points:
    """Go on from the last point, turning a little."""
    back = stroke[-min(4, len(stroke))]
    direction = stroke[-1] - back
    length = float(np.hypot(*direction))
    if length == 0 or rng.random() < 0.4:
        return stroke
    count = int(rng.integers(1, 5))
    turns = np.arange(1, count + 1) * rng.normal(0, 0.3) + np.arctan2(direction[1], direction[0])
    steps = np.stack([np.cos(turns), np.sin(turns)], axis=1) * _STEP
    return np.concatenate([stroke, stroke[-1] + np.cumsum(steps, axis=0)])


def shortened(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """The pen comes down late or leaves early."""
    cut = []
    for stroke in strokes:
        count = len(stroke)
        start, stop = (int(count * rng.uniform(0, 0.07)) for _ in range(2))
        cut.append(stroke[start : count - stop] if count > 8 else stroke)
    return cut


def wandering(strokes: Strokes, strength: float, rng: np.random.Generator) -> Strokes:
    """The path drifts smoothly as it is drawn, so loops open or overlap and ends miss their aim."""
    drifted = []
    for stroke in strokes:
        along = np.linspace(0.0, 1.0, len(stroke))[:, None]
        phase = rng.uniform(0, 2 * np.pi, (3, 1, 2))
        waves = np.array([0.5, 1.0, 2.0])[:, None, None]
        size = strength * rng.standard_normal((3, 1, 2)) / (0.5 + waves)
        drifted.append(stroke + (size * np.sin(2 * np.pi * waves * along + phase)).sum(axis=0))
    return drifted


def warped(strokes: Strokes, strength: float, rng: np.random.Generator) -> Strokes:
    """The whole sheet is bent smoothly: sums of sines, a half to one and a half waves a side."""
    wave = rng.uniform(-1.5, 1.5, (2, 3, 2)) * np.pi
    phase = rng.uniform(0, 2 * np.pi, (2, 3))
    size = rng.standard_normal((2, 3)) * strength
    return [
        p + np.stack([(size[i] * np.sin(p @ wave[i].T + phase[i])).sum(axis=1) for i in (0, 1)], 1)
        for p in strokes
    ]


def proportioned(strokes: Strokes, strength: float, rng: np.random.Generator) -> Strokes:
    """Upper and lower half, left and right, share the size otherwise: monotone along each axis."""
    bend = (strength * rng.standard_normal(2)).clip(-0.45, 0.45)
    return [p + bend * (p * p - 0.25) for p in strokes]


def leaning(strokes: Strokes, s: StrokeAugmentation, rng: np.random.Generator) -> Strokes:
    """Slant, aspect and rotation, about the middle."""
    slant = s.slant * rng.standard_normal()
    stretch = np.exp(s.aspect * rng.standard_normal() / 2)
    angle = np.deg2rad(s.rotation * rng.standard_normal())
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ [[stretch, -slant], [0.0, 1 / stretch]]
    return [p @ matrix.T for p in strokes]


def gapped(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """The pen skips: a short piece of one stroke is missing."""
    chosen = int(rng.integers(len(strokes)))
    stroke = strokes[chosen]
    hole = int(rng.integers(2, 5))
    if len(stroke) < 6 * hole:
        return strokes
    at = int(rng.integers(2 * hole, len(stroke) - 2 * hole))
    return [*strokes[:chosen], stroke[:at], stroke[at + hole :], *strokes[chosen + 1 :]]


# -- the device ----------------------------------------------------------------------------------


def corners_cut(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A hasty writer rounds what should be corners: the path averaged over a short stretch."""
    reach = int(rng.integers(1, 5))
    rounded = []
    for stroke in strokes:
        # Mirrored at the ends, so that they stay where they are.
        before, after = (
            2 * stroke[0] - stroke[1 : reach + 1][::-1],
            2 * stroke[-1] - stroke[-reach - 1 : -1][::-1],
        )
        longer = np.concatenate([before, stroke, after])
        total = np.cumsum(np.concatenate([np.zeros((1, 2)), longer]), axis=0)
        width = len(longer) - len(stroke) + 1
        rounded.append((total[width:] - total[:-width]) / width)
    return rounded


def trembling(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Fast, small deviations, as of an old writer, a touchpad or a jolting train."""
    size = rng.uniform(0.002, 0.014)
    return [p + size * rng.standard_normal(p.shape) for p in strokes]


def few_points(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A fast mouse reports few points, joined by straight lines."""
    every = int(rng.integers(3, 9))
    start = int(rng.integers(every))
    return [np.concatenate([p[:1], p[1 + start : -1 : every], p[-1:]]) for p in strokes]


def staircase(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A slow pointer on a small pad moves by whole pixels."""
    cells = float(np.exp(rng.uniform(*np.log(_COARSE))))
    return [np.round(p * cells) / cells for p in strokes]
