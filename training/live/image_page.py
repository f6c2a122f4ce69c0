"""The tab of one image: large, with what the model thinks of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSpinBox, QToolButton, QVBoxLayout

from digitpad.ui.style.theme import GRID
from training.base.quantities import percent
from training.live.look import Page, Text
from training.live.pictures import Picture
from training.live.probabilities import Probabilities
from training.live.threshold import nothing_found
from training.runs import Pictures


class ImagePage(Page):
    """One image of a set: the next, the previous, a random one, or one by its number."""

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__("Images with their probabilities appear when the training has ended.")
        self._labels, self._nothing = labels, nothing_found(labels)
        self._pictures: Pictures | None = None
        self._threshold = 0.0
        self._random = np.random.default_rng()
        self.picture = Picture()
        self.answer = Text(size=1.5, bold=True)
        self.truth = Text(muted=True)
        self.probabilities = Probabilities(labels)
        self.number = QSpinBox()
        self.number.setAccessibleName("Number of the image")
        self.number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.number.setMinimumWidth(9 * GRID)
        self.number.valueChanged.connect(self._show)
        self.of = Text(muted=True)
        self._lay_out()

    def show_answers(self, of: str, pictures: Pictures) -> None:
        """Take a set with probabilities; ``of`` is what its images are called."""
        self.reveal(True)
        self._pictures = pictures
        count = len(pictures.labels)
        self.of.setText(f"of {count:,} {of}")
        self.number.setRange(1, count)
        self._show()

    def show_image(self, index: int) -> None:
        """Show one image of the set, counted from 0."""
        self.number.setValue(index + 1)

    def set_threshold(self, share: float) -> None:
        """Below this confidence, 0..1, nothing was found."""
        self._threshold = share
        self._show()

    def _show(self) -> None:
        if self._pictures is None or self._pictures.probabilities is None:
            return
        index = self.number.value() - 1
        truth = int(self._pictures.labels[index])
        shares = self._pictures.probabilities[index].tolist()
        best = max(shares)
        answer = shares.index(best)
        meant = self._labels[truth]
        self.picture.show_image(self._pictures.images[index], f"Image {index + 1}: {meant}")
        self.answer.setText(f"Read as {self._labels[answer]}")
        told = "right" if answer == truth else "wrong"
        if best < self._threshold:
            told = f"below {percent(self._threshold, 0)} {self._nothing}"
        self.truth.setText(f"{percent(best, 1)}: {told}; it is {meant}")
        self.probabilities.show_shares(shares, truth)

    def _step(self, by: int) -> None:
        count = self.number.maximum()
        self.number.setValue((self.number.value() - 1 + by) % count + 1)

    def _jump(self) -> None:
        self.number.setValue(int(self._random.integers(self.number.maximum())) + 1)

    def _button(self, text: str, keys: str, call: object) -> QToolButton:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setToolTip(
            f"{text} ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})"
        )
        action.triggered.connect(call)
        self.addAction(action)
        button = QToolButton()
        button.setDefaultAction(action)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _lay_out(self) -> None:
        self.previous = self._button("Previous", "Alt+Left", lambda: self._step(-1))
        self.following = self._button("Next", "Alt+Right", lambda: self._step(1))
        self.random = self._button("Random", "Ctrl+R", self._jump)
        tools = QHBoxLayout()
        tools.setSpacing(GRID)
        for button in (self.previous, self.following, self.random):
            tools.addWidget(button)
        tools.addSpacing(GRID)
        tools.addWidget(self.number)
        tools.addWidget(self.of, 1)
        scroll = QScrollArea()
        scroll.setWidget(self.probabilities)
        scroll.setWidgetResizable(True)
        scroll.viewport().setAutoFillBackground(False)
        self.probabilities.setAutoFillBackground(False)
        right = QVBoxLayout()
        right.setSpacing(GRID // 2)
        right.addWidget(self.answer)
        right.addWidget(self.truth)
        right.addSpacing(GRID)
        right.addWidget(scroll, 1)
        body = QHBoxLayout()
        body.setSpacing(4 * GRID)
        body.addWidget(self.picture, 1, Qt.AlignmentFlag.AlignTop)
        body.addLayout(right, 1)
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addLayout(tools)
        layout.addLayout(body, 1)
