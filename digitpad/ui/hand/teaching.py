"""Says by key, click or menu what a drawing is; one sentence tells what was learned, with Undo."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QMenu

from digitpad.ink.ink import Ink
from digitpad.library.correction import NOT_A_DIGIT, Correction
from digitpad.library.document import Document
from digitpad.ui.hand.learning import Learning
from digitpad.ui.style.labels import labels_in_language
from digitpad.ui.style.plain import menu_text, plain_tip
from digitpad.ui.window.messages import DRAWING
from digitpad.ui.window.window import Window

translate = QCoreApplication.translate


class Teaching(QObject):
    """The ways to say what a drawing is.

    Args:
        window: gets the menu "This is", whose entries have the digits as shortcuts.
        learning: learns.
    """

    def __init__(self, window: Window, learning: Learning) -> None:
        super().__init__(window)
        self._window, self._learning = window, learning
        self.menu = QMenu(window)
        self.menu.aboutToShow.connect(self._rebuild)
        window.commands.menu("edit").addSeparator()
        window.commands.menu("edit").addMenu(self.menu)
        window.read.connect(self._connect_bars)
        window.results.installEventFilter(self)
        self._bars: object = None
        self._model: object = None
        self._rebuild()

    @property
    def labels(self) -> Sequence[tuple[str, str]]:
        """What a drawing can be, and what that is called in the window's language."""
        model = self._window.recognizer
        shown = labels_in_language(model.labels, model.metadata)
        none = (NOT_A_DIGIT, translate("Teaching", "Not a digit"))
        return [*zip(model.labels, shown, strict=True), none]

    def teach(self, label: str) -> None:
        """The drawing that stands is this."""
        window = self._window
        if window.scrubber.moment is None and not window.canvas.is_drawing:
            self.teach_drawing(window.document, label, window.results.first.label or "")

    def teach_drawing(self, document: Document, label: str, read_as: str) -> None:
        """Some drawing is this; the last word on it counts."""
        if not document:
            self._tell(translate("Teaching", "There is no drawing to learn from"))
            return
        if not self._learning.on:
            self._tell(translate("Teaching", "Learning is off; Your hand switches it on"))
            return
        lesson = Correction(document, label, read_as, self._window.recognizer.name)
        before = self._learning.find(lesson)
        self._learning.add([lesson])
        name = dict(self.labels).get(label, label)
        sentence = (
            translate("Teaching", "Remembered: {0}, as it was read.")
            if label == read_as and not self._window.answer.rejected
            else translate("Teaching", "Learned: this is {0}.")
        )
        told = self._learning.notice or sentence.format(name)
        undo = partial(self._take_back, lesson, before)
        self._window.messages.say(told, about=DRAWING, undo=undo)

    def _take_back(self, lesson: Correction, before: Correction | None) -> None:
        self._learning.replace([lesson], [] if before is None else [before])
        self._tell(translate("Teaching", "As before; nothing was learned from it."))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QContextMenuEvent):
            self.menu.popup(event.globalPos())
            return True
        if event.type() == QEvent.Type.LanguageChange:
            self._rebuild()
        return super().eventFilter(watched, event)

    def teach_ink(self, ink: Ink, label: str) -> None:
        """A drawing of the strip is this."""
        self.teach_drawing(Document(ink), label, "")

    def _tell(self, sentence: str) -> None:
        self._window.messages.say(sentence, about=DRAWING)

    def _connect_bars(self) -> None:
        """Another model has other bars and other classes."""
        bars = self._window.bars
        if bars is not self._bars:
            self._bars = bars
            bars.picked.connect(self._pick)
        if self._window.recognizer is not self._model:
            self._rebuild()

    def _pick(self, row: int) -> None:
        self.teach(self._window.recognizer.labels[row])

    def _rebuild(self) -> None:
        self._model = self._window.recognizer
        self.menu.setTitle(translate("Teaching", "Th&is is"))
        self.menu.clear()
        for label, name in self.labels:
            action = QAction(menu_text(name), self.menu)
            action.setToolTip(plain_tip(name))
            action.triggered.connect(partial(self.teach, label))
            if len(label) == 1 and label.isascii() and label.isdigit():
                action.setShortcut(label)
            elif label == NOT_A_DIGIT:
                action.setShortcut(Qt.Key.Key_N)
            self.menu.addAction(action)
