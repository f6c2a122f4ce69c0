"""Forms of 2 beyond the schoolbook's: stiff, thin, flat, and script with loops.

The base of a 2 begins at its neck and goes to the right only, which tells it from a 1 with a foot.
"""

from __future__ import annotations

import numpy as np

from training.synth.forms.pen import (
    AddedStrokes,
    Glyph,
    Point,
    joined,
    line,
    oval,
    smooth,
    spline,
)
from training.synth.strokes import Points, Strokes


def _head(rng: np.random.Generator, top: Point) -> Points | None:
    """What leads up to the neck of a stiff 2: nothing, a tick or a small arch."""
    kind = rng.random()
    if kind < 0.3:
        return None
    x, y = top
    if kind < 0.7:
        long, angle = rng.uniform(0.05, 0.34), np.deg2rad(rng.uniform(-12, 60))
        return line(rng, (x - long * np.cos(angle), y + long * np.sin(angle)), top, 0.05)
    wide, high = rng.uniform(0.06, 0.22), rng.uniform(0.05, 0.14)
    arch = oval((x - wide, y + high * 0.4), (wide, high), rng.uniform(160, 215), 345)
    return smooth(rng, [*arch, top])


def _base(rng: np.random.Generator, start: Point, longest: float = 1.0) -> Points:
    """From the neck to the right: straight, rising or in a wave, or with a tick at its end."""
    long = rng.uniform(0.34, longest)
    x, y = start
    rise, wave = rng.normal(0.03, 0.1) * long, rng.normal(0, 0.07) * long
    points = [
        (x, y),
        (x + long * 0.3, y - rise * 0.3 - wave),
        (x + long * 0.7, y - rise * 0.7 + wave),
        (x + long, y - rise),
    ]
    if rng.random() < 0.18:
        points.append((x + long * rng.uniform(0.98, 1.1), y - rise - rng.uniform(0.05, 0.3)))
    return spline(np.array(points))


def two_stiff(rng: np.random.Generator) -> Strokes:
    """Hasty hands: a small head or none, a straight neck of any lean, and a base."""
    foot = (0.0, 1.0)
    lean = rng.uniform(-0.35, 0.6)
    top = (lean, rng.uniform(0.0, 0.03))
    bow = rng.uniform(-0.04, 0.2) if rng.random() < 0.5 else rng.normal(0, 0.03)
    middle = (lean / 2 + bow, rng.uniform(0.4, 0.65))
    neck = spline(np.array([top, middle, foot]))
    head = _head(rng, top)
    pieces = [neck] if head is None else [head, neck]
    kind = rng.random()
    if kind < 0.7:
        return [joined(*pieces, _base(rng, foot))]
    # A flat loop to the left, before the base goes to the right.
    reach, lift = rng.uniform(0.06, 0.3), rng.uniform(0.02, 0.16)
    left = (foot[0] - reach, foot[1] + rng.normal(0, 0.02))
    loop = [foot, left, (left[0] + reach * 0.1, left[1] - lift), (reach * 0.7, 1 - lift * 0.7)]
    far = (rng.uniform(0.35, 0.9), rng.uniform(0.88, 1.03))
    back = spline(np.array([*loop[1:], far]))
    return [joined(*pieces, line(rng, foot, left, 0.05), back)]


def two_turned(rng: np.random.Generator) -> Strokes:
    """A neck that falls to the right, back along the base to the left, and right again."""
    lean = rng.uniform(-0.8, -0.28)
    top = (lean, rng.uniform(0.0, 0.03))
    neck = spline(np.array([top, (lean / 2 + rng.uniform(-0.02, 0.16), 0.5), (0.0, 1.0)]))
    head = _head(rng, top)
    reach = rng.uniform(0.2, 0.65)
    back = (-reach, 1 + rng.normal(0.02, 0.03))
    far = (rng.uniform(0.15, 0.65), back[1] + rng.normal(-0.02, 0.05))
    turn = (back[0] + rng.uniform(0.0, 0.04), back[1] - rng.normal(0.0, 0.06))
    base = [line(rng, (0.0, 1.0), back, 0.05), line(rng, back, turn), line(rng, turn, far, 0.05)]
    return [joined(*([] if head is None else [head]), neck, *base)]


def two_thin(rng: np.random.Generator) -> Strokes:
    """Fast hands: a narrow arch, a neck that falls nearly straight or in a wave, a short base."""
    wide, high = rng.uniform(0.12, 0.4), rng.uniform(0.08, 0.24)
    arch = oval((wide / 2, high), (wide / 2, high), rng.uniform(165, 205), 372)
    left = wide * rng.uniform(0.1, 0.75)
    knee = (wide * rng.uniform(0.6, 0.95), rng.uniform(0.45, 0.6))
    neck = smooth(rng, [*arch, knee, (left, 0.97)])
    end = (left + rng.uniform(0.1, 0.4), neck[-1, 1] + rng.uniform(-0.06, 0.08))
    return [joined(neck, line(rng, (neck[-1, 0], neck[-1, 1]), end, 0.06))]


def two_flat(rng: np.random.Generator) -> Strokes:
    """Fast hands: low, with a small head and a base up to three times as long as it is high."""
    wide, high = rng.uniform(0.25, 0.6), rng.uniform(0.2, 0.4)
    start = rng.uniform(165, 215)
    arch = oval((wide / 2, high), (wide / 2, high), start, rng.uniform(340, 385))
    foot = (wide * rng.uniform(0.0, 0.9), 1.0)
    long, rise = rng.uniform(0.9, 2.6), rng.uniform(-0.05, 0.75)
    neck = smooth(rng, [*arch, foot])
    base = line(rng, foot, (foot[0] + long, 1 - rise), 0.05)
    return [joined(neck, base)]


def _script_head(rng: np.random.Generator) -> list[Point]:
    """From the right to the left, up and round: a loop whose start the neck will cross."""
    rx, ry = rng.uniform(0.1, 0.34), rng.uniform(0.11, 0.26)
    centre = (0.5, ry)
    ring = oval(
        centre, (rx, ry), rng.uniform(95, 150), rng.uniform(375, 405), rng.uniform(-0.2, 0.4)
    )
    out = rng.uniform(0.2, 2.4)
    start = (0.5 + rx * out, ry * rng.uniform(1.1, 1.95))
    return [start, *ring]


def two_script(rng: np.random.Generator) -> Strokes:
    """Script: a loop for a head, a loop or a corner at the foot, and a tail that may curl up."""
    head = _script_head(rng)
    left = 0.5 - rng.uniform(0.05, 0.5)
    if rng.random() < 0.65:
        size, wide = rng.uniform(0.04, 0.17), rng.uniform(0.05, 0.22)
        foot = oval((left + wide * 0.3, 0.98 - size), (wide, size), rng.uniform(50, 80), 300)
        body = smooth(rng, [*head, *foot, *_tail(rng, left + wide)])
        return [body]
    neck = smooth(rng, [*head, (left, 0.98)])
    at = (float(neck[-1, 0]), float(neck[-1, 1]))
    return [joined(neck, spline(np.array([at, *_tail(rng, at[0])])))]


def _tail(rng: np.random.Generator, x: float) -> list[Point]:
    """The base of a script 2, as a wave that may curl up at its end."""
    long = rng.uniform(0.35, 0.9)
    low = rng.uniform(0.96, 1.06)
    tail = [(x + long * 0.5, low), (x + long, low - rng.uniform(0.0, 0.14))]
    if rng.random() < 0.45:
        up = rng.uniform(0.1, 0.4)
        tail.append((x + long * rng.uniform(1.0, 1.15), low - up))
        if rng.random() < 0.4:
            tail.append((x + long * rng.uniform(0.8, 1.0), low - up - rng.uniform(0.0, 0.05)))
    return tail


def two_looped_foot(rng: np.random.Generator) -> Strokes:
    """An ordinary head, and a large loop at the foot, round or flat, far to the left or not."""
    wide = rng.uniform(0.35, 0.75)
    high = rng.uniform(0.16, 0.28)
    arch = oval((wide / 2, high), (wide / 2, high), rng.uniform(165, 215), 385)
    size, round_ = rng.uniform(0.05, 0.18), rng.uniform(0.06, 0.26)
    x = wide * rng.uniform(0.0, 0.5)
    foot = oval((x, 0.98 - size), (round_, size), rng.uniform(40, 80), 305)
    return [smooth(rng, [*arch, *foot, *_tail(rng, x + round_)])]


# -- on real 2s ----------------------------------------------------------------------------------


def _corner(stroke: Points) -> int | None:
    """Where the neck of a 2 written in one stroke turns into its base."""
    low, high = stroke.min(axis=0), stroke.max(axis=0)
    size = high - low
    lower = np.flatnonzero(stroke[:, 1] > low[1] + 0.7 * size[1])
    # Not the end of the base, which may hang as low.
    lower = lower[lower < len(stroke) - 3]
    if len(lower) < 3 or size[1] == 0:
        return None
    at = int(lower[np.argmin(stroke[lower, 0])])
    goes_right = stroke[-1, 0] > stroke[at, 0] + 0.3 * size[0]
    return at if goes_right and 3 < at < len(stroke) - 3 else None


def loop_two(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Cursive hands: a loop where the neck turns into the base."""
    if len(strokes) != 1 or (at := _corner(strokes[0])) is None:
        return None
    stroke = strokes[0]
    high = float(np.ptp(stroke[:, 1]))
    x, y = stroke[at]
    size, wide = rng.uniform(0.04, 0.15) * high, rng.uniform(0.05, 0.2) * high
    ring = np.array(oval((x - wide * 0.4, y - size), (wide, size), rng.uniform(40, 80), 310))
    back, on = max(at - len(stroke) // 10, 1), min(at + len(stroke) // 8, len(stroke) - 2)
    loop = spline(np.concatenate([stroke[back : back + 1], ring, stroke[on : on + 1]]))
    return [joined(stroke[:back], loop, stroke[on + 1 :])]


def behead_two(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Hasty hands: the pen sets down late, so that little or nothing of the head is left."""
    if len(strokes) != 1 or (at := _corner(strokes[0])) is None:
        return None
    stroke = strokes[0]
    high = float(np.ptp(stroke[:, 1]))
    before = stroke[:at]
    right = int(np.argmax(before[:, 0]))
    if before[right, 1] > stroke[:, 1].min() + 0.5 * high or right < 4:
        return None
    begin = int(right * rng.uniform(0.35, 1.0))
    return [stroke[begin:]]


def curl_two(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
    """Script: the pen comes from the right, across the place of the neck, into the head."""
    if len(strokes) != 1 or (at := _corner(strokes[0])) is None:
        return None
    stroke = strokes[0]
    low, size = stroke.min(axis=0), np.ptp(stroke, axis=0)
    x, y = stroke[0] - low
    right = float(stroke[:at, 0].max() - low[0])
    if x > 0.4 * right or y > 0.5 * size[1]:
        return None
    deep = y + rng.uniform(0.08, 0.22) * size[1]
    start = (right * rng.uniform(0.7, 1.6), deep + rng.uniform(-0.1, 0.1) * size[1])
    bend = (x + right * rng.uniform(0.1, 0.35), deep)
    curl = spline(np.array([start, bend, (x, y), *(stroke[3:7:3] - low)])) + low
    return [joined(curl, stroke[7:])]


GLYPHS = (
    Glyph("2 stiff", "2", two_stiff, weight=5),
    Glyph("2 turned", "2", two_turned, weight=1.5),
    Glyph("2 thin", "2", two_thin, weight=2),
    Glyph("2 flat", "2", two_flat, weight=1.5),
    Glyph("2 script", "2", two_script, weight=4),
    Glyph("2 with a looped foot", "2", two_looped_foot, weight=2),
)
MARKS = (
    AddedStrokes("2 looped", "2", loop_two, weight=1.5),
    AddedStrokes("2 beheaded", "2", behead_two, weight=2),
    AddedStrokes("2 curled", "2", curl_two, weight=1.5),
)
