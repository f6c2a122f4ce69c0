"""Forms of 0 and 1."""

from __future__ import annotations

import numpy as np

from training.synth.forms.ornaments import dot, flag, foot, slash
from training.synth.forms.pen import Glyph, Point, joined, line, oval, smooth
from training.synth.strokes import Points, Strokes

_CENTRE = (0.5, 0.5)


def _ring(rng: np.random.Generator, radii: Point, turn: float) -> Points:
    """An oval from the top to the left, ``turn`` degrees long, that need not meet itself."""
    start = rng.uniform(250, 320 - max(360 - turn, 0))
    points = oval(_CENTRE, radii, start, start - turn, tilt=rng.uniform(-0.1, 0.3))
    drift = np.linspace(1, rng.normal(1, 0.03), len(points))
    egg = rng.normal(0, 0.06)
    return smooth(
        rng,
        [
            (0.5 + (x - 0.5) * d * (1 + egg * (y - 0.5) * 2), 0.5 + (y - 0.5) * d)
            for (x, y), d in zip(points, drift, strict=True)
        ],
    )


def _radii(rng: np.random.Generator, narrowest: float = 0.2) -> Point:
    return rng.uniform(narrowest, 0.48), 0.5


def zero(rng: np.random.Generator) -> Strokes:
    """Taught nearly everywhere: one round stroke that closes."""
    return [_ring(rng, _radii(rng), rng.uniform(350, 375))]


def zero_overlapping(rng: np.random.Generator) -> Strokes:
    """Hasty writers: the end runs past the start, or the start stands out as a tick at the top."""
    radii = _radii(rng)
    ring = _ring(rng, radii, rng.uniform(355, 400))
    if rng.random() < 0.4:
        return [ring]
    x, y = ring[0]
    reach, rise = rng.uniform(0.05, 0.2), rng.uniform(-0.08, 0.1)
    if rng.random() < 0.5:
        return [joined(line(rng, (x + reach, y - rise), (x, y)), ring)]
    x, y = ring[-1]
    return [joined(ring, line(rng, (x, y), (x - reach * 0.6, y + rise)))]


def zero_spiral(rng: np.random.Generator) -> Strokes:
    """Hasty writers: the pen sets down inside the ring, or ends there, and leaves the top open."""
    radii = _radii(rng, 0.3)
    ring = oval(_CENTRE, radii, 285, rng.uniform(-72, -42), rng.uniform(-0.1, 0.2))
    count, inmost = rng.integers(2, 4), rng.uniform(0.6, 0.85)
    share = np.concatenate([np.linspace(inmost, 1, count), np.ones(len(ring) - count)])
    if rng.random() < 0.4:
        share = share[::-1]
    drawn = zip(ring, share, strict=True)
    return [smooth(rng, [(0.5 + (x - 0.5) * d, 0.5 + (y - 0.5) * d) for (x, y), d in drawn])]


def zero_looped(rng: np.random.Generator) -> Strokes:
    """Cursive writers: a small loop at the top, where the end crosses the start."""
    rx, ry = _radii(rng, 0.27)
    size = rng.uniform(0.05, 0.08)
    start, stop = rng.uniform(288, 310), rng.uniform(-50, -35)
    ring = oval(_CENTRE, (rx, ry), start, stop)
    top = 0.5 - ry + size
    loop = [(0.5 - rx * 0.1, top - 2.4 * size), (0.5 - size - 0.08, top - size), (0.5, top + size)]
    end = (0.5 + rng.uniform(0.06, 0.16), top + rng.uniform(0, 0.06))
    return [smooth(rng, [*ring, *loop, end])]


def zero_open(rng: np.random.Generator) -> Strokes:
    """Hasty writers: the ring does not quite close at the top."""
    return [_ring(rng, _radii(rng, 0.28), rng.uniform(322, 345))]


def zero_slashed(rng: np.random.Generator) -> Strokes:
    """Programmers, engineers, radio operators: a slash, inside the ring or through it."""
    radii = _radii(rng, 0.26)
    return [_ring(rng, radii, rng.uniform(352, 375)), slash(rng, _CENTRE, radii)]


def zero_slashed_at_once(rng: np.random.Generator) -> Strokes:
    """The same without lifting the pen: the ring ends at the upper right, then the slash."""
    radii = _radii(rng, 0.28)
    start = rng.uniform(295, 320)
    ring = smooth(rng, oval(_CENTRE, radii, start, start - 360))
    angle, reach = np.deg2rad(rng.uniform(118, 140)), rng.uniform(0.85, 1.35)
    end = 0.5 + radii[0] * np.cos(angle) * reach, 0.5 + radii[1] * np.sin(angle) * reach
    x, y = ring[-1]
    return [joined(ring, line(rng, (x, y), end))]


def zero_dotted(rng: np.random.Generator) -> Strokes:
    """Some programmers: a dot, or a short dash, in the middle."""
    radii = _radii(rng, 0.3)
    return [_ring(rng, radii, rng.uniform(352, 375)), dot(rng, _CENTRE, radii)]


def _stem(rng: np.random.Generator) -> tuple[Point, Point]:
    """Top and bottom of a 1."""
    slant = rng.normal(0.06, 0.09)
    return (0.5 + slant / 2, 0.0), (0.5 - slant / 2, 1.0)


def one(rng: np.random.Generator) -> Strokes:
    """North America and Britain: a bare stem."""
    return [line(rng, *_stem(rng))]


def one_flagged(rng: np.random.Generator) -> Strokes:
    """Much of the world: a flag, short and flat or long and steep."""
    top, bottom = _stem(rng)
    return [joined(flag(rng, top, bottom), line(rng, top, bottom))]


def one_continental(rng: np.random.Generator) -> Strokes:
    """Germany, France, Italy, Spain: a flag nearly as long as the stem, as in an upside-down V."""
    long = rng.uniform(0.45, 0.8)
    lean, gap = rng.normal(7, 8), rng.uniform(32, 54)
    # A flag nearer to the level would be the bar of a 7.
    down, fall = np.deg2rad((90 - lean, max(90 - lean - gap, 34)))
    top = (0.6, 0.0)
    tip = top[0] - long * np.cos(fall), long * np.sin(fall)
    bottom = top[0] - np.cos(down), np.sin(down)
    return [joined(line(rng, tip, top), line(rng, top, bottom))]


def one_footed(rng: np.random.Generator) -> Strokes:
    """Careful writers: a bare stem on a bar."""
    top, bottom = _stem(rng)
    return [line(rng, top, bottom), foot(rng, bottom, 1.0)]


def one_flagged_footed(rng: np.random.Generator) -> Strokes:
    """As in print: a flag and a bar."""
    top, bottom = _stem(rng)
    return [joined(flag(rng, top, bottom), line(rng, top, bottom)), foot(rng, bottom, 1.0)]


GLYPHS = (
    Glyph("0 plain", "0", zero),
    Glyph("0 overlapping", "0", zero_overlapping),
    Glyph("0 spiral", "0", zero_spiral),
    Glyph("0 looped", "0", zero_looped),
    Glyph("0 open", "0", zero_open),
    Glyph("0 slashed", "0", zero_slashed),
    Glyph("0 slashed at once", "0", zero_slashed_at_once),
    Glyph("0 dotted", "0", zero_dotted),
    Glyph("1 bare", "1", one),
    Glyph("1 flagged", "1", one_flagged),
    Glyph("1 continental", "1", one_continental),
    Glyph("1 footed", "1", one_footed),
    Glyph("1 flagged and footed", "1", one_flagged_footed),
)
