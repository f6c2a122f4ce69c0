"""The canvas with its tools beneath, kept square and together at any size of the window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from digitpad.ui import theme
from digitpad.ui.canvas import Canvas


class Pad(QWidget):
    """Gives the canvas the largest square there is, and the tools the same width below it."""

    def __init__(self, canvas: Canvas, left: Sequence[QAction], right: Sequence[QAction]) -> None:
        super().__init__()
        self.canvas = canvas
        canvas.setParent(self)
        self._tools = QWidget(self)
        row = QHBoxLayout(self._tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        for action in left:
            row.addWidget(_button(action))
        row.addStretch()
        for action in right:
            row.addWidget(_button(action))
        smallest = canvas.minimumSize()
        below = self._tools.sizeHint()
        self.setMinimumSize(
            max(smallest.width(), below.width()), smallest.height() + theme.GRID + below.height()
        )

    def sizeHint(self) -> QSize:
        below = theme.GRID + self._tools.sizeHint().height()
        return self.canvas.sizeHint() + QSize(0, below)

    def resizeEvent(self, event: QResizeEvent) -> None:
        below = self._tools.sizeHint().height()
        side = min(self.width(), self.height() - below - theme.GRID)
        left = (self.width() - side) // 2
        self.canvas.setGeometry(left, 0, side, side)
        self._tools.setGeometry(left, side + theme.GRID, side, below)
        super().resizeEvent(event)


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setIconSize(QSize(20, 20))
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
