"""The confusion matrix: truth by rows, answers by columns; a cell is chosen by mouse or keys."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from digitpad.ui.style import theme
from digitpad.ui.style.plain import plain_tip
from digitpad.ui.style.theme import GRID
from training.live.look import error_colour, truth_colour
from training.measure.scores import Scores

Index = QModelIndex | QPersistentModelIndex
_SMALLEST, _LARGEST = 4 * GRID, 8 * GRID
#: Widest a class' name is in a heading; a longer one is cut off.
_WIDEST = 14 * GRID


class _Counts(QAbstractTableModel):
    def __init__(self, labels: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._labels = labels
        size = len(labels)
        self.counts = np.zeros((size, size), dtype=np.int64)

    def show_counts(self, scores: Scores) -> None:
        self.beginResetModel()
        self.counts = scores.confusion
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._labels)

    columnCount = rowCount  # noqa: N815  Qt's name

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        truth, answer = index.row(), index.column()
        count = int(self.counts[truth, answer])
        if role == Qt.ItemDataRole.DisplayRole:
            return str(count) if count else ""
        told = f"{self._labels[truth]} read as {self._labels[answer]}: {count:,}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return told
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(told)
        return None

    def headerData(
        self, section: int, _orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._labels[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._labels[section])
        return None


class Confusion(QTableView):
    """Counts; blue on the diagonal, red beside it, the deeper the larger their share of the row.

    Signals:
        chosen(truth, answer): a cell was chosen.
    """

    chosen = Signal(int, int)

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__()
        self.counts = _Counts(labels, self)
        self.setModel(self.counts)
        self.setItemDelegate(_Cell(self))
        self.setAccessibleName("Confusion matrix, truth by rows, answers by columns")
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        widest = max(self.fontMetrics().horizontalAdvance(label) for label in labels)
        self._upright = widest > _SMALLEST - GRID
        self.setHorizontalHeader(_Heading(Qt.Orientation.Horizontal, widest, self._upright, self))
        self.setVerticalHeader(_Heading(Qt.Orientation.Vertical, widest, False, self))
        self.setMinimumSize(24 * GRID, 20 * GRID)
        self.selectionModel().currentChanged.connect(
            lambda now, _: self.chosen.emit(now.row(), now.column()) if now.isValid() else None
        )

    def show_scores(self, scores: Scores) -> None:
        """Show counts, and choose the most frequent mistake."""
        self.counts.show_counts(scores)
        wrong = scores.confusion.copy()
        np.fill_diagonal(wrong, 0)
        truth, answer = np.unravel_index(int(wrong.argmax()), wrong.shape)
        self.setCurrentIndex(self.counts.index(int(truth), int(answer)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        size = self.counts.rowCount()
        room = min(self.viewport().width(), self.viewport().height())
        cell = max(_SMALLEST, min(_LARGEST, room // size))
        self.horizontalHeader().setDefaultSectionSize(cell)
        self.verticalHeader().setDefaultSectionSize(cell)


class _Heading(QHeaderView):
    """Class names; those of the columns are turned where they would not fit."""

    def __init__(
        self, orientation: Qt.Orientation, widest: int, turned: bool, parent: QWidget
    ) -> None:
        super().__init__(orientation, parent)
        self._turned = turned
        self._length = min(widest, _WIDEST) + 2 * GRID
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(_SMALLEST)

    def sizeHint(self) -> QSize:
        short = self.fontMetrics().height() + GRID
        if self.orientation() == Qt.Orientation.Vertical:
            return QSize(self._length, short)
        return QSize(short, self._length if self._turned else short)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        colours = theme.colours(self.palette())
        label = str(self.model().headerData(section, self.orientation()))
        text = self.fontMetrics().elidedText(
            label, Qt.TextElideMode.ElideRight, self._length - GRID
        )
        painter.save()
        painter.fillRect(rect, QColor(colours.paper))
        painter.setPen(QColor(colours.muted))
        area = QRectF(rect)
        where = Qt.AlignmentFlag.AlignCenter
        if self.orientation() == Qt.Orientation.Vertical:
            area.adjust(0, 0, -GRID, 0)
            where = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        elif self._turned:
            painter.translate(area.center())
            painter.rotate(-90)
            area = QRectF(-area.height() / 2, -area.width() / 2, area.height(), area.width())
            area.adjust(GRID, 0, 0, 0)
            where = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, where, text)
        painter.restore()


class _Cell(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        counts = index.model()
        if not isinstance(counts, _Counts):
            return
        row = counts.counts[index.row()]
        count, total = int(row[index.column()]), int(row.sum())
        palette: QPalette = option.palette
        colours = theme.colours(palette)
        area = QRectF(option.rect).adjusted(1, 1, -1, -1)
        painter.save()
        painter.fillRect(area, QColor(colours.window))
        if count:
            right = index.row() == index.column()
            shade = truth_colour(palette) if right else error_colour(palette)
            share = count / total
            # A single mistake among thousands is still seen.
            shade.setAlphaF(0.35 * share if right else min(0.06 + 6 * share, 0.65))
            painter.fillRect(area, shade)
        painter.setPen(QColor(colours.ink))
        text = str(index.data() or "")
        font = theme.sized(option.font, 0.9, tabular=True)
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(text)
        if width > area.width() - 2:
            painter.setFont(theme.sized(font, (area.width() - 2) / width, tabular=True))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QColor(colours.accent))
            painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
            painter.drawRect(area.adjusted(1.5, 1.5, -1.5, -1.5))
        painter.restore()
