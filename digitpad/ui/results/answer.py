"""The answer: one large numeral, and how sure the network is, in words and in figures."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.ui.results.announcer import Announcer
from digitpad.ui.style import theme
from digitpad.ui.style.translations import Translated

translate = QCoreApplication.translate

#: Probability from which an answer is called sure, or likely; below the second it is "not sure".
SURE, LIKELY = 0.9, 0.6
#: Height of a numeral, and of a class with a longer name, in device-independent pixels.
_NUMERAL, _WORD = 11 * theme.GRID, 5 * theme.GRID
_SMALLEST = 2 * theme.GRID


def in_words(probability: float) -> str:
    """What a probability, 0..1, is called in the window."""
    if probability >= SURE:
        return translate("Answer", "sure")
    if probability >= LIKELY:
        return translate("Answer", "likely")
    return translate("Answer", "not sure")


def rejected() -> str:
    """What is said of a drawing that is perhaps no digit; in English, contract.REJECTED."""
    return translate("Answer", "not sure this is a digit")


class Answer(Translated, QWidget):
    """Keeps its size in every state, so that nothing jumps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label: str | None = None
        self.probability = 0.0
        self.rejected = self.learned = False
        self._announcer = Announcer(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name()

    def sizeHint(self) -> QSize:
        # The longest caption fits, whatever the font: it is never cut off and never wraps.
        caption = QFontMetrics(self._caption_font()).horizontalAdvance(rejected())
        return QSize(max(19 * theme.GRID, caption), _NUMERAL + self._caption_height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_answer(
        self,
        label: str | None,
        probability: float = 0.0,
        *,
        rejected: bool = False,
        learned: bool = False,
    ) -> None:
        """Show a class and its probability, 0..1; None when there is no drawing.

        A rejected drawing keeps its class, and is said to be perhaps no digit. An answer that was
        learned is marked as the writer's own.
        """
        state = label, probability, rejected, learned
        if state == (self.label, self.probability, self.rejected, self.learned):
            return
        has_verdict = rejected and not self.rejected
        self.label, self.probability, self.rejected, self.learned = state
        self._name()
        # How sure it is matters in words only; verdicts are slow enough to be told at once.
        meaning = None if label is None else (label, self._words())
        self._announcer.changed(meaning, at_once=has_verdict)
        self.update()

    def _name(self) -> None:
        if self.label is None:
            self.setAccessibleName(translate("Answer", "Answer: none yet"))
        else:
            name = translate("Answer", "Answer: {0}, {1}")
            self.setAccessibleName(name.format(self.label, self._caption()))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def retranslate(self) -> None:
        self._name()
        self.updateGeometry()
        self.update()

    def _caption(self) -> str:
        if self.rejected:
            return self._words()
        caption = f"{self._words()}, {theme.percentage(self.probability)}"
        #: Beside an answer that was learned from the writer.
        yours = translate("Answer", "yours")
        return f"{caption}  ·  {yours}" if self.learned else caption

    def _words(self) -> str:
        return rejected() if self.rejected else in_words(self.probability)

    def _caption_height(self) -> int:
        """A line of text and a little air, on the grid."""
        line = QFontMetrics(self._caption_font()).height() + theme.GRID // 2
        return max(3, -(-line // theme.GRID)) * theme.GRID

    def _caption_font(self) -> QFont:
        return theme.sized(self.font(), 1.0, tabular=True)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.label is None:
            return
        colours = theme.colours(self.palette())
        unsure = self.rejected or self.probability < LIKELY
        caption = self._caption_height()
        painter = QPainter(self)
        painter.setFont(self._label_font(self.label))
        metrics = painter.fontMetrics()
        # A small word moves down to its caption, and both to the middle.
        height = min(metrics.height(), self.height() - caption)
        upper = QRectF(0, (self.height() - height - caption) / 2, self.width(), height)
        painter.setPen(QColor(colours.unsure if unsure else colours.ink))
        shown = metrics.elidedText(self.label, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, shown)
        painter.setFont(self._caption_font())
        painter.setPen(QColor(colours.unsure if unsure else colours.muted))
        lower = QRectF(0, upper.bottom(), self.width(), caption)
        painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, self._caption())
        painter.end()

    def _label_font(self, label: str) -> QFont:
        """Large for a digit or a letter; words have one size, and shrink only where they must."""
        font = QFont(self.font())
        is_word = len(label) > 1 and not label.isdigit()
        font.setPixelSize(_WORD if is_word else _NUMERAL)
        font.setWeight(QFont.Weight.Normal if is_word else QFont.Weight.Light)
        width = QFontMetrics(font).horizontalAdvance(label)
        if width > self.width():
            font.setPixelSize(max(_SMALLEST, font.pixelSize() * self.width() // width))
        return font
