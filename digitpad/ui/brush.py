"""How ink looks on the page: round, smooth strokes, painted once and kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

#: Side of the page, and width of the brush on it, in the units of the ink.
PAGE = 480.0
BRUSH = 22.0
#: So many of the latest points of the stroke under way are painted anew at each movement. Older
#: ones are kept as pixels, so that a long line costs no more than a short one.
_LIVE = 48

Points = NDArray[np.float64]


class Layer:
    """The finished strokes as pixels, and the older part of the stroke under way."""

    def __init__(self, size: QSize, ratio: float, page: QRectF, ink: QColor) -> None:
        self.ratio = ratio
        self._page = page
        self._ink = ink
        self._settled = 0  # the stroke under way is kept up to this point
        self._pixmap = QPixmap(size * ratio)
        self._pixmap.setDevicePixelRatio(ratio)
        self._pixmap.fill(Qt.GlobalColor.transparent)

    def add(self, points: Points) -> None:
        """Finish a stroke, (n, 2) in page coordinates: the one under way, or a whole one."""
        self._keep(points, whole=True)
        self._settled = 0

    def paint(self, painter: QPainter, under_way: Points) -> None:
        """Paint everything; ``under_way`` has shape (n, 2), n >= 0."""
        while len(under_way) - self._settled > 2 * _LIVE:
            count = self._settled + _LIVE
            self._keep(under_way[:count], whole=False)
            self._settled = count - 2  # where the last curve ended
        painter.drawPixmap(0, 0, self._pixmap)
        if len(under_way):
            self._stroke(painter, under_way, whole=True)

    def _keep(self, points: Points, *, whole: bool) -> None:
        painter = QPainter(self._pixmap)
        self._stroke(painter, points, whole=whole)
        painter.end()

    def _stroke(self, painter: QPainter, points: Points, *, whole: bool) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self._page.topLeft())
        painter.scale(self._page.width() / PAGE, self._page.width() / PAGE)
        if len(points) == 1:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._ink)
            painter.drawEllipse(QPointF(*points[0]), BRUSH / 2, BRUSH / 2)
        else:
            pen = QPen(self._ink, BRUSH)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(_curve(points, self._settled, whole=whole), pen)
        painter.restore()


def _curve(points: Points, first: int, *, whole: bool) -> QPainterPath:
    """Quadratic curves between the midpoints of a stroke's points, with the points as controls.

    Args:
        points: (n, 2), n >= 2.
        first: 0 for the whole stroke, else the index of the midpoint to begin at.
        whole: go on straight to the last point, instead of ending at the last midpoint.
    """
    middles = (points[1:] + points[:-1]) / 2
    path = QPainterPath(QPointF(*(middles[first] if first else points[0])))
    controls, ends = points[first + 1 : -1].tolist(), middles[first + 1 :].tolist()
    for control, end in zip(controls, ends, strict=True):
        path.quadTo(QPointF(*control), QPointF(*end))
    if whole:
        path.lineTo(QPointF(*points[-1]))
    return path
