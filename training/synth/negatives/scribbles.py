"""Scribbles, spirals, lines and dots: what people draw on paper that is no character at all."""

from __future__ import annotations

import numpy as np

from training.synth.negatives.handwriting import smoothed, written
from training.synth.strokes import Points, Strokes, framed, resampled


def scribble(rng: np.random.Generator) -> Strokes:
    """The pen going back and forth, wandering about, or circling along: one stroke."""
    kind = rng.choice(3)
    return [(_back_and_forth, _wandering, _circling)[kind](rng)]


def spiral(rng: np.random.Generator) -> Strokes:
    """A spiral of over two turns (fewer may be a 6, a 9 or a 0), or rings in one another."""
    if rng.random() < 0.2:
        return _rings(rng)
    turns = rng.uniform(2.3, 3.6)
    angle = np.linspace(0.0, 2 * np.pi * turns, int(60 * turns))
    radius = rng.uniform(0.0, 0.1) + np.linspace(0.0, 1.0, len(angle)) ** rng.uniform(0.7, 1.3)
    points = _circle(angle * rng.choice((-1, 1)) + rng.uniform(0, 7)) * radius[:, None]
    return written([points], rng)


def lines(rng: np.random.Generator) -> Strokes:
    """Parallel lines, a grid, one line far from upright, waves, a zigzag or a staircase."""
    kind = rng.choice(6)
    return (_parallel, _grid, _one_line, _waves, _zigzag, _stairs)[kind](rng)


def dots(rng: np.random.Generator) -> Strokes:
    """Two dots or more, a dotted line or short dashes."""
    kind = rng.choice(3, p=(0.4, 0.3, 0.3))
    return (_several_dots, _dotted_line, _dashes)[kind](rng)


def _circle(angle: Points) -> Points:
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _turned(strokes: Strokes, degrees: float) -> Strokes:
    """Turned about the origin, clockwise as seen on the paper."""
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return [stroke @ np.array([[cos, sin], [-sin, cos]]) for stroke in strokes]


def _back_and_forth(rng: np.random.Generator) -> Points:
    """Hatching without lifting the pen, not in a tall bar: that would be a bold 1."""
    count = int(rng.integers(8, 24))
    across = rng.uniform(0.5, 1.0, count) * np.where(np.arange(count) % 2, 1, -1)
    along = np.linspace(-1.0, 1.0, count) * rng.uniform(0.3, 1.2) + rng.normal(0, 0.05, count)
    corners = np.stack([along, across], axis=1)
    (stroke,) = _turned(framed([corners]), rng.uniform(0, 360))
    wide, high = np.ptp(stroke, axis=0)
    if high > 1.5 * wide:
        stroke = stroke[:, ::-1]
    return smoothed(resampled(stroke), rng.uniform(0.5, 3.0))


def _wandering(rng: np.random.Generator) -> Points:
    """From one random place to the next."""
    corners = rng.uniform(-0.5, 0.5, (int(rng.integers(16, 32)), 2)) * rng.uniform(0.6, 1, 2)
    return smoothed(resampled(corners), rng.uniform(1.5, 6.0))


def _circling(rng: np.random.Generator) -> Points:
    """Loop after loop while the pen moves on, not up or down: that would be an 8."""
    turns = rng.uniform(4.0, 8.0)
    angle = np.linspace(0.0, 2 * np.pi * turns, int(40 * turns))
    radius = 1 + 0.5 * np.interp(angle, np.arange(0, 60, 3), rng.uniform(-1, 1, 20))
    drift = np.linspace(0.0, turns * rng.uniform(0.6, 1.6), len(angle))
    points = _circle(angle * rng.choice((-1, 1))) * radius[:, None]
    points[:, 0] += drift
    (stroke,) = _turned(framed([points]), rng.uniform(-40, 40))
    return stroke


def _rings(rng: np.random.Generator) -> Strokes:
    """Three rings or more: of two, the inner one may be the dot of a dotted 0."""
    angle = np.linspace(0.0, 2 * np.pi, 60)
    count = int(rng.integers(3, 5))
    radii = 1 - np.arange(count) / count
    rings = [_circle(angle + rng.uniform(0, 7)) * radius for radius in radii]
    return written(rings, rng)


def _parallel(rng: np.random.Generator) -> Strokes:
    count = int(rng.integers(2, 8))
    gap = rng.uniform(0.35, 0.9) / (count - 1) ** 0.5
    ends = np.array([-0.5, 0.5])
    bars = [
        np.stack([ends + rng.normal(0, 0.05, 2), np.full(2, i * gap)], axis=1) for i in range(count)
    ]
    return written(_turned(bars, rng.uniform(0, 180)), rng)


def _grid(rng: np.random.Generator) -> Strokes:
    rows, columns = (np.linspace(-0.5, 0.5, int(n)) for n in rng.integers(2, 6, 2))
    edge = rng.uniform(0.65, 0.9)
    across = [np.array([[-edge, y], [edge, y]]) for y in rows]
    down = [np.array([[x, -edge], [x, edge]]) for x in columns]
    return written(_turned([*across, *down], rng.choice((0, rng.uniform(0, 90)))), rng)


def _one_line(rng: np.random.Generator) -> Strokes:
    """Within 20 degrees of horizontal, so that no slant makes it a 1."""
    line = np.array([[-0.5, 0.0], [0.5, 0.0]])
    return written(_turned([line], rng.uniform(-20, 20)), rng)


def _waves(rng: np.random.Generator) -> Strokes:
    periods = rng.uniform(1.5, 5.0)
    x = np.linspace(0.0, 1.0, int(60 * periods))
    height = rng.uniform(0.25, 0.7) / periods
    y = height * np.sin(2 * np.pi * periods * x + rng.uniform(0, 7))
    repeats = int(rng.integers(1, 4))
    waves = [np.stack([x, y + i * rng.uniform(2, 4) * height], axis=1) for i in range(repeats)]
    return written(_turned(waves, rng.uniform(-30, 30)), rng)


def _zigzag(rng: np.random.Generator) -> Strokes:
    count = int(rng.integers(5, 14))
    x = np.linspace(0.0, 1.0, count) + rng.normal(0, 0.15 / count, count)
    y = np.where(np.arange(count) % 2, 1, -1) * rng.uniform(0.1, 0.3, count)
    return written(_turned([np.stack([x, y], axis=1)], rng.uniform(-40, 40)), rng)


def _stairs(rng: np.random.Generator) -> Strokes:
    """At least three steps: one or two may be a Z, a 2 or a 5."""
    steps = int(rng.integers(3, 5))
    x, y = (np.repeat(np.arange(steps + 1), 2) for _ in range(2))
    points = np.stack([x[1:], rng.choice((-1, 1)) * y[:-1] * rng.uniform(0.5, 0.9)], axis=1)
    return written([points.astype(np.float64)], rng, rounding=0.01)


def _apart(rng: np.random.Generator, count: int, distance: float) -> Points:
    """Up to ``count`` random places in the unit square, no two closer than ``distance``."""
    places = rng.uniform(-0.5, 0.5, (1, 2))
    for place in rng.uniform(-0.5, 0.5, (8 * count, 2)):
        if len(places) < count and np.hypot(*(places - place).T).min() > distance:
            places = np.append(places, place[None], axis=0)
    return places


def _several_dots(rng: np.random.Generator) -> Strokes:
    places = _apart(rng, int(rng.integers(2, 13)), 0.25)
    blot = _circle(np.linspace(0.0, 2 * np.pi, 9)) * rng.choice((0.0, rng.uniform(0.01, 0.05)))
    return [place + blot for place in framed([places])[0]]


def _dotted_line(rng: np.random.Generator) -> Strokes:
    """Dots or dashes in a row, far from upright."""
    count = int(rng.integers(3, 7))
    share = rng.uniform(0.0, 0.4)  # of each step that is dash
    starts = np.arange(count) / count
    dashes = [
        np.array([[x, 0.0], [x + share / count, 0.0]]) + rng.normal(0, 0.01, 2) for x in starts
    ]
    if share < 0.15:
        dashes = [dash[:1] for dash in dashes]
    return _turned([resampled(dash) for dash in dashes], rng.uniform(-35, 35))


def _dashes(rng: np.random.Generator) -> Strokes:
    """Short dashes here and there."""
    places = _apart(rng, int(rng.integers(3, 10)), 0.33)
    tick = np.array([[-0.5, 0.0], [0.5, 0.0]])
    strokes = []
    for place in places:
        (dash,) = _turned([tick * rng.uniform(0.08, 0.2)], rng.uniform(0, 180))
        strokes.append(resampled(dash + place))
    return strokes
