"""The tab of mistakes: each image with the bars of its classes, the surest mistake first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from digitpad.ui.style.theme import GRID
from training.live.gallery import Gallery
from training.live.look import Page, Text
from training.measure.scores import Scores
from training.runs import Pictures


class MistakesPage(Page):
    """Signals:
    picked(index): an image was chosen to be seen alone.
    """

    picked = Signal(int)

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__("Mistakes appear when the training has ended.")
        self.title = Text(bold=True)
        self.key = Text(
            "Caption: the answer, its probability (the truth). Bars: one a class, truth blue,"
            " error red.",
            muted=True,
        )
        self.gallery = Gallery(labels, "Mistakes", bars=True)
        self.gallery.picked.connect(self.picked)
        self.gallery.setToolTip("Double-click an image to see it with its probabilities")
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self.title)
        layout.addWidget(self.key)
        layout.addSpacing(GRID // 2)
        layout.addWidget(self.gallery, 1)

    def show_answers(self, pictures: Pictures, scores: Scores) -> None:
        """Show the mistakes among a set with probabilities."""
        self.reveal(True)
        count = len(scores.mistakes)
        self.title.setText(
            f"{count:,} of {scores.total:,} read wrongly, the surest first"
            if count
            else f"All {scores.total:,} read rightly"
        )
        self.gallery.show_pictures(pictures, scores.mistakes.tolist())
