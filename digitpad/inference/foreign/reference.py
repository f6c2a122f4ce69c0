"""Reference digits: drawn by the project itself, to find out how an unknown model wants its images.

Every one is an :class:`Ink` like any other, and normalised like any other. With them come mixtures
of two digits, half of each. A model that sees what it was trained for is torn between the two; one
that sees the right shapes in the wrong units is absurdly sure of one of them. Only mixtures tell
the two apart: a network reads plain digits nearly as well when they are 255 times as bright.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from digitpad.image.normalize import normalize_ink
from digitpad.ink.ink import Ink

#: Strokes of each digit, a line for each writer: points as ``xy`` on a 10 x 10 grid, y down, ``/``
#: between strokes, which are smooth curves through their points; a corner begins a new stroke.
_WRITTEN = {
    "0": (
        "40 21 13 16 28 49 78 86 83 71 40",
        "50 32 25 38 59 68 75 72 50",
        "60 31 15 28 49 77 84 81 60",
    ),
    "1": ("50 59", "60 39", "32 50 / 50 49"),
    "2": (
        "12 21 40 61 72 64 46 28 19 / 19 89",
        "12 30 61 73 65 38 19 17 38 69 88",
        "22 40 61 63 46 29 / 29 79",
    ),
    "3": (
        "11 30 60 72 63 44 / 44 65 77 68 39 18",
        "21 40 61 62 43 34 / 34 64 76 68 49 28",
        "10 70 / 70 44 / 44 65 77 69 39 18",
    ),
    "4": (
        "30 15 / 15 85 / 61 69",
        "60 15 / 15 85 / 60 59",
        "20 14 25 75 / 71 69",
    ),
    "5": (
        "70 20 / 20 24 / 24 53 74 76 68 39 18",
        "80 30 / 30 14 / 14 43 65 77 59 18",
        "24 43 64 76 68 39 18 / 20 24 / 20 80",
    ),
    "6": (
        "60 31 14 17 29 59 77 66 45 26 17",
        "70 42 25 17 28 49 69 77 66 45 27",
        "40 22 15 28 49 69 77 65 46 28",
    ),
    "7": ("10 80 / 80 53 39", "10 70 / 70 54 49", "11 30 71 / 71 55 39"),
    "8": (
        "71 40 21 23 44 66 78 59 28 26 44 63 71",
        "40 21 23 44 63 61 40 / 44 26 28 49 68 66 44",
        "72 50 32 34 55 67 58 39 27 35 64 72",
    ),
    "9": (
        "71 40 21 24 45 64 71 / 71 75 69",
        "72 50 22 24 45 64 72 76 59 29",
        "70 40 22 24 45 65 70 / 70 59",
    ),
}
#: How each writer leans, as x per y; the first as drawn.
_SLANTS = (0.0, -0.2)


@dataclass(frozen=True)
class References:
    """Images whose right answers are known.

    Attributes:
        images: float32 (N, 28, 28), ink 1.0 on paper 0.0.
        digits: int64 (N, 2), what each shows: the same digit twice, or the two of a mixture.
    """

    images: NDArray[np.float32]
    digits: NDArray[np.int64]

    @property
    def plain(self) -> NDArray[np.bool_]:
        """bool (N,), which images show one digit."""
        result: NDArray[np.bool_] = self.digits[:, 0] == self.digits[:, 1]
        return result


@cache
def reference_inks() -> tuple[Ink, ...]:
    """Every reference digit, labelled: the digits 0 to 9 of one writer, then those of the next."""
    count = min(map(len, _WRITTEN.values()))
    return tuple(
        _ink(label, drawn[writer], slant)
        for slant in _SLANTS
        for writer in range(count)
        for label, drawn in _WRITTEN.items()
    )


@cache
def references(count: int) -> References:
    """Digits and as many mixtures.

    Args:
        count: how many of :func:`reference_inks` to take, from the first on; at least 10.
    """
    inks = reference_inks()[:count]
    plain = np.stack([image for ink in inks if (image := normalize_ink(ink)) is not None])
    digits = np.array([int(ink.label or 0) for ink in inks])
    # Each digit with the one three further on of the same writer: 0 with 3, 7 with 0, ...
    others = [i - i % 10 + (i + 3) % 10 for i in range(len(inks) // 10 * 10)]
    first = np.arange(len(others))
    mixed = (plain[first] + plain[others]) / np.float32(2)
    return References(
        np.concatenate([plain, mixed]),
        np.concatenate(
            [np.stack([digits, digits], 1), np.stack([digits[first], digits[others]], 1)]
        ),
    )


def _ink(label: str, drawn: str, slant: float) -> Ink:
    strokes = []
    for stroke in drawn.split("/"):
        points = np.array([(int(p[0]), int(p[1])) for p in stroke.split()], dtype=np.float64)
        points[:, 0] -= slant * (9 - points[:, 1])
        strokes.append(_smooth(points))
    return Ink.from_points(strokes, label)


def _smooth(points: NDArray[np.float64], steps: int = 8) -> NDArray[np.float64]:
    """A Catmull-Rom spline through points (n, 2), n >= 2; two points stay a straight line."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    before, start, end, after = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0, 1, steps, endpoint=False)[:, None, None]
    curve = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
    flat = curve.transpose(1, 0, 2).reshape(-1, 2)
    return np.concatenate([flat, points[-1:]])
