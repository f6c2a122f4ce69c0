"""Shapes and signs that people draw for fun: hearts, stars, arrows, houses, faces."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from training.synth.negatives.handwriting import written
from training.synth.strokes import Points, Strokes


def shape(rng: np.random.Generator) -> Strokes:
    """One of :data:`SHAPES`, as people draw it."""
    names = list(SHAPES)
    return written(SHAPES[names[rng.integers(len(names))]](rng), rng, rounding=0.02)


def _path(*points: tuple[float, float]) -> Points:
    return np.array(points, dtype=np.float64)


def _closed(*points: tuple[float, float]) -> Points:
    return _path(*points, points[0])


def _ring(x: float = 0.0, y: float = 0.0, radius: float = 1.0, begin: float = 0.0) -> Points:
    angle = begin + np.linspace(0.0, 2 * np.pi, 40)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


def _heart(rng: np.random.Generator) -> Strokes:
    """https://mathworld.wolfram.com/HeartCurve.html, the last of its curves."""
    t = np.linspace(0.0, 2 * np.pi, 60)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [np.stack([x * rng.uniform(0.9, 1.2), -y], axis=1)]


def _star(rng: np.random.Generator) -> Strokes:
    """Five points in one go, or the outline of five to seven."""
    if rng.random() < 0.5:
        corners = np.arange(6) * 4 * np.pi / 5 - np.pi / 2
        return [np.stack([np.cos(corners), np.sin(corners)], axis=1)]
    count = int(rng.integers(5, 8))
    corners = np.arange(2 * count + 1) * np.pi / count - np.pi / 2
    radius = np.where(np.arange(2 * count + 1) % 2, rng.uniform(0.35, 0.5), 1.0)[:, None]
    return [np.stack([np.cos(corners), np.sin(corners)], axis=1) * radius]


def _arrow(rng: np.random.Generator) -> Strokes:
    """To the left or right: upwards, it would be a 1."""
    barb = rng.uniform(0.3, 0.5)
    strokes = [_path((-1, 0), (1, 0)), _path((1 - barb, -barb), (1, 0), (1 - barb, barb))]
    if rng.random() < 0.25:
        strokes.append(_path((barb - 1, -barb), (-1, 0), (barb - 1, barb)))
    slope, side = rng.uniform(-0.5, 0.5), rng.choice((-1, 1))
    return [stroke * (side, 1.0) + stroke[:, :1] * (0.0, slope) for stroke in strokes]


def _tick(rng: np.random.Generator) -> Strokes:
    return [_path((-1, rng.uniform(-0.4, 0)), (-0.4, 0.6), (rng.uniform(0.8, 1.4), -0.9))]


def _cross(rng: np.random.Generator) -> Strokes:
    wide = rng.uniform(0.8, 1.2)
    return [_path((-wide, -1), (wide, 1)), _path((wide, -1), (-wide, 1))]


def _plus(rng: np.random.Generator) -> Strokes:
    wide = rng.uniform(0.85, 1.3)
    return [_path((-wide, 0), (wide, 0)), _path((0, -1), (0, 1))]


def _house(rng: np.random.Generator) -> Strokes:
    roof = rng.uniform(0.6, 1.2)
    strokes = [_closed((-1, 0), (1, 0), (1, 1.4), (-1, 1.4)), _path((-1, 0), (0, -roof), (1, 0))]
    if rng.random() < 0.6:
        strokes.append(_path((-0.25, 1.4), (-0.25, 0.7), (0.25, 0.7), (0.25, 1.4)))
    return strokes


def _one_stroke_house(_rng: np.random.Generator) -> Strokes:
    corners = ((-1, 1), (-1, -1), (1, -1), (-1, 1), (1, 1), (-1, -1), (0, -2), (1, -1), (1, 1))
    return [_path(*corners)]


def _face(rng: np.random.Generator) -> Strokes:
    """Smiling or sad."""
    bend = rng.uniform(0.15, 0.35) * rng.choice((-1, 1))
    x = np.linspace(-0.5, 0.5, 15)
    mouth = np.stack([x, 0.4 - bend * (4 * x * x - 1)], axis=1)
    eyes = [_path((side, -0.4), (side, rng.uniform(-0.35, -0.15))) for side in (-0.35, 0.35)]
    return [_ring(begin=rng.uniform(0, 7)), *eyes, mouth]


def _box(rng: np.random.Generator) -> Strokes:
    """A box to tick, ticked or crossed."""
    box = _closed((-1, -1), (1, -1), (1, 1), (-1, 1))
    if rng.random() < 0.5:
        return [box, _path((-0.6, 0), (-0.1, 0.6), (rng.uniform(0.7, 1.4), -1))]
    return [box, _path((-0.8, -0.8), (0.8, 0.8)), _path((0.8, -0.8), (-0.8, 0.8))]


def _triangle(rng: np.random.Generator) -> Strokes:
    return [_closed((rng.uniform(-0.4, 0.4), -rng.uniform(0.7, 1.0)), (1, 0.9), (-1, 0.9))]


def _rectangle(rng: np.random.Generator) -> Strokes:
    """Not upright: that would be a 0 drawn with a ruler."""
    wide = rng.uniform(1.4, 2.2)
    return [_closed((-wide, -1), (wide, -1), (wide, 1), (-wide, 1))]


def _infinity(rng: np.random.Generator) -> Strokes:
    """The lemniscate of Bernoulli, lying."""
    t = np.linspace(0.0, 2 * np.pi, 60) + rng.uniform(0, 7)
    x = np.cos(t) / (1 + np.sin(t) ** 2)
    return [np.stack([x, x * np.sin(t) * rng.uniform(1.0, 1.4)], axis=1)]


def _at(rng: np.random.Generator) -> Strokes:
    """An @ in one go: the tail goes round all of the a."""
    angle = np.linspace(0.0, -2 * np.pi * rng.uniform(0.85, 0.95), 50)
    tail = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    inner = _ring(radius=rng.uniform(0.35, 0.45))
    return [np.concatenate([inner, _path((0.45, -0.4), (0.5, 0.35), (0.85, 0.3)), tail])]


def _hash(rng: np.random.Generator) -> Strokes:
    lean = rng.uniform(0.0, 0.3)
    bars = [_path((-1, y), (1, y)) for y in (-0.35, 0.35)]
    return [*bars, *(_path((x + lean, -1), (x - lean, 1)) for x in (-0.35, 0.35))]


def _percent(rng: np.random.Generator) -> Strokes:
    size = rng.uniform(0.2, 0.32)
    return [_path((0.7, -1), (-0.7, 1)), _ring(-0.65, -0.6, size), _ring(0.65, 0.6, size)]


def _sun(rng: np.random.Generator) -> Strokes:
    count = int(rng.integers(6, 11))
    angles = rng.uniform(0, 7) + np.arange(count) * 2 * np.pi / count
    rays = [np.outer((1.3, rng.uniform(1.7, 2.2)), (np.cos(a), np.sin(a))) for a in angles]
    return [_ring(), *rays]


def _flower(rng: np.random.Generator) -> Strokes:
    t = np.linspace(0.0, 2 * np.pi, 120)
    petals = int(rng.integers(5, 9))
    radius = (1 + 0.45 * np.cos(petals * t))[:, None]
    outline = np.stack([np.cos(t), np.sin(t)], axis=1) * radius
    return [outline, _ring(radius=0.3)]


#: Outlines before people draw them, by name.
SHAPES: dict[str, Callable[[np.random.Generator], Strokes]] = {
    "heart": _heart,
    "star": _star,
    "arrow": _arrow,
    "tick": _tick,
    "cross": _cross,
    "plus": _plus,
    "house": _house,
    "house in one stroke": _one_stroke_house,
    "face": _face,
    "ticked box": _box,
    "triangle": _triangle,
    "rectangle": _rectangle,
    "infinity": _infinity,
    "at": _at,
    "hash": _hash,
    "percent": _percent,
    "sun": _sun,
    "flower": _flower,
}
