"""The results' tab: accuracy in one figure, by class and by epoch, and what a threshold does."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from digitpad.ui.style.plain import PlainLabel
from digitpad.ui.style.theme import GRID
from training.base.quantities import percent
from training.live.pages import Table
from training.live.style import Page, Text, lay_out
from training.measure.answers import SETS, Answers
from training.report.run_view import RunView
from training.runs.history import Epoch

_HIGHEST = 99


class ResultsPage(Page):
    """What came of the training."""

    parts = Page.parts | {"story", "result"}

    def __init__(self, labels: Sequence[str], *, watched: str) -> None:
        """An empty page; the epochs' accuracy was measured on what is watched, such as
        ``"validation"``.
        """
        super().__init__("Results appear when the training has ended and the model is measured.")
        self.headline = Text(size=2.0, bold=True)
        self.subline = Text(muted=True)
        self.facts = Text(muted=True)
        self.threshold = ThresholdSlider(labels)
        headings = ("Class", "Accuracy", "Images", "Most often mistaken for")
        self.classes = Table("Accuracy by class", headings, texts=(0, 3), stretched=(3,))
        self.classes.horizontalHeader().setMaximumSectionSize(18 * GRID)
        headings = ("Epoch", "Training", watched.capitalize(), "Loss")
        self.epochs = Table("Accuracy by epoch", headings, texts=(), stretched=range(4))
        self.epochs.setMinimumWidth(36 * GRID)
        tables = [
            lay_out(QVBoxLayout(), GRID, Text("By class", bold=True), self.classes),
            lay_out(QVBoxLayout(), GRID, Text("By epoch", bold=True), self.epochs),
        ]
        both = lay_out(QHBoxLayout(), 3 * GRID, *tables, stretch={0: 4, 1: 3})
        above = (self.headline, self.subline, self.facts, GRID, self.threshold, GRID)
        lay_out(QVBoxLayout(self.body), GRID // 2, *above, both)

    def show_run(self, run: RunView) -> None:
        self.epochs.show_rows([_row(epoch) for epoch in run.story.epochs])
        if result := run.result:
            self.facts.setText(
                f"epoch {result.best_epoch} of {result.epochs} kept · trained in"
                f" {result.seconds:,.0f} s · {result.parameters:,} parameters ·"
                f" {result.onnx}, {result.onnx_bytes / 1000:,.0f} kB"
            )
        super().show_run(run)

    def show_answers(self, answers: Answers) -> None:
        scores, of = answers.scores, SETS[answers.name]
        wrong = scores.total - scores.correct
        self.headline.setText(percent(scores.accuracy))
        self.subline.setText(f"of {scores.total:,} {of} read rightly, {wrong:,} wrongly")
        self.classes.show_rows(
            [
                (row.name, percent(row.recall, 1), f"{row.images:,}", row.mistaken or "–")
                for row in answers.classes()
            ]
        )
        self.threshold.show_answers(answers)


class ThresholdSlider(QWidget):
    """The confidence, 0..1, below which nothing was found: how many answers fall below, and the
    rest.
    """

    moved = Signal(float)

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__()
        self.nothing = nothing_found(labels)
        self._answers: Answers | None = None
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _HIGHEST)
        self.slider.setPageStep(10)
        self.slider.setAccessibleName(f"Confidence in percent below which {self.nothing}")
        self.slider.setMinimumHeight(3 * GRID)
        self.slider.setMaximumWidth(60 * GRID)
        self.slider.valueChanged.connect(self._show)
        self.value = Text()
        self.effect = Text(muted=True)
        caption = PlainLabel(f"Confidence below which {self.nothing}:")
        parts, stretch = (caption, self.slider, self.value), {1: 2, 2: 1}
        row = lay_out(QHBoxLayout(), 2 * GRID, *parts, stretch=stretch)
        lay_out(QVBoxLayout(self), GRID // 2, row, self.effect)

    def show_answers(self, answers: Answers) -> None:
        """Take a set's answers."""
        self._answers = answers
        self._show()

    def _show(self) -> None:
        self.value.setText(f"{self.slider.value()} %")
        self.moved.emit(self.slider.value() / 100)
        if self._answers is None:
            return
        now = self._answers.above(self.slider.value() / 100)
        lost = now.total - now.answered
        if not now.confidence:
            self.effect.setText(f"Every answer counts: {now.total:,} images")
            return
        rest = "no answer is left"
        if now.answered:
            rest = f"of the other {now.answered:,} answers {percent(now.accuracy)} are right"
        share = percent(lost / now.total, 1)
        self.effect.setText(f"In {lost:,} of {now.total:,} images ({share}) {self.nothing}; {rest}")


def nothing_found(labels: Sequence[str]) -> str:
    """What an answer below the threshold is called."""
    digits = all(len(label) == 1 and label.isdecimal() for label in labels)
    return "no digit is found" if digits else "nothing is found"


def _row(epoch: Epoch) -> tuple[str, ...]:
    accuracies = (f"{100 * share:.2f} %" for share in (epoch.accuracy, epoch.validation_accuracy))
    return str(epoch.number), *accuracies, f"{epoch.validation_loss:.4f}"
