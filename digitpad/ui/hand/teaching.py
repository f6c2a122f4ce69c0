"""Says by key, click or menu what a drawing is; one sentence tells what was learned, with Undo."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QMenu, QToolButton

from digitpad.ink.ink import Ink
from digitpad.library.correction import NOT_A_DIGIT, Correction
from digitpad.library.document import Document
from digitpad.ui.hand.learning import Learning
from digitpad.ui.style.labels import labels_in_language
from digitpad.ui.style.plain import menu_text, plain_tip
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
        self._gone: list[Correction] = []
        self._back: list[Correction] = []
        self._said, self._about = "", window.document
        self.menu = QMenu(window)
        self.menu.aboutToShow.connect(self._rebuild)
        window.commands.menu("edit").addSeparator()
        window.commands.menu("edit").addMenu(self.menu)
        self._undo = QToolButton()
        self._undo.setAutoRaise(True)
        self._undo.setFixedHeight(self._undo.fontMetrics().height())  # as high as what is beside it
        self._undo.hide()
        self._undo.clicked.connect(self.undo)
        window.statusBar().insertPermanentWidget(0, self._undo)
        window.statusBar().messageChanged.connect(self._follow_message)
        window.edited.connect(self._follow_drawing)
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
        self.offer_undo(told, [lesson], [] if before is None else [before])

    def offer_undo(
        self, sentence: str, gone: Sequence[Correction], back: Sequence[Correction]
    ) -> None:
        """Say what was done, and offer to forget some corrections and to bring others back."""
        self._gone, self._back = list(gone), list(back)
        self._about = self._window.document
        self._tell(sentence)
        self._said = sentence
        self._undo.setVisible(True)

    def undo(self) -> None:
        """Take the last lesson back."""
        self._learning.replace(self._gone, self._back)
        self._gone, self._back = [], []
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
        self._window.statusBar().showMessage(sentence)

    def _follow_message(self, message: str) -> None:
        if message != self._said:
            self._undo.hide()

    def _follow_drawing(self, document: Document) -> None:
        """What was said of a drawing goes with it."""
        if self._undo.isVisible() and document is not self._about:
            self._window.statusBar().clearMessage()

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
        self._undo.setText(translate("Teaching", "Undo"))
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
