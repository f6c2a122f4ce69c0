"""Theme, language and motion: chosen in menus, applied at once, remembered."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from digitpad.library.resources import AssetError
from digitpad.ui.settings.settings import Settings
from digitpad.ui.style import theme
from digitpad.ui.style.translations import LANGUAGES, NAMES, Translations

translate = QCoreApplication.translate


class Preferences(QObject):
    """Two menus and a switch for the window.

    Signals:
        failed(str): a language cannot be shown; a sentence for the user.

    Args:
        app: what gets the theme.
        window: the parent of the menus.
        scheme: the theme at first, which is not remembered; None: the remembered one.
    """

    failed = Signal(str)

    def __init__(
        self,
        app: QApplication,
        window: QWidget,
        settings: Settings,
        translations: Translations,
        scheme: str | None = None,
    ) -> None:
        super().__init__(window)
        self._app = app
        self._settings = settings
        self._translations = translations
        self.theme_menu = QMenu(window)
        self.language_menu = QMenu(window)
        self._themes = _choices(self.theme_menu, theme.SCHEMES, scheme or settings.theme)
        self._languages = _choices(self.language_menu, LANGUAGES, settings.language)
        self._themes.triggered.connect(self._choose_theme)
        self._languages.triggered.connect(self._choose_language)
        self.motion = QAction(window)
        self.motion.setCheckable(True)
        self.motion.setChecked(settings.reduced_motion)
        self.motion.toggled.connect(self._reduce_motion)
        theme.reduce_motion(app, settings.reduced_motion)
        window.installEventFilter(self)
        self._retranslate()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        return super().eventFilter(watched, event)

    def _choose_theme(self, action: QAction) -> None:
        self._settings.theme = action.data()
        theme.apply(self._app, action.data())

    def _choose_language(self, action: QAction) -> None:
        try:
            self._translations.use(action.data())
        except AssetError as error:
            self.failed.emit(str(error))
            for choice in self._languages.actions():
                choice.setChecked(choice.data() == self._settings.language)
            return
        self._settings.language = action.data()

    def _reduce_motion(self, on: bool) -> None:
        self._settings.reduced_motion = on
        theme.reduce_motion(self._app, on)

    def _retranslate(self) -> None:
        self.theme_menu.setTitle(translate("Preferences", "&Theme"))
        self.language_menu.setTitle(translate("Preferences", "&Language"))
        self.motion.setText(translate("Preferences", "Reduce &motion"))
        system = translate("Preferences", "Like the system")
        light, dark = translate("Preferences", "Light"), translate("Preferences", "Dark")
        names = {"system": system, "light": light, "dark": dark, **NAMES}
        for action in (*self._themes.actions(), *self._languages.actions()):
            action.setText(names[action.data()])


def _choices(menu: QMenu, values: tuple[str, ...], chosen: str) -> QActionGroup:
    group = QActionGroup(menu)
    for value in values:
        action = menu.addAction("")
        action.setData(value)
        action.setCheckable(True)
        action.setChecked(value == chosen)
        group.addAction(action)
    return group
