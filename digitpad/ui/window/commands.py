"""The window's actions by name, with their texts, shortcuts and menus."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from digitpad.ui.style.icons import NAMES as ICONS
from digitpad.ui.style.icons import icon

translate = QCoreApplication.translate
Text = Callable[[], str]


def plain(text: str) -> str:
    """An action's text without the mark of its mnemonic, which Korean puts behind: ``(&F)``."""
    return re.sub(r"\(&\w\)|&(?!&)", "", text)


def from_table(table: Callable[[], Mapping[str, str]]) -> Callable[[str], Text]:
    """Texts by their names in a table, which is made in the language of the moment."""
    return lambda name: lambda: table()[name]


def _titles() -> dict[str, str]:
    return {
        "file": translate("Commands", "&File"),
        "edit": translate("Commands", "&Edit"),
        "draw": translate("Commands", "&Draw"),
        "model": translate("Commands", "&Model"),
        "view": translate("Commands", "&View"),
        "help": translate("Commands", "&Help"),
    }


class Commands:
    """The actions of one window. Texts are functions, so that the language can change."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._actions: dict[str, QAction] = {}
        self._texts: dict[str, tuple[Text, Text | None]] = {}
        self._menus: dict[str, QMenu] = {}

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def menu(self, name: str) -> QMenu:
        """The menu ``"file"``, ``"edit"``, ``"draw"``, ``"model"``, ``"view"`` or ``"help"``.

        It is put into the menu bar, in this order, when it is first asked for.
        """
        if name not in self._menus:
            order = list(_titles())
            later = [self._menus[n] for n in order[order.index(name) :] if n in self._menus]
            menu = QMenu(_titles()[name], self._window)
            bar = self._window.menuBar()
            bar.insertMenu(later[0].menuAction() if later else None, menu)  # type: ignore[arg-type]
            self._menus[name] = menu
        return self._menus[name]

    def add(
        self,
        name: str,
        text: Text,
        keys: Sequence[str],
        call: Callable[[], object] | None = None,
        *,
        menu: str | None = None,
        tip: Text | None = None,
        checkable: bool = False,
    ) -> QAction:
        """A new action of the window.

        Args:
            name: by which it is found again; it takes the icon of this name, where there is one.
            text: its text in the language of the moment.
            keys: shortcuts, the first of which is shown.
            call: what it does, besides being checked.
            menu: which of the menus it is added to.
            tip: what a tool tip says before the shortcut; None: its text.
        """
        action = QAction(self._window)
        action.setObjectName(name)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setCheckable(checkable)
        action.setIconVisibleInMenu(False)  # where a check mark says which tool is in use
        if call is not None:
            action.triggered.connect(lambda _checked: call())
        self._actions[name], self._texts[name] = action, (text, tip)
        self._window.addAction(action)
        if menu is not None:
            self.menu(menu).addAction(action)
        self._name(name)
        return action

    def groups(self) -> list[tuple[str, list[QAction]]]:
        """Every menu's title and actions, in the order of the menu bar."""
        return [
            (plain(title), [a for a in self._menus[name].actions() if a.text()])
            for name, title in _titles().items()
            if name in self._menus
        ]

    def retranslate(self) -> None:
        """Take the texts of the language that is now installed."""
        for name in self._actions:
            self._name(name)
        for name, menu in self._menus.items():
            menu.setTitle(_titles()[name])

    def draw_icons(self) -> None:
        """Draw the icons in the colours of the window's scheme."""
        for name in ICONS:
            if name in self._actions:
                self._actions[name].setIcon(icon(name, self._window.palette()))

    def _name(self, name: str) -> None:
        action, (text, tip) = self._actions[name], self._texts[name]
        action.setText(text())
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        said = plain((tip or text)())
        action.setToolTip(f"{said} ({shown})" if shown else said)
