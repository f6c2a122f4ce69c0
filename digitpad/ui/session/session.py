"""What a window has that a picture of it has not: a memory of its user, menus, and recovery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QApplication, QDialog

from digitpad.inference.recognizer import Recognizer, RecognizerError
from digitpad.library.resources import AssetError
from digitpad.ui.files.import_export import Exchange
from digitpad.ui.files.recent_drawings import RecentDrawings
from digitpad.ui.models import late
from digitpad.ui.models.models import Models
from digitpad.ui.pad.brush import Brush
from digitpad.ui.session.draft import Drafts, document_of
from digitpad.ui.session.recovery import Recovery
from digitpad.ui.settings.folders import data_folder, settings_file
from digitpad.ui.settings.preferences import Preferences
from digitpad.ui.settings.settings import Settings, open_store
from digitpad.ui.style import theme
from digitpad.ui.style.translations import Translations
from digitpad.ui.why.why import Why
from digitpad.ui.window.window import Window

if TYPE_CHECKING:
    from digitpad.library.recents import Recents

translate = QCoreApplication.translate
DEFAULT_MODEL = "digits"


class Habits:
    """Remembers, from one start to the next.

    Attributes:
        settings: what is remembered.
        recognizer: the model of last time, or the one that was asked for.

    Args:
        model: name or file of the model that is asked for; None: the one of last time.
        device: what runs the models, as for :meth:`Recognizer.load`.
        compare: the same of a model to compare it with.
        given: how the model is used, as for :meth:`Recognizer.load`; None or {}: as last time.

    Raises:
        RecognizerError: if a model that was asked for, or the default one, cannot be used.
    """

    def __init__(
        self,
        model: str | None,
        device: str,
        compare: str | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        store, aside = open_store(settings_file())
        self.settings = Settings(store)
        self._translations = Translations()
        self._drafts = Drafts()
        # Sentences, made when the language is known.
        self._notices: list[Callable[[], str | None]] = []
        if aside is not None:
            self._notices.append(lambda: _damaged_settings(aside))
        self.recognizer = self._load(model, device, given)
        self._second = self._load_second(compare)

    def _load(self, model: str | None, device: str, given: Mapping[str, Any] | None) -> Recognizer:
        remembered = self.settings.model
        self._device, self._model = device, model or remembered
        if given:
            return Recognizer.load(self._model, device, given)
        if model is not None or remembered == DEFAULT_MODEL:
            return late.load(self._model, device)
        try:
            return late.load(remembered, device, self.settings.convention(remembered))
        except RecognizerError as error:
            reason = str(error)
            self._notices.append(lambda: _lost_model(reason))
            self._model = DEFAULT_MODEL
            return late.load(DEFAULT_MODEL, device)

    def _load_second(self, asked: str | None) -> tuple[str, Recognizer] | None:
        """Name and model to compare with, if any."""
        if asked is not None:
            if asked == self._model:
                raise RecognizerError(f"{asked} is the model that reads; compare it with another")
            return asked, late.load(asked, self._device)
        name = self.settings.second_model
        if not self.settings.compares or name in ("", self._model):
            return None
        try:
            return name, late.load(name, self._device, self.settings.convention(name))
        except RecognizerError as error:
            reason = str(error)
            self._notices.append(lambda: _lost_second(reason))
            return None

    def speak(self) -> None:
        """Use the remembered language."""
        try:
            self._translations.use(self.settings.language)
        except AssetError as error:
            reason = str(error)
            self._notices.append(lambda: reason)

    def move_in(self, app: QApplication, window: Window, scheme: str | None) -> None:
        """Give the window its menus, its old place, and the drawing that a crash has left.

        Args:
            scheme: the theme that was asked for, which is not remembered.
        """
        self._app, self._window = app, window
        self.preferences = Preferences(app, window, self.settings, self._translations, scheme)
        self.models = Models(window, self.settings, self._model, self._device)
        self.exchange = Exchange(window, self.models.open_file)
        self.why = Why(window)
        self.recents = RecentDrawings(window, _open_recents, on=self.settings.keeps_recents)
        self.recents.switched.connect(self._keep_recents)
        self._add_commands()
        self.recovery = Recovery(data_folder() / "unsaved", self._state, self._show, window)
        for speaker in (self.settings, self.preferences, self.recovery):
            speaker.failed.connect(window.statusBar().showMessage)
        self._furnish()
        if self._second is not None:
            self.models.begin(*self._second)
        self._notices.append(self.recovery.bring_back)
        told = " ".join(filter(None, (notice() for notice in self._notices)))
        if told:
            window.statusBar().showMessage(told)
        window.edited.connect(self.recovery.touch)

    def move_out(self) -> None:
        """The window was closed: remember where it was. The drawing stays only at a logout."""
        # The place without a second model's column, which takes its room anew.
        self._window.comparison.set_models(self._window.recognizer, None)
        self.settings.geometry = bytes(self._window.saveGeometry().data())
        self.settings.grid_mode = self._window.document.on_grid
        self.settings.flush()
        self.recents.close()
        self.recovery.close(keep=self._app.isSavingSession())

    def _furnish(self) -> None:
        """Place, brush and grid as they were; at first, with room for the recent drawings."""
        strip = self.recents.strip.height() + 2 * theme.GRID
        self._window.resize(self._window.size() + QSize(0, strip))
        self.why.open(self.settings.sees_why)  # before the place, which has room for it
        self.why.switched.connect(self._remember_why)
        if self.settings.geometry:
            self._window.restoreGeometry(self.settings.geometry)
        pen = self._window.tools.pen_menu
        pen.set_brush(Brush(self.settings.brush_width, self.settings.ink_opacity))
        pen.brush_changed.connect(self._remember_brush)
        if self.settings.grid_mode:
            self._window.toggle_grid()

    def _keep_recents(self, on: bool) -> None:
        self.settings.keeps_recents = on

    def _remember_why(self, on: bool) -> None:
        self.settings.sees_why = on

    def _remember_brush(self, brush: Brush) -> None:
        self.settings.brush_width, self.settings.ink_opacity = brush.width, brush.opacity

    def _state(self) -> dict[str, Any]:
        return self._drafts.state(self._window.document)

    def _show(self, state: Mapping[str, Any]) -> None:
        self._window.open_document(document_of(state))

    def _add_commands(self) -> None:
        commands = self._window.commands
        commands.menu("file").addSeparator()
        commands.menu("file").addAction(commands["quit"])  # once more, as the last one
        view = commands.menu("view")
        view.addMenu(self.preferences.theme_menu)
        view.addMenu(self.preferences.language_menu)
        view.addAction(self.preferences.motion)
        commands.add("shortcuts", _shortcuts, ["F1"], self._list_shortcuts, menu="help")
        commands.add("about", _about, [], self._tell_about, menu="help")

    def _list_shortcuts(self) -> None:
        from digitpad.ui.window.shortcuts import ShortcutsDialog

        _open(ShortcutsDialog(self._window.shortcut_groups, self._window))

    def _tell_about(self) -> None:
        from digitpad.cli.info import collect
        from digitpad.ui.window.about import AboutDialog

        model = self._window.recognizer
        facts = (model.name, model.provider, model.card)
        _open(AboutDialog(collect(DEFAULT_MODEL, "cpu")["versions"], facts, self._window))


def _open_recents() -> Recents:
    from digitpad.library.recents import Recents

    return Recents(data_folder() / "recent.sqlite")


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def _shortcuts() -> str:
    return translate("Habits", "&Keyboard shortcuts")


def _about() -> str:
    return translate("Habits", "&About digitpad")


def _damaged_settings(aside: Path) -> str:
    return translate(
        "Habits", "Your settings were damaged and begin anew; the old file is kept as {file}."
    ).format(file=aside)


def _lost_model(reason: str) -> str:
    return translate("Habits", "Your last model is not used: {reason}.").format(reason=reason)


def _lost_second(reason: str) -> str:
    return translate("Habits", "Your second model is not used: {reason}.").format(reason=reason)
