"""The tools' icons, drawn as lines so that they are sharp at any scale and in any colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPalette, QPen, QPixmap, QTransform

from digitpad.ui import theme

_SIDE = 20


def icon(name: str, palette: QPalette) -> QIcon:
    """One of :data:`NAMES`, in the palette's text colours."""
    colours = theme.colours(palette)
    result = QIcon()
    for mode, colour in ((QIcon.Mode.Normal, colours.ink), (QIcon.Mode.Disabled, colours.bar)):
        for ratio in (1, 2, 3):
            result.addPixmap(_drawn(_PATHS[name](), colour, ratio), mode)
    return result


def _drawn(path: QPainterPath, colour: str, ratio: int) -> QPixmap:
    pixmap = QPixmap(_SIDE * ratio, _SIDE * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(QColor(colour), 1.75)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
    painter.end()
    return pixmap


def _undo() -> QPainterPath:
    path = QPainterPath(QPointF(6.5, 3.5))
    path.lineTo(3, 7)
    path.lineTo(6.5, 10.5)
    path.moveTo(3, 7)
    path.lineTo(12, 7)
    path.arcTo(QRectF(7.5, 7, 9, 9), 90, -180)
    path.lineTo(8, 16)
    return path


def _redo() -> QPainterPath:
    return QTransform(-1, 0, 0, 1, _SIDE, 0).map(_undo())


def _clear() -> QPainterPath:
    path = QPainterPath(QPointF(4.5, 4.5))
    path.lineTo(15.5, 15.5)
    path.moveTo(15.5, 4.5)
    path.lineTo(4.5, 15.5)
    return path


def _pen() -> QPainterPath:
    path = QPainterPath(QPointF(3.5, 16.5))
    path.lineTo(4.5, 12.5)
    path.lineTo(13.5, 3.5)
    path.lineTo(16.5, 6.5)
    path.lineTo(7.5, 15.5)
    path.closeSubpath()
    path.moveTo(11.5, 5.5)
    path.lineTo(14.5, 8.5)
    return path


def _eraser() -> QPainterPath:
    path = QPainterPath(QPointF(7, 16.5))
    path.lineTo(3.5, 13)
    path.lineTo(12, 4.5)
    path.lineTo(16.5, 9)
    path.lineTo(9, 16.5)
    path.closeSubpath()
    path.moveTo(7.5, 9)
    path.lineTo(12, 13.5)
    path.moveTo(11, 16.5)
    path.lineTo(17, 16.5)
    return path


def _grid() -> QPainterPath:
    path = QPainterPath()
    path.addRect(QRectF(3.5, 3.5, 13, 13))
    for at in (7.83, 12.17):
        path.moveTo(at, 3.5)
        path.lineTo(at, 16.5)
        path.moveTo(3.5, at)
        path.lineTo(16.5, at)
    return path


def _play() -> QPainterPath:
    path = QPainterPath(QPointF(6, 4))
    path.lineTo(15.5, 10)
    path.lineTo(6, 16)
    path.closeSubpath()
    return path


def _pause() -> QPainterPath:
    path = QPainterPath(QPointF(7, 4.5))
    path.lineTo(7, 15.5)
    path.moveTo(13, 4.5)
    path.lineTo(13, 15.5)
    return path


_PATHS = {
    "undo": _undo,
    "redo": _redo,
    "clear": _clear,
    "pen": _pen,
    "eraser": _eraser,
    "grid": _grid,
    "play": _play,
    "pause": _pause,
}
NAMES = tuple(_PATHS)
