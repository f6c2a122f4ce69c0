"""A square of paper: what canvas, grid and picture have in common."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.ui.style import theme
from digitpad.ui.style.translations import Translated


class Page(Translated, QWidget):
    """The largest square in a widget, as paper; with a ring while the keyboard's focus is there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ring = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 240)

    def sizeHint(self) -> QSize:
        return QSize(480, 480)

    def page_rect(self) -> QRectF:
        """Where the paper lies in the widget."""
        side = float(min(self.width(), self.height()))
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.show_ring(event.reason() in theme.BY_KEYBOARD)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.show_ring(False)
        super().focusOutEvent(event)

    def show_ring(self, on: bool) -> None:
        """Show that keys count here, to those who use them."""
        self._ring = on
        self.update()

    def paint_paper(self, painter: QPainter, *, ring: bool) -> theme.Colours:
        """Paint the empty page, and return the colours of the scheme."""
        colours = theme.colours(self.palette())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.accent if ring else colours.track), 2))
        painter.setBrush(QColor(colours.paper))
        paper = self.page_rect().adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(paper, theme.GRID, theme.GRID)
        return colours
