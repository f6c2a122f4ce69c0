"""The tools' icons, drawn as lines so that they are sharp at any scale and in any colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPalette, QPen, QPixmap, QTransform

from digitpad.ui.style import theme

_SIDE = 20


def icon(name: str, palette: QPalette) -> QIcon:
    """One of :data:`NAMES`, in the palette's text colours; filled for the tool in use."""
    colours = theme.colours(palette)
    result = QIcon()
    for mode, colour in ((QIcon.Mode.Normal, colours.ink), (QIcon.Mode.Disabled, colours.bar)):
        for filled in (False, True) if name in _INNER else (False,):
            state = QIcon.State.On if filled else QIcon.State.Off
            for ratio in (1, 2, 3):
                result.addPixmap(_drawn(name, colour, ratio, filled=filled), mode, state)
    return result


def _drawn(name: str, colour: str, ratio: int, *, filled: bool) -> QPixmap:
    path, inner = _PATHS[name](), _INNER.get(name, QPainterPath)()
    pixmap = QPixmap(_SIDE * ratio, _SIDE * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(QColor(colour), 1.75)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
    if filled:
        painter.fillPath(path, QColor(colour))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        pen.setWidthF(1.25)
    painter.strokePath(inner, pen)
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
    return path


def _pen_inner() -> QPainterPath:
    path = QPainterPath(QPointF(11.5, 5.5))
    path.lineTo(14.5, 8.5)
    return path


def _eraser() -> QPainterPath:
    path = QPainterPath(QPointF(7, 16.5))
    path.lineTo(3.5, 13)
    path.lineTo(12, 4.5)
    path.lineTo(16.5, 9)
    path.lineTo(9, 16.5)
    path.closeSubpath()
    path.moveTo(11, 16.5)
    path.lineTo(17, 16.5)
    return path


def _eraser_inner() -> QPainterPath:
    path = QPainterPath(QPointF(7.5, 9))
    path.lineTo(12, 13.5)
    return path


def _grid() -> QPainterPath:
    path = QPainterPath()
    path.addRect(QRectF(3.5, 3.5, 13, 13))
    return path


def _grid_inner() -> QPainterPath:
    path = QPainterPath()
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
#: The lines inside a shape that is filled while its tool is in use.
_INNER = {"pen": _pen_inner, "eraser": _eraser_inner, "grid": _grid_inner}
NAMES = tuple(_PATHS)
