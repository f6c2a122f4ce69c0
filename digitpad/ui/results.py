"""What the network sees and says: the answer, the preview and the bars."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitpad.normalize import Image
from digitpad.recognizer import Readings
from digitpad.ui import theme
from digitpad.ui.answer import Answer
from digitpad.ui.bars import MOST_AT_ONCE, Bars, ScrolledBars
from digitpad.ui.preview import Preview
from digitpad.ui.verdict import Verdict


class Results(QWidget):
    """Shows one reading after the other, of one model after the other.

    Attributes:
        bars: one for each class of the model; others after :meth:`set_classes`.
        verdict: whether the drawing is rejected; another one after :meth:`set_classes`.
    """

    bars: Bars
    verdict: Verdict

    def __init__(self, labels: Sequence[str], threshold: float | None) -> None:
        super().__init__()
        self.answer = Answer()
        self.preview = Preview()
        self._labels: Sequence[str] = ()
        self._bars: QWidget | None = None
        top = QHBoxLayout()
        top.setSpacing(3 * theme.GRID)
        top.addWidget(self.answer, 1)
        top.addWidget(self.preview)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(3 * theme.GRID)
        self._layout.addLayout(top)
        self.set_classes(labels, threshold)

    def set_classes(self, labels: Sequence[str], threshold: float | None) -> None:
        """Show another model's classes; the next reading fills them.

        Args:
            threshold: the model's digit score, 0..1, below which a drawing is rejected, or None.
        """
        if self._bars is not None:
            self._layout.removeWidget(self._bars)
            self._bars.hide()
            self._bars.deleteLater()
            self.verdict.deleteLater()
        self._labels = labels
        self.bars = Bars(labels)
        self._bars = ScrolledBars(self.bars) if len(labels) > MOST_AT_ONCE else self.bars
        self._layout.addWidget(self._bars, 1)
        self.verdict = Verdict(threshold, self)
        self.verdict.settled.connect(self._reject)

    def show_reading(
        self, image: Image | None, readings: Readings | None, *, drawing: bool
    ) -> None:
        """Show what the network sees, and what it says of it.

        Args:
            image: float32 (28, 28), or None for blank paper.
            readings: of this one image; None where there is no answer.
            drawing: whether the drawing is under way, and so has the benefit of the doubt.
        """
        self.preview.show_image(image)
        if readings is None:
            self.verdict.judge(None, drawing=drawing)
            self.bars.show_probabilities(None)
            self.answer.show_answer(None)
            return
        probabilities, scores = readings.probabilities[0], readings.digit_scores
        score = None if scores is None else float(scores[0])
        rejected = self.verdict.judge(score, drawing=drawing)
        self.bars.show_probabilities(probabilities)
        winner = int(probabilities.argmax())
        label = self._labels[winner]
        self.answer.show_answer(label, float(probabilities[winner]), rejected=rejected)

    def settle(self) -> None:
        """Finish at once what takes its time: gliding bars, and the verdict (for pictures)."""
        self.verdict.settle()
        self.bars.settle()

    def _reject(self) -> None:
        self.answer.show_answer(self.answer.label, self.answer.probability, rejected=True)
