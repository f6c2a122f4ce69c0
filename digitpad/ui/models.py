"""The model menu: the bundled models, other people's files, and how such a file is used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QDialog, QFileDialog

from digitpad.recognizer import Recognizer, RecognizerError
from digitpad.resources import bundled_models
from digitpad.ui.model_dialog import ModelDialog
from digitpad.ui.settings import Settings
from digitpad.ui.window import Window

translate = QCoreApplication.translate


class Models(QObject):
    """Gives a window another model, and remembers which.

    A model that cannot be used is said in the status bar, and the working one stays.

    Args:
        window: gets the menu.
        settings: remembers the model, recent files, and how each is used.
        current: name or file of the model that the window has.
        device: what runs the models, as for :meth:`Recognizer.load`.
    """

    def __init__(self, window: Window, settings: Settings, current: str, device: str) -> None:
        super().__init__(window)
        self._window, self._settings, self._device = window, settings, device
        self._current = current
        self._choices = QActionGroup(self)
        self._menu = window.commands.menu("model")
        self._add_commands()
        self._list()
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LanguageChange:
            self._list()
        return super().eventFilter(watched, event)

    def open(self) -> None:
        """Ask for a file, and read with it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window,
            translate("Models", "Open a model"),
            str(Path(self._current).parent),
            translate("Models", "Models (*.onnx)"),
        )
        if name:
            self.use(name)

    def open_file(self, path: Path) -> None:
        """Read with a file, such as one that was dropped on the window."""
        self.use(str(path))

    def use(self, name: str) -> None:
        """Read with a bundled model or a file from now on."""
        try:
            recognizer = self._loaded(name)
        except RecognizerError as error:
            self._window.statusBar().showMessage(str(error))
            self._list()  # the mark is back at the working model
            return
        self._current = self._settings.model = name
        if name not in bundled_models():
            self._settings.add_recent_model(name)
        self._window.set_recognizer(recognizer)
        self._list()

    def _loaded(self, name: str) -> Recognizer:
        given = self._settings.convention(name)
        if given:
            try:
                return Recognizer.load(name, self._device, given)
            except RecognizerError:
                pass  # the file may have changed since: what it says of itself counts
        return Recognizer.load(name, self._device)

    def _explain(self) -> None:
        """Show how the model is used, and let it be changed."""
        dialog = ModelDialog(self._window.recognizer, self._window)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self._settings.set_convention(self._current, dialog.conventions.as_dict())
            self._window.set_recognizer(dialog.recognizer)

    def _add_commands(self) -> None:
        add = self._window.commands.add
        add("open-model", _open, ["Ctrl+Shift+O"], self.open, menu="model")
        add("explain-model", _explain, [], self._explain, menu="model")

    def _list(self) -> None:
        """Put what can be chosen above the commands of the menu."""
        for action in self._choices.actions():
            self._menu.removeAction(action)
            action.deleteLater()
        bundled = {name: _title(name) for name in bundled_models()}
        files = {name: Path(name).name for name in self._settings.recent_models}
        first = self._window.commands["open-model"]
        for name, title in {**bundled, **files}.items():
            self._menu.insertAction(first, self._choice(name, title))
        explained = self._window.recognizer.understanding is not None
        self._window.commands["explain-model"].setEnabled(explained)

    def _choice(self, name: str, title: str) -> QAction:
        action = QAction(title, self._choices)
        action.setCheckable(True)
        action.setChecked(name == self._current)
        action.setToolTip(name)
        action.triggered.connect(_calling(self.use, name))
        return action


def _calling(call: Callable[[str], None], name: str) -> Callable[[bool], None]:
    return lambda _checked: call(name)


def _title(name: str) -> str:
    titles = {"digits": translate("Models", "Digits"), "fashion": translate("Models", "Clothes")}
    return titles.get(name, name)


def _open() -> str:
    return translate("Models", "&Open a model…")


def _explain() -> str:
    return translate("Models", "&How this model is used…")
