"""The tab of one image: large, with what the model thinks of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QAction, QColor, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QSpinBox,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
)

from digitpad.ui.style import theme
from digitpad.ui.style.plain import PlainLabel
from digitpad.ui.style.theme import GRID
from training.base.quantities import percent
from training.live.gallery import picture
from training.live.pages import Table
from training.live.results_page import nothing_found
from training.live.style import Page, Text, kind_colour, lay_out, scheme
from training.measure.answers import SETS, Answers

#: For those who see no colours.
_MARKS = {"truth": "✓", "error": "✗", "other": ""}
#: Device-independent pixels of the large image for each of its own.
_SCALE = 12
#: Widest a class' name is; a longer one is cut off.
_WIDEST = 17 * GRID
_NAME, _BAR, _FIGURE = 1, 2, 3


class ImagePage(Page):
    """One image of a set: the next, the previous, a random one, or one by its number."""

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__("Images with their probabilities appear when the training has ended.")
        self._nothing = nothing_found(labels)
        self._answers: Answers | None = None
        self._threshold = 0.0
        self._random = np.random.default_rng()
        self.picture = PlainLabel()
        self.answer = Text(size=1.5, bold=True)
        self.truth = Text(muted=True)
        self.probabilities = Probabilities()
        self.number = QSpinBox()
        self.number.setAccessibleName("Number of the image")
        self.number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.number.setMinimumWidth(9 * GRID)
        self.number.setMinimum(1)
        self.number.setWrapping(True)
        self.number.valueChanged.connect(self._show)
        self.of = Text(muted=True)
        self.previous = self._button("Previous", "Alt+Left", self.number.stepDown)
        self.next = self._button("Next", "Alt+Right", self.number.stepUp)
        self.random = self._button("Random", "Ctrl+R", self._jump)
        buttons = (self.previous, self.next, self.random, GRID, self.number)
        tools = lay_out(QHBoxLayout(), GRID, *buttons, self.of)
        texts = (self.answer, self.truth, GRID)
        right = lay_out(QVBoxLayout(), GRID // 2, *texts, self.probabilities)
        body = lay_out(QHBoxLayout(), 4 * GRID, self.picture, right)
        body.setAlignment(self.picture, Qt.AlignmentFlag.AlignTop)
        lay_out(QVBoxLayout(self.body), 2 * GRID, tools, body)

    def show_answers(self, answers: Answers) -> None:
        self._answers = answers
        self.of.setText(f"of {len(answers.truth):,} {SETS[answers.name]}")
        self.number.setRange(1, len(answers.truth))
        self._show()

    def show_image(self, index: int) -> None:
        """Show one image of the set, counted from 0."""
        self.number.setValue(index + 1)

    def set_threshold(self, share: float) -> None:
        """Below this confidence, 0..1, nothing was found."""
        self._threshold = share
        self._show()

    def _show(self) -> None:
        answers, index = self._answers, self.number.value() - 1
        if answers is None:
            return
        labels, best = answers.labels, float(answers.confidence[index])
        read, truth = int(answers.read[index]), int(answers.truth[index])
        self.picture.setPixmap(picture(answers.images[index], _SCALE, self))
        self.picture.setAccessibleName(f"Image {index + 1}: {labels[truth]}")
        self.answer.setText(f"Read as {labels[read]}")
        verdict = "right" if read == truth else "wrong"
        if best < self._threshold:
            verdict = f"below {percent(self._threshold, 0)} {self._nothing}"
        self.truth.setText(f"{percent(best, 1)}: {verdict}; it is {labels[truth]}")
        self.probabilities.show_answer(answers, index)

    def _jump(self) -> None:
        self.number.setValue(int(self._random.integers(self.number.maximum())) + 1)

    def _button(self, text: str, keys: str, call: Callable[[], None]) -> QToolButton:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{text} ({shown})")
        action.triggered.connect(lambda: call())
        self.addAction(action)
        button = QToolButton()
        button.setDefaultAction(action)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button


class Probabilities(Table):
    """All classes in their order, each with its bar and figure."""

    def __init__(self) -> None:
        super().__init__("Probabilities", ("", "Class", "", "Probability"), (0, 1), (_BAR,))
        self.setItemDelegateForColumn(_BAR, _Bar(self))
        self.verticalHeader().setDefaultSectionSize(4 * GRID)
        header = self.horizontalHeader()
        header.hide()
        header.setMinimumSectionSize(3 * GRID)
        header.setMaximumSectionSize(100 * GRID)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Fixed)

    def show_answer(self, answers: Answers, index: int) -> None:
        """Show what a model thinks of one image, and which class it really is."""
        shares, kinds = answers.probabilities[index].tolist(), answers.kinds(index)
        figures = [percent(share, 1) for share in shares]
        marks = [_MARKS[kind] for kind in kinds]
        self.show_rows(list(zip(marks, answers.labels, marks, figures, strict=True)))
        colours = scheme(self)
        for row, (share, kind) in enumerate(zip(shares, kinds, strict=True)):
            colour, is_plain = kind_colour(kind, colours), kind == "other"
            name, figure = (colours.ink, colours.muted) if is_plain else (colour, colours.ink)
            font = theme.sized(self.font(), 1.0, bold=not is_plain, tabular=True)
            for column, its in enumerate((colour, QColor(name), colour, QColor(figure))):
                item = self.cell(row, column)
                item.setForeground(its)
                item.setFont(font)
            self.cell(row, _BAR).setData(Qt.ItemDataRole.UserRole, share)
        self.setColumnWidth(_NAME, min(self.sizeHintForColumn(_NAME), _WIDEST))
        likeliest = sorted(range(len(shares)), key=lambda i: -shares[i])[:3]
        stated = ", ".join(f"{answers.labels[i]} {figures[i]}" for i in likeliest)
        self.setAccessibleName(f"Probabilities: {stated}")


class _Bar(QStyledItemDelegate):
    """A share, 0..1, as a bar on a faint track."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        track = QRectF(option.rect)
        track.setHeight(10)
        track.moveCenter(QRectF(option.rect).center())
        painter.fillRect(track, option.palette.mid())
        track.setWidth(index.data(Qt.ItemDataRole.UserRole) * track.width())
        painter.fillRect(track, index.data(Qt.ItemDataRole.ForegroundRole))
