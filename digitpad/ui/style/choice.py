"""A box to choose one of several values from, in the colours of paper and ink."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QWidget

from digitpad.ui.style import theme

#: For :class:`Choice` and lines of text beside it; filled in with the colours and the grid.
STYLE = """
QComboBox, QLineEdit {{ border: 1px solid {bar}; border-radius: {half}px; color: {ink};
                        padding: {half}px {grid}px; background: {paper}; }}
QComboBox:focus, QLineEdit:focus {{ border: 2px solid {accent}; padding: 3px 7px; }}
QComboBox QLineEdit, QComboBox QLineEdit:focus {{ border: none; padding: 0; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox QAbstractItemView {{ color: {ink}; background: {paper}; border: 1px solid {bar};
                               selection-color: {on_accent};
                               selection-background-color: {accent}; }}
"""


class Choice(QComboBox):
    """Texts, and what each stands for.

    Args:
        choices: pairs of text and value.
    """

    def __init__(self, choices: Iterable[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for text, value in choices:
            self.addItem(text, value)

    def choose(self, value: str) -> bool:
        """Choose a value; false where there is no such one."""
        index = self.findData(value)
        self.setCurrentIndex(index)
        return index >= 0

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)  # a style sheet paints no arrow of its own
        half = theme.GRID / 2
        middle = QPointF(self.width() - 1.5 * theme.GRID, self.height() / 2)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(theme.colours(self.palette()).muted), 1.5)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPolyline(
            [
                middle + QPointF(-half, -half / 2),
                middle + QPointF(0, half / 2),
                middle + QPointF(half, -half / 2),
            ]
        )
        painter.end()
