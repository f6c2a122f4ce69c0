"""Forms of 8 and 9."""

from __future__ import annotations

import numpy as np

from training.synth.forms.pen import Glyph, Point, joined, line, oval, smooth, smooth_rest
from training.synth.strokes import Points, Strokes


def _eight(rng: np.random.Generator, start: float, stop: float) -> list[Point]:
    """Control points of an 8 between two phases: 0 at the top, 180 at the bottom, S first.

    A Lissajous figure, its waist lifted and each of its bows of its own width.
    """
    phase = np.deg2rad(np.linspace(start, stop, round((stop - start) / 30) + 1))
    waist = rng.uniform(0.4, 0.52)
    upper, lower = rng.uniform(0.17, 0.3), rng.uniform(0.2, 0.36)
    up = np.cos(phase)
    y = np.where(up > 0, waist * (1 - up), waist - (1 - waist) * up)
    swing = np.sin(2 * phase)
    x = -np.where(up > 0, upper, lower) * np.sign(swing) * np.abs(swing) ** rng.uniform(0.65, 1)
    x += rng.uniform(-0.05, 0.25) * (1 - y)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def eight(rng: np.random.Generator) -> Strokes:
    """Taught nearly everywhere: one stroke from the top right, its S first."""
    start = rng.uniform(-50, 10)
    return [smooth(rng, _eight(rng, start, start + rng.uniform(345, 375)))]


def eight_reversed(rng: np.random.Generator) -> Strokes:
    """The mirror of it, common among left-handers: from the top left, down to the right last."""
    start = rng.uniform(-10, 50)
    points = _eight(rng, start, start + rng.uniform(345, 370))
    return [smooth(rng, [(x, y) for x, y in reversed(points)])]


def eight_open(rng: np.random.Generator) -> Strokes:
    """Hasty writers: the ends stay apart at the top right, as in a gamma."""
    points = _eight(rng, rng.uniform(-35, 12), rng.uniform(296, 316))
    (x0, y0), (x1, y1) = points[-2:]
    ahead = rng.uniform(0.1, 0.2) / float(np.hypot(x1 - x0, y1 - y0))
    tip = (x1 + (x1 - x0) * ahead + rng.uniform(0.02, 0.1), y1 + (y1 - y0) * ahead)
    return [smooth(rng, [*points, tip])]


def eight_open_left(rng: np.random.Generator) -> Strokes:
    """From the top left, over and down: the end runs out to the left at the waist."""
    points = _eight(rng, rng.uniform(-282, -268), rng.uniform(25, 58))[::-1]
    x, y = points[-1]
    out = (x - rng.uniform(0.05, 0.22), y - rng.uniform(0.0, 0.12))
    return [smooth(rng, [*points, out])]


def eight_slim(rng: np.random.Generator) -> Strokes:
    """Fast hands: the same with a slim lower loop, whose end stops short of the start."""
    points = _eight(rng, rng.uniform(-300, -268), rng.uniform(5, 58))[::-1]
    middle = points[len(points) // 2][0]
    slim, lean = rng.uniform(0.25, 0.8), rng.uniform(-0.05, 0.3)
    drawn = [
        (middle + (x - middle) * (slim if y > 0.5 else 1.0) + lean * (0.5 - y), y)
        for x, y in points
    ]
    x, y = drawn[-1]
    return [smooth(rng, [*drawn, (x - rng.uniform(0.05, 0.25), y - rng.uniform(0.0, 0.12))])]


def eight_stacked(rng: np.random.Generator) -> Strokes:
    """Children, and drawn rather than written: two rings, one upon the other."""
    high = rng.uniform(0.2, 0.26)
    upper, lower = rng.uniform(0.18, 0.28), rng.uniform(0.22, 0.34)
    gap = rng.uniform(-0.06, 0.03)
    x = 0.4 + rng.normal(0, 0.03)
    rings = (
        ((x, high), (upper, high - gap / 2)),
        ((0.4, 0.5 + high), (lower, 0.5 - high - gap / 2)),
    )
    starts = rng.uniform(230, 310, 2)
    turns = rng.uniform(352, 380, 2) * rng.choice((-1, 1))
    return [
        smooth(rng, oval(*ring, start, start + turn))
        for ring, start, turn in zip(rings, starts, turns, strict=True)
    ]


def eight_from_waist(rng: np.random.Generator) -> Strokes:
    """From the crossing: round the upper bow, and then round the lower one."""
    start = rng.uniform(-95, -85)
    return [smooth(rng, _eight(rng, start, start + rng.uniform(350, 370)))]


def _head(rng: np.random.Generator, high: float, wide: float) -> Points:
    """A closed head from its upper right, to the left and round to its start."""
    start = rng.uniform(-55, 0)
    tilt = rng.uniform(-0.1, 0.35)
    turn = rng.uniform(352, 372)
    return smooth(rng, oval((wide / 2, high / 2), (wide / 2, high / 2), start, start - turn, tilt))


def _nine(rng: np.random.Generator, high: float, wide: float, leg: list[Point]) -> Strokes:
    """Head and leg: back into a corner at its start, or round the other way without one."""
    if rng.random() < 0.6:
        head = _head(rng, high, wide)
        return [joined(head, smooth_rest(rng, head[-1], leg))]
    start = rng.uniform(0, 50)
    inside = rng.uniform(0.75, 0.95) if rng.random() < 0.5 else 1.0
    spiral = oval((wide / 2, high / 2), (wide / 2, high / 2), start, 340)
    x, y = spiral[0]
    begin = (wide / 2 + (x - wide / 2) * inside, high / 2 + (y - high / 2) * inside)
    return [smooth(rng, [begin, *spiral[1:], *leg])]


def nine_hooked(rng: np.random.Generator) -> Strokes:
    """Continental Europe: a round head and a leg that hooks to the left, as in g."""
    high, wide = rng.uniform(0.36, 0.54), rng.uniform(0.32, 0.6)
    reach = rng.uniform(0.25, 0.6)
    far = wide * rng.uniform(0.9, 1.08)
    leg = [
        (wide * 1.01, high * 0.75),
        (far, 0.75),
        (far - reach * 0.35, 0.98),
        (far - reach, rng.uniform(0.86, 1.0)),
    ]
    return _nine(rng, high, wide, leg)


def nine_straight(rng: np.random.Generator) -> Strokes:
    """North America: a closed head and a straight leg."""
    high, wide = rng.uniform(0.34, 0.54), rng.uniform(0.3, 0.55)
    head = _head(rng, high, wide)
    x, y = head[-1]
    top = (wide + rng.uniform(-0.03, 0.03), rng.uniform(0.0, 0.15))
    foot = (top[0] + rng.normal(-0.03, 0.05), 1.0)
    if rng.random() < 0.6:
        return [joined(head, line(rng, (x, y), foot, 0.02))]
    return [head, line(rng, top, foot, 0.02)]


def nine_slanted(rng: np.random.Generator) -> Strokes:
    """Slanting writers: the leg falls to the lower left in a line or a slight bow."""
    high, wide = rng.uniform(0.34, 0.5), rng.uniform(0.36, 0.6)
    end = (wide * rng.uniform(0.1, 0.6), 1.0)
    knee = ((wide + end[0]) / 2 + rng.uniform(0.0, 0.08), high / 2 + 0.4)
    return _nine(rng, high, wide, [knee, end])


def nine_curled(rng: np.random.Generator) -> Strokes:
    """Tense writers: a small, tightly curled head on a long tail."""
    high, wide = rng.uniform(0.2, 0.32), rng.uniform(0.22, 0.36)
    end = (wide * rng.uniform(0.0, 1.1), 1.0)
    knee = (wide * 0.85 + 0.2 * end[0], 0.55)
    return _nine(rng, high, wide, [(wide, high * 0.9), knee, end])


def nine_sweeping(rng: np.random.Generator) -> Strokes:
    """Some European writers: a small head at the top left, from whose crossing the leg sweeps out.

    It runs far to the right, down and back to the left in one large bow, as in g.
    """
    high, wide = rng.uniform(0.2, 0.4), rng.uniform(0.2, 0.44)
    centre = radii = (wide / 2, high / 2)
    far = wide + rng.uniform(0.08, 0.28)
    middle = (1 + high) / 2
    sweep = [
        (far, middle + rng.uniform(-0.04, 0.06)),
        (far * 0.82, 0.91),
        (far * 0.45, rng.uniform(0.97, 1.02)),
        (rng.uniform(-0.15, 0.25), rng.uniform(0.9, 1.0)),
    ]
    way = rng.random()
    if way < 0.45:  # out of the bottom of the head, as in an S
        start = rng.uniform(20, 80)
        head = oval(centre, radii, start, rng.uniform(-300, -275))
        return [smooth(rng, [*head, (wide * 0.85, high * rng.uniform(0.95, 1.1)), *sweep])]
    if way < 0.7:  # out of its right side, over a shoulder
        start = rng.uniform(-20, 40)
        head = oval(centre, radii, start, start - 350)
        return [smooth(rng, [*head, (wide * 0.3 + far * 0.7, high * 0.75), *sweep])]
    head = oval(centre, radii, rng.uniform(10, 70), 335)
    return [smooth(rng, [*head, (wide * 0.6 + far * 0.4, high * 0.95), *sweep])]


def nine_open(rng: np.random.Generator) -> Strokes:
    """Hasty writers: the head stays open at the top, as in a g or a y."""
    high, wide = rng.uniform(0.4, 0.55), rng.uniform(0.36, 0.56)
    head = oval((wide / 2, high / 2), (wide / 2, high / 2), rng.uniform(-75, -45), -300)
    top = (wide * rng.uniform(0.98, 1.08), high * rng.uniform(0.02, 0.2))
    cup = smooth(rng, [*head, top])
    if rng.random() < 0.5:
        return [joined(cup, line(rng, top, (wide * rng.uniform(0.7, 1.05), 1.0), 0.03))]
    far, reach = wide * rng.uniform(0.94, 1.06), rng.uniform(0.25, 0.5)
    hook = [(far, 0.45), (far, 0.75), (far - reach * 0.4, 0.98), (far - reach, 0.93)]
    return [joined(cup, smooth_rest(rng, cup[-1], hook))]


GLYPHS = (
    Glyph("8 plain", "8", eight),
    Glyph("8 reversed", "8", eight_reversed),
    Glyph("8 open", "8", eight_open, weight=2),
    Glyph("8 open left", "8", eight_open_left, weight=3),
    Glyph("8 slim", "8", eight_slim, weight=2),
    Glyph("8 stacked", "8", eight_stacked),
    Glyph("8 from the waist", "8", eight_from_waist),
    Glyph("9 hooked", "9", nine_hooked),
    Glyph("9 straight", "9", nine_straight),
    Glyph("9 slanted", "9", nine_slanted),
    Glyph("9 curled", "9", nine_curled),
    Glyph("9 sweeping", "9", nine_sweeping),
    Glyph("9 open", "9", nine_open),
)
