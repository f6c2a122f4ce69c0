"""The line above two models' bars that says whether they read the same."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.ui.results.announcer import Announcer
from digitpad.ui.style import theme
from digitpad.ui.style.plain import plain_tip
from digitpad.ui.style.translations import Translated

translate = QCoreApplication.translate


class Outcome(Enum):
    """What came of comparing two answers; its value is the mark."""

    NONE = ""
    SAME = "="
    DIFFERENT = "≠"
    OTHER_CLASSES = "–"  # the models have none in common


_COLOURS = {Outcome.DIFFERENT: "unsure", Outcome.OTHER_CLASSES: "muted"}


class Line(QWidget):
    """Text in the middle of its room: one line, shortened where that is too narrow, or several."""

    def __init__(self, *, bold: bool = False, wrapped: bool = False) -> None:
        super().__init__()
        self.text = ""
        self.colour = "ink"  # one of theme.Colours
        self._bold, self._wrapped = bold, wrapped
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        above = self.contentsMargins().top()
        return QSize(0, above + max(3 * theme.GRID, QFontMetrics(self._font()).height()))

    def show_text(self, text: str) -> None:
        """Show another text."""
        self.text = text
        self.setToolTip(plain_tip(text))
        self.setAccessibleName(text)
        self.update()

    def _font(self) -> QFont:
        return theme.sized(self.font(), 1.0, bold=self._bold)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._font())
        painter.setPen(QColor(getattr(theme.colours(self.palette()), self.colour)))
        place, shown = QRectF(self.contentsRect()), self.text
        if not self._wrapped:
            middle = Qt.TextElideMode.ElideMiddle
            shown = painter.fontMetrics().elidedText(shown, middle, self.width())
        # Also within the long names of files, where a QLabel would not.
        option = QTextOption(Qt.AlignmentFlag.AlignCenter)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        painter.drawText(place, shown, option)
        painter.end()


class Agreement(Translated, Line):
    """What two models read. A screen reader is told once an outcome has stood for a while."""

    def __init__(self) -> None:
        super().__init__(bold=True)
        self.outcome = Outcome.NONE
        self._read = ("", "")
        self._announcer = Announcer(self)

    def show_outcome(self, outcome: Outcome, first: str = "", second: str = "") -> None:
        """Show it, with what the classes that were read are called."""
        if (outcome, (first, second)) != (self.outcome, self._read):
            self.outcome, self._read = outcome, (first, second)
            self.retranslate()

    def retranslate(self) -> None:
        sentence = self._sentence().format(*self._read)
        self.colour = _COLOURS.get(self.outcome, "ink")
        self.show_text(f"{self.outcome.value}  {sentence}" if sentence else "")
        self.setAccessibleName(sentence)
        self._announcer.changed(sentence or None)

    def _sentence(self) -> str:
        if self.outcome is Outcome.SAME:
            return translate("Agreement", "Both read {0}")
        if self.outcome is Outcome.DIFFERENT:
            return translate("Agreement", "They differ: {0} and {1}")
        if self.outcome is Outcome.OTHER_CLASSES:
            return translate("Agreement", "They name different things")
        return ""
