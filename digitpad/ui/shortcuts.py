"""What the keys do: all shortcuts in one dialog, read from the actions themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from digitpad.ui import theme

translate = QCoreApplication.translate

#: A title, in the application's language, and the actions below it.
Group = tuple[str, Sequence[QAction]]


def keys_of(action: QAction) -> list[str]:
    """An action's shortcuts as they are written on this system: ``["Ctrl+Y", "Ctrl+Shift+Z"]``."""
    form = QKeySequence.SequenceFormat.NativeText
    return [keys.toString(form) for keys in action.shortcuts() if not keys.isEmpty()]


def name_of(action: QAction) -> str:
    """An action's text without the mark of its mnemonic and without the dots of a dialog."""
    text = action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")
    return text.removesuffix("…").removesuffix("...")


class ShortcutsDialog(QDialog):
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

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def retranslate(self) -> None:
        """Read the actions anew."""
        self.setWindowTitle(translate("Shortcuts", "Keyboard shortcuts"))
        self._scroll.setAccessibleName(self.windowTitle())
        self._close.setText(translate("Shortcuts", "Close"))
        table = _table(self._groups())
        self._scroll.setWidget(table)  # which deletes the one before
        wanted = table.sizeHint()
        self._scroll.setMinimumWidth(wanted.width() + 3 * theme.GRID)
        self._scroll.setMinimumHeight(min(wanted.height() + theme.GRID, 60 * theme.GRID))


def _table(groups: Sequence[Group]) -> QWidget:
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, theme.GRID, 0)
    grid.setHorizontalSpacing(6 * theme.GRID)
    grid.setVerticalSpacing(theme.GRID)
    grid.setColumnStretch(0, 1)
    for title, actions in groups:
        shown = [action for action in actions if keys_of(action)]
        if shown:
            heading = QLabel(title)
            heading.setFont(theme.sized(heading.font(), 1.0, bold=True))
            above = 2 * theme.GRID if grid.count() else 0
            heading.setContentsMargins(0, above, 0, 0)
            grid.addWidget(heading, grid.rowCount(), 0, 1, 2)
        for action in shown:
            _add_row(grid, name_of(action), keys_of(action))
    grid.setRowStretch(grid.rowCount(), 1)
    return table


def _add_row(grid: QGridLayout, name: str, keys: Sequence[str]) -> None:
    row = grid.rowCount()
    left, right = QLabel(name), QLabel("    ".join(keys))
    left.setAccessibleName(f"{name}: {', '.join(keys)}")
    grid.addWidget(left, row, 0)
    grid.addWidget(right, row, 1, Qt.AlignmentFlag.AlignRight)
