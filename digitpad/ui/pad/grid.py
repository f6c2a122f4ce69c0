"""The grid: the 28x28 cells that the network gets, to be inked one by one."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from digitpad.image.normalize import SIZE, Image
from digitpad.ui.pad.page import Page
from digitpad.ui.style.pixels import tinted, whole_cells

Cell = tuple[int, int]

#: Grey levels that a cell can be inked with.
LEVELS = (0.25, 0.5, 0.75, 1.0)
_NOTCH = 120  # Qt's measure of one step of a wheel
_ARROWS: dict[int, Cell] = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class Grid(Page):
    """Cells that a click turns on or off, and a drag paints with what the first cell became.

    Signals:
        changed(image): float32 (28, 28), after every cell.
        committed(image): the same, at the end of an edit.
    """

    changed = Signal(object)
    committed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: Image = np.zeros((SIZE, SIZE), np.float32)
        self._paints: float | None = None  # the grey of the drag under way
        self._last: Cell = (SIZE // 2, SIZE // 2)  # where the drag is, or the keyboard
        self._is_changed = False
        self._is_away = False  # the drag has left the cells
        self._turned = 0  # of the wheel, less than a notch
        self._pen_erases = False
        self._level = LEVELS[-1]
        self._erases = False
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Grid of 28 by 28 cells"))
        self._describe()
        self.setToolTip(
            self.tr(
                "Click or drag to ink cells, and again to blank them.\n"
                "Right button: blank. Wheel: lighter or darker.\n"
                "Arrow keys and Space do the same."
            )
        )

    @property
    def image(self) -> Image:
        """The cells, float32 (28, 28), read-only: exactly what the network gets."""
        return self._image

    @property
    def is_drawing(self) -> bool:
        """Whether an edit is under way, which :attr:`committed` has not announced yet."""
        return self._paints is not None and self._is_changed

    @property
    def level(self) -> float:
        """The grey that cells are inked with, above 0 and up to 1."""
        return self._level

    def set_level(self, level: float) -> None:
        """Ink cells with another grey, above 0 and up to 1."""
        self._level = level

    def set_eraser(self, on: bool) -> None:
        """Let the pointer blank cells."""
        self._erases = on

    def set_image(self, image: Image) -> None:
        """Show other cells, float32 (28, 28). An edit under way is dropped."""
        self._image, self._paints, self._is_changed = image, None, False
        self._describe()
        self.update()

    # -- pointer -------------------------------------------------------------------------------

    def tabletEvent(self, event: QTabletEvent) -> None:
        # Left to Qt, which makes mouse events of it; only they do not know the pen's other end.
        self._pen_erases = event.pointerType() == QPointingDevice.PointerType.Eraser
        event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        right = event.button() == Qt.MouseButton.RightButton
        if not right and event.button() != Qt.MouseButton.LeftButton:
            return
        self.show_ring(False)
        self._finish()
        cell = self._cell(event.position())
        if cell is None:
            return
        erases = right or self._erases or self._pen_erases
        self._paints = 0.0 if erases or self._image[cell] == self._level else self._level
        self._last, self._is_away = cell, False
        self._ink(cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._paints is None:
            return
        if not event.buttons() & (Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton):
            self._finish()  # the release went to somebody else
            return
        cell = self._cell(event.position())
        if cell is not None and (self._is_away or cell != self._last):
            self._last = cell if self._is_away else self._last  # no line along the way outside
            self._ink(cell)
        self._is_away = cell is None

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._finish()

    def wheelEvent(self, event: QWheelEvent) -> None:
        cell = self._cell(event.position())
        if cell is None or self._paints is not None:
            return
        self._turned += event.angleDelta().y()
        notches = int(self._turned / _NOTCH)
        self._turned -= notches * _NOTCH
        step = LEVELS[0] * notches
        grey = float(np.clip(self._image[cell] + step, 0.0, 1.0))
        if notches and grey != self._image[cell]:
            self._set_at_once(cell, grey)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        step = _ARROWS.get(event.key()) if plain else None
        if step is not None:
            row, column = np.clip(np.add(self._last, step), 0, SIZE - 1).tolist()
            self._last = row, column
            self._describe()
            self._tell()
        elif plain and event.key() == Qt.Key.Key_Space:
            is_on = self._image[self._last] == self._level
            self._set_at_once(self._last, 0.0 if is_on or self._erases else self._level)
            self._tell()
        else:
            super().keyPressEvent(event)

    # -- cells ---------------------------------------------------------------------------------

    def _cell(self, position: QPointF) -> Cell | None:
        cells = self._cells()
        at = (position - cells.topLeft()) * (SIZE / cells.width())
        cell = int(np.floor(at.y())), int(np.floor(at.x()))
        return cell if min(cell) >= 0 and max(cell) < SIZE else None

    def _ink(self, cell: Cell) -> None:
        """Paint all cells on the way from the last one."""
        count = max(abs(a - b) for a, b in zip(cell, self._last, strict=True)) + 1
        rows, columns = np.linspace(self._last, cell, count).round().astype(np.intp).T
        image = self._image.copy()
        image[rows, columns] = self._paints
        image.flags.writeable = False
        self._last = cell
        if (image != self._image).any():
            self._image, self._is_changed = image, True
            self._describe()
            self.update()
            self.changed.emit(image)

    def _set_at_once(self, cell: Cell, grey: float) -> None:
        self._paints, self._last = grey, cell
        self._ink(cell)
        self._finish()

    def _finish(self) -> None:
        self._paints = None
        if self._is_changed:
            self._is_changed = False
            self.committed.emit(self._image)

    def _describe(self) -> None:
        """What a screen reader says of the cell that the arrow keys have reached."""
        row, column = self._last
        text = self.tr("row {0}, column {1}: {2} % ink")
        grey = round(float(self._image[row, column]) * 100)
        self.setAccessibleDescription(text.format(row + 1, column + 1, grey))

    def _tell(self) -> None:
        """Show and say where the keys have come to, and what is there."""
        self.show_ring(True)
        event = QAccessibleAnnouncementEvent(self, self.accessibleDescription())
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)

    # -- looks ---------------------------------------------------------------------------------

    def _cells(self) -> QRectF:
        return whole_cells(self.page_rect().adjusted(4, 4, -4, -4), self.devicePixelRatioF())

    def paintEvent(self, _event: QPaintEvent) -> None:
        cells = self._cells()
        painter = QPainter(self)
        colours = self.paint_paper(painter, ring=self._ring)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.drawImage(cells, tinted(self._image, QColor(colours.ink)))
        painter.setPen(QPen(QColor(colours.track), 1))
        painter.drawLines(_hairlines(cells))
        if self._ring:
            row, column = self._last
            side = cells.width() / SIZE
            corner = cells.topLeft() + QPointF(column, row) * side
            painter.setBrush(Qt.BrushStyle.NoBrush)
            # Two lines, so that one of them stands out on ink as on paper.
            for colour, width in ((colours.paper, 5), (colours.accent, 2)):
                painter.setPen(QPen(QColor(colour), width))
                painter.drawRect(QRectF(corner.x(), corner.y(), side, side))
        painter.end()


def _hairlines(cells: QRectF) -> list[QLineF]:
    at = [i * cells.width() / SIZE for i in range(SIZE + 1)]
    left, top, right, bottom = cells.left(), cells.top(), cells.right(), cells.bottom()
    upright = [QLineF(left + x, top, left + x, bottom) for x in at]
    return upright + [QLineF(left, top + y, right, top + y) for y in at]
