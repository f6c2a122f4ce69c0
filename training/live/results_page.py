"""The results' tab: accuracy in one figure, by class and by epoch, and what a threshold does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from digitpad.ui.style.theme import GRID
from training.base.quantities import percent
from training.live.look import Page, Text
from training.live.tables import Table
from training.live.threshold import Threshold
from training.measure.scores import Scores
from training.runs import Pictures, Result
from training.runs.history import Epoch


class ResultsPage(Page):
    """What came of the training."""

    def __init__(self, labels: Sequence[str], *, watched: str) -> None:
        """An empty page.

        Args:
            labels: what each class is called.
            watched: what the epochs' accuracy was measured on, such as ``"validation"``.
        """
        super().__init__("Results appear when the training has ended and the model is measured.")
        self._labels = labels
        self.headline = Text(size=2.0, bold=True)
        self.subline = Text(muted=True)
        self.facts = Text(muted=True)
        self.threshold = Threshold(labels)
        self.classes = Table(
            "Accuracy by class",
            ("Class", "Accuracy", "Images", "Most often mistaken for"),
            texts=(0, 3),
            stretched=(3,),
        )
        headings = ("Epoch", "Training", watched.capitalize(), "Loss")
        self.epochs = Table("Accuracy by epoch", headings, texts=(), stretched=range(4))
        self.epochs.setMinimumWidth(36 * GRID)
        self.classes.horizontalHeader().setMaximumSectionSize(18 * GRID)
        self._lay_out()

    def show_answers(self, of: str, pictures: Pictures, scores: Scores) -> None:
        """Show figures.

        Args:
            of: which images, for people.
            pictures: with probabilities.
            scores: of them.
        """
        self.reveal(True)
        self.headline.setText(percent(scores.accuracy))
        self.subline.setText(
            f"of {scores.total:,} {of} read rightly, {scores.total - scores.correct:,} wrongly"
        )
        self.classes.show_rows(_rows_of_classes(scores, self._labels))
        self.threshold.show_answers(pictures)

    def show_epochs(self, epochs: Sequence[Epoch]) -> None:
        """Show every epoch's accuracy."""
        self.epochs.show_rows([_row_of_epoch(epoch) for epoch in epochs])

    def show_result(self, result: Result | None) -> None:
        """Show what the finished run left."""
        if result is None:
            self.facts.setText("")
            return
        self.facts.setText(
            f"epoch {result.best_epoch} of {result.epochs} kept · trained in"
            f" {result.seconds:,.0f} s · {result.parameters:,} parameters ·"
            f" {result.onnx}, {result.onnx_bytes / 1000:,.0f} kB"
        )

    def _lay_out(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, title, table in (
            (left, "By class", self.classes),
            (right, "By epoch", self.epochs),
        ):
            column.setSpacing(GRID)
            column.addWidget(Text(title, bold=True))
            column.addWidget(table, 1)
        tables = QHBoxLayout()
        tables.setSpacing(3 * GRID)
        tables.addLayout(left, 4)
        tables.addLayout(right, 3)
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self.headline)
        layout.addWidget(self.subline)
        layout.addWidget(self.facts)
        layout.addSpacing(GRID)
        layout.addWidget(self.threshold)
        layout.addSpacing(GRID)
        layout.addLayout(tables, 1)


def _rows_of_classes(scores: Scores, labels: Sequence[str]) -> list[tuple[str, ...]]:
    wrong = scores.confusion.copy()
    np.fill_diagonal(wrong, 0)
    rows: list[tuple[str, ...]] = []
    for number, (label, recall) in enumerate(zip(labels, scores.recall().tolist(), strict=True)):
        worst = int(wrong[number].argmax())
        count = int(wrong[number, worst])
        total = int(scores.confusion[number].sum())
        rows.append(
            (
                label,
                percent(recall, 1) if total else "–",
                f"{total:,}",
                f"{labels[worst]} ({count})" if count else "–",
            )
        )
    return rows


def _row_of_epoch(epoch: Epoch) -> tuple[str, ...]:
    return (
        str(epoch.number),
        f"{100 * epoch.accuracy:.2f} %",
        f"{100 * epoch.validation_accuracy:.2f} %",
        f"{epoch.validation_loss:.4f}",
    )
