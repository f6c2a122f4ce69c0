"""Forms of 4 in one stroke, and of 9 with swept tails and open or flat heads."""

from __future__ import annotations

import numpy as np

from training.synth.forms.pen import (
    AddedStrokes,
    Glyph,
    joined,
    line,
    oval,
    smooth,
    smooth_rest,
    spline,
)
from training.synth.strokes import Strokes


def four_bolt(rng: np.random.Generator) -> Strokes:
    """Like a flash of lightning: down to the left, to the right, and down, in one stroke."""
    low = rng.uniform(0.32, 0.78)
    start, corner = (rng.uniform(0.15, 0.8), 0.0), (rng.uniform(-0.05, 0.2), low)
    # As far to the right as the start, about, and well below it: else it would be a T.
    reach = max(rng.uniform(0.38, 0.95), start[0] - 0.1)
    right = (reach, max(low - rng.uniform(-0.06, 0.34), 0.18))
    end = (right[0] - rng.uniform(-0.16, 0.38), 1.0)
    if rng.random() < 0.6:
        down, over = line(rng, start, corner, 0.05), line(rng, corner, right, 0.07)
        return [joined(down, over, line(rng, right, end, 0.04))]
    round_ = [
        start,
        (corner[0] * 0.7 + start[0] * 0.3, low * 0.55),
        corner,
        (corner[0] + (right[0] - corner[0]) * 0.35, low + rng.uniform(-0.02, 0.06)),
        right,
    ]
    cup = smooth(rng, round_)
    return [joined(cup, line(rng, (cup[-1, 0], cup[-1, 1]), end, 0.04))]


def four_looped(rng: np.random.Generator) -> Strokes:
    """Cursive hands: a cup, up, and through a narrow loop at the top into the stem."""
    low = rng.uniform(0.42, 0.65)
    x = rng.uniform(0.4, 0.75)
    lean, loop = rng.uniform(-0.02, 0.16), rng.uniform(0.02, 0.08)
    start_high = rng.uniform(0.0, 0.26)  # lower, it would be the lead-in of a 1
    cup = [
        (rng.uniform(-0.05, 0.2), start_high),
        (rng.uniform(-0.08, 0.04), (start_high + low) / 2 + 0.03),
        (x * rng.uniform(0.25, 0.45), low),
        (x * 0.85, low - rng.uniform(0.06, 0.16)),
        (x + lean + loop * 0.7, 0.1),
        (x + lean, 0.0),
        (x + lean - loop, 0.1),
        (x, low),
        (x - rng.uniform(-0.06, 0.14), 1.0),
    ]
    return [smooth(rng, cup)]


def four_crossing(rng: np.random.Generator) -> Strokes:
    """Down, round and up to the right, and back to the left into a stem that leaves the loop."""
    low = rng.uniform(0.55, 0.84)
    start = (rng.uniform(0.2, 0.6), 0.0)
    wide = rng.uniform(0.5, 0.95)
    right = (wide, rng.uniform(0.32, 0.62))
    foot = (wide * rng.uniform(0.35, 0.62), 1.0)
    points = [
        start,
        (rng.uniform(0.0, 0.14), low * 0.62),
        (rng.uniform(0.02, 0.12), low),
        (wide * 0.5, low + rng.uniform(-0.04, 0.06)),
        (wide * rng.uniform(0.92, 1.05), (low + right[1]) / 2),
        right,
        (wide * rng.uniform(0.6, 0.8), right[1] + rng.uniform(-0.02, 0.12)),
    ]
    loop = smooth(rng, points)
    return [joined(loop, smooth_rest(rng, loop[-1], [(foot[0] + 0.02, low), foot]))]


def four_narrow(rng: np.random.Generator) -> Strokes:
    """Fast hands: steep and narrow, with a bar that is hardly more than a notch."""
    low, notch = rng.uniform(0.4, 0.75), rng.uniform(0.08, 0.3)
    start = (rng.uniform(0.08, 0.4), 0.0)
    corner = (rng.uniform(-0.03, 0.05), low)
    right = (corner[0] + notch, low - rng.uniform(-0.02, 0.13))
    end = (right[0] - rng.uniform(-0.12, 0.12), 1.0)
    return [
        joined(
            line(rng, start, corner, 0.04), line(rng, corner, right), line(rng, right, end, 0.04)
        )
    ]


def join_four(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """The pen is not lifted between bar and stem, and may enter the stem anywhere above the bar."""
    if len(strokes) != 2 or min(map(len, strokes)) < 4:
        return None
    first, stem = strokes
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    falls = stem[-1, 1] - stem[0, 1]
    level = first[-1, 0] - first[0, 0] > -0.2 * size[0] and falls > 0.35 * size[1]
    if not level or first[-1, 0] < low[0] + 0.4 * size[0]:
        return None
    above = np.flatnonzero(stem[:, 1] < first[-1, 1])
    if len(above) == 0:
        return None
    entry = int(above[-1] * rng.uniform(0, 1))
    over = np.flatnonzero(first[:, 0] <= stem[entry, 0] + rng.uniform(0.0, 0.3) * size[0])
    kept = first[: over[-1] + 1] if len(over) and over[-1] > len(first) // 2 else first
    return [joined(kept, stem[entry:])]


def _tail(rng: np.random.Generator, x: float, y: float, curled: bool) -> list[tuple[float, float]]:
    """From a head down: out to the right in a bow, back to the left, and up again or not."""
    far = x + rng.uniform(0.0, 0.34)
    left = x - rng.uniform(0.1, 0.62)
    middle = (y + 1) / 2
    tail = [
        (x + (far - x) * rng.uniform(0.3, 0.7), y + (middle - y) * 0.45),
        (far, middle + rng.uniform(-0.06, 0.12)),
        (far * 0.72 + left * 0.28, rng.uniform(0.9, 0.98)),
        (left, rng.uniform(0.9, 1.02)),
    ]
    if curled:
        tail.append((left - rng.uniform(-0.06, 0.12), tail[-1][1] - rng.uniform(0.08, 0.25)))
    return tail


def nine_swept(rng: np.random.Generator) -> Strokes:
    """A narrow or slanted head, and a tail that swings out, back and up, as that of a g."""
    wide, high = rng.uniform(0.12, 0.5), rng.uniform(0.2, 0.46)
    start = rng.uniform(-70, 40)
    ring = oval(
        (wide / 2, high / 2),
        (wide / 2, high / 2),
        start,
        start - rng.uniform(340, 385),
        rng.uniform(-0.1, 0.5),
    )
    x, y = ring[-1]
    if rng.random() < 0.3:  # set down inside, or led in from the right
        out = rng.uniform(-0.5, 0.7) * wide / 2
        ring = [(x + out, y + rng.uniform(-0.02, 0.08)), *ring[1:]]
    tail = _tail(rng, max(x, wide * 0.6), max(y, high * 0.6), curled=rng.random() < 0.55)
    if rng.random() < 0.5:
        return [smooth(rng, [*ring, *tail])]
    head = smooth(rng, ring)
    return [joined(head, smooth_rest(rng, head[-1], tail))]


def nine_footed(rng: np.random.Generator) -> Strokes:
    """A leg that falls straight and turns into a level line to the left, in a corner or nearly."""
    wide, high = rng.uniform(0.2, 0.5), rng.uniform(0.3, 0.5)
    start = rng.uniform(-60, 0)
    turn = rng.uniform(330, 372)
    head = smooth(rng, oval((wide / 2, high / 2), (wide / 2, high / 2), start, start - turn))
    knee = (wide * rng.uniform(0.85, 1.2), rng.uniform(0.84, 0.97))
    end = (knee[0] - rng.uniform(0.25, 0.75), rng.uniform(0.92, 1.04))
    leg = line(rng, (head[-1, 0], head[-1, 1]), knee, 0.03)
    return [joined(head, leg, line(rng, knee, end, 0.06))]


def nine_gaping(rng: np.random.Generator) -> Strokes:
    """The head stays open at the top or at the right, or has a flat top; any tail."""
    wide, high = rng.uniform(0.25, 0.6), rng.uniform(0.28, 0.52)
    start, gap = rng.uniform(-80, 10), rng.uniform(15, 75)
    cup = oval((wide / 2, high / 2), (wide / 2, high / 2), start, start - 360 + gap)
    if rng.random() < 0.35:  # led in along a flat top
        x, y = cup[0]
        cup = [(x + rng.uniform(0.05, 0.3), y + rng.uniform(-0.06, 0.04)), *cup]
    back = (wide * rng.uniform(0.95, 1.1), high * rng.uniform(0.1, 0.55))
    head = smooth(rng, [*cup, back])
    if rng.random() < 0.5:
        leg = line(rng, back, (wide * rng.uniform(0.5, 1.1), 1.0), 0.04)
        return [joined(head, leg)]
    tail = _tail(rng, wide, high * 0.8, curled=rng.random() < 0.4)
    return [joined(head, smooth_rest(rng, head[-1], tail))]


def sweep_nine(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """The leg of a real 9, cut below the head and swept out instead."""
    *others, last = strokes
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    high = float(size[1])
    if size[0] < 0.2 * high or len(last) < 8 or last[-1, 1] < low[1] + 0.75 * high:
        return None
    upper = np.flatnonzero(last[:, 1] < low[1] + rng.uniform(0.45, 0.62) * high)
    if len(upper) == 0 or upper[-1] < 3 or len(last) - upper[-1] < 3:
        return None
    kept = last[: upper[-1] + 1]
    x, y = (kept[-1] - low) / high
    if x < 0.4 * size[0] / high:
        return None
    tail = np.array(_tail(rng, float(x), float(y), curled=rng.random() < 0.55))
    curve = spline(np.concatenate([kept[-1:], tail * high + low]))
    return [*others, joined(kept, curve)]


GLYPHS = (
    Glyph("4 bolt", "4", four_bolt, weight=3),
    Glyph("4 looped", "4", four_looped),
    Glyph("4 crossing", "4", four_crossing),
    Glyph("4 narrow", "4", four_narrow),
    Glyph("9 swept", "9", nine_swept, weight=4),
    Glyph("9 with a foot", "9", nine_footed, weight=1.5),
    Glyph("9 gaping", "9", nine_gaping, weight=2),
)
MARKS = (
    AddedStrokes("4 joined", "4", join_four, weight=2),
    AddedStrokes("9 swept", "9", sweep_nine, weight=4),
)
