"""The models of a window: which one reads, which is compared with it, and how they come there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog

from digitpad.inference.model_file import DEFAULT_MODEL
from digitpad.inference.pending import Model, PendingModel
from digitpad.inference.recognizer import Recognizer
from digitpad.library.resources import bundled_models
from digitpad.ui.models.loader import ModelLoader
from digitpad.ui.models.model_menu import ModelMenu, short_name, titles
from digitpad.ui.models.start import Start, rival
from digitpad.ui.settings.settings import Settings
from digitpad.ui.style.first_paint import after_first_paint
from digitpad.ui.window.messages import MODEL
from digitpad.ui.window.window import Window

translate = QCoreApplication.translate


class Models(QObject):
    """Gives a window another model, or a second one beside it, and remembers which.

    A model that cannot be used is said in the status bar, and the working one stays, or returns.

    Signals:
        ready(): the models that the window began with are loaded, or given up.
        unusable(str): there is nothing to read with; a sentence for the user.

    Args:
        window: gets the menu.
        settings: remembers the models, recent files, and how each is used.
        current: name or file of the model that the window has.
        device: what runs the models, as for :meth:`Recognizer.load`.
    """

    ready = Signal()
    unusable = Signal(str)

    def __init__(self, window: Window, settings: Settings, current: str, device: str) -> None:
        super().__init__(window)
        self._window, self._settings, self._current = window, settings, current
        self._before: tuple[str, Model] | None = None  # what read before the current one
        self._second: tuple[str, Model] | None = None  # kept while nothing is compared
        self._compares, self._asked = False, frozenset[str]()
        self._first_loader, self._second_loader = (ModelLoader(device, self) for _ in range(2))
        self._first_loader.finished.connect(self._first_came)
        self._second_loader.finished.connect(self._second_came)
        self._starting: set[ModelLoader] = set()  # those with a model of the start
        self._is_over = False  # the start: well, or not
        calls = {
            "open-model": self.open,
            "explain-model": lambda: self._explain(self._current, window.recognizer),
            "compare": self.toggle,
            "swap-models": self.swap,
            "open-second": self.open_second,
            "explain-second": self._explain_second,
        }
        self._menu = ModelMenu(window, calls, self.use, self.compare_with)
        self._list()
        window.installEventFilter(self)
        window.overdue.connect(self._go_back, Qt.ConnectionType.QueuedConnection)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LanguageChange:
            self._list()
        return super().eventFilter(watched, event)

    def begin(self, start: Start) -> None:
        """Show what is known of the models of the start, and load them once the window is seen."""
        self._asked = start.asked
        self._starting = {self._first_loader}

        def load() -> None:
            self._load(self._first_loader, start.first, start.overrides)
            self._first_loader.flush()  # before whatever else has waited for the window

        after_first_paint(self._window, load)
        if start.second:
            self._starting.add(self._second_loader)
            self._second, self._compares = (start.second, PendingModel.of(start.second)), True
            self._show(self._window.recognizer)
            after_first_paint(self._window, partial(self._load, self._second_loader, start.second))

    @property
    def is_loading(self) -> bool:
        """Whether a model is on its way."""
        return bool(self._first_loader.name or self._second_loader.name)

    def open(self) -> None:
        """Ask for a file, and read with it."""
        self._ask(translate("Models", "Open a model"), self.use)

    def open_file(self, path: Path) -> None:
        """Read with a file, such as one that was dropped on the window."""
        self.use(str(path))

    def use(self, name: str) -> None:
        """Read with a bundled model or a file from now on; the second model changes places."""
        if self._second is not None and self._second[0] == name and not self.is_loading:
            self.swap()
        else:
            self._choose(self._first_loader, name)

    def _first_came(self, name: str, result: Recognizer | str) -> None:
        at_start = self._note_end(self._first_loader, name, result)
        if isinstance(result, str):
            self._first_failed(name, result, at_start=at_start)
            return
        if not at_start:
            self._settings.model = name
        if name != self._current:
            self._before, self._current = (self._current, self._window.recognizer), name
        if self._second is not None and self._second[0] == name:
            self._drop_second()
        self._show(result)
        self._tell_ready()

    def _first_failed(self, name: str, reason: str, *, at_start: bool) -> None:
        if isinstance(self._window.recognizer, Recognizer):
            self._tell(reason)
        elif name == DEFAULT_MODEL or (at_start and name in self._asked):
            self.close()
            self.unusable.emit(reason)
        else:
            lost = translate("Models", "Your last model is not used: {reason}.")
            self._tell(lost.format(reason=reason) if at_start else reason)
            self._starting.add(self._first_loader)
            self._current = DEFAULT_MODEL
            if self._second is not None and self._second[0] == DEFAULT_MODEL:
                self._drop_second()
            self._show(PendingModel.of(DEFAULT_MODEL))
            self._load(self._first_loader, DEFAULT_MODEL)

    def _go_back(self, reason: str) -> None:
        """The model that reads was stopped: the one before reads again."""
        name, before = self._before or (DEFAULT_MODEL, None)
        if not isinstance(before, Recognizer):  # the start was with the slow one
            name, before = DEFAULT_MODEL, Recognizer.load(DEFAULT_MODEL, "cpu")
        self._before, self._current, self._settings.model = None, name, name
        self._second = None if self._second and self._second[0] == name else self._second
        self._show(before)
        back = translate("Models", "{reason}; {model} reads again")
        self._tell(back.format(reason=reason, model=before.name))

    def open_second(self) -> None:
        """Ask for a file, and compare with it."""
        self._ask(translate("Models", "Open a model to compare with"), self.compare_with)

    def compare_with(self, name: str) -> None:
        """Show also what another model reads; "": compare nothing."""
        if name == self._current:
            told = translate(
                "Models", "{model} reads already; choose another one to compare it with"
            )
            self._tell(told.format(model=self._window.recognizer.name))
        elif name:
            self._choose(self._second_loader, name)
        else:
            self._compare(False)

    def _second_came(self, name: str, result: Recognizer | str) -> None:
        at_start = self._note_end(self._second_loader, name, result)
        if isinstance(result, str):
            self._second_failed(name, result, at_start=at_start)
        elif name != self._current:
            self._second = name, result
            if at_start:
                self._show(self._window.recognizer)
            else:
                self._compare(True)
        self._tell_ready()

    def _second_failed(self, name: str, reason: str, *, at_start: bool) -> None:
        if at_start and name in self._asked:
            self.close()
            self.unusable.emit(reason)
            return
        lost = translate("Models", "Your second model is not used: {reason}.")
        self._tell(lost.format(reason=reason) if at_start else reason, "second model")
        if self._second is not None and isinstance(self._second[1], PendingModel):
            self._drop_second()
            self._show(self._window.recognizer)

    def _drop_second(self) -> None:
        """Compare nothing for now; what is remembered of it stays for the next start."""
        self._second_loader.cancel()
        self._starting.discard(self._second_loader)
        self._second, self._compares = None, False

    def toggle(self) -> None:
        """Compare with the model of last time, or nothing."""
        if self._compares or self._second is not None:
            self._compare(not self._compares)
        elif (name := rival(self._settings, self._current)) is not None:
            self.compare_with(name)
        else:
            self.open_second()
            self._list()

    def swap(self) -> None:
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

    def _choose(self, loader: ModelLoader, name: str) -> None:
        """Load a model that a person chose."""
        self._starting.discard(loader)
        self._load(loader, name)
        if name not in bundled_models():
            told = translate("Models", "{model} is being tried…")
            self._tell(told.format(model=short_name(name, [name])), stays=True)

    def _load(self, loader: ModelLoader, name: str, *overrides: Mapping[str, Any]) -> None:
        if not any(overrides) and (remembered := self._settings.convention(name)):
            # The file may have changed since: then, what it says of itself counts.
            overrides = remembered, {}
        loader.load(name, *overrides)
        self._list()

    def _note_end(self, loader: ModelLoader, name: str, result: Recognizer | str) -> bool:
        """A model came, or a sentence; whether it was one of the start."""
        at_start = loader in self._starting
        self._starting.discard(loader)
        if not at_start:
            self._tell("")
            self._tell("", "second model")
            if not isinstance(result, str) and name not in bundled_models():
                self._settings.add_recent_model(name)
        return at_start

    def close(self) -> None:
        """Load nothing more."""
        self._is_over = True
        self._first_loader.cancel()
        self._second_loader.cancel()

    def _tell_ready(self) -> None:
        if not self._starting and not self._is_over:
            self._is_over = True
            self.ready.emit()

    def _tell(self, sentence: str, about: str = MODEL, *, stays: bool = False) -> None:
        """Say something of the models; and mark what is in use."""
        self._window.messages.say(sentence, about=about, stays=stays)
        self._list()

    def _show(self, first: Model) -> None:
        """Give the window its models, under names that differ."""
        models = {self._current: first}
        if self._second is not None and self._compares:
            models |= [self._second]
        for name, model in models.items():
            model.name = short_name(name, models)
        self._window.set_recognizer(*models.values())
        self._list()

    def _ask(self, title: str, use: Callable[[str], None]) -> None:
        folder, kinds = (
            Path(self._current).parent,
            translate("Models", "Models (*.onnx *.onnx.data)"),
        )
        name, _ = QFileDialog.getOpenFileName(self._window, title, str(folder), kinds)
        if name:
            use(name)

    def _explain_second(self) -> None:
        if self._second is not None:
            self._explain(*self._second)

    def _explain(self, name: str, model: Model) -> None:
        """Show how a model is used, and let it be changed."""
        from digitpad.ui.models.model_dialog import ModelDialog

        if isinstance(model, PendingModel):
            return
        dialog = ModelDialog(model, self._window)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self._settings.set_convention(name, dialog.conventions.as_dict())
            if name == self._current:
                self._show(dialog.recognizer)
            else:
                self._second = name, dialog.recognizer
                self._show(self._window.recognizer)

    def _list(self) -> None:
        """Bring the menu up to date: what can be chosen, and what is."""
        compared = self._second if self._compares else None
        self._menu.show_models(
            titles(self._settings.recent_models), self._current, compared[0] if compared else None
        )
        commands, second = self._window.commands, compared[1] if compared else None
        commands["swap-models"].setEnabled(self._compares and not self.is_loading)
        models = {"explain-model": self._window.recognizer, "explain-second": second}
        for name, model in models.items():
            commands[name].setEnabled(model is not None and model.inferred is not None)
