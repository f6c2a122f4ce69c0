"""The window's language: English as in the source, or one with a file in assets/translations.

Another language can be chosen at any time; see :class:`Translated`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QLocale, QTranslator

from digitpad.library.resources import asset

#: The languages there are; each is named in itself in the window.
NAMES = {"en": "English", "ko": "한국어"}
LANGUAGES = ("system", *NAMES)


def of_system() -> str:
    """The first language that the system asks for and that there is; English failing that."""
    wanted = [name.replace("_", "-").partition("-")[0] for name in QLocale.system().uiLanguages()]
    return next((name for name in wanted if name in NAMES), "en")


def spoken() -> str:
    """The code of the language that the texts are in at the moment, such as ``"ko"``."""
    #: The code of the language: ko for Korean.
    return QCoreApplication.translate("Translations", "en")


if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget as _Widget
else:
    _Widget = object  # Qt's class is another base, and there can be only one


class Translated(_Widget):
    """A widget that shows its texts anew in every language that is chosen.

    It stands before Qt's class among the bases.
    """

    def retranslate(self) -> None:
        """Show the texts in the language that is now installed; called by __init__, too."""
        raise NotImplementedError

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class Translations:
    """Which language the application speaks."""

    def __init__(self) -> None:
        self.language = "en"
        self._installed: list[QTranslator] = []

    def use(self, language: str) -> None:
        """Speak one of :data:`LANGUAGES`; every widget gets ``LanguageChange``.

        Raises:
            AssetError: if the language's file is missing; the language stays as it was.
        """
        chosen = of_system() if language == "system" else language
        if chosen == self.language:
            return
        translators = [] if chosen == "en" else _loaded(chosen)
        for translator in self._installed:
            QCoreApplication.removeTranslator(translator)
        self._installed = translators
        self.language = chosen
        QLocale.setDefault(QLocale(chosen))  # for Qt's own dialogs
        for translator in translators:
            QCoreApplication.installTranslator(translator)


def _loaded(language: str) -> list[QTranslator]:
    """Qt's own texts, such as those of buttons, where they are installed; then digitpad's."""
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    files = [f"{qt}/qtbase_{language}.qm", str(asset(f"translations/digitpad_{language}.qm"))]
    translators = [QTranslator() for _ in files]
    return [one for one, file in zip(translators, files, strict=True) if one.load(file)]
