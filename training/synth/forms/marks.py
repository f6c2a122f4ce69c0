"""Strokes added to the strokes of a digit: slashes, dots, flags, feet, crosses, ticks and hooks.

Strokes are float64 (n, 2) with x right and y down, in any unit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.synth.forms import ornaments
from training.synth.forms.pen import AddedStrokes, Point, joined
from training.synth.strokes import Points, Strokes


def _box(strokes: Sequence[Points]) -> tuple[Points, Points]:
    """Left top corner and size, (2,) each."""
    points = np.concatenate(strokes)
    corner = points.min(axis=0)
    return corner, points.max(axis=0) - corner


def _crossings(strokes: Sequence[Points], y: float) -> NDArray[np.float64]:
    """Where strokes cross a height: x, in order."""
    found = []
    for points in strokes:
        (x0, y0), (x1, y1) = points[:-1].T, points[1:].T
        hit = (y0 <= y) != (y1 <= y)
        share = (y - y0[hit]) / (y1[hit] - y0[hit])
        found.append(x0[hit] + share * (x1[hit] - x0[hit]))
    return np.sort(np.concatenate(found)) if found else np.zeros(0)


def _point(values: Points) -> Point:
    return float(values[0]), float(values[1])


def empty_ring(strokes: Strokes) -> tuple[Point, Point] | None:
    """Centre and half the size of an empty, nearly closed ring in one stroke."""
    if len(strokes) != 1 or len(strokes[0]) < 8:
        return None
    corner, size = _box(strokes)
    ring = strokes[0]
    centre = corner + size / 2
    middles = [len(_crossings(strokes, corner[1] + size[1] * at)) for at in (0.35, 0.5, 0.65)]
    nearest = (np.abs(ring - centre) / np.maximum(size, 1e-9)).max(axis=1).min()
    gap = float(np.linalg.norm(ring[0] - ring[-1]))
    open_ring = gap > 0.35 * size[1]
    if open_ring or middles != [2, 2, 2] or nearest < 0.3 or not 0.4 < size[0] / size[1] < 1.4:
        return None
    return (float(_crossings(strokes, centre[1]).mean()), float(centre[1])), _point(size / 2)


def slash_zero(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Programmers, engineers, radio operators: a slash, inside the ring or through it."""
    ring = empty_ring(strokes)
    return None if ring is None else [*strokes, ornaments.slash(rng, *ring)]


def dot_zero(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Some programmers: a dot, or a short dash, in the middle."""
    ring = empty_ring(strokes)
    if ring is None or ring[1][0] < 0.5 * ring[1][1]:
        return None
    return [*strokes, ornaments.dot(rng, *ring)]


def bare_stem(strokes: Strokes) -> Points | None:
    """The one stroke of a 1 without flag and foot, from its top down."""
    if len(strokes) != 1 or len(strokes[0]) < 3:
        return None
    stem = strokes[0] if strokes[0][0, 1] <= strokes[0][-1, 1] else strokes[0][::-1]
    chord = stem[-1] - stem[0]
    long = float(np.linalg.norm(chord))
    if long == 0 or abs(chord[0]) > 0.6 * chord[1]:
        return None
    away = np.abs((stem - stem[0]) @ np.array([-chord[1], chord[0]])) / long
    return stem if away.max() < 0.07 * long else None


def flag_one(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Much of the world: a flag on a bare stem."""
    stem = bare_stem(strokes)
    if stem is None:
        return None
    return [joined(ornaments.flag(rng, _point(stem[0]), _point(stem[-1])), stem)]


def foot_one(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Careful writers: a bar under the stem of a 1 that has none."""
    corner, (wide, high) = _box(strokes)
    points = np.concatenate(strokes)
    low = points[points[:, 1] > corner[1] + 0.85 * high]
    many = any(len(_crossings(strokes, corner[1] + high * at)) != 1 for at in (0.6, 0.75, 0.9))
    if many or wide > 0.6 * high or np.ptp(low[:, 0]) > 0.15 * high:
        return None
    bottom = points[np.argmax(points[:, 1])]
    return [*strokes, ornaments.foot(rng, _point(bottom), high)]


def flag_and_foot_one(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """As in print: a flag and a bar."""
    flagged = flag_one(strokes, rng)
    return foot_one(flagged, rng) if flagged else None


def cross_seven(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Continental Europe, Latin America: a bar through a stem that has none."""
    corner, (_, high) = _box(strokes)
    heights = corner[1] + high * np.linspace(0.35, 0.9, 12)
    if len(strokes) != 1 or any(len(_crossings(strokes, y)) != 1 for y in heights):
        return None
    y = corner[1] + high * rng.uniform(0.42, 0.6)
    return [*strokes, ornaments.cross(rng, (_crossings(strokes, y)[0], y), high)]


def serif_seven(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """East Asia, France: a tick down at the left end of a bar that has none."""
    first, *others = strokes
    corner, (wide, high) = _box(strokes)
    left, down = first[0] - corner
    ahead = first[np.linalg.norm(first - first[0], axis=1) > 0.12 * high]
    if len(ahead) == 0 or left > 0.12 * wide or down > 0.2 * high or wide < 0.35 * high:
        return None
    dx, dy = ahead[0] - first[0]
    if dx < abs(dy):  # the pen does not set out along a bar
        return None
    tick = ornaments.serif(rng, _point(first[0]), high)
    points = np.concatenate(strokes)
    below = points[points[:, 1] > first[0, 1] + 0.2 * high]
    if np.linalg.norm(below - tick[0], axis=1).min() < 0.2 * high:
        return None  # with the cross it would make a 9
    return [joined(tick, first), *others]


def cross_and_serif_seven(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Careful continental writers: the tick and the cross."""
    crossed = cross_seven(strokes, rng)
    return serif_seven(crossed, rng) if crossed else None


def hook_nine(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Continental Europe: a hook to the left at the end of a leg that falls straight."""
    *others, last = strokes
    corner, (wide, high) = _box(strokes)
    near = last[np.linalg.norm(last - last[-1], axis=1) > 0.2 * high]
    if len(near) == 0 or last[-1, 1] < corner[1] + 0.97 * high:
        return None
    dx, dy = last[-1] - near[-1]
    if dy <= 0 or abs(dx) > 0.5 * dy or last[-1, 0] < corner[0] + 0.4 * wide:
        return None
    return [*others, joined(last, ornaments.hook(rng, _point(last[-1]), high))]


MARKS = tuple(
    AddedStrokes(name, name[0], apply)
    for name, apply in (
        ("0 slashed", slash_zero),
        ("0 dotted", dot_zero),
        ("1 flagged", flag_one),
        ("1 footed", foot_one),
        ("1 flagged and footed", flag_and_foot_one),
        ("7 crossed", cross_seven),
        ("7 serifed", serif_seven),
        ("7 crossed and serifed", cross_and_serif_seven),
        ("9 hooked", hook_nine),
    )
)
