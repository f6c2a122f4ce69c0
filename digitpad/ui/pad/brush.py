"""How ink looks on the page: round, smooth strokes, painted once and kept.

Nothing here reaches the network: it sees the points alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

#: Side of the page in the units of the ink.
PAGE = 480.0
#: Widths of the brush on the page, and shares of full ink, to choose from.
WIDTHS = (8.0, 14.0, 22.0, 30.0, 40.0)
OPACITIES = (0.25, 0.5, 0.75, 1.0)
#: A pen that hardly presses draws with this share of the brush's width.
LIGHTEST = 0.3
#: Widths of a pen's line that are told apart, so that paths are long and few.
_WIDTHS = 40
#: So many of the latest points of the stroke under way are painted anew at each movement. Older
#: ones are kept as pixels, so that a long line costs no more than a short one.
_LIVE = 48
#: Most curves of one path: what a path costs to paint grows faster than its length.
_CURVES = 256
#: Ink that is painted exactly, in units of the page: it covers the page twenty times. Of what goes
#: on and on after that, points chosen by chance are painted: every other one of a zigzag would be a
#: line.
_PLENTY = 500 * PAGE
#: What a point costs to paint, as the length of a line.
_POINT = 12.0

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Brush:
    """The look of ink.

    Attributes:
        width: on the page, in its units; what a mouse draws, and a pen at full pressure.
        opacity: 0..1, how far the ink covers the paper.
    """

    width: float = 22.0
    opacity: float = 1.0

    def colour(self, ink: QColor, paper: QColor) -> QColor:
        """Ink on paper as one opaque colour, so that strokes that cross do not add up."""
        share = self.opacity
        mixed = QColor()
        mixed.setRgbF(
            ink.redF() * share + paper.redF() * (1 - share),
            ink.greenF() * share + paper.greenF() * (1 - share),
            ink.blueF() * share + paper.blueF() * (1 - share),
        )
        return mixed


class Layer:
    """The finished strokes as pixels, and the older part of the stroke under way."""

    def __init__(self, size: QSize, ratio: float, page: QRectF, ink: QColor, width: float) -> None:
        self.ratio = ratio
        self._page = page
        self._ink = ink
        self._width = width
        self._settled = 0  # the stroke under way is kept up to this point
        self._painted = 0.0  # of _PLENTY
        self._pixmap = QPixmap(size * ratio)
        self._pixmap.setDevicePixelRatio(ratio)
        self._pixmap.fill(Qt.GlobalColor.transparent)

    def add(self, points: Points, pressure: Points | None) -> None:
        """Finish a stroke: the one under way, or a whole one.

        Args:
            points: (n, 2) in page coordinates.
            pressure: (n,), 0..1, or None for ink of one width.
        """
        if not self._settled:
            points, pressure = self._bounded(points, pressure)
        self._keep(points, pressure, whole=True)
        self._settled = 0

    def _bounded(self, points: Points, pressure: Points | None) -> tuple[Points, Points | None]:
        """The stroke, or every so many of its points where there is plenty of ink already."""
        cost = _cost(points)
        share = max(_PLENTY - self._painted, PAGE) / cost
        if share < 1:
            chosen = np.random.default_rng(0).random(len(points)) < share
            chosen[[0, -1]] = True
            points, pressure = points[chosen], None if pressure is None else pressure[chosen]
            cost = _cost(points)
        self._painted += cost
        return points, pressure

    def paint(self, painter: QPainter, under_way: Points, pressure: Points | None) -> None:
        """Paint everything; the stroke under way has the arguments of :meth:`add`, n >= 0."""
        while len(under_way) - self._settled > 2 * _LIVE:
            count = self._settled + _LIVE
            self._keep(under_way[:count], pressure, whole=False)
            self._settled = count - 2  # where the last curve ended
        painter.drawPixmap(0, 0, self._pixmap)
        if len(under_way):
            self._stroke(painter, under_way, pressure, whole=True)

    def _keep(self, points: Points, pressure: Points | None, *, whole: bool) -> None:
        painter = QPainter(self._pixmap)
        self._stroke(painter, points, pressure, whole=whole)
        painter.end()

    def _stroke(
        self, painter: QPainter, points: Points, pressure: Points | None, *, whole: bool
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self._page.topLeft())
        painter.scale(self._page.width() / PAGE, self._page.width() / PAGE)
        pen = QPen(self._ink, self._width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if len(points) == 1:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._ink)
            radius = (
                self._width / 2 * (1.0 if pressure is None else float(share_of_width(pressure)[0]))
            )
            painter.drawEllipse(QPointF(*points[0]), radius, radius)
        else:
            for path, share in _curves(points, pressure, self._settled, whole=whole):
                pen.setWidthF(self._width * share)
                painter.strokePath(path, pen)
        painter.restore()


def _cost(points: Points) -> float:
    """The length of a line, in units of the page, and more for its points."""
    steps = np.diff(points, axis=0)
    return float(np.hypot(steps[:, 0], steps[:, 1]).sum()) + _POINT * len(points)


def share_of_width(pressure: Points) -> Points:
    """Which shares of the brush's width a pen draws with at pressures of 0..1."""
    return LIGHTEST + (1 - LIGHTEST) * pressure


def _curves(
    points: Points, pressure: Points | None, first: int, *, whole: bool
) -> Iterator[tuple[QPainterPath, float]]:
    """The whole of :func:`_pieces` as paths, each with its share of the brush's width.

    A path ends where the width changes, and after ``_CURVES`` curves.
    """
    start, pieces = _pieces(points, first)
    shares = np.ones(len(points)) if pressure is None else share_of_width(pressure)
    shares = np.round(shares * _WIDTHS) / _WIDTHS
    path, current = QPainterPath(start), float(shares[first])
    for (control, end), share in zip(pieces, shares[first + 1 :].tolist(), strict=False):
        if share != current or path.elementCount() > 3 * _CURVES:
            yield path, current
            path, current = QPainterPath(path.currentPosition()), share
        path.quadTo(control, end)
    if whole:
        path.lineTo(QPointF(*points[-1]))
    yield path, current


def _pieces(points: Points, first: int) -> tuple[QPointF, list[tuple[QPointF, QPointF]]]:
    """Quadratic curves between the midpoints of a stroke's points, with the points as controls.

    Args:
        points: (n, 2), n >= 2.
        first: 0 for the whole stroke, else the index of the midpoint to begin at.

    Returns:
        Where the first curve begins, and each curve's control point and end, up to the last
        midpoint.
    """
    middles = (points[1:] + points[:-1]) / 2
    start = QPointF(*(middles[first] if first else points[0]))
    controls, ends = points[first + 1 : -1].tolist(), middles[first + 1 :].tolist()
    return start, [(QPointF(*c), QPointF(*e)) for c, e in zip(controls, ends, strict=True)]
