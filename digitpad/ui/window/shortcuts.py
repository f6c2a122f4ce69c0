"""The dialog of all keyboard shortcuts, read from the actions themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from digitpad.ui.style import theme
from digitpad.ui.style.plain import PlainLabel
from digitpad.ui.style.translations import Translated
from digitpad.ui.window.commands import plain

translate = QCoreApplication.translate

#: A title, in the application's language, and the actions below it.
Group = tuple[str, Sequence[QAction]]


def keys_of(action: QAction) -> list[str]:
    """An action's shortcuts as they are written on this system: ``["Ctrl+Y", "Ctrl+Shift+Z"]``."""
    form = QKeySequence.SequenceFormat.NativeText
    return [keys.toString(form) for keys in action.shortcuts() if not keys.isEmpty()]


def name_of(action: QAction) -> str:
    """An action's text without the mark of its mnemonic and without the dots of a dialog."""
    return plain(action.text()).removesuffix("…").removesuffix("...")


class ShortcutsDialog(Translated, QDialog):
    """A table: what is done, and with which keys. Actions without keys are left out.

    Args:
        groups: called again at every change of language.
    """

    def __init__(
        self, groups: Callable[[], Sequence[Group]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._groups = groups
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._close = QPushButton()
        self._close.setDefault(True)
        self._close.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        margin = 3 * theme.GRID
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(2 * theme.GRID)
        layout.addWidget(self._scroll)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignRight)
        self.retranslate()
        self._close.setFocus()

    def retranslate(self) -> None:
        """Read the actions anew."""
        self.setWindowTitle(translate("Shortcuts", "Keyboard shortcuts"))
        self._scroll.setAccessibleName(self.windowTitle())
        self._close.setText(translate("Shortcuts", "Close"))
        table = _table(self._groups())
        self._scroll.setWidget(table)  # which deletes the one before
        wanted = table.sizeHint()
        # What does not fit on a small screen scrolls.
        self._scroll.setMinimumWidth(wanted.width() + 3 * theme.GRID)
        self._scroll.setMinimumHeight(min(wanted.height() + theme.GRID, 64 * theme.GRID))


def _table(groups: Sequence[Group]) -> QWidget:
    """The groups side by side, in two columns of about the same height."""
    shown = [(title, [action for action in each if keys_of(action)]) for title, each in groups]
    shown = [(title, actions) for title, actions in shown if actions]
    heights = [len(actions) + 2 for _, actions in shown]
    splits = range(1, len(shown) + 1)
    first = min(splits, key=lambda n: max(sum(heights[:n]), sum(heights[n:])), default=0)
    table = QWidget()
    columns = QHBoxLayout(table)
    columns.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, theme.GRID)
    columns.setSpacing(6 * theme.GRID)
    for part in filter(None, (shown[:first], shown[first:])):
        columns.addLayout(_column(part))
    return table


def _column(groups: Sequence[Group]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(4 * theme.GRID)
    grid.setVerticalSpacing(theme.GRID // 2)
    grid.setColumnStretch(0, 1)
    for title, actions in groups:
        heading = PlainLabel(title)
        heading.setFont(theme.sized(heading.font(), 1.0, bold=True))
        heading.setContentsMargins(0, 2 * theme.GRID if grid.count() else 0, 0, 0)
        grid.addWidget(heading, grid.rowCount(), 0, 1, 2)
        for action in actions:
            _add_row(grid, name_of(action), keys_of(action))
    grid.setRowStretch(grid.rowCount(), 1)
    return grid


def _add_row(grid: QGridLayout, name: str, keys: Sequence[str]) -> None:
    row = grid.rowCount()
    left, caps = PlainLabel(name), QHBoxLayout()
    left.setAccessibleName(f"{name}: {', '.join(keys)}")
    caps.setSpacing(theme.GRID // 2)
    caps.addStretch()
    for key in keys:
        cap = PlainLabel(key)
        cap.setObjectName("key")
        cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
        caps.addWidget(cap)
    grid.addWidget(left, row, 0)
    grid.addLayout(caps, row, 1)
