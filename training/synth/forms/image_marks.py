"""The marks of :mod:`training.synth.forms.marks` on images of digits, such as MNIST's.

An image is enlarged, the place for the mark is found in it, the mark is drawn with a pen as wide
as the digit's own, and the whole is normalised as the app would normalise such a picture.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.image.normalize import Image, normalize_bitmap
from training.synth.forms import ornaments
from training.synth.forms.pen import Point, Points

with suppress(ModuleNotFoundError):  # training.base.environment.require says what to install
    import cv2

#: How many times images are enlarged, and the blank rows and columns around them, in pixels.
_ZOOM, _MARGIN = 4, 48
#: Fraction bits of OpenCV's line ends.
_BITS = 4


@dataclass(frozen=True)
class ImageMark:
    """A mark that some hands add to a digit, on an image.

    Attributes:
        name: such as ``"7 crossed"``.
        label: the digit, such as ``"7"``.
        apply: a new image, float32 (28, 28), from an image and a source of chance, or None.
    """

    name: str
    label: str
    apply: Callable[[Image, np.random.Generator], Image | None]


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


def slash_zero(image: Image, rng: np.random.Generator) -> Image | None:
    """Programmers, engineers, radio operators: a slash, inside the ring or through it."""
    digit = _enlarged(image)
    ring = _ring(digit) if digit else None
    if digit is None or ring is None:
        return None
    return _inked(digit, ornaments.slash(rng, *ring))


def dot_zero(image: Image, rng: np.random.Generator) -> Image | None:
    """Some programmers: a dot, or a short dash, in the middle."""
    digit = _enlarged(image)
    ring = _ring(digit) if digit else None
    if digit is None or ring is None or ring[1][0] < 1.75 * digit.pen:
        return None
    return _inked(digit, ornaments.dot(rng, *ring[:2]))


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


def _with_stem(image: Image, rng: np.random.Generator, flagged: bool, footed: bool) -> Image | None:
    digit = _enlarged(image)
    stem = _bare_stem(digit) if digit else None
    if digit is None or stem is None or (flagged and digit.pen > 0.17 * digit.high):
        return None
    lines = [ornaments.flag(rng, *stem)] if flagged else []
    if footed:
        lines.append(ornaments.foot(rng, stem[1], stem[1][1] - stem[0][1]))
    return _inked(digit, *lines)


def flag_one(image: Image, rng: np.random.Generator) -> Image | None:
    """Much of the world: a flag on a bare stem."""
    return _with_stem(image, rng, flagged=True, footed=False)


def foot_one(image: Image, rng: np.random.Generator) -> Image | None:
    """Careful hands: a bar under a bare stem."""
    return _with_stem(image, rng, flagged=False, footed=True)


def flag_and_foot_one(image: Image, rng: np.random.Generator) -> Image | None:
    """As in print: a flag and a bar."""
    return _with_stem(image, rng, flagged=True, footed=True)


def _cross(digit: _Digit, rng: np.random.Generator) -> Points | None:
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
    return ornaments.cross(rng, (middles[at], rows[at]), digit.high)


def _serif(digit: _Digit, rng: np.random.Generator) -> Points | None:
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
    return ornaments.serif(rng, start, digit.high)


def _marked(
    image: Image,
    rng: np.random.Generator,
    *marks: Callable[[_Digit, np.random.Generator], Points | None],
) -> Image | None:
    """All marks on one digit, or None where one of them does not apply."""
    digit = _enlarged(image)
    if digit is None:
        return None
    lines = [mark(digit, rng) for mark in marks]
    drawn = [points for points in lines if points is not None]
    return _inked(digit, *drawn) if len(drawn) == len(lines) and _apart(digit, drawn) else None


def _apart(digit: _Digit, lines: list[Points]) -> bool:
    """Whether paper is left between two marks: a tick that meets the cross makes a 9."""
    if len(lines) < 2:
        return True
    gaps = np.linalg.norm(lines[0][:, None] - lines[1], axis=2)
    return bool(gaps.min() > 2 * digit.pen)


def cross_seven(image: Image, rng: np.random.Generator) -> Image | None:
    """Continental Europe, Latin America: a bar through a stem that has none."""
    return _marked(image, rng, _cross)


def serif_seven(image: Image, rng: np.random.Generator) -> Image | None:
    """East Asia, France: a tick down at the left end of a bar that has none."""
    return _marked(image, rng, _serif)


def cross_and_serif_seven(image: Image, rng: np.random.Generator) -> Image | None:
    """Careful continental hands: the tick and the cross."""
    return _marked(image, rng, _cross, _serif)


def _hook(digit: _Digit, rng: np.random.Generator) -> Points | None:
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
    return ornaments.hook(rng, end, digit.high)


def hook_nine(image: Image, rng: np.random.Generator) -> Image | None:
    """Continental Europe: a hook to the left at the end of a leg that falls straight."""
    return _marked(image, rng, _hook)


IMAGE_MARKS: dict[str, ImageMark] = {
    mark.name: mark
    for mark in (
        ImageMark("0 slashed", "0", slash_zero),
        ImageMark("0 dotted", "0", dot_zero),
        ImageMark("1 flagged", "1", flag_one),
        ImageMark("1 footed", "1", foot_one),
        ImageMark("1 flagged and footed", "1", flag_and_foot_one),
        ImageMark("7 crossed", "7", cross_seven),
        ImageMark("7 serifed", "7", serif_seven),
        ImageMark("7 crossed and serifed", "7", cross_and_serif_seven),
        ImageMark("9 hooked", "9", hook_nine),
    )
}
