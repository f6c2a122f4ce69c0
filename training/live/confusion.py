"""The tab of confusions: the matrix, and the images of the cell that is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSplitter,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from digitpad.ui.style import theme
from digitpad.ui.style.plain import plain_tip
from digitpad.ui.style.theme import GRID
from training.live.gallery import Gallery
from training.live.style import Page, Text, kind_colour, lay_out, scheme
from training.measure.answers import Answers

_SMALLEST, _LARGEST = 4 * GRID, 8 * GRID
#: Widest a class' name is in a heading; a longer one is cut off.
_WIDEST = 14 * GRID


class ConfusionPage(Page):
    """The matrix beside the images of its chosen cell; a picked one is to be seen alone."""

    picked = Signal(int)

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__("The confusion matrix appears when the training has ended.")
        self._answers: Answers | None = None
        self.matrix = ConfusionMatrix(labels)
        self.matrix.currentCellChanged.connect(self._show_cell)
        self.title = Text(bold=True)
        self.gallery = Gallery("Images of the chosen cell", brief=True)
        self.gallery.picked.connect(self.picked)
        self.gallery.setToolTip("Double-click an image to see it with its probabilities")
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(3 * GRID)
        key = Text("Rows: truth. Columns: read as. Click a cell to see its images.")
        for share, widgets in ((3, (key, self.matrix)), (2, (self.title, self.gallery))):
            half = QWidget()
            lay_out(QVBoxLayout(half), GRID, *widgets)
            halves.addWidget(half)
            halves.setStretchFactor(halves.count() - 1, share)
        lay_out(QVBoxLayout(self.body), 0, halves)

    def show_answers(self, answers: Answers) -> None:
        self._answers = answers
        self.matrix.show_answers(answers)

    def _show_cell(self, truth: int, read: int) -> None:
        if self._answers is None or min(truth, read) < 0:
            return
        here, labels = self._answers.cell(truth, read), self._answers.labels
        count = f"{len(here):,} image{'' if len(here) == 1 else 's'}"
        self.title.setText(f"{labels[truth]} read as {labels[read]}: {count}")
        self.gallery.show_answers(self._answers, here)


class ConfusionMatrix(QTableWidget):
    """Truth by rows, answers by columns; a cell is chosen by mouse or keys. Blue on the diagonal,
    red beside it, the deeper the larger the count's share of the row.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(len(labels), len(labels))
        self._longest = 0  # number of a cell, in pixels
        self.setAccessibleName("Confusion matrix, truth by rows, answers by columns")
        self.setFont(theme.sized(self.font(), 0.9, tabular=True))
        self.setItemDelegate(_Frame(self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMinimumSize(24 * GRID, 20 * GRID)
        metrics = self.verticalHeader().fontMetrics()
        widest = max(metrics.horizontalAdvance(label) for label in labels)
        if widest > _SMALLEST - GRID:
            self.setHorizontalHeader(_TurnedHeader(self))
        for number, label in enumerate(labels):
            for set_item in (self.setHorizontalHeaderItem, self.setVerticalHeaderItem):
                item = QTableWidgetItem(label)
                item.setToolTip(plain_tip(label))
                set_item(number, item)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setHighlightSections(False)
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setMinimumSectionSize(1)
            header.setTextElideMode(Qt.TextElideMode.ElideRight)
        centred = Qt.AlignmentFlag.AlignVCenter
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | centred)
        self.verticalHeader().setFixedWidth(min(widest, _WIDEST) + 2 * GRID)

    def show_answers(self, answers: Answers) -> None:
        """Show counts, and choose the most frequent mistake."""
        counts, labels = answers.scores.confusion, answers.labels
        for truth, row in enumerate(counts.tolist()):
            for read, count in enumerate(row):
                stated = f"{labels[truth]} read as {labels[read]}: {count:,}"
                item = QTableWidgetItem(str(count) if count else "")
                item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                item.setToolTip(plain_tip(stated))
                item.setData(Qt.ItemDataRole.AccessibleTextRole, stated)
                item.setBackground(self._shade(count / max(sum(row), 1), right=truth == read))
                self.setItem(truth, read, item)
        self._longest = self.fontMetrics().horizontalAdvance(str(counts.max()))
        self._fit()
        self.setCurrentCell(*answers.scores.worst)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Make cells as large as there is room for, and never too small for their numbers."""
        room = min(self.viewport().width(), self.viewport().height()) // self.rowCount()
        cell = max(_SMALLEST, self._longest + GRID, min(_LARGEST, room))
        self.horizontalHeader().setDefaultSectionSize(cell)
        self.verticalHeader().setDefaultSectionSize(cell)

    def _shade(self, share: float, *, right: bool) -> QColor:
        colours = scheme(self)
        full, blank = kind_colour("truth" if right else "error", colours), QColor(colours.window)
        # A single mistake among thousands is still seen.
        depth = 0.35 * share if right else min(0.06 + 6 * share, 0.65) if share else 0.0
        pairs = zip(_channels(blank), _channels(full), strict=True)
        return QColor(*(round(a + depth * (b - a)) for a, b in pairs))


def _channels(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


class _TurnedHeader(QHeaderView):
    """Headings of columns, read from below, where they would not fit otherwise."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def sectionSizeFromContents(self, section: int) -> QSize:
        size = super().sectionSizeFromContents(section).transposed()
        return size.boundedTo(QSize(size.width(), _WIDEST + GRID))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        painter.translate(rect.x(), rect.bottom())
        painter.rotate(-90)
        super().paintSection(painter, QRect(0, 0, rect.height(), rect.width()), section)
        painter.restore()


class _Frame(QStyledItemDelegate):
    """Marks the chosen cell with a frame, so that its shade stays to be seen."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        state = QStyle.StateFlag
        chosen = bool(option.state & state.State_Selected)
        option.state &= ~(state.State_Selected | state.State_HasFocus | state.State_MouseOver)
        super().paint(painter, option, index)
        if chosen:
            painter.setPen(QPen(QColor(scheme(option.widget).accent), 2))
            painter.drawRect(option.rect.adjusted(1, 1, -1, -1))
