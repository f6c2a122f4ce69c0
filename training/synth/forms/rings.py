"""Forms of 0, 3, 5, 6 and 7 in hasty hands: leads, overlaps, long slashes, uneven halves, waves."""

from __future__ import annotations

import numpy as np

from training.synth.forms.marks import empty_ring
from training.synth.forms.pen import (
    AddedStrokes,
    Glyph,
    Point,
    joined,
    line,
    oval,
    smooth,
)
from training.synth.strokes import Points, Strokes


def _slash(rng: np.random.Generator, centre: Point, radii: Point) -> Points:
    """Through a ring and far out of it, up to twice as long as the ring is high, and steep."""
    half = radii[1] * rng.uniform(1.0, 2.1)
    angle = np.deg2rad(rng.uniform(42, 82))
    dx, dy = half * np.cos(angle), half * np.sin(angle)
    along = rng.uniform(-0.35, 0.35)
    x, y = centre[0] + along * dx + rng.normal(0, 0.1) * radii[0], centre[1] - along * dy
    drawn = line(rng, (x + dx, y - dy), (x - dx, y + dy), 0.03)
    return drawn if rng.random() < 0.7 else drawn[::-1]


def zero_long_slash(rng: np.random.Generator) -> Strokes:
    """Norway, Denmark, engineers: a slash longer than the ring."""
    radii = (rng.uniform(0.22, 0.5), rng.uniform(0.3, 0.5))
    ring = smooth(rng, oval((0.5, 0.5), radii, 280, rng.uniform(-100, -70), rng.uniform(-0.1, 0.3)))
    return [ring, _slash(rng, (0.5, 0.5), radii)]


def zero_led(rng: np.random.Generator) -> Strokes:
    """A line leads to the top of the ring: from the left, from the right, or from below."""
    radii = (rng.uniform(0.2, 0.5), rng.uniform(0.3, 0.5))
    start = rng.uniform(255, 330)
    ring = oval((0.5, 0.5), radii, start, start - rng.uniform(335, 390), rng.uniform(-0.1, 0.3))
    x, y = ring[0]
    kind = rng.random()
    if kind < 0.45:
        lead = [(x - rng.uniform(0.15, 0.9), y + rng.uniform(-0.15, 0.2))]
    elif kind < 0.85:
        lead = [(x + rng.uniform(0.1, 0.5), y - rng.uniform(-0.08, 0.2))]
    else:
        lead = [(x + rng.uniform(0.0, 0.2), y + rng.uniform(0.1, 0.5))]
    return [smooth(rng, [*lead, *ring])]


def zero_overrun(rng: np.random.Generator) -> Strokes:
    """The end runs on along the start, inside, outside or across the ring."""
    radii = (rng.uniform(0.26, 0.5), rng.uniform(0.34, 0.5))
    start = rng.uniform(200, 340)
    turn = rng.uniform(380, 480)
    points = oval((0.5, 0.5), radii, start, start - turn, rng.uniform(-0.1, 0.3))
    drift = np.linspace(1, rng.uniform(0.68, 1.15), len(points))
    drawn = [
        (0.5 + (x - 0.5) * d, 0.5 + (y - 0.5) * d) for (x, y), d in zip(points, drift, strict=True)
    ]
    if rng.random() < 0.3:  # and across
        x, y = drawn[-1]
        drawn.append((x + (0.5 - x) * rng.uniform(0.3, 1.2), y + rng.uniform(-0.1, 0.3)))
    return [smooth(rng, drawn)]


def zero_flat(rng: np.random.Generator) -> Strokes:
    """Low and wide, tilted or not, and not always closed."""
    radii = (0.5, rng.uniform(0.22, 0.45))
    start = rng.uniform(150, 350)
    turn = rng.uniform(310, 385) * rng.choice((-1, 1), p=(0.75, 0.25))
    return [smooth(rng, oval((0.5, 0.5), radii, start, start + turn, rng.uniform(-0.3, 0.5)))]


def zero_from_below(rng: np.random.Generator) -> Strokes:
    """Begun at the foot: up along the right side, over the top and round, to an end inside."""
    radii = (rng.uniform(0.3, 0.48), 0.5)
    start = rng.uniform(60, 100)
    ring = oval((0.5, 0.5), radii, start, start - rng.uniform(335, 375))
    x, y = ring[0]
    begin = (x - rng.uniform(0.0, 0.25), y + rng.uniform(0.0, 0.16))
    return [smooth(rng, [begin, *ring])]


def three_uneven(rng: np.random.Generator) -> Strokes:
    """A small head on a large bow or the reverse, its waist a corner, a notch or a small loop."""
    high = rng.uniform(0.1, 0.32)
    waist = (rng.uniform(0.12, 0.42), 2 * high + rng.uniform(-0.04, 0.05))
    top = oval(
        (rng.uniform(0.22, 0.36), high),
        (rng.uniform(0.14, 0.38), high),
        rng.uniform(145, 260),
        rng.uniform(390, 430),
    )
    if rng.random() < 0.25:  # from inside the head
        top = [(top[0][0] + rng.uniform(0.03, 0.12), top[0][1] + rng.uniform(0.0, 0.12)), *top]
    right = waist[0] + rng.uniform(0.2, 0.6)
    bow = oval(
        (waist[0] * rng.uniform(0.8, 1.1), (waist[1] + 1) / 2),
        (right - waist[0], (1 - waist[1]) / 2),
        -60,
        rng.uniform(40, 165),
    )
    if rng.random() < 0.3:
        return [smooth(rng, [*top, waist, *bow])]
    return [joined(smooth(rng, [*top, waist]), smooth(rng, [waist, *bow]))]


def five_arched(rng: np.random.Generator) -> Strokes:
    """One stroke whose roof bends down at its right end, or rises, over an S."""
    shoulder, left = rng.uniform(0.28, 0.5), rng.uniform(0.0, 0.16)
    wide = rng.uniform(0.4, 0.75)
    roof = [
        (wide, rng.uniform(-0.12, 0.24)),
        (wide * rng.uniform(0.55, 0.8), rng.uniform(-0.03, 0.03)),
        (left + 0.12, rng.uniform(0.02, 0.1)),
        (left, shoulder * 0.62),
        (left + 0.08, shoulder),
    ]
    belly = oval(
        (left + wide * 0.35, (shoulder + 1) / 2),
        (wide * rng.uniform(0.45, 0.75), (1 - shoulder) / 2),
        -75,
        rng.uniform(80, 165),
    )
    return [smooth(rng, [*roof, *belly])]


def five_far_roof(rng: np.random.Generator) -> Strokes:
    """The roof is a dash of its own, above, beside or far away from the rest."""
    top = (rng.uniform(0.02, 0.22), 0.0)
    corner = (rng.uniform(0.0, 0.16), rng.uniform(0.26, 0.46))
    bowl = oval(
        (rng.uniform(0.2, 0.34), (corner[1] + 1) / 2 - 0.02),
        (rng.uniform(0.22, 0.46), (1 - corner[1]) / 2),
        rng.uniform(-80, -25),
        rng.uniform(90, 165),
    )
    body = joined(line(rng, top, corner), smooth(rng, [corner, *bowl]))
    x, y = top[0] + rng.uniform(-0.05, 0.36), top[1] + rng.uniform(-0.26, 0.1)
    roof = line(rng, (x, y), (x + rng.uniform(0.25, 0.7), y + rng.normal(-0.03, 0.06)), 0.05)
    return [body, roof]


def six_small(rng: np.random.Generator) -> Strokes:
    """A loop that is small, narrow or not quite closed, below a long bow."""
    low, wide = rng.uniform(0.16, 0.44), rng.uniform(0.18, 0.6)
    loop = oval((wide / 2, 1 - low / 2), (wide / 2, low / 2), 180, 180 - rng.uniform(265, 385))
    bow = [
        (wide * rng.uniform(0.3, 1.3), 0.0),
        (wide * rng.uniform(0.05, 0.35), rng.uniform(0.2, 0.34)),
        (rng.uniform(-0.05, 0.06), 1 - low * rng.uniform(0.8, 1.4)),
    ]
    if rng.random() < 0.2:  # the end crosses the bow and runs out to the lower left
        x, y = loop[-1]
        loop = [*loop, (x * 0.5 - rng.uniform(0.0, 0.2), max(y, 0.85) + rng.uniform(0.05, 0.25))]
    return [smooth(rng, [*bow, *loop])]


def six_led(rng: np.random.Generator) -> Strokes:
    """A line from the left leads over the top into the bow, in an arch or a corner."""
    low, wide = rng.uniform(0.4, 0.62), rng.uniform(0.4, 0.75)
    loop = oval((wide / 2, 1 - low / 2), (wide / 2, low / 2), 180, 180 - rng.uniform(320, 385))
    top = (wide * rng.uniform(0.75, 1.25), rng.uniform(0.0, 0.06))
    lead = [
        (wide * rng.uniform(-0.15, 0.3), rng.uniform(0.14, 0.42)),
        (wide * rng.uniform(0.35, 0.65), rng.uniform(0.02, 0.1)),
    ]
    bow = [(wide * rng.uniform(0.25, 0.45), rng.uniform(0.26, 0.36)), (wide * 0.05, 0.58)]
    if rng.random() < 0.5:
        return [smooth(rng, [*lead, top, *bow, *loop])]
    return [joined(smooth(rng, [*lead, top]), smooth(rng, [top, *bow, *loop]))]


# -- on real digits ------------------------------------------------------------------------------


def long_slash_zero(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """A slash longer than the ring."""
    ring = empty_ring(strokes)
    return None if ring is None else [*strokes, _slash(rng, *ring)]


def overrun_zero(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """The end runs on along the start, a little inside or outside, or a line leads in."""
    ring = empty_ring(strokes)
    if ring is None:
        return None
    stroke, centre = strokes[0], np.array(ring[0])
    count = int(len(stroke) * rng.uniform(0.08, 0.35))
    if rng.random() < 0.3 or count < 3:
        reach = ring[1][1] * rng.uniform(0.2, 1.4)
        angle = np.deg2rad(rng.uniform(-25, 45))
        begin = stroke[0] + reach * np.array([-np.cos(angle), np.sin(angle)]) * rng.choice((-1, 1))
        return [joined(line(rng, tuple(begin), tuple(stroke[0]), 0.05), stroke)]
    share = np.linspace(1, rng.uniform(0.6, 1.15), count)[:, None]
    again = centre + (stroke[:count] - centre) * share
    return [joined(stroke, again + (stroke[-1] - again[0]) * np.linspace(1, 0, count)[:, None])]


def wave_seven(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """The bar of a 7, up to its corner, is bent into a wave."""
    first, *others = strokes
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    corner = int(np.argmax(first[:, 0] - first[:, 1] * 0.3))
    bar = first[: corner + 1]
    is_bar = corner >= 4 and bar[0, 0] < low[0] + 0.15 * size[0]
    if not is_bar or np.ptp(bar[:, 1]) > 0.25 * size[1] or np.ptp(bar[:, 0]) < 0.5 * size[0]:
        return None
    along = np.linspace(0, 1, len(bar))
    high = rng.uniform(0.03, 0.09) * float(size[1])
    wave = high * np.sin(2 * np.pi * along * rng.uniform(0.8, 1.15) + rng.normal(0, 0.3))
    bent = bar + np.stack([np.zeros(len(bar)), (wave - wave[-1]) * (1 - along**4)], axis=1)
    return [joined(bent, first[corner + 1 :]), *others]


GLYPHS = (
    Glyph("0 with a long slash", "0", zero_long_slash, weight=2),
    Glyph("0 led", "0", zero_led, weight=2),
    Glyph("0 overrun", "0", zero_overrun, weight=2),
    Glyph("0 flat", "0", zero_flat),
    Glyph("0 from below", "0", zero_from_below, weight=0.5),
    Glyph("3 uneven", "3", three_uneven, weight=4),
    Glyph("5 arched", "5", five_arched, weight=4),
    Glyph("5 with a far roof", "5", five_far_roof, weight=1.5),
    Glyph("6 small", "6", six_small, weight=2),
    Glyph("6 led", "6", six_led, weight=0.7),
)
MARKS = (
    AddedStrokes("0 with a long slash", "0", long_slash_zero, weight=2),
    AddedStrokes("0 overrun", "0", overrun_zero),
    AddedStrokes("7 wavy", "7", wave_seven),
)
