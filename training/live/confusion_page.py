"""The tab of confusions: the matrix, and the images of the cell that is chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from digitpad.ui.style.theme import GRID
from training.live.confusion import Confusion
from training.live.gallery import Gallery
from training.live.look import Page, Text
from training.measure.scores import Scores
from training.runs import Pictures


class ConfusionPage(Page):
    """Signals:
    picked(index): an image was chosen to be seen alone.
    """

    picked = Signal(int)

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__("The confusion matrix appears when the training has ended.")
        self._labels = labels
        self._pictures: Pictures | None = None
        self._answers = np.empty(0, dtype=np.int64)
        self.matrix = Confusion(labels)
        self.matrix.chosen.connect(self._show_cell)
        self.title = Text(bold=True)
        self.gallery = Gallery(labels, "Images of the chosen cell", brief=True)
        self.gallery.picked.connect(self.picked)
        self.gallery.setToolTip("Double-click an image to see it with its probabilities")
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.title)
        column.addWidget(self.gallery, 1)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(Text("Rows: truth. Columns: read as. Click a cell to see its images."))
        column.addWidget(self.matrix, 1)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(3 * GRID)
        halves.addWidget(left)
        halves.addWidget(right)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(halves)

    def show_answers(self, pictures: Pictures, scores: Scores) -> None:
        """Show a set with probabilities, and its scores."""
        if pictures.probabilities is None:
            return
        self.reveal(True)
        self._pictures = pictures
        self._answers = pictures.probabilities.argmax(axis=1)
        self.matrix.show_scores(scores)

    def _show_cell(self, truth: int, answer: int) -> None:
        if self._pictures is None:
            return
        here = np.flatnonzero((self._pictures.labels == truth) & (self._answers == answer))
        count = f"{len(here):,} image{'' if len(here) == 1 else 's'}"
        self.title.setText(f"{self._labels[truth]} read as {self._labels[answer]}: {count}")
        self.gallery.show_pictures(self._pictures, here.tolist())
