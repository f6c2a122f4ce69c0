"""Forms of 1: a long lead-in, straight or sagging, from any height; feet, hooks, bowed stems.

What makes a line at the top a lead-in, and not the bar of a 7, is that it rises: a straight one
steeply, a sagging one at its end. A foot reaches to both sides of the stem; the base of a 2 begins
at its neck (:mod:`training.synth.forms.bases`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from training.synth.forms.marks import bare_stem
from training.synth.forms.ornaments import foot
from training.synth.forms.pen import (
    AddedStrokes,
    Glyph,
    Point,
    joined,
    line,
    smooth,
    smooth_rest,
    spline,
)
from training.synth.strokes import Points, Strokes

#: Points of a lead-in.
_COUNT = 25
#: Angle of a straight lead-in against the level, in degrees; a sagging one may be flatter.
_STRAIGHT, _SAGGING = (26, 70), (14, 66)


def lead_in(rng: np.random.Generator, top: Point, bottom: Point, sag: float) -> Points:
    """Up to the top of a stem: a quadratic Bézier curve.

    Args:
        rng: source of chance.
        top: of the stem, where the lead-in ends.
        bottom: of the stem.
        sag: 0 for a straight line; 1 for one that sets out level and rises along the stem; below
            0 for one that rises first, as an arch does.
    """
    high = float(np.hypot(bottom[0] - top[0], bottom[1] - top[1]))
    fall = high * (rng.uniform(0.1, 0.65) if rng.random() < 0.7 else rng.uniform(0.5, 1.0))
    low, steepest = _SAGGING if sag > 0.3 else _STRAIGHT
    if sag < -0.1:
        low = 38
    # A line that sags as it comes may be longer than the stem.
    longest = rng.uniform(0.7, 1.5 if sag > 0.3 else 1.2) * high
    out = min(fall / np.tan(np.deg2rad(rng.uniform(low, steepest))), longest)
    start = np.array([top[0] - out, top[1] + fall])
    end = np.array(top)
    corner = np.array([top[0], start[1]])
    control = (start + end) / 2 + sag * (corner - (start + end) / 2)
    t = np.linspace(0, 1, _COUNT)[:, None]
    curve: Points = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    return curve


def _any_lead(rng: np.random.Generator, top: Point, bottom: Point) -> Points:
    """Straight, sagging or arched; sometimes with a small hook where the pen sets down."""
    kind = rng.random()
    if kind < 0.4:
        return lead_in(rng, top, bottom, rng.normal(0, 0.08))
    if kind < 0.88:
        curve = lead_in(rng, top, bottom, rng.uniform(0.15, 1.15))
        return _hooked(rng, curve) if rng.random() < 0.45 else curve
    return lead_in(rng, top, bottom, rng.uniform(-0.5, -0.15))


def _hooked(rng: np.random.Generator, curve: Points) -> Points:
    """The pen sets down above the start, falls and then turns into the curve."""
    x, y = curve[0]
    high = float(np.ptp(curve[:, 1])) + 0.1
    begin = (x - rng.uniform(-0.04, 0.08), y - rng.uniform(0.06, 0.55) * high)
    return spline(np.array([begin, (x, y), *curve[6::6]]))


def _turned(rng: np.random.Generator, lead: Points, stem: Points) -> Points:
    """Lead-in and stem in one stroke: in a corner, a rounded turn or a narrow loop."""
    kind = rng.random()
    if kind < 0.6:
        return joined(lead, stem)
    if kind < 0.85:
        before, after = rng.integers(1, 10), min(int(rng.integers(1, 7)), len(stem) - 1)
        return joined(lead[:-before], _bridge(lead[: -before + 1 or None], stem[after - 1 :]))
    x, y = lead[-1]
    aside = rng.uniform(0.015, 0.06) * rng.choice((-1, 1))
    over = (x + aside, y - rng.uniform(0.02, 0.08))
    turn = spline(np.array([lead[-3], over, stem[min(4, len(stem) - 1)]]))
    return joined(lead[:-3], turn, stem[min(4, len(stem) - 1) :])


def _bridge(lead: Points, stem: Points) -> Points:
    """A rounded turn from the end of one path into the other, and the rest of that."""
    return joined(spline(np.array([lead[-2], lead[-1], stem[0], stem[1]])), stem[2:])


def _stem(rng: np.random.Generator) -> Points:
    """From the top down: upright, leaning or slightly bowed."""
    lean = rng.normal(0.03, 0.12)
    return line(rng, (lean, 0.0), (rng.normal(0, 0.02), 1.0), 0.04)


def _point(values: Points) -> Point:
    return float(values[0]), float(values[1])


def one_led(rng: np.random.Generator) -> Strokes:
    """Germany, France, Czechia, Poland: a lead-in of any length, as long as the stem, too."""
    stem = _stem(rng)
    return [_turned(rng, _any_lead(rng, _point(stem[0]), _point(stem[-1])), stem)]


def one_led_footed(rng: np.random.Generator) -> Strokes:
    """The same on a bar, which may cut the stem above its end."""
    strokes = one_led(rng)
    return [*strokes, _bar(rng, strokes[0], 1.0)]


def _bar(rng: np.random.Generator, stem: Points, high: float) -> Points:
    """A foot under a stem or, seldom, through its lower part."""
    if rng.random() < 0.7:
        return foot(rng, _point(stem[-1]), high)
    top = stem[:, 1].min()
    at = int(np.argmin(np.abs(stem[:, 1] - (top + high * rng.uniform(0.76, 1.0)))))
    rise = rng.normal(0.03, 0.05) * high
    left, right = rng.uniform(0.15, 0.5, 2) * high
    x, y = stem[at]
    return line(rng, (x - left, y + rise), (x + right, y - rise), 0.02)


def _ended(rng: np.random.Generator, stroke: Points, high: float) -> Points:
    """A short hook back, to the left or to the right, or a foot without lifting the pen."""
    x, y = _point(stroke[-1])
    kind = rng.random()
    side = float(rng.choice((-1, 1)))
    if kind < 0.65:
        # A longer one rises: level, it would be the base of a 2.
        reach = rng.uniform(0.04, 0.27) * high
        rise = max(rng.uniform(-0.02, 0.24) * high, 0.5 * (reach - 0.12 * high))
        tip = (x + side * reach, y - rise)
        if rng.random() < 0.5:
            return joined(stroke, line(rng, (x, y), tip))
        return joined(stroke, smooth_rest(rng, stroke[-1], [(x + side * reach * 0.4, y), tip]))
    left, right = rng.uniform(0.12, 0.35, 2) * high
    turn = (x - side * left, y + rng.normal(0, 0.03) * high)
    return joined(
        stroke, line(rng, (x, y), turn), line(rng, turn, (x + side * right, turn[1]), 0.02)
    )


def one_led_hooked(rng: np.random.Generator) -> Strokes:
    """A lead-in, and a hook or a foot at the end without lifting the pen."""
    return [_ended(rng, one_led(rng)[0], 1.0)]


def one_hooked(rng: np.random.Generator) -> Strokes:
    """A bare stem that ends in a short hook, to either side."""
    return [_ended(rng, _stem(rng), 1.0)]


def one_curled(rng: np.random.Generator) -> Strokes:
    """A bare stem that runs out in a round bow at its foot, to the right and up, as in an l."""
    lean, x = rng.normal(-0.05, 0.1), rng.uniform(0.05, 0.2)
    low = rng.uniform(0.05, 0.16)
    bow = [
        (x * 0.12, 1 - low * 0.6),
        (x * 0.5, 1.0),
        (x, 1 - low * rng.uniform(0.2, 0.6)),
        (x * rng.uniform(1.05, 1.5), 1 - low * rng.uniform(0.8, 1.8)),
    ]
    kept = rng.integers(3, 5)
    return [smooth(rng, [(lean, 0.0), (lean * 0.5, 0.45), (0.0, 0.8), *bow[:kept]])]


def one_bowed(rng: np.random.Generator) -> Strokes:
    """A bare line, bowed to one side or in an S."""
    lean, bow, twist = rng.normal(0.05, 0.15), rng.normal(0, 0.07), rng.normal(0, 0.03)
    t = np.linspace(0, 1, _COUNT)
    x = lean * (1 - t) + 4 * bow * t * (1 - t) + twist * np.sin(2 * np.pi * t)
    return [np.stack([x, t], axis=1)]


def _on_stem(
    draw: Callable[[np.random.Generator, Points, float], Strokes],
) -> Callable[[Strokes, np.random.Generator], Strokes | None]:
    """A mark for 1s in one stroke, whose flag it takes the place of, from what draws on a stem."""

    def apply(strokes: Strokes, rng: np.random.Generator) -> Strokes | None:
        stem = _below_its_flag(strokes)
        if stem is None:
            return None
        high = float(np.linalg.norm(stem[-1] - stem[0]))
        # Everything here is drawn on a stem of height 1.
        drawn = draw(rng, (stem - stem[0]) / high, 1.0)
        return [stroke * high + stem[0] for stroke in drawn]

    return apply


def _below_its_flag(strokes: Strokes) -> Points | None:
    """The straight stem of a 1 in one stroke, from its top down, without a flag."""
    if len(strokes) != 1:
        return None
    highest = int(np.argmin(strokes[0][:, 1]))
    falling = bare_stem([strokes[0][highest:]])
    return bare_stem([strokes[0][: highest + 1]]) if falling is None else falling


def _led(rng: np.random.Generator, stem: Points, high: float) -> Strokes:
    stroke = _turned(rng, _any_lead(rng, _point(stem[0]), _point(stem[-1])), stem)
    kind = rng.random()
    if kind < 0.6:
        return [stroke]
    return [stroke, _bar(rng, stem, high)] if kind < 0.8 else [_ended(rng, stroke, high)]


def _hooked_end(rng: np.random.Generator, stem: Points, high: float) -> Strokes:
    return [_ended(rng, stem, high)]


GLYPHS = (
    Glyph("1 led", "1", one_led, weight=10),
    Glyph("1 led and footed", "1", one_led_footed, weight=3),
    Glyph("1 led and hooked", "1", one_led_hooked, weight=3),
    Glyph("1 hooked", "1", one_hooked, weight=2),
    Glyph("1 curled", "1", one_curled, weight=1.5),
    Glyph("1 bowed", "1", one_bowed),
)
MARKS = (
    AddedStrokes("1 led", "1", _on_stem(_led), weight=4),
    AddedStrokes("1 hooked", "1", _on_stem(_hooked_end)),
)
