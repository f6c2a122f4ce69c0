"""Numbers as somebody may write them, for tests: digits of a few points beside each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.ink import Ink

Strokes = list[NDArray[np.float64]]


def _arc(x: float, y: float, a: float, b: float, start: float, stop: float) -> Strokes:
    at = np.radians(np.linspace(start, stop, 40))
    return [np.stack([x + a * np.cos(at), y + b * np.sin(at)], axis=1)]


#: Each in a box about 60 wide and 100 high.
DIGITS: dict[str, Strokes] = {
    "0": _arc(30, 50, 28, 50, -90, 280),
    "1": [np.array([(12.0, 25), (32, 0), (32, 100)])],
    "2": [
        np.concatenate([_arc(30, 28, 27, 28, -170, 40)[0], np.array([(2.0, 100), (62, 100)])]),
    ],
    "3": [np.concatenate([_arc(28, 25, 25, 25, -160, 80)[0], _arc(28, 74, 30, 26, -80, 160)[0]])],
    "4": [
        np.array([(35.0, 0), (0, 65), (60, 65)]),
        np.array([(45.0, 35), (45, 100)]),
    ],
    "7": [np.array([(0.0, 0), (58, 0), (22, 100)])],
    ".": [np.array([(2.0, 94), (6, 95), (4, 99)])],
    "-": [np.array([(0.0, 52), (40, 50)])],
}
_WIDTHS = {"-": 40.0, ".": 8.0}


def written(
    text: str, gap: float = 25.0, at: tuple[float, float] = (40.0, 150.0), scale: float = 1.0
) -> Ink:
    """A number whose digits lie ``gap`` apart, its upper left corner ``at`` this place."""
    strokes: Strokes = []
    x = 0.0
    for sign in text:
        strokes += [(s + np.array([x, 0.0])) * scale + at for s in DIGITS[sign]]
        x += _WIDTHS.get(sign, 62.0) + gap
    return Ink.from_points(strokes)
