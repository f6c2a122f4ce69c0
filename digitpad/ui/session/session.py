"""What the window remembers between starts."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QApplication, QDialog

from digitpad.cli.terminal import printable
from digitpad.inference.pending import PendingModel
from digitpad.library.resources import AssetError
from digitpad.library.user_folder import drawings_file
from digitpad.ui.files.import_export import ImportExport
from digitpad.ui.files.recent_drawings import RecentDrawings
from digitpad.ui.hand.wiring import Hand
from digitpad.ui.models.models import Models
from digitpad.ui.models.start import start_models
from digitpad.ui.pad.brush import Brush
from digitpad.ui.session.recovery import Recovery
from digitpad.ui.settings.folders import settings_file, unsaved_folder
from digitpad.ui.settings.preferences import Preferences
from digitpad.ui.settings.settings import Settings, open_store
from digitpad.ui.style import theme
from digitpad.ui.style.translations import Translations
from digitpad.ui.why.why import Why
from digitpad.ui.window.messages import DRAWING
from digitpad.ui.window.window import Window

if TYPE_CHECKING:
    from digitpad.library.corrections import Corrections
    from digitpad.library.recents import Recents

translate = QCoreApplication.translate


class Session:
    """Restores and saves what the window remembers between starts, and gives it the rest it needs.

    In this order: :meth:`set_language`, :meth:`attach`, :meth:`restore`, :meth:`save`.

    Attributes:
        settings: what is remembered.
        recognizer: the model of last time, or the one that was asked for; not loaded yet.

    Args:
        model: name or file of the model that is asked for; None: the one of last time.
        device: what runs the models, as for :meth:`Recognizer.load`.
        compare: the same of a model to compare it with.
        overrides: how the model is used, as for :meth:`Recognizer.load`; None or {}: as last time.

    Raises:
        ModelError: if a model that was asked for cannot be used.
    """

    def __init__(
        self,
        model: str | None,
        device: str,
        compare: str | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> None:
        store, self._damaged_settings = open_store(settings_file())
        self.settings = Settings(store)
        self._translations = Translations()
        self._notices: list[str | None] = []  # until the window is there
        self._device = device
        self._start = start_models(self.settings, model, compare, overrides or {})
        self.recognizer = PendingModel.of(self._start.first)

    def set_language(self) -> None:
        """Use the remembered language."""
        try:
            self._translations.use(self.settings.language)
        except AssetError as error:
            self._notices.append(str(error))

    def attach(self, app: QApplication, window: Window, scheme: str | None) -> None:
        """Give the window its menus, and what works in the background.

        Args:
            scheme: the theme that was asked for, which is not remembered.
        """
        self._app, self._window = app, window
        self.preferences = Preferences(app, window, self.settings, self._translations, scheme)
        self.models = Models(window, self.settings, self._start.first, self._device)
        self.import_export = ImportExport(window, self.models.open_file)
        self.why = Why(window)
        self.recents = RecentDrawings(window, _open_recents, on=self.settings.keeps_recents)
        self.hand = Hand(window, _open_corrections, on=self.settings.learns)
        self.recents.strip.labels = lambda: self.hand.teaching.labels
        self.recents.strip.labelled.connect(self.hand.teaching.teach_ink)
        self.recovery = Recovery(
            drawings_file(), unsaved_folder(), lambda: window.document, window.open_document, window
        )
        self._add_commands()
        for speaker in (self.settings, self.preferences):
            speaker.failed.connect(partial(window.messages.say, about=type(speaker).__name__))
        self.recovery.failed.connect(partial(window.messages.say, about="recovery", stays=True))

    def restore(self) -> None:
        """Place, brush, grid and second model as they were, and the drawing that a crash has left.

        The first window of all has room for the recent drawings.
        """
        window, settings = self._window, self.settings
        if self._damaged_settings is not None:
            sentence = translate(
                "Session",
                "Your settings were damaged and begin anew; the old file is kept as {file}.",
            )
            self._notices.append(sentence.format(file=self._damaged_settings))
        strip = self.recents.strip.height() + 2 * theme.GRID
        window.resize(window.size() + QSize(0, strip))
        self.why.open(settings.sees_why)  # before the place, which has room for it
        if settings.geometry and not window.restoreGeometry(settings.geometry):
            self._notices.append(
                translate("Session", "The window's last place was damaged; it opens as at first.")
            )
        window.tools.pen_menu.set_brush(Brush(settings.brush_width, settings.ink_opacity))
        if settings.grid_mode:
            window.toggle_grid()
        self.models.begin(self._start)
        for notice in filter(None, self._notices):
            window.messages.say(notice)
        if recovered := self.recovery.restore():
            window.messages.say(recovered, about=DRAWING if window.document else "")
        self._follow()

    def save(self) -> None:
        """The window was closed: remember where it was. The drawing stays only at a logout."""
        self.models.close()
        # The place without a second model's column, which takes its room anew.
        self._window.comparison.set_models(self._window.recognizer, None)
        self.settings.geometry = bytes(self._window.saveGeometry().data())
        self.settings.grid_mode = self._window.document.on_grid
        self.settings.failed.connect(_print)
        self.settings.close()
        self.recents.close()
        self.hand.learning.close()
        self.recovery.close(keep=self._app.isSavingSession())

    def _follow(self) -> None:
        """Remember from now on what changes."""
        window, settings = self._window, self.settings
        self.why.switched.connect(partial(setattr, settings, "sees_why"))
        self.recents.switched.connect(partial(setattr, settings, "keeps_recents"))
        self.hand.learning.switched.connect(partial(setattr, settings, "learns"))
        window.tools.pen_menu.brush_changed.connect(self._remember_brush)
        window.edited.connect(self.recovery.save)
        window.canvas.changed.connect(self.recovery.touch)
        window.grid.changed.connect(self.recovery.touch)

    def _remember_brush(self, brush: Brush) -> None:
        self.settings.brush_width, self.settings.ink_opacity = brush.width, brush.opacity

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
        from digitpad.cli.versions import versions
        from digitpad.ui.window.about import AboutDialog

        model = self._window.recognizer
        facts = (model.name, model.provider, model.card)
        _open(AboutDialog(versions(), facts, self._window))


def _open_recents() -> Recents:
    from digitpad.library.recents import Recents

    return Recents(drawings_file())


def _open_corrections() -> Corrections:
    from digitpad.library.corrections import Corrections

    return Corrections(drawings_file())


def _print(sentence: str) -> None:
    print(f"digitpad: {printable(sentence)}", file=sys.stderr)


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def _shortcuts() -> str:
    return translate("Session", "&Keyboard shortcuts")


def _about() -> str:
    return translate("Session", "&About digitpad")
