"""Gives a window everything by which it learns a hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog

from digitpad.ui.hand.learning import Learning
from digitpad.ui.hand.teaching import Teaching
from digitpad.ui.window.window import Window

if TYPE_CHECKING:
    from digitpad.library.corrections import Corrections
    from digitpad.ui.hand.page import HandPage

translate = QCoreApplication.translate


class Hand:
    """What the window has learned, the ways to teach it, and its two pages.

    Attributes:
        learning: what was learned.
        teaching: the ways to say what a drawing is.
        page: "Your hand", once it was opened.
    """

    def __init__(self, window: Window, corrections: Callable[[], Corrections], *, on: bool) -> None:
        self._window = window
        self.learning = Learning(window, corrections, on=on)
        self.teaching = Teaching(window, self.learning)
        self.page: HandPage | None = None
        window.commands.add("hand", _your_hand, ["H"], self.open, menu="view")

    def open(self) -> None:
        """Open the page "Your hand"."""
        from digitpad.ui.hand.page import HandPage

        if self.page is None:
            model = lambda: self._window.recognizer  # noqa: E731
            self.page = HandPage(self.learning, model, self.open_lessons, self._window)
        self.learning.refresh()
        self.page.show()
        self.page.activateWindow()

    def open_lessons(self) -> QDialog | None:
        """Open "Show me yours"; nothing happens while the model is being loaded."""
        from digitpad.ui.hand.lessons import LessonsDialog

        reader, page = self._window.reader, self.page
        if reader is None or page is None:
            return None
        dialog = LessonsDialog(reader, page.learn, page)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog


def _your_hand() -> str:
    return translate("Hand", "Your &hand…")
