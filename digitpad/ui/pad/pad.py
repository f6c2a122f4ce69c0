"""Page or grid with scrubber and tools beneath, kept square and together at any window size."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.pad.grid import Grid
from digitpad.ui.pad.scrubber import Scrubber
from digitpad.ui.style import theme

_BESIDE = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
_ICON = Qt.ToolButtonStyle.ToolButtonIconOnly


class Pad(QWidget):
    """Gives the page the largest square there is, and what lies below it the same width.

    Args:
        groups: the tools, from left to right, in groups with space between them.
        menus: what more some of the tools offer.
    """

    def __init__(
        self,
        canvas: Canvas,
        grid: Grid,
        scrubber: Scrubber,
        play: QAction,
        groups: Sequence[Sequence[QAction]],
        menus: dict[QAction, QMenu],
    ) -> None:
        super().__init__()
        self.canvas, self.grid = canvas, grid
        canvas.setParent(self)
        grid.setParent(self)
        grid.hide()
        self._time = _row(self, [[_button(play, None, _ICON), scrubber]])
        self._buttons = [[_button(a, menus.get(a), _BESIDE) for a in group] for group in groups]
        self._tools = _row(self, self._buttons)
        # The first group goes without texts first: everybody knows undo and redo.
        self._levels = (0, 1, len(groups))
        self._widths: list[int] = []
        self.measure()

    def show_grid(self, on: bool) -> None:
        """Show the grid, or the page; the keyboard's focus goes along."""
        shown, hidden = (self.grid, self.canvas) if on else (self.canvas, self.grid)
        if shown.isHidden():
            had_focus = hidden.hasFocus()
            shown.show()
            hidden.hide()
            if had_focus:
                shown.setFocus()

    def sizeHint(self) -> QSize:
        return self.canvas.sizeHint() + QSize(0, self._below())

    def showEvent(self, event: QShowEvent) -> None:
        self.measure()  # only now do style sheets count
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()
        super().resizeEvent(event)

    def measure(self) -> None:
        """Find out how wide the tools are with texts and without, and so what the pad needs."""
        self._widths = []
        for level in self._levels:
            self._show_texts(level)
            self._widths.append(self._tools.sizeHint().width())
        smallest = max(self.canvas.minimumWidth(), self._widths[-1])
        self.setMinimumSize(smallest, smallest + self._below())
        self._place()

    def _show_texts(self, first: int) -> None:
        """Show the texts of all groups but the first ones."""
        for index, group in enumerate(self._buttons):
            for button in group:
                button.setToolButtonStyle(_ICON if index < first else _BESIDE)

    def _below(self) -> int:
        heights = (row.sizeHint().height() for row in (self._time, self._tools))
        return sum(heights) + 2 * theme.GRID

    def _place(self) -> None:
        side = min(self.width(), self.height() - self._below())
        levels = zip(self._levels, self._widths, strict=True)
        self._show_texts(next((lvl for lvl, width in levels if width <= side), self._levels[-1]))
        left = (self.width() - side) // 2
        for page in (self.canvas, self.grid):
            page.setGeometry(left, 0, side, side)
        time, tools = (row.sizeHint().height() for row in (self._time, self._tools))
        self._time.setGeometry(left, side + theme.GRID, side, time)
        self._tools.setGeometry(left, side + 2 * theme.GRID + time, side, tools)


def _row(parent: QWidget, groups: Sequence[Sequence[QWidget]]) -> QWidget:
    """Widgets side by side, with stretching space between groups."""
    row = QWidget(parent)
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.GRID // 2)
    for index, group in enumerate(groups):
        if index:
            layout.addSpacing(theme.GRID // 2)
            layout.addStretch()
        for widget in group:
            layout.addWidget(widget)
    return row


class _Tool(QToolButton):
    """A button whose menu, where it has one, opens with the arrow key that points to it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self.menu() is not None:
            self.showMenu()
        else:
            super().keyPressEvent(event)


def _button(action: QAction, menu: QMenu | None, style: Qt.ToolButtonStyle) -> QToolButton:
    button = _Tool()
    button.setDefaultAction(action)
    button.setToolButtonStyle(style)
    button.setIconSize(QSize(20, 20))
    # A click leaves the focus, and with it the keys, with the page.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if menu is not None:
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
    return button
