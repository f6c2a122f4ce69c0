"""Answers that count as none: a slider for the confidence below which nothing was found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from digitpad.ui.style.plain import PlainLabel
from digitpad.ui.style.theme import GRID
from training.base.quantities import percent
from training.live.look import Text
from training.runs import Pictures

_HIGHEST = 99


class Threshold(QWidget):
    """Says how many answers fall below, and how accurate the rest is.

    Signals:
        moved(share): the threshold is now this confidence, 0..1.
    """

    moved = Signal(float)

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__()
        self.nothing = nothing_found(labels)
        self._confidence = np.empty(0)
        self._right = np.empty(0, dtype=bool)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _HIGHEST)
        self.slider.setPageStep(10)
        self.slider.setAccessibleName(f"Confidence in percent below which {self.nothing}")
        self.slider.setMinimumHeight(3 * GRID)
        self.slider.setMaximumWidth(60 * GRID)
        self.slider.valueChanged.connect(self._move)
        caption = PlainLabel(f"Confidence below which {self.nothing}:")
        caption.setBuddy(self.slider)
        self.value = Text()
        self.effect = Text(muted=True)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(caption)
        row.addWidget(self.slider, 2)
        row.addWidget(self.value, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addLayout(row)
        layout.addWidget(self.effect)
        self._tell()

    def show_answers(self, pictures: Pictures) -> None:
        """Take a set's answers."""
        shares = pictures.probabilities
        if shares is not None:
            self._confidence = shares.max(axis=1)
            self._right = shares.argmax(axis=1) == pictures.labels
        self._tell()

    def _move(self, value: int) -> None:
        self._tell()
        self.moved.emit(value / 100)

    def _tell(self) -> None:
        value = self.slider.value()
        self.value.setText(f"{value} %")
        kept = self._confidence >= value / 100
        lost, total = int((~kept).sum()), len(kept)
        if not total:
            self.effect.setText("")
        elif not value:
            self.effect.setText(f"Every answer counts: {total:,} images")
        else:
            rest = "no answer is left"
            if kept.any():
                right = percent(float(self._right[kept].mean()))
                rest = f"of the other {total - lost:,} answers {right} are right"
            share = percent(lost / total, 1)
            self.effect.setText(f"In {lost:,} of {total:,} images ({share}) {self.nothing}; {rest}")


def nothing_found(labels: Sequence[str]) -> str:
    """What an answer below the threshold is called."""
    digits = all(len(label) == 1 and label.isdecimal() for label in labels)
    return "no digit is found" if digits else "nothing is found"
