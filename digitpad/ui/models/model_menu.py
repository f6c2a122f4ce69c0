"""The model menu: what it offers, and what models are called in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from digitpad.library.resources import bundled_models
from digitpad.ui.style.plain import menu_text, plain_tip
from digitpad.ui.window.commands import from_table
from digitpad.ui.window.window import Window

translate = QCoreApplication.translate


class ModelMenu:
    """Offers models to read with and, in a menu of its own, models to compare with.

    Args:
        window: gets the commands.
        calls: what each of the commands does, by its name.
        use: called with the name or file of a model that is to read.
        compare: the same of one that is to be compared with it; "" for none.
    """

    def __init__(
        self,
        window: Window,
        calls: Mapping[str, Callable[[], object]],
        use: Callable[[str], None],
        compare: Callable[[str], None],
    ) -> None:
        def add(name: str, *keys: str, menu: str | None = "model") -> QAction:
            text = from_table(_texts)(name)
            return window.commands.add(name, text, keys, calls[name], menu=menu)

        menu = window.commands.menu("model")
        above = menu.addSeparator()
        add("open-model", "Ctrl+Shift+O")
        add("explain-model")
        menu.addSeparator()
        self._others = QMenu(window)
        menu.addMenu(self._others)
        self._switch = add("compare", "C")
        self._switch.setCheckable(True)
        add("swap-models", "X")
        above_others = self._others.addSeparator()
        self._others.addAction(add("open-second", menu=None))
        self._others.addAction(add("explain-second", menu=None))
        self._choices = _Choices(menu, above, use)
        self._rivals = _Choices(self._others, above_others, compare)

    def show_models(self, offered: Mapping[str, str], current: str, compared: str | None) -> None:
        """Show what can be chosen, and what is.

        Args:
            offered: titles of models, by name or file.
            current: the one that reads.
            compared: the one beside it; None where nothing is compared.
        """
        self._choices.list(offered, current)
        nothing = {"": translate("Models", "Nothing")}
        self._rivals.list({**nothing, **offered}, compared or "", {current})
        self._others.setTitle(translate("Models", "Compare &with"))
        self._switch.setChecked(compared is not None)


class _Choices:
    """Models to choose one from, in a menu, above what else is there."""

    def __init__(self, menu: QMenu, above: QAction, use: Callable[[str], None]) -> None:
        self._menu, self._above, self._use = menu, above, use
        self._group = QActionGroup(menu)

    def list(self, titles: Mapping[str, str], chosen: str, taken: Iterable[str] = ()) -> None:
        """Offer these names and files under these titles; what is taken, only to be seen."""
        for action in self._group.actions():
            self._menu.removeAction(action)
            action.deleteLater()
        for name, title in titles.items():
            action = QAction(menu_text(title), self._group)
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.setEnabled(name not in taken)
            action.setToolTip(plain_tip(name))
            action.triggered.connect(partial(self._use, name))
            self._menu.insertAction(self._above, action)


def titles(files: Iterable[str]) -> dict[str, str]:
    """What the bundled models, and these files of others, are called: by name or path."""
    known = {"digits": translate("Models", "Digits"), "fashion": translate("Models", "Clothes")}
    files = list(files)
    return {name: known.get(name, name) for name in bundled_models()} | {
        name: f"{short_name(name, files)}{Path(name).suffix}" for name in files
    }


def short_name(name: str, names: Iterable[str]) -> str:
    """What a model is called beside others: its file's name, after as many folders as it takes.

    >>> short_name("runs/b/digits.onnx", ["runs/a/digits.onnx", "runs/b/digits.onnx", "digits"])
    'b/digits'
    """
    mine, *others = (
        Path(each).with_suffix("").parts for each in (name, *(n for n in names if n != name))
    )
    for count in range(1, len(mine)):
        if all(other[-count:] != mine[-count:] for other in others):
            return Path(*mine[-count:]).as_posix()
    return Path(*mine).as_posix()


def _texts() -> dict[str, str]:
    opens = translate("Models", "&Open a model…")
    explains = translate("Models", "&How this model is used…")
    return {
        "open-model": opens,
        "explain-model": explains,
        "compare": translate("Models", "&Compare two models"),
        "swap-models": translate("Models", "E&xchange the two models"),
        "open-second": opens,
        "explain-second": explains,
    }
