"""What all glyphs are drawn with: smooth curves, ovals and corners, as arrays of points.

Points are (x, y), x to the right and y down, in a box about 0..1 high. Angles are in degrees,
clockwise from the right as seen on paper: 90 is the bottom, 180 the left, 270 the top.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from digitpad.image.normalize import Image
from training.synth.strokes import Points, Strokes

Point = tuple[float, float]
Drawing = TypeVar("Drawing", Strokes, Image)

#: Standard deviation of the control points: nobody writes a form twice alike.
_LOOSE = 0.01
#: Points between two control points of a curve.
_DENSE = 10


@dataclass(frozen=True)
class Glyph:
    """A variant of a digit, drawn from nothing.

    Attributes:
        name: such as ``"7 crossed"``.
        label: the digit, such as ``"7"``.
        draw: a new sample: strokes, each float64 (n, 2).
        weight: how often it is drawn, as a multiple of what a mixture asks of each.
    """

    name: str
    label: str
    draw: Callable[[np.random.Generator], Strokes]
    weight: float = 1.0


@dataclass(frozen=True)
class AddedStrokes(Generic[Drawing]):
    """Strokes that some writers add to a digit, or a part that they write in another way.

    Attributes:
        name: such as ``"7 crossed"``.
        label: the digit, such as ``"7"``.
        apply: a new drawing from a drawing and a source of chance, or None where it has them
            already or has no place for them: strokes, or an image, float32 (28, 28).
        weight: how often it is drawn, as a multiple of what a mixture asks of each.
    """

    name: str
    label: str
    apply: Callable[[Drawing, np.random.Generator], Drawing | None]
    weight: float = 1.0


def smooth(rng: np.random.Generator, points: Sequence[Point]) -> Points:
    """A smooth curve through loosely kept control points: centripetal Catmull-Rom.

    After P. Barry and R. Goldman, "A recursive evaluation algorithm for a class of Catmull-Rom
    splines" (SIGGRAPH 1988); centripetal knots neither overshoot nor form cusps.
    """
    knots = np.array(points) + rng.normal(0, _LOOSE, (len(points), 2))
    return spline(knots)


def smooth_rest(rng: np.random.Generator, start: Points, points: Sequence[Point]) -> Points:
    """A smooth curve that goes on exactly from where a stroke has come to: start (2,)."""
    knots = np.array(points) + rng.normal(0, _LOOSE, (len(points), 2))
    return spline(np.concatenate([start[None], knots]))


def spline(knots: Points) -> Points:
    """A centripetal Catmull-Rom curve through the knots (n, 2), n >= 2, none twice in a row."""
    ends = 2 * knots[0] - knots[1], 2 * knots[-1] - knots[-2]
    p = np.concatenate([ends[:1], knots, ends[1:]])
    gaps = np.sqrt(np.maximum(np.linalg.norm(np.diff(p, axis=0), axis=1), 1e-9))
    t = np.concatenate([[0.0], np.cumsum(gaps)])[:, None, None]
    p = p[:, None]
    share = np.linspace(0, 1, _DENSE, endpoint=False)[None, :, None]
    t0, t1, t2, t3 = t[:-3], t[1:-2], t[2:-1], t[3:]
    at = t1 + (t2 - t1) * share

    def between(a: Points, b: Points, start: Points, stop: Points) -> Points:
        mixed: Points = (a * (stop - at) + b * (at - start)) / (stop - start)
        return mixed

    a1, a2, a3 = (
        between(p[:-3], p[1:-2], t0, t1),
        between(p[1:-2], p[2:-1], t1, t2),
        between(p[2:-1], p[3:], t2, t3),
    )
    b1, b2 = between(a1, a2, t0, t2), between(a2, a3, t1, t3)
    curve = between(b1, b2, t1, t2).reshape(-1, 2)
    return np.concatenate([curve, knots[-1:]])


def line(rng: np.random.Generator, start: Point, stop: Point, bend: float = 0.03) -> Points:
    """A line as people draw it: bent a little, by a random share of its length."""
    (x0, y0), (x1, y1) = start, stop
    sag = rng.normal(0, bend)
    middle = ((x0 + x1) / 2 - sag * (y1 - y0), (y0 + y1) / 2 + sag * (x1 - x0))
    return spline(np.array([start, middle, stop]))


def joined(*pieces: Points) -> Points:
    """One stroke of several pieces, with a corner where they meet."""
    return np.concatenate(pieces)


def oval(centre: Point, radii: Point, start: float, stop: float, tilt: float = 0.0) -> list[Point]:
    """Control points on an ellipse from one angle to another, about every 40 degrees.

    Args:
        centre: of the ellipse.
        radii: half its width and half its height.
        start: first angle.
        stop: last angle; below ``start`` the pen turns to the left, above it to the right.
        tilt: shears the top to the right by this share of the height.
    """
    count = max(2, round(abs(stop - start) / 40) + 1)
    angles = np.deg2rad(np.linspace(start, stop, count))
    x, y = radii[0] * np.cos(angles), radii[1] * np.sin(angles)
    return list(zip((centre[0] + x - tilt * y).tolist(), (centre[1] + y).tolist(), strict=True))
