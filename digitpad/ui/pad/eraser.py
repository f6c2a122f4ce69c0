"""The eraser: what it removes as it moves over the page, and its cursor."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QPainter, QPen, QPixmap

from digitpad.ink.edit import Point, erase_parts, erase_strokes
from digitpad.ink.ink import Ink
from digitpad.ui.style import theme

#: Radius of the eraser on the page, in its units.
RADIUS = 12.0
#: Ink of the usual width reaches this far from its points. Always the same, so that the brush,
#: which is only a look, does not change what is erased.
_INK = 11.0


class Eraser:
    """One way of the eraser over the page, from where it comes down to where it is lifted.

    Attributes:
        ink: what is left so far; the very ink it began with while nothing was touched.
    """

    def __init__(self, ink: Ink, at: Point, *, parts: bool) -> None:
        self.ink = ink
        self._at = at
        self._erase = erase_parts if parts else erase_strokes
        self.move_to(at)

    def move_to(self, at: Point) -> bool:
        """Go on in a straight line; whether that took anything away."""
        before = self.ink
        self.ink = self._erase(before, self._at, at, RADIUS + _INK)
        self._at = at
        return self.ink is not before


def eraser_cursor(scale: float, ratio: float, colours: theme.Colours) -> QCursor:
    """A ring of the eraser's size.

    Args:
        scale: device-independent pixels to a unit of the page.
        ratio: device pixels to a device-independent pixel.
        colours: of the scheme.
    """
    side = max(8, round(2 * RADIUS * scale))
    pixmap = QPixmap(round((side + 4) * ratio), round((side + 4) * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ring = QRectF(2, 2, side, side)
    # A light ring within a dark one is seen on paper and on ink.
    for colour, width in ((colours.paper, 3.5), (colours.ink, 1.5)):
        painter.setPen(QPen(QColor(colour), width))
        painter.drawEllipse(ring)
    painter.end()
    return QCursor(pixmap)
