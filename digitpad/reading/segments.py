"""Over-segmentation: which strokes, or pieces of strokes, may be one digit of a number, and where.

Strokes are put in the order of their middles, from left to right; a digit is a run of them. A
stroke that is wide enough for two digits is offered in pieces, cut where a vertical line crosses it
once.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.ink import Ink, Stroke

#: Most pieces of one line that are told apart, and most of them in one digit.
MOST_PIECES, MOST_IN_DIGIT = 40, 4
#: No digit has a gap of this many heights of the line inside it, or is so wide.
_WIDEST_GAP, _WIDEST = 0.6, 1.7
#: A stroke that is wider than so many of its heights may be two digits.
_TWO_DIGITS = 1.1
#: Two lines: so high is either of them, as a share of the higher one.
_LINE = 0.45


class Piece(NamedTuple):
    """A stroke, or a part of one: its points from ``start`` up to ``stop``."""

    stroke: Stroke
    number: int  #: of the stroke in its drawing, from 0
    start: int
    stop: int

    @property
    def points(self) -> NDArray[np.float64]:
        return self.stroke.points[self.start : self.stop]


@dataclass(frozen=True, eq=False)
class Runs:
    """Candidates for a digit of one line.

    Attributes:
        pieces: of the line, from left to right.
        first, after: int (N,), each candidate's pieces are ``pieces[first:after]``.
        bounds: float64 (N, 4), left, top, right, bottom.
        height: of the line's tallest piece, above 0.
        gap: float64 (N,), the widest empty column inside, in units of the ink.
        cuts: int (N,), how many neighbouring pieces are of one stroke, yet in other candidates.
        breaks: int (N,), how many strokes were written between its first and its last.
    """

    pieces: tuple[Piece, ...]
    first: NDArray[np.intp]
    after: NDArray[np.intp]
    bounds: NDArray[np.float64]
    height: float
    gap: NDArray[np.float64]
    cuts: NDArray[np.intp]
    breaks: NDArray[np.intp]

    def drawn(self, run: int) -> tuple[Piece, ...]:
        """The pieces of a candidate, in the order in which they were drawn."""
        chosen = self.pieces[self.first[run] : self.after[run]]
        return tuple(sorted(chosen, key=lambda piece: (piece.number, piece.start)))

    def ink(self, run: int) -> Ink:
        """The strokes and pieces of a candidate."""
        return Ink(
            tuple(
                p.stroke if p.stop - p.start == len(p.stroke) else Stroke(p.points)
                for p in self.drawn(run)
            )
        )

    def strokes(self, run: int) -> tuple[int, ...]:
        """Indices of the strokes of a candidate in its drawing, rising."""
        return tuple(sorted({p.number for p in self.pieces[self.first[run] : self.after[run]]}))


def box(points: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of points (n, 2)."""
    x, y = points[:, 0], points[:, 1]
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def lines(ink: Ink) -> list[list[int]]:
    """Indices of the strokes of each line, top to bottom; nearly always there is one.

    Lines are strokes that an empty band parts, where both sides are high enough to be digits.
    """
    boxes = [box(stroke.points) for stroke in ink.strokes]
    order = sorted(range(len(boxes)), key=lambda i: boxes[i][1])
    bands: list[list[int]] = []
    bottom = -np.inf
    for i in order:
        if boxes[i][1] > bottom:
            bands.append([])
        bands[-1].append(i)
        bottom = max(bottom, boxes[i][3])
    heights = [max(boxes[i][3] for i in b) - min(boxes[i][1] for i in b) for b in bands]
    high = _LINE * max(heights, default=0.0)
    found: list[list[int]] = []
    waiting: list[int] = []  # small marks above a line belong to it
    for band, height in zip(bands, heights, strict=True):
        if height >= high:
            found.append(waiting + band)
            waiting = []
        elif found:
            found[-1] += band
        else:
            waiting += band
    return [sorted(line) for line in found]


def pieces_of(ink: Ink, line: list[int]) -> tuple[Piece, ...]:
    """The pieces of a line, from left to right."""
    found: list[Piece] = []
    for i in line:
        stroke = ink.strokes[i]
        at = [0, *_cuts(stroke.points), len(stroke)]
        found += [Piece(stroke, i, a, b) for a, b in pairwise(at)]
    return tuple(sorted(found, key=lambda p: float(p.points[:, 0].min() + p.points[:, 0].max())))


def runs(pieces: tuple[Piece, ...]) -> Runs:
    """The candidates of a line of at most :data:`MOST_PIECES` pieces; all of it is one of them."""
    boxes = np.array([box(piece.points) for piece in pieces])
    n = len(pieces)
    tallest = float((boxes[:, 3] - boxes[:, 1]).max())
    height = tallest or float((boxes[:, 2] - boxes[:, 0]).max()) or 1.0
    rows: list[tuple[float, ...]] = []
    for a in range(n):
        for b in range(a + 1, n + 1):
            if b - a > MOST_IN_DIGIT and (a, b) != (0, n):
                continue
            part = boxes[a:b]
            left, top = part[:, :2].min(axis=0).tolist()
            right, bottom = part[:, 2:].max(axis=0).tolist()
            gap = _gap(part)
            wide = right - left > _WIDEST * max(bottom - top, height)
            far = gap > _WIDEST_GAP * height
            if b - a > 1 and (wide or far) and not ((a, b) == (0, n) and n <= MOST_IN_DIGIT):
                continue
            used = {p.number for p in pieces[a:b]}
            cuts = sum(p.start > 0 and not _has_before(pieces[a:b], p) for p in pieces[a:b])
            rows.append(
                (a, b, left, top, right, bottom, gap, cuts, max(used) - min(used) + 1 - len(used))
            )
    table = np.array(rows)
    first, after, cut, breaks = (table[:, i].astype(np.intp) for i in (0, 1, 7, 8))
    return Runs(pieces, first, after, table[:, 2:6], height, table[:, 6], cut, breaks)


def _has_before(run: tuple[Piece, ...], piece: Piece) -> bool:
    return any(p.stroke is piece.stroke and p.stop == piece.start for p in run)


def _gap(part: NDArray[np.float64]) -> float:
    """The widest empty column between boxes (n, 4)."""
    if len(part) == 1:
        return 0.0
    part = part[np.argsort(part[:, 0])]
    reach = np.maximum.accumulate(part[:-1, 2])
    return max(0.0, float((part[1:, 0] - reach).max()))


def _cuts(points: NDArray[np.float64]) -> list[int]:
    """Indices where a wide stroke may be two digits; mostly none."""
    left, top, right, bottom = box(points)
    width, height = right - left, bottom - top
    if len(points) < 8 or width < _TWO_DIGITS * height or height == 0:
        return []
    x = points[:, 0]
    columns = np.linspace(left, right, 33)[8:25]
    low, high = np.minimum(x[:-1], x[1:]), np.maximum(x[:-1], x[1:])
    crossings = ((low[:, None] <= columns) & (high[:, None] > columns)).sum(axis=0)
    once = np.flatnonzero(np.diff(crossings == 1, prepend=False, append=False))
    found = []
    for start, stop in once.reshape(-1, 2).tolist():
        at = columns[(start + stop - 1) // 2]
        crossing = np.flatnonzero((low <= at) & (high > at))
        found.append(int(crossing[0]) + 1)
    return sorted({i for i in found if 2 < i < len(points) - 2})[:3]


def marks(ink: Ink, line: list[int]) -> tuple[int | None, list[int]]:
    """The leading minus of a line, or None, and its decimal points: indices of strokes."""
    if len(line) < 2:
        return None, []
    boxes = np.array([box(ink.strokes[i].points) for i in line])
    left, top, right, bottom = boxes.T
    wide, high = right - left, bottom - top
    tallest = high.max()
    if tallest <= 0:
        return None, []
    minus = int(left.argmin())
    others = np.arange(len(line)) != minus
    middle = (top[minus] + bottom[minus]) / 2
    upper, lower = top[others].min(), bottom[others].max()
    is_minus = (
        0.2 * tallest < wide[minus] < 1.2 * tallest
        and wide[minus] > 2.5 * high[minus]
        and right[minus] < left[others].min()
        and 0.25 < (middle - upper) / (lower - upper) < 0.75
    )
    dots = []
    for i in range(len(line)):
        x = (left[i] + right[i]) / 2
        tall = high > 0.4 * tallest
        if not (wide[i] < 0.15 * tallest and high[i] < 0.3 * tallest) or (i == minus and is_minus):
            continue
        before, behind = tall & (right < x), tall & (left > x)
        if (before | behind | ~tall).all() and before.any() and behind.any():
            near = bottom[tall].max() if tall.sum() == 1 else bottom[before].max()
            if top[i] > near - 0.35 * tallest:
                dots.append(line[i])
    return (line[minus] if is_minus else None), dots
