"""The tabs that show one thing each: training images, the network's layers, and mistakes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from digitpad.ui.style import theme
from digitpad.ui.style.theme import GRID
from training.live.gallery import Gallery
from training.live.style import Page, Text, lay_out
from training.measure.answers import Answers
from training.report.diagram import arrows
from training.report.run_view import RunView
from training.runs import Layer


class Table(QTableWidget):
    """Rows under headings; its name is for screen readers. Columns of texts are aligned left, those
    of figures right; stretched ones share the room that is left.
    """

    def __init__(
        self, name: str, headings: Sequence[str], texts: Sequence[int], stretched: Sequence[int]
    ) -> None:
        super().__init__(0, len(headings))
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        self._sides = [left if i in texts else right for i in range(len(headings))]
        self._rows: Sequence[Sequence[str]] = ()
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setFont(theme.sized(self.font(), 1.0, tabular=True))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + GRID)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(6 * GRID)
        header.setMaximumSectionSize(40 * GRID)
        for number, heading in enumerate(headings):
            self.setHorizontalHeaderItem(number, self._item(heading, number))
        for number in stretched:
            header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Replace the rows; each has a text for every heading."""
        if rows == self._rows:
            return
        self._rows = rows
        self.setRowCount(len(rows))
        for i, row in enumerate(rows):
            for number, text in enumerate(row):
                self.setItem(i, number, self._item(text, number))

    def cell(self, row: int, column: int) -> QTableWidgetItem:
        """What stands there."""
        item = self.item(row, column)
        if item is None:
            raise IndexError((row, column))
        return item

    def _item(self, text: str, column: int) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setTextAlignment(self._sides[column] | Qt.AlignmentFlag.AlignVCenter)
        return item


class DataPage(Page):
    """Some of the training images, each with its class, and what they are a sample of."""

    parts = frozenset({"samples"})

    def __init__(self) -> None:
        super().__init__("Images appear once the data is loaded.")
        self.title = Text(bold=True)
        self.gallery = Gallery("Training images")
        lay_out(QVBoxLayout(self.body), GRID, self.title, self.gallery)

    def show_run(self, run: RunView) -> None:
        self.reveal(run.samples is not None)
        if run.samples is None:
            return
        of = f"{run.configuration.data}, {len(run.labels)} classes"
        self.title.setText(f"{len(run.samples.labels)} of the training images ({of})")
        self.gallery.show_samples(run.samples, run.labels)


class ModelPage(Page):
    """A table of layers with their outputs' shapes and their parameters; the total above it."""

    parts = frozenset({"layers"})

    def __init__(self) -> None:
        super().__init__("Layers appear once the network is built.")
        self.title = Text(bold=True)
        headings = ("Layer", "Kind", "Input from", "Output shape", "Parameters")
        self.table = Table("Layers", headings, texts=(0, 1, 2, 3), stretched=(0,))
        self.table.setMaximumWidth(88 * GRID)
        lay_out(QVBoxLayout(self.body), GRID, self.title, self.table)

    def show_run(self, run: RunView) -> None:
        self.reveal(bool(run.layers))
        self.title.setText(f"{run.parameters:,} parameters in {len(run.layers)} layers")
        self.table.show_rows([_row(layer) for layer in run.layers])
        is_chain = all(arrow.target == arrow.source + 1 for arrow in arrows(run.layers))
        self.table.setColumnHidden(2, is_chain)


class MistakesPage(Page):
    """Each mistake with the bars of its classes, the surest first; a picked one is to be seen
    alone.
    """

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__("Mistakes appear when the training has ended.")
        self.title = Text(bold=True)
        key = "Caption: the answer, its probability (the truth). Bars: one a class, truth blue,"
        self.gallery = Gallery("Mistakes", bars=True)
        self.gallery.picked.connect(self.picked)
        self.gallery.setToolTip("Double-click an image to see it with its probabilities")
        key_text, half = Text(f"{key} error red.", muted=True), GRID // 2
        lay_out(QVBoxLayout(self.body), half, self.title, key_text, half, self.gallery)

    def show_answers(self, answers: Answers) -> None:
        scores = answers.scores
        self.title.setText(
            f"{len(scores.mistakes):,} of {scores.total:,} read wrongly, the surest first"
            if len(scores.mistakes)
            else f"All {scores.total:,} read rightly"
        )
        self.gallery.show_answers(answers, scores.mistakes.tolist())


def _row(layer: Layer) -> tuple[str, ...]:
    return (
        layer.name,
        layer.kind,
        ", ".join(layer.inputs),
        " × ".join(str(size) for size in layer.shape),
        f"{layer.parameters:,}" if layer.parameters else "–",
    )
