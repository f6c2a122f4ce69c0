"""Strokes added to images of digits, such as MNIST's; those of :mod:`training.synth.forms.marks`.

An image is enlarged, the place for a stroke is found in it, the stroke is drawn with a pen as wide
as the digit's own, and the whole is normalised as the app would normalise such a picture.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from digitpad.image.normalize import Image, normalize_bitmap
from training.synth.forms import ornaments
from training.synth.forms.pen import AddedStrokes, Point
from training.synth.strokes import Points

with suppress(ModuleNotFoundError):  # training.base.environment.require says what to install
    import cv2

#: How many times images are enlarged, and the blank rows and columns around them, in pixels.
_ZOOM, _MARGIN = 4, 48
#: Fraction bits of OpenCV's line ends.
_BITS = 4


@dataclass(frozen=True, eq=False)
class _Digit:
    """An enlarged digit.

    Attributes:
        picture: uint8 (h, w), ink 255 on paper 0.
        pen: width of the pen in pixels.
        left: of the ink, as the next three.
        top: first inked row.
        wide: inked columns.
        high: inked rows.
        holes: outlines of the paper inside the ink, specks apart: (n, 1, 2) each.
    """

    picture: NDArray[np.uint8]
    pen: float
    left: int
    top: int
    wide: int
    high: int
    holes: list[cv2.typing.MatLike]

    def run(self, row: int) -> tuple[float, float] | None:
        """Middle and width of the ink in a row, or None where it is not in one piece."""
        inked = np.flatnonzero(self.picture[row] > 127)
        if len(inked) == 0 or inked[-1] - inked[0] >= len(inked):
            return None
        return (inked[0] + inked[-1]) / 2, float(len(inked))

    def runs(self, start: float, stop: float) -> NDArray[np.float64] | None:
        """Rows, middles and widths (3, n) between two shares of the height, each in one piece."""
        rows = range(self.top + round(start * self.high), self.top + round(stop * self.high))
        found = [self.run(row) for row in rows]
        if None in found:
            return None
        middles, widths = zip(*[run for run in found if run], strict=True)
        return np.array([list(rows), middles, widths])


def _enlarged(image: Image) -> _Digit | None:
    """Enlarge, sharpen to what a pen left, and measure; None where it is not one line of ink."""
    large = cv2.resize(image, None, fx=_ZOOM, fy=_ZOOM, interpolation=cv2.INTER_CUBIC)
    # Enlarging blurs edges over eight pixels; twice the contrast makes them sharp again.
    sharp = np.clip((large - 0.5) * 510 + 127.5, 0, 255).astype(np.uint8)
    picture = np.pad(sharp, _MARGIN)
    mask = (picture > 127).astype(np.uint8)
    outlines, levels = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    areas = [cv2.contourArea(outline) for outline in outlines]
    parents = [level[3] for level in levels[0]] if outlines else []
    if parents.count(-1) != 1:
        return None
    left, top, wide, high = cv2.boundingRect(outlines[parents.index(-1)])
    holes = [i for i, parent in enumerate(parents) if parent >= 0 and areas[i] > 2 * _ZOOM**2]
    around = sum(cv2.arcLength(outline, True) for outline in outlines)
    # A stroke w wide and l long has the area w * l and, where l is much more, 2 * l of edge.
    pen = 2 * float(mask.sum()) / around
    if pen > 0.3 * max(wide, high):
        return None
    return _Digit(picture, pen, left, top, wide, high, [outlines[i] for i in holes])


def _inked(digit: _Digit, *lines: Points) -> Image | None:
    """Draw lines with the digit's pen, and normalise."""
    picture = digit.picture.copy()
    points = [np.round(points * 2**_BITS).astype(np.int32) for points in lines]
    cv2.polylines(picture, points, False, 255, max(1, round(digit.pen)), cv2.LINE_AA, _BITS)
    return normalize_bitmap(picture)


def _ring(digit: _Digit) -> tuple[Point, Point, float] | None:
    """Centre, half width and height upright, and slant of the line of a large, clean ring."""
    if len(digit.holes) != 1:
        return None
    moments = cv2.moments(digit.holes[0])
    x, y = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
    slant = -moments["mu11"] / moments["mu02"]
    # An ellipse with half axes a and b has the second moments m * a**2 / 4 and m * b**2 / 4.
    upright = moments["mu20"] - slant**2 * moments["mu02"]
    rx, ry = (2 * np.sqrt(mu / moments["m00"]) for mu in (upright, moments["mu02"]))
    lumpy = moments["m00"] < 0.9 * np.pi * rx * ry
    if lumpy or abs(slant) > 0.45 or min(rx, ry) < 1.3 * digit.pen or ry < 0.25 * digit.high:
        return None
    return (x, y), (float(rx + digit.pen / 2), float(ry + digit.pen / 2)), float(slant)


def _slash(digit: _Digit, rng: np.random.Generator) -> list[Points] | None:
    ring = _ring(digit)
    return None if ring is None else [ornaments.slash(rng, *ring)]


def _dot(digit: _Digit, rng: np.random.Generator) -> list[Points] | None:
    ring = _ring(digit)
    if ring is None or ring[1][0] < 1.75 * digit.pen:
        return None
    return [ornaments.dot(rng, *ring[:2])]


def _bare_stem(digit: _Digit) -> tuple[Point, Point] | None:
    """Top and bottom of the line of a 1 that has neither flag nor foot."""
    runs = digit.runs(0.0, 1.0)
    if runs is None or digit.high < 0.6 * _ZOOM * 20:
        return None
    rows, middles, widths = runs[:, 3:-3]
    slope, _ = np.polyfit(rows, middles, 1)
    straight = np.polyval(np.polyfit(rows, middles, 1), rows)
    off = np.abs(middles - straight).max()
    if off > 0.5 * digit.pen or np.ptp(widths) > digit.pen or abs(slope) > 0.5:
        return None
    half = digit.pen / 2
    x, y = straight[0] + slope * (half - 3), digit.top + half
    far = digit.top + digit.high - half
    return (float(x), float(y)), (float(x + slope * (far - y)), float(far))


def _flag(digit: _Digit, rng: np.random.Generator, footed: bool = False) -> list[Points] | None:
    """On a bare stem, with a bar under it or without."""
    stem = _bare_stem(digit)
    if stem is None or digit.pen > 0.17 * digit.high:
        return None
    return [ornaments.flag(rng, *stem), *([_under(stem, rng)] if footed else [])]


def _foot(digit: _Digit, rng: np.random.Generator) -> list[Points] | None:
    stem = _bare_stem(digit)
    return None if stem is None else [_under(stem, rng)]


def _under(stem: tuple[Point, Point], rng: np.random.Generator) -> Points:
    top, bottom = stem
    return ornaments.foot(rng, bottom, bottom[1] - top[1])


def _cross(digit: _Digit, rng: np.random.Generator) -> list[Points] | None:
    """A bar through a single stem that is neither crossed nor far from upright."""
    runs = digit.runs(0.36, 0.92)
    if runs is None or digit.holes:
        return None
    rows, middles, widths = runs
    lean = np.hypot(1, np.polyfit(rows, middles, 1)[0])
    even = 0.4 * lean * digit.pen < widths.min() and widths.max() < 1.7 * lean * digit.pen
    if not even or lean > 1.4:
        return None
    at = round(rng.uniform(0.1, 0.42) * len(rows))
    return [ornaments.cross(rng, (middles[at], rows[at]), digit.high)]


def _serif(digit: _Digit, rng: np.random.Generator) -> list[Points] | None:
    """A tick where the leftmost ink is the bare end of a bar at the top."""
    near = digit.picture[:, digit.left : digit.left + round(1.3 * digit.pen)] > 127
    rows = np.flatnonzero(near.any(axis=1))
    upper = rows[rows < digit.top + 0.4 * digit.high]
    if len(upper) == 0 or upper[0] > digit.top + 0.2 * digit.high:
        return None
    if upper[-1] - upper[0] > 1.7 * digit.pen or digit.wide < 0.4 * digit.high:
        return None
    if digit.pen > 0.15 * digit.high:
        return None
    start = (digit.left + digit.pen / 2, (upper[0] + upper[-1]) / 2)
    return [ornaments.serif(rng, start, digit.high)]


def _cross_and_serif(digit: _Digit, rng: np.random.Generator) -> list[Points] | None:
    """Both, where paper is left between them: a tick that meets the cross makes a 9."""
    cross, serif = _cross(digit, rng), _serif(digit, rng)
    if cross is None or serif is None:
        return None
    gaps = np.linalg.norm(cross[0][:, None] - serif[0], axis=2)
    return [*cross, *serif] if gaps.min() > 2 * digit.pen else None


def _hook(digit: _Digit, rng: np.random.Generator) -> list[Points] | None:
    """A bow at the end of a single leg that is about upright."""
    runs = digit.runs(0.64, 1.0)
    if runs is None:
        return None
    rows, middles, widths = runs[:, :-3]
    slope, _ = np.polyfit(rows, middles, 1)
    lean = np.hypot(1, slope)
    if widths.max() > 1.6 * lean * digit.pen or abs(slope) > 0.5:
        return None
    half = digit.pen / 2
    end = (middles[-1] - slope * (half - 3), digit.top + digit.high - half)
    if end[0] < digit.left + 0.35 * digit.wide:
        return None
    return [ornaments.hook(rng, end, digit.high)]


def _marked(
    find: Callable[[_Digit, np.random.Generator], list[Points] | None],
    image: Image,
    rng: np.random.Generator,
) -> Image | None:
    """An image with the strokes that were found for it, or None where there are none."""
    digit = _enlarged(image)
    strokes = None if digit is None else find(digit, rng)
    return None if digit is None or strokes is None else _inked(digit, *strokes)


IMAGE_MARKS: dict[str, AddedStrokes[Image]] = {
    name: AddedStrokes(name, name[0], partial(_marked, find))
    for name, find in (
        ("0 slashed", _slash),
        ("0 dotted", _dot),
        ("1 flagged", _flag),
        ("1 footed", _foot),
        ("1 flagged and footed", partial(_flag, footed=True)),
        ("7 crossed", _cross),
        ("7 serifed", _serif),
        ("7 crossed and serifed", _cross_and_serif),
        ("9 hooked", _hook),
    )
}
