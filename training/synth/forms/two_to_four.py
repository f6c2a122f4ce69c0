"""Forms of 2, 3 and 4."""

from __future__ import annotations

import numpy as np

from training.synth.forms.pen import Glyph, Point, joined, line, oval, smooth
from training.synth.strokes import Strokes


def _arch(rng: np.random.Generator, wide: float, curl: bool = False) -> list[Point]:
    """The top of a 2, from its start at the left to where its neck has left the arch."""
    high = rng.uniform(0.2, 0.3)
    start = rng.uniform(165, 205)
    points = oval((wide / 2, high), (wide / 2, high), start, 380)
    if curl:
        reach = rng.uniform(0.1, 0.2)
        points = [
            (wide * rng.uniform(0.22, 0.34), high + reach * rng.uniform(0.2, 0.7)),
            (wide * 0.12, high + reach),
            *points[1:],
        ]
    return points


def two(rng: np.random.Generator) -> Strokes:
    """As in print: an arch, a straight neck and a foot that starts at a corner."""
    wide = rng.uniform(0.32, 0.8)
    left = rng.uniform(-0.08, 0.1)
    corner = (left, rng.uniform(0.95, 1.0))
    neck = smooth(rng, [*_arch(rng, wide), corner])
    foot = line(rng, corner, (wide * rng.uniform(0.95, 1.35), rng.uniform(0.93, 1.02)), 0.04)
    return [joined(neck, foot)]


def two_curled(rng: np.random.Generator) -> Strokes:
    """Ornate writers: a small curl at the top, where the pen starts."""
    wide = rng.uniform(0.55, 0.8)
    corner = (rng.uniform(-0.05, 0.1), 1.0)
    neck = smooth(rng, [*_arch(rng, wide, curl=True), corner])
    foot = line(rng, corner, (wide * rng.uniform(1.0, 1.3), rng.uniform(0.93, 1.02)), 0.05)
    return [joined(neck, foot)]


def two_looped(rng: np.random.Generator) -> Strokes:
    """Cursive writers: the neck turns into the foot through a loop at the bottom left."""
    wide = rng.uniform(0.5, 0.8)
    size = rng.uniform(0.06, 0.13)
    x, y = rng.uniform(0.0, 0.1), 1 - size * rng.uniform(0.7, 1.0)
    loop = oval((x, y), (size * rng.uniform(0.9, 1.6), size), 70, 300)
    base = [(wide * 0.55, rng.uniform(0.92, 0.98)), (wide * rng.uniform(1, 1.3), 0.97)]
    base[1] = (base[1][0], rng.uniform(0.85, 1.0))
    return [smooth(rng, [*_arch(rng, wide, rng.random() < 0.3), *loop, *base])]


def two_swan(rng: np.random.Generator) -> Strokes:
    """Round writers: like a swan, the neck flowing into a wave without a corner."""
    wide = rng.uniform(0.5, 0.75)
    dip = rng.uniform(0.03, 0.09)
    far = wide * rng.uniform(1.0, 1.35)
    neck = [*_arch(rng, wide), (wide * 0.3, 0.83), (rng.uniform(-0.02, 0.06), 0.97)]
    turn = smooth(rng, neck)
    wave = [
        (turn[-1, 0], turn[-1, 1]),
        (far * 0.3, 0.97 - dip),
        (far * 0.7, 0.97 + dip * rng.uniform(0.1, 0.8)),
        (far, 0.97 - dip * rng.uniform(0.2, 1.5)),
    ]
    return [joined(turn, smooth(rng, wave))]


def _bowl(rng: np.random.Generator, waist: Point) -> list[Point]:
    """The lower half of a 3, from the waist to the end at the lower left."""
    right = waist[0] + rng.uniform(0.18, 0.55)
    middle = (waist[1] + 1) / 2
    high = (1 - waist[1]) / 2
    centre = (waist[0] * rng.uniform(0.8, 1.1), middle)
    bow = oval(centre, (right - centre[0], high), -60, rng.uniform(100, 170))
    if rng.random() < 0.25:  # straight out to the left
        bow[-1] = (min(bow[-1][0], 0.1) - rng.uniform(0, 0.15), rng.uniform(0.94, 1.02))
    return bow


def three(rng: np.random.Generator) -> Strokes:
    """Taught nearly everywhere: two bows that meet in a point."""
    high = rng.uniform(0.2, 0.25)
    waist = (rng.uniform(0.2, 0.5), 2 * high + rng.uniform(-0.03, 0.04))
    centre = (rng.uniform(0.28, 0.36), high)
    top = oval(centre, (rng.uniform(0.2, 0.42), high), rng.uniform(180, 245), 415)
    return [joined(smooth(rng, [*top, waist]), smooth(rng, [waist, *_bowl(rng, waist)]))]


def three_flat(rng: np.random.Generator) -> Strokes:
    """Commercial writers, Scandinavia, Eastern Europe: a flat top and a zigzag, as in Ʒ."""
    waist = (rng.uniform(0.2, 0.4), rng.uniform(0.32, 0.48))
    right = (waist[0] + rng.uniform(0.18, 0.48), rng.uniform(-0.02, 0.04))
    bar = line(rng, (rng.uniform(0.0, 0.12), rng.uniform(-0.02, 0.06)), right, 0.04)
    diagonal = line(rng, right, waist)
    return [joined(bar, diagonal, smooth(rng, [waist, *_bowl(rng, waist)]))]


def three_looped(rng: np.random.Generator) -> Strokes:
    """Cursive writers: a small loop at the waist."""
    high = rng.uniform(0.2, 0.25)
    size = rng.uniform(0.035, 0.08)
    waist = (rng.uniform(0.22, 0.36), 2 * high + rng.uniform(-0.02, 0.04))
    centre = (rng.uniform(0.3, 0.36), high)
    top = oval(centre, (rng.uniform(0.28, 0.42), high), rng.uniform(190, 235), 400)
    loop = oval(waist, (size * rng.uniform(1.2, 2), size), 80, 290)
    return [smooth(rng, [*top, *loop, *_bowl(rng, waist)])]


def _stem(rng: np.random.Generator, top: Point, x: float, bottom: float = 1.0) -> Strokes:
    return [line(rng, top, (x + rng.normal(0, 0.04), bottom), 0.02)]


def four_open(rng: np.random.Generator) -> Strokes:
    """North America, much of Asia: a U or an L, and a stem through its right side."""
    bar, x = rng.uniform(0.5, 0.68), rng.uniform(0.45, 0.65)
    reach = x + rng.uniform(0.08, 0.3)
    start = (rng.uniform(0.02, 0.2), rng.uniform(0.0, 0.12))
    corner = (rng.uniform(-0.06, 0.06), bar)
    level = (reach, bar + rng.normal(-0.02, 0.03))
    if rng.random() < 0.5:
        u = joined(line(rng, start, corner), line(rng, corner, level))
    else:
        low = (x * 0.4, bar + 0.03)
        u = smooth(rng, [start, (corner[0], bar * 0.7), (corner[0] + 0.06, bar - 0.02), low, level])
    top = (x + rng.uniform(0, 0.08), rng.uniform(-0.05, 0.3))
    return [u, *_stem(rng, top, x - rng.uniform(-0.02, 0.06))]


def four_at_once(rng: np.random.Generator) -> Strokes:
    """Hasty writers: open, but without lifting the pen before the stem."""
    bar, x = rng.uniform(0.45, 0.6), rng.uniform(0.55, 0.72)
    top = (x + rng.uniform(0, 0.06), rng.uniform(0.0, 0.2))
    cup = [
        (rng.uniform(-0.02, 0.12), rng.uniform(0, 0.1)),
        (rng.uniform(-0.05, 0.02), bar * 0.8),
        (x * 0.3, bar),
        (x * 0.75, bar - rng.uniform(0.03, 0.1)),
        top,
    ]
    return [joined(smooth(rng, cup), *_stem(rng, top, x - rng.uniform(-0.02, 0.12)))]


def _closed(rng: np.random.Generator) -> tuple[Point, Point, Point]:
    """Top, left corner and right end of a closed 4."""
    top = (rng.uniform(0.45, 0.65), 0.0)
    bar = rng.uniform(0.55, 0.72)
    right = (top[0] + rng.uniform(0.1, 0.28), bar + rng.normal(0, 0.025))
    return top, (rng.uniform(-0.05, 0.08), bar), right


def four_closed(rng: np.random.Generator) -> Strokes:
    """As in print: diagonal and bar, then the stem from the same top."""
    top, corner, right = _closed(rng)
    slip = (top[0] + rng.uniform(-0.02, 0.05), rng.uniform(-0.04, 0.08))
    chevron = joined(line(rng, top, corner), line(rng, corner, right))
    return [chevron, *_stem(rng, slip, top[0] - rng.uniform(-0.03, 0.06))]


def four_triangular(rng: np.random.Generator) -> Strokes:
    """In one stroke: the bar from the right, up the diagonal and down the stem."""
    top, corner, right = _closed(rng)
    stem = _stem(rng, top, top[0] - rng.uniform(-0.03, 0.06))
    return [joined(line(rng, right, corner), line(rng, corner, top), *stem)]


def four_lightning(rng: np.random.Generator) -> Strokes:
    """Germany, Austria, Switzerland: like a flash of lightning, with a short stem over the bar."""
    bar = rng.uniform(0.5, 0.68)
    start = (rng.uniform(0.15, 0.5), 0.0)
    corner = (rng.uniform(-0.05, 0.06), bar)
    right = (rng.uniform(0.42, 0.82), bar + rng.normal(-0.02, 0.03))
    x = right[0] * rng.uniform(0.58, 0.78)
    top = (x + rng.uniform(0.0, 0.08), bar - rng.uniform(0.12, 0.3))
    return [
        joined(line(rng, start, corner), line(rng, corner, right)),
        *_stem(rng, top, x - rng.uniform(0, 0.12), rng.uniform(0.92, 1.1)),
    ]


def four_short(rng: np.random.Generator) -> Strokes:
    """Cramped writers: the stem hardly leaves the bar below."""
    top, corner, right = _closed(rng)
    bar = corner[1] + rng.uniform(0.05, 0.12)
    chevron = joined(line(rng, top, (corner[0], bar)), line(rng, (corner[0], bar), (right[0], bar)))
    slip = (top[0] + rng.uniform(0, 0.06), rng.uniform(0.0, 0.25))
    return [chevron, *_stem(rng, slip, top[0], bar + rng.uniform(0.12, 0.2))]


GLYPHS = (
    Glyph("2 plain", "2", two),
    Glyph("2 curled", "2", two_curled),
    Glyph("2 looped", "2", two_looped),
    Glyph("2 swan", "2", two_swan),
    Glyph("3 round", "3", three),
    Glyph("3 flat", "3", three_flat),
    Glyph("3 looped", "3", three_looped),
    Glyph("4 open", "4", four_open),
    Glyph("4 at once", "4", four_at_once),
    Glyph("4 closed", "4", four_closed),
    Glyph("4 triangular", "4", four_triangular),
    Glyph("4 lightning", "4", four_lightning),
    Glyph("4 short", "4", four_short),
)
