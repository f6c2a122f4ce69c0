""" "Show me yours": asks for each digit a few times, and shows which ones are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from digitpad.image.normalize import SIZE, Image, normalize_ink
from digitpad.inference.foreign.reference import reference_inks
from digitpad.library.correction import Correction
from digitpad.library.document import Document
from digitpad.reading.reader import Reader
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.style import theme
from digitpad.ui.style.pixels import tinted
from digitpad.ui.style.plain import PlainLabel
from digitpad.ui.style.translations import Translated

translate = QCoreApplication.translate

#: How often each class is asked for.
TIMES = 2


@dataclass(frozen=True, eq=False)
class Shown:
    """A drawing that was asked for, what it was read as, and how probable that was, 0..1."""

    correction: Correction
    image: Image
    probability: float


class LessonsDialog(Translated, QDialog):
    """A page to draw on, one wish after the other, and a scorecard.

    Args:
        reader: reads the drawings.
        learn: gets what was drawn, if the writer agrees.
        seed: of the order.
    """

    def __init__(
        self,
        reader: Reader,
        learn: Callable[[Sequence[Correction]], object],
        parent: QWidget | None = None,
        seed: int | None = None,
    ) -> None:
        super().__init__(parent)
        self._reader, self._learn = reader, learn
        self._wanted = list(reader.recognizer.labels) * TIMES
        Random(seed).shuffle(self._wanted)  # noqa: S311  an order, no secret
        self.shown: list[Shown] = []
        self.wish, self.score = PlainLabel(), PlainLabel()
        self.wish.setFont(theme.sized(self.font(), 1.6))
        self.score.setWordWrap(True)
        self.canvas, self.cards = Canvas(), _cards()
        self.canvas.setMinimumSize(45 * theme.GRID, 45 * theme.GRID)
        self.following, self.again, self.agree, self.refuse = (
            QPushButton(autoDefault=False) for _ in range(4)
        )
        self.following.setShortcut(QKeySequence(Qt.Key.Key_Return))
        for button, call in (
            (self.following, self.take),
            (self.again, self._clear),
            (self.agree, self._agree),
            (self.refuse, self.reject),
        ):
            button.clicked.connect(call)
        self._pages = QStackedWidget()
        self._pages.addWidget(_page(self.wish, self.canvas, self.again, self.following))
        self._pages.addWidget(_page(self.score, self.cards, self.refuse, self.agree))
        QVBoxLayout(self).addWidget(self._pages)
        self.retranslate()

    @property
    def wanted(self) -> str | None:
        """The class that is asked for; None once all were."""
        return self._wanted[0] if self._wanted else None

    def take(self) -> None:
        """Read what was drawn, and ask for the next one; after the last one comes the scorecard."""
        image = normalize_ink(self.canvas.ink)
        if image is None or not self._wanted:
            return
        probabilities = self._reader.read(image[None]).probabilities[0]
        winner, recognizer = int(np.argmax(probabilities)), self._reader.recognizer
        correction = Correction(
            Document(self.canvas.ink),
            self._wanted.pop(0),
            recognizer.labels[winner],
            recognizer.name,
        )
        self.shown.append(Shown(correction, image, float(probabilities[winner])))
        self._clear()
        if not self._wanted:
            self._pages.setCurrentIndex(1)
            for each in self.shown:
                self.cards.addItem(self._card(each))
        self.retranslate()

    def retranslate(self) -> None:
        self.setWindowTitle(translate("Lessons", "Show me yours"))
        count = len(self.shown)
        wish = translate("Lessons", "Draw {0}, as you write it  ·  {1} of {2}")
        self.wish.setText(wish.format(self.wanted or "", count + 1, count + len(self._wanted)))
        self.following.setText(translate("Lessons", "Next"))
        self.again.setText(translate("Lessons", "Clear"))
        self.agree.setText(translate("Lessons", "Learn from these"))
        self.refuse.setText(translate("Lessons", "Do not learn"))
        self.cards.setAccessibleName(translate("Lessons", "Scorecard"))
        read = sum(each.correction.read_as == each.correction.label for each in self.shown)
        told = translate(
            "Lessons",
            "{0} of {1} are read. Each drawing stands beside the form that was expected, with what"
            " it was taken for and how surely.",
        )
        self.score.setText(told.format(read, count))

    def _clear(self) -> None:
        self.canvas.set_ink(type(self.canvas.ink)())
        self.canvas.setFocus()

    def _agree(self) -> None:
        self._learn([each.correction for each in self.shown])
        self.accept()

    def _card(self, shown: Shown) -> QListWidgetItem:
        said = shown.correction
        sure = theme.percentage(shown.probability)
        is_read = said.read_as == said.label
        text = f"{said.label} ✓ {sure}" if is_read else f"{said.label} → {said.read_as}, {sure}"
        ink = QColor(theme.colours(self.palette()).ink)
        picture = QPixmap(4 * SIZE, 2 * SIZE)
        picture.fill(QColor(theme.colours(self.palette()).paper))
        painter = QPainter(picture)
        painter.drawImage(picture.rect().adjusted(0, 0, -2 * SIZE, 0), tinted(shown.image, ink))
        expected = _expected(said.label)
        if expected is not None:
            muted = QColor(theme.colours(self.palette()).bar)
            painter.drawImage(picture.rect().adjusted(2 * SIZE, 0, 0, 0), tinted(expected, muted))
        painter.end()
        return QListWidgetItem(QIcon(picture), text)


def _expected(label: str) -> Image | None:
    """The form that a digit has for the model."""
    ink = next((ink for ink in reference_inks() if ink.label == label), None)
    return None if ink is None else normalize_ink(ink)


def _cards() -> QListWidget:
    cards = QListWidget()
    cards.setViewMode(QListView.ViewMode.IconMode)
    cards.setIconSize(QSize(4 * SIZE, 2 * SIZE))
    cards.setResizeMode(QListView.ResizeMode.Adjust)
    cards.setMovement(QListView.Movement.Static)
    return cards


def _page(title: QWidget, content: QWidget, *buttons: QPushButton) -> QWidget:
    page, line = QWidget(), QHBoxLayout()
    layout = QVBoxLayout(page)
    layout.setSpacing(2 * theme.GRID)
    layout.addWidget(title)
    layout.addWidget(content, 1)
    line.addStretch()
    for button in buttons:
        line.addWidget(button)
    layout.addLayout(line)
    return page
