"""The tools' icons, drawn as lines so that they are sharp at any scale and in any colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPalette, QPen, QPixmap, QTransform

from digitpad.ui.style import theme

Lines = tuple[tuple[tuple[float, float], ...], ...]

_SIDE = 20
#: Each icon's lines; one that ends where it began is closed. Undo goes on in a bend.
_OUTLINES: dict[str, Lines] = {
    "undo": (((6.5, 3.5), (3, 7), (6.5, 10.5)), ((3, 7), (12, 7))),
    "redo": (),  # undo, mirrored
    "eraser": (
        ((7, 16.5), (3.5, 13), (12, 4.5), (16.5, 9), (9, 16.5), (7, 16.5)),
        ((11, 16.5), (17, 16.5)),
    ),
    "pen": (((3.5, 16.5), (4.5, 12.5), (13.5, 3.5), (16.5, 6.5), (7.5, 15.5), (3.5, 16.5)),),
    "grid": (((3.5, 3.5), (16.5, 3.5), (16.5, 16.5), (3.5, 16.5), (3.5, 3.5)),),
    "clear": (((4.5, 4.5), (15.5, 15.5)), ((15.5, 4.5), (4.5, 15.5))),
    "play": (((6, 4), (15.5, 10), (6, 16), (6, 4)),),
    "pause": (((7, 4.5), (7, 15.5)), ((13, 4.5), (13, 15.5))),
}
#: The lines inside a shape that is filled while its tool is in use.
_INNER: dict[str, Lines] = {
    "pen": (((11.5, 5.5), (14.5, 8.5)),),
    "eraser": (((7.5, 9), (12, 13.5)),),
    "grid": tuple(
        line for at in (7.83, 12.17) for line in (((at, 3.5), (at, 16.5)), ((3.5, at), (16.5, at)))
    ),
}
NAMES = tuple(_OUTLINES)


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
    path, inner = _outline(name), _path(_INNER.get(name, ()))
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


def _path(lines: Lines) -> QPainterPath:
    path = QPainterPath()
    for line in lines:
        path.addPolygon([QPointF(*point) for point in line])
        if line[0] == line[-1]:
            path.closeSubpath()
    return path


def _outline(name: str) -> QPainterPath:
    if name == "redo":
        return QTransform(-1, 0, 0, 1, _SIDE, 0).map(_outline("undo"))
    path = _path(_OUTLINES[name])
    if name == "undo":
        path.arcTo(QRectF(7.5, 7, 9, 9), 90, -180)
        path.lineTo(8, 16)
    return path
