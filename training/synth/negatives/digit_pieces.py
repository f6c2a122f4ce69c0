"""Several digits at once, and fragments of one: real handwriting that is not one digit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from training.synth.negatives.handwriting import smoothed
from training.synth.strokes import Points, Strokes, framed, resampled

#: Digits narrower than this share of their height are a stick, which is a 1 or close to it.
_STICK = 0.4
#: The same of a 1 that is hardly more than a line.
_BARE = 0.3
#: Points of the shortest piece that is looked at.
_FEWEST = 12
#: Height of a bow, as a multiple of its width, above which it may be a 1 or begin a 6.
_HIGHEST = 1.1
#: The same for one that opens downwards: a higher one may be a 1 with a flag or a 7.
_HIGHEST_ARCH = 0.65
#: Attempts to cut an acceptable fragment out of one digit before another is tried.
_ATTEMPTS = 4


def two_digits(digits: Sequence[Sequence[Points]]) -> Callable[[np.random.Generator], Strokes]:
    """Two to four of these digits beside one another, as in a number, or two that overlap.

    Half of them hold a bare 1, which is most easily taken for a part of the digit beside it.

    Args:
        digits: strokes of single digits, each float64 (n, 2), y down, in any unit.
    """
    sticks = [digit for digit in digits if _is_stick(digit)] or list(digits)

    def draw(rng: np.random.Generator) -> Strokes:
        count = int(rng.choice((2, 3, 4), p=(0.8, 0.15, 0.05)))
        picked = [digits[i] for i in rng.integers(len(digits), size=count)]
        if rng.random() < 0.5:
            picked[rng.integers(count)] = sticks[rng.integers(len(sticks))]
        # One hand writes digits of one size, more or less.
        size, spread = rng.uniform(0.7, 1.0), rng.uniform(0.0, 0.2)
        chosen = [_sized(digit, size * np.exp(spread * rng.standard_normal())) for digit in picked]
        close = rng.random() < 0.5
        strokes = list(chosen[0])
        for digit in chosen[1:]:
            strokes = _beside(strokes, digit, rng, close)
        return framed(strokes)

    return draw


def fragments(digits: Sequence[Sequence[Points]]) -> Callable[[np.random.Generator], Strokes]:
    """Parts cut out of these digits that are no digit; see :func:`is_fragment`.

    Args:
        digits: strokes of single digits, each float64 (n, 2), y down, in any unit.
    """
    paths = [resampled(max(framed(strokes), key=len)) for strokes in digits]

    def draw(rng: np.random.Generator) -> Strokes:
        while True:
            path = paths[rng.integers(len(paths))]
            for _ in range(_ATTEMPTS):
                length = int(len(path) * rng.uniform(0.25, 0.5))
                start = int(rng.integers(len(path) - length + 1))
                part = path[start : start + length]
                if is_fragment(part):
                    return framed([part])

    return draw


def is_fragment(path: Points) -> bool:
    """Whether a piece of a digit's path is certainly no digit: a flat bar, or a bow.

    A bar is nearly straight and at least 68 degrees off upright: steeper, it may be a 1. A bow
    turns one way only, by 60 to 200 degrees, and opens to the right, upwards or downwards, as in
    L, u and n. Opened to the left it may be a 7 or a 1; high and narrow, a 1 or the beginning of
    a 6; closed further, a 0; and a rising line with a hook may be a 1 or a 6, too.

    Args:
        path: float64 (n, 2), y down, in equal steps.
    """
    if len(path) < _FEWEST:
        return False
    path = smoothed(path, 2.0)
    steps = np.diff(path, axis=0)
    chord = path[-1] - path[0]
    straight = float(np.hypot(*chord) / np.hypot(*steps.T).sum())
    off_upright = float(np.rad2deg(np.arctan2(abs(chord[0]), abs(chord[1]))))
    if straight > 0.96:
        return off_upright > 68
    turns = np.rad2deg(np.diff(np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))))
    turned = abs(float(turns.sum()))
    one_way = turned >= 0.9 * np.abs(turns).sum()
    rising = chord[0] * chord[1] < 0
    hooked_line = off_upright < 68 and (straight > 0.75 or rising)
    bow = one_way and 60 < turned < 200 and 0.5 < straight < 0.92 and not hooked_line
    return bool(bow) and _opens_well(path)


def _opens_well(bow: Points) -> bool:
    """Whether a bow opens to no side on which a digit does, and is low enough for that."""
    x, y = (bow[0] + bow[-1]) / 2 - bow[len(bow) // 2]
    opening = np.rad2deg(np.arctan2(-y, x))  # 0 to the right, 90 upwards
    wide, high = np.ptp(bow, axis=0)
    if -110 < opening < -70:
        return bool(high < _HIGHEST_ARCH * wide)
    return bool(-20 < opening < 115 and high < _HIGHEST * wide)


def _is_stick(digit: Sequence[Points]) -> bool:
    low, high = _extent(list(digit))
    wide, tall = high - low
    return bool(wide < _BARE * tall)


def _sized(digit: Sequence[Points], size: float) -> Strokes:
    return [stroke * size for stroke in framed(digit)]


def _beside(left: Strokes, right: Strokes, rng: np.random.Generator, close: bool) -> Strokes:
    """The right digits to the right of the left ones, sometimes touching or overlapping."""
    (a_low, a_high), (b_low, b_high) = (_extent(strokes) for strokes in (left, right))
    widths = a_high[0] - a_low[0], b_high[0] - b_low[0]
    both_wide = min(widths) > _STICK
    if both_wide and rng.random() < 0.3:
        gap = -rng.uniform(0.1, 0.45) * min(widths)
    else:
        gap = rng.uniform(0.02 if both_wide else 0.08, 0.25 if close else 0.6)
    shift = np.array([a_high[0] + gap - b_low[0], rng.normal(0.0, 0.08)])
    return [*left, *(stroke + shift for stroke in right)]


def _extent(strokes: Strokes) -> tuple[Points, Points]:
    points = np.concatenate(strokes)
    return points.min(axis=0), points.max(axis=0)
