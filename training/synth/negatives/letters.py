"""Latin letters and brackets as hands write them: skeletons whose every proportion varies.

Those of a font have one shape each; these are the ones that are most easily taken for a digit, in
as many shapes as people give them. What may be a digit indeed is left out, as in
:mod:`training.synth.negatives.hershey`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from training.synth.negatives.handwriting import written
from training.synth.strokes import Points, Strokes

_Rng = np.random.Generator


def letter(rng: _Rng) -> Strokes:
    """One of :data:`LETTERS`, as a hand might write it."""
    return _any(LETTERS, rng)


def bracket(rng: _Rng) -> Strokes:
    """One of :data:`BRACKETS`, or two of them with something or nothing between."""
    return _any(BRACKETS, rng)


def _any(choice: dict[str, Callable[[_Rng], Strokes]], rng: _Rng) -> Strokes:
    names = list(choice)
    drawn = choice[names[rng.integers(len(names))]](rng)
    return written(drawn, rng, care=rng.uniform(0, 0.8))


def _path(*points: tuple[float, float]) -> Points:
    return np.array(points, dtype=np.float64)


def _bow(x: float, y: float, rx: float, ry: float, start: float, stop: float) -> Points:
    """Part of an ellipse, in degrees clockwise from the right as seen on the paper."""
    angle = np.deg2rad(np.linspace(start, stop, 24))
    return np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], axis=1)


def _moved(piece: Points, right: float) -> Points:
    moved: Points = piece + np.array((right, 0.0))
    return moved


def _in_one(rng: _Rng, *pieces: Points, share: float = 0.4) -> Strokes:
    """The pieces as one stroke, so often, or each of its own."""
    return [np.concatenate(pieces)] if rng.random() < share else list(pieces)


def _stem(rng: _Rng) -> Points:
    return _path((rng.normal(0.05, 0.08), 0), (rng.normal(0, 0.03), 1))


def _k(rng: _Rng) -> Strokes:
    high = rng.uniform(0.0, 0.45)
    waist = (rng.uniform(0.02, 0.12), rng.uniform(0.45, 0.75))
    arm, leg = (rng.uniform(0.35, 0.65), high), (rng.uniform(0.35, 0.75), rng.uniform(0.95, 1.05))
    return [_stem(rng), *_in_one(rng, _path(arm, waist), _path(waist, leg), share=0.7)]


def _bowl(rng: _Rng, low: float) -> Points:
    """The bowl of a P or an R, from the top of the stem and back to it."""
    wide = rng.uniform(0.35, 0.7)
    return _path(
        (rng.uniform(-0.1, 0.05), rng.uniform(-0.03, 0.06)),
        *(_bow(wide * 0.35, low / 2, wide * 0.65, low / 2, -85, 85)),
        (rng.uniform(-0.02, 0.1), low),
    )


def _r_capital(rng: _Rng) -> Strokes:
    low = rng.uniform(0.4, 0.6)
    leg = _path((0.05, low), (rng.uniform(0.4, 0.8), rng.uniform(0.95, 1.05)))
    return [_stem(rng), *_in_one(rng, _bowl(rng, low), leg, share=0.8)]


def _p_capital(rng: _Rng) -> Strokes:
    # A small bowl, closed: open or large, it would be a 7 or a 9 in a mirror.
    return [_stem(rng), _bowl(rng, rng.uniform(0.42, 0.6))]


def _e_capital(rng: _Rng) -> Strokes:
    wide = rng.uniform(0.4, 0.75)
    middle = rng.uniform(0.42, 0.58)
    bars = [
        _path((0, y + rng.normal(0, 0.02)), (wide * rng.uniform(0.7, 1.1), y + rng.normal(0, 0.04)))
        for y in (0, middle, 1)
    ]
    if rng.random() < 0.4:  # stem and base in one, as in L
        return [np.concatenate([_stem(rng), bars[2]]), bars[0], bars[1]]
    return [_stem(rng), *bars]


def _f_capital(rng: _Rng) -> Strokes:
    wide = rng.uniform(0.45, 0.8)
    top = _path((rng.uniform(-0.05, 0.03), 0), (wide, rng.normal(0, 0.05)))
    middle = rng.uniform(0.35, 0.55)
    return [_stem(rng), top, _path((0, middle), (wide * rng.uniform(0.6, 0.95), middle))]


def _d(rng: _Rng) -> Strokes:
    high, wide = rng.uniform(0.4, 0.6), rng.uniform(0.4, 0.65)
    start = rng.uniform(-60, -20)
    ring = _bow(wide / 2, 1 - high / 2, wide / 2, high / 2, start, start - rng.uniform(280, 340))
    stem = _path((wide + rng.normal(0.02, 0.04), 0), (wide, rng.uniform(0.95, 1.02)))
    tail = _bow(wide + 0.12, 0.93, 0.12, 0.08, 180, 40)
    if rng.random() < 0.5:
        stem = np.concatenate([stem, tail])
    return _in_one(rng, ring, stem, share=0.6)


def _x(rng: _Rng) -> Strokes:
    wide = rng.uniform(0.55, 1.0)
    if rng.random() < 0.4:  # two bows, back to back
        half = wide / 2 + rng.uniform(-0.04, 0.04)
        left = _bow(0, 0.5, half, 0.5, -80, 80)
        return [left, _bow(wide, 0.5, half, 0.5, 260, 100)]
    ends = rng.normal(0, 0.05, 4)
    return [
        _path((ends[0], 0), (wide + ends[1], 1)),
        _path((wide + ends[2], rng.normal(0, 0.05)), (ends[3], 1)),
    ]


def _h(rng: _Rng) -> Strokes:
    wide, top = rng.uniform(0.35, 0.6), rng.uniform(0.4, 0.62)
    arch = _bow(wide / 2, top + 0.2, wide / 2, 0.2, 185, 350)
    leg = _path((wide, top + 0.2), (wide * rng.uniform(0.95, 1.15), 1))
    return _in_one(rng, _stem(rng), np.concatenate([arch, leg]), share=0.6)


def _n(rng: _Rng) -> Strokes:
    wide = rng.uniform(0.6, 1.0)
    arch = _bow(wide / 2, 0.35, wide / 2, 0.35, 185, 350)
    return [np.concatenate([_path((0, 0), (0, 1)), arch, _path((wide, 0.35), (wide * 1.05, 1))])]


def _m(rng: _Rng) -> Strokes:
    wide, deep = rng.uniform(0.35, 0.6), rng.uniform(0.25, 0.7)
    if rng.random() < 0.5:
        x = rng.uniform(0.6, 0.9)
        return [_path((0, 1), (0.05, 0), (x / 2, deep), (x, 0), (x + 0.08, 1))]
    arch = _bow(wide / 2, 0.35, wide / 2, 0.35, 185, 350)
    again = _moved(arch, wide)
    return [
        np.concatenate([_path((0, 0), (0, 1)), arch, _path((wide, 1)), again, _path((2 * wide, 1))])
    ]


def _u(rng: _Rng) -> Strokes:
    wide = rng.uniform(0.6, 1.0)
    cup = _bow(wide / 2, 0.65, wide / 2, 0.35, 175, 5)
    return [np.concatenate([_path((0, 0)), cup, _path((wide, 0), (wide * 1.05, 1))])]


def _w(rng: _Rng) -> Strokes:
    wide, middle = rng.uniform(0.8, 1.4), rng.uniform(0.1, 0.5)
    points = _path((0, 0), (wide * 0.25, 1), (wide * 0.5, middle), (wide * 0.75, 1), (wide, 0))
    return [points]


def _n_capital(rng: _Rng) -> Strokes:
    wide = rng.uniform(0.5, 0.9)
    return [_path((0, 1), (0, 0), (wide, 1), (wide + rng.normal(0, 0.03), 0))]


def _h_capital(rng: _Rng) -> Strokes:
    wide, y = rng.uniform(0.5, 0.9), rng.uniform(0.4, 0.6)
    right = _path((wide, 0), (wide + rng.normal(0, 0.04), 1))
    return [_stem(rng), right, _path((0, y), (wide, y + rng.normal(0, 0.04)))]


def _a_capital(rng: _Rng) -> Strokes:
    # A lower bar would be the foot of a 1 with a long lead-in.
    wide, y = rng.uniform(0.6, 1.0), rng.uniform(0.45, 0.68)
    top = (wide / 2, 0.0)
    bar = _path((wide * (1 - y) / 2, y), (wide * (1 + y) / 2, y + rng.normal(0, 0.04)))
    return [np.concatenate([_path((0, 1), top), _path(top, (wide, 1))]), bar]


def _e(rng: _Rng) -> Strokes:
    wide, y = rng.uniform(0.8, 1.1), rng.uniform(0.4, 0.6)
    ring = _bow(wide / 2, 0.5, wide / 2, 0.5, 0, rng.uniform(-330, -300))
    return [np.concatenate([_path((0.03, y + rng.uniform(0.0, 0.12)), (wide * 0.95, y)), ring])]


def _square(rng: _Rng, side: float) -> Points:
    """A square bracket, opening to the right for a side of 1."""
    wide = rng.uniform(0.28, 0.5)
    top, low = side * wide * rng.uniform(0.7, 1.2), side * wide * rng.uniform(0.7, 1.2)
    return _path((top, rng.normal(0, 0.02)), (0, 0), (rng.normal(0, 0.02), 1), (low, 1))


def _curly(rng: _Rng, side: float) -> Points:
    wide = rng.uniform(0.16, 0.28)
    nose = wide * rng.uniform(0.8, 1.3)
    half = np.array(
        [(wide, 0), (wide * 0.3, 0.02), (0, 0.1), (0, 0.38), (-nose * 0.4, 0.46), (-nose, 0.5)]
    )
    other = half[::-1] * (1, -1) + (0, 1)
    return np.concatenate([half, other]) * (side, 1)


def _opening(rng: _Rng) -> Strokes:
    return [_square(rng, 1.0) if rng.random() < 0.5 else _curly(rng, 1.0)]


def _closing(rng: _Rng) -> Strokes:
    return [_curly(rng, -1.0)]


def _pair(rng: _Rng) -> Strokes:
    """Both brackets of a kind, round ones, too, with room between them."""
    apart = rng.uniform(0.45, 1.4)
    kind = rng.random()
    if kind < 0.4:
        half = rng.uniform(0.5, 0.8)
        left = _bow(half, 0.5, half, 0.62, 130, 230)
        return [left, _moved(left * (-1, 1), apart + 0.5 * half)]
    draw = _square if kind < 0.7 else _curly
    return [draw(rng, 1.0), _moved(draw(rng, -1.0), apart + 0.4)]


LETTERS: dict[str, Callable[[_Rng], Strokes]] = {
    "k": _k,
    "R": _r_capital,
    "P": _p_capital,
    "E": _e_capital,
    "F": _f_capital,
    "d": _d,
    "x": _x,
    "h": _h,
    "n": _n,
    "m": _m,
    "u": _u,
    "w": _w,
    "N": _n_capital,
    "H": _h_capital,
    "A": _a_capital,
    "e": _e,
}
BRACKETS: dict[str, Callable[[_Rng], Strokes]] = {
    "opening": _opening,
    "closing": _closing,
    "pair": _pair,
}
