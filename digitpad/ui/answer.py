"""The answer: one large numeral, and how sure the network is, in words and in figures."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.ui import theme

translate = QCoreApplication.translate

#: Probability from which an answer is called sure, or likely; below the second it is "not sure".
SURE, LIKELY = 0.9, 0.6


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


class Answer(QWidget):
    """Keeps its size in every state, so that nothing jumps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label: str | None = None
        self.probability = 0.0
        self.rejected = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name()

    def sizeHint(self) -> QSize:
        # The longest caption fits, whatever the font: it is never cut off and never wraps.
        caption = QFontMetrics(self._caption_font()).horizontalAdvance(rejected())
        return QSize(max(19 * theme.GRID, caption), 14 * theme.GRID)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_answer(
        self, label: str | None, probability: float = 0.0, *, rejected: bool = False
    ) -> None:
        """Show a class and its probability, 0..1; None when there is no drawing.

        A rejected drawing keeps its class, and is said to be perhaps no digit.
        """
        if (label, probability, rejected) == (self.label, self.probability, self.rejected):
            return
        changed = (label, rejected) != (self.label, self.rejected)
        self.label, self.probability, self.rejected = label, probability, rejected
        self._name()
        if changed:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        self.update()

    def _name(self) -> None:
        if self.label is None:
            self.setAccessibleName(translate("Answer", "Answer: none yet"))
        else:
            name = translate("Answer", "Answer: {0}, {1}")
            self.setAccessibleName(name.format(self.label, self._caption()))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
            self.updateGeometry()
            self.update()
        super().changeEvent(event)

    def _caption(self) -> str:
        if self.rejected:
            return rejected()
        return f"{in_words(self.probability)}, {self.probability * 100:.1f} %"

    def _caption_font(self) -> QFont:
        return theme.sized(self.font(), 1.0, tabular=True)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.label is None:
            return
        colours = theme.colours(self.palette())
        unsure = self.rejected or self.probability < LIKELY
        painter = QPainter(self)
        caption = 3.0 * theme.GRID
        numeral = QFont(self.font())
        # A class may have a long name: it shrinks to the width there is.
        numeral.setPixelSize(int(self.height() - caption))
        numeral.setWeight(QFont.Weight.Light)
        upper = QRectF(0, 0, self.width(), self.height() - caption)
        painter.setFont(numeral)
        width = painter.fontMetrics().horizontalAdvance(self.label)
        if width > upper.width():
            numeral.setPixelSize(max(12, int(numeral.pixelSize() * upper.width() / width)))
            painter.setFont(numeral)
        painter.setPen(QColor(colours.unsure if unsure else colours.ink))
        painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, self.label)
        painter.setFont(self._caption_font())
        painter.setPen(QColor(colours.unsure if unsure else colours.muted))
        lower = QRectF(0, self.height() - caption, self.width(), caption)
        painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, self._caption())
        painter.end()
