"""The model menu: bundled models and other people's files, to read with and to compare with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QDialog, QFileDialog, QMenu

from digitpad.inference.recognizer import Recognizer, RecognizerError
from digitpad.library.resources import bundled_models
from digitpad.ui.settings.settings import Settings
from digitpad.ui.window.window import Window

translate = QCoreApplication.translate


class Models(QObject):
    """Gives a window another model, or a second one beside it, and remembers which.

    A model that cannot be used is said in the status bar, and the working one stays.

    Args:
        window: gets the menu.
        settings: remembers the models, recent files, and how each is used.
        current: name or file of the model that the window has.
        device: what runs the models, as for :meth:`Recognizer.load`.
    """

    def __init__(self, window: Window, settings: Settings, current: str, device: str) -> None:
        super().__init__(window)
        self._window, self._settings, self._device = window, settings, device
        self._current = current
        self._second: tuple[str, Recognizer] | None = None  # kept while nothing is compared
        self._compares = False
        self._others = QMenu(window)
        self._add_commands()
        self._list()
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LanguageChange:
            self._list()
        return super().eventFilter(watched, event)

    # -- the model that reads --------------------------------------------------------------------

    def open(self) -> None:
        """Ask for a file, and read with it."""
        self._ask(translate("Models", "Open a model"), self.use)

    def open_file(self, path: Path) -> None:
        """Read with a file, such as one that was dropped on the window."""
        self.use(str(path))

    def use(self, name: str) -> None:
        """Read with a bundled model or a file from now on; the second model changes places."""
        if self._second is not None and self._second[0] == name:
            self.exchange()
        elif (recognizer := self._loaded(name)) is not None:
            self._current = self._settings.model = name
            self._show(recognizer)

    # -- the model beside it ---------------------------------------------------------------------

    def begin(self, name: str, recognizer: Recognizer) -> None:
        """Compare with a model that is loaded already, and was remembered or asked for."""
        self._second, self._compares = (name, recognizer), True
        self._show(self._window.recognizer)

    def open_second(self) -> None:
        """Ask for a file, and compare with it."""
        self._ask(translate("Models", "Open a model to compare with"), self.compare_with)

    def compare_with(self, name: str) -> None:
        """Show also what another model reads; "": compare nothing."""
        if name == self._current:
            told = translate(
                "Models", "{model} reads already; choose another one to compare it with"
            )
            self._window.statusBar().showMessage(told.format(model=self._window.recognizer.name))
            self._list()
        elif not name:
            self._compare(False)
        elif (recognizer := self._loaded(name)) is not None:
            self._second = name, recognizer
            self._compare(True)

    def toggle(self) -> None:
        """Compare with the model of last time, or nothing."""
        if self._compares or self._second is not None:
            self._compare(not self._compares)
        elif (name := self._rival()) is not None:
            self.compare_with(name)
        else:
            self.open_second()
            self._list()

    def exchange(self) -> None:
        """Let the two models change places."""
        if self._second is None:
            return
        name, recognizer = self._second
        self._second = self._current, self._window.recognizer
        self._current = self._settings.model = name
        self._settings.second_model = self._second[0]
        self._show(recognizer)

    def _compare(self, on: bool) -> None:
        self._compares = self._settings.compares = on
        if self._second is not None:
            self._settings.second_model = self._second[0]
        self._show(self._window.recognizer)

    def _rival(self) -> str | None:
        """The model to compare with where none was chosen: of last time, or another one."""
        bundled = bundled_models()
        known = (self._settings.second_model, *self._settings.recent_models, *bundled)
        usable = (name for name in known if name in bundled or Path(name).is_file())
        return next((name for name in usable if name != self._current), None)

    # -- both ------------------------------------------------------------------------------------

    def _show(self, first: Recognizer) -> None:
        """Give the window its models, under names that differ."""
        compared = self._second if self._compares else None
        second = None if compared is None else compared[1]
        names = [self._current] if compared is None else [self._current, compared[0]]
        for recognizer, name in zip(filter(None, (first, second)), names, strict=True):
            recognizer.name = short_name(name, names)
        self._window.set_recognizer(first, second)
        self._list()

    def _loaded(self, name: str) -> Recognizer | None:
        """A model; None, a sentence, and the marks where they were if it cannot be used."""
        given = self._settings.convention(name)
        try:
            try:
                recognizer = Recognizer.load(name, self._device, given)
            except RecognizerError:
                if not given:
                    raise
                # The file may have changed since: what it says of itself counts.
                recognizer = Recognizer.load(name, self._device)
        except RecognizerError as error:
            self._window.statusBar().showMessage(str(error))
            self._list()
            return None
        if name not in bundled_models():
            self._settings.add_recent_model(name)
        return recognizer

    def _ask(self, title: str, use: Callable[[str], None]) -> None:
        folder, kinds = Path(self._current).parent, translate("Models", "Models (*.onnx)")
        name, _ = QFileDialog.getOpenFileName(self._window, title, str(folder), kinds)
        if name:
            use(name)

    def _explain(self) -> None:
        """Show how the model is used, and let it be changed."""
        changed = self._explained(self._current, self._window.recognizer)
        if changed is not None:
            self._show(changed)

    def _explain_second(self) -> None:
        if self._second is not None:
            name, recognizer = self._second
            changed = self._explained(name, recognizer)
            if changed is not None:
                self._second = name, changed
                self._show(self._window.recognizer)

    def _explained(self, name: str, recognizer: Recognizer) -> Recognizer | None:
        """The model as it is used from now on; None where nothing was chosen."""
        from digitpad.ui.models.model_dialog import ModelDialog

        dialog = ModelDialog(recognizer, self._window)
        if dialog.exec() != QDialog.DialogCode.Accepted:
            return None
        self._settings.set_convention(name, dialog.conventions.as_dict())
        return dialog.recognizer

    # -- the menu --------------------------------------------------------------------------------

    def _add_commands(self) -> None:
        commands = self._window.commands
        add, menu = commands.add, commands.menu("model")
        above = menu.addSeparator()
        add("open-model", _open, ["Ctrl+Shift+O"], self.open, menu="model")
        add("explain-model", _explain, [], self._explain, menu="model")
        menu.addSeparator()
        menu.addMenu(self._others)
        add("compare", _compare, ["C"], self.toggle, menu="model", checkable=True)
        add("exchange-models", _exchange, ["X"], self.exchange, menu="model")
        above_others = self._others.addSeparator()
        self._others.addAction(add("open-second", _open, [], self.open_second))
        self._others.addAction(add("explain-second", _explain, [], self._explain_second))
        self._choices = _Choices(menu, above, self.use)
        self._rivals = _Choices(self._others, above_others, self.compare_with)

    def _list(self) -> None:
        """Bring the menu up to date: what can be chosen, and what is."""
        recent = self._settings.recent_models
        titles = {name: _title(name) for name in bundled_models()}
        titles |= {name: f"{short_name(name, recent)}{Path(name).suffix}" for name in recent}
        compared = self._second if self._compares else None
        self._choices.list(titles, self._current)
        nothing = {"": translate("Models", "Nothing")}
        self._rivals.list(nothing | titles, compared[0] if compared else "", {self._current})
        self._others.setTitle(translate("Models", "Compare &with"))
        commands = self._window.commands
        commands["compare"].setChecked(self._compares)
        commands["exchange-models"].setEnabled(self._compares)
        foreign = self._window.recognizer.understanding is not None
        commands["explain-model"].setEnabled(foreign)
        foreign = compared is not None and compared[1].understanding is not None
        commands["explain-second"].setEnabled(foreign)


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
            action = QAction(title.replace("&", "&&"), self._group)
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.setEnabled(name not in taken)
            action.setToolTip(name)
            action.triggered.connect(_calling(self._use, name))
            self._menu.insertAction(self._above, action)


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


def _calling(call: Callable[[str], None], name: str) -> Callable[[bool], None]:
    return lambda _checked: call(name)


def _title(name: str) -> str:
    titles = {"digits": translate("Models", "Digits"), "fashion": translate("Models", "Clothes")}
    return titles.get(name, name)


def _open() -> str:
    return translate("Models", "&Open a model…")


def _explain() -> str:
    return translate("Models", "&How this model is used…")


def _compare() -> str:
    return translate("Models", "&Compare two models")


def _exchange() -> str:
    return translate("Models", "E&xchange the two models")
