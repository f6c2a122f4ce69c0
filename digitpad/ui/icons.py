"""The tools' icons, drawn as lines so that they are sharp at any scale and in any colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPalette, QPen, QPixmap, QTransform

from digitpad.ui import theme

_SIDE = 20


def icon(name: str, palette: QPalette) -> QIcon:
    """One of ``"undo"``, ``"redo"``, ``"clear"``, in the palette's text colours."""
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


_PATHS = {"undo": _undo, "redo": _redo, "clear": _clear}
