"""The window: a pad on the left, what the network sees and says on the right."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from digitpad.ink import Ink
from digitpad.normalize import normalize_ink
from digitpad.recognizer import Readings, Recognizer, RecognizerError
from digitpad.ui import theme
from digitpad.ui.answer import Answer
from digitpad.ui.bars import MOST_AT_ONCE, Bars, ScrolledBars
from digitpad.ui.brush import PAGE
from digitpad.ui.canvas import Canvas
from digitpad.ui.history import History
from digitpad.ui.icons import icon
from digitpad.ui.pad import Pad
from digitpad.ui.preview import Preview
from digitpad.ui.throttle import FrameThrottle
from digitpad.ui.verdict import Verdict


class Window(QMainWindow):
    """Connects canvas, recogniser and displays; reads at most once a frame, on this thread."""

    def __init__(self, recognizer: Recognizer) -> None:
        super().__init__()
        self.setWindowTitle("digitpad")
        self._recognizer = recognizer
        self._history = History()
        self._told: str | None = None  # the notice that the status bar has shown
        self.canvas = Canvas()
        self.answer = Answer()
        self.preview = Preview()
        self.bars = Bars(recognizer.labels)
        self.verdict = Verdict(recognizer.digit_score_threshold, self)
        self._actions = {
            "undo": self._action("Undo", "undo", ["Ctrl+Z"], self.undo),
            "redo": self._action("Redo", "redo", ["Ctrl+Shift+Z", "Ctrl+Y"], self.redo),
            "clear": self._action("Clear", "clear", ["Esc", "Del"], self.clear),
        }
        self.addAction(self._action("Quit", None, ["Ctrl+Q"], self.close))
        self.throttle = FrameThrottle(self._read, self._frame_ms(), self)
        self._lay_out()
        self.status = QLabel()
        self._fill_status_bar()
        self.canvas.changed.connect(self.throttle.request)
        self.canvas.committed.connect(self._commit)
        self.verdict.settled.connect(self._reject)
        self.throttle.flush()
        self.canvas.setFocus()
        self.resize(120 * theme.GRID, 80 * theme.GRID)

    # -- edits ---------------------------------------------------------------------------------

    @property
    def ink(self) -> Ink:
        """The drawing as it is seen."""
        return self.canvas.ink

    def open_ink(self, ink: Ink) -> None:
        """Show a drawing; undo brings the one before it back.

        Ink that does not lie on the page is moved, and shrunk where it is larger.
        """
        self._edit(_on_page(ink))

    def undo(self) -> None:
        """Take the last edit back; while a line is being drawn, that line."""
        self._show(self._history.current if self.canvas.is_drawing else self._history.undo())

    def redo(self) -> None:
        """Do the last undone edit again."""
        self._show(self._history.redo())

    def clear(self) -> None:
        """An empty page; undo brings the drawing back."""
        if self.canvas.is_drawing:
            self._history.push(self.canvas.ink)
        if self._history.current:
            self._edit(Ink())

    def _edit(self, ink: Ink) -> None:
        self._history.push(ink)
        self._show(ink)

    def _show(self, ink: Ink) -> None:
        self.canvas.set_ink(ink)
        self.throttle.flush()

    def _commit(self, ink: Ink) -> None:
        self._history.push(ink)
        self.throttle.request()

    # -- reading -------------------------------------------------------------------------------

    def _read(self) -> None:
        """Normalise the drawing, ask the network, and show both and what can be done."""
        self._enable_actions()
        started = perf_counter()
        image = normalize_ink(self.canvas.ink)
        self.preview.show_image(image)
        readings = None if image is None else self._ask(image)
        if readings is None:
            self.verdict.judge(None, drawing=self.canvas.is_drawing)
            self.bars.show_probabilities(None)
            self.answer.show_answer(None)
            return
        elapsed_ms = (perf_counter() - started) * 1000
        self._tell()
        probabilities, scores = readings.probabilities[0], readings.digit_scores
        score = None if scores is None else float(scores[0])
        rejected = self.verdict.judge(score, drawing=self.canvas.is_drawing)
        self.bars.show_probabilities(probabilities)
        winner = int(probabilities.argmax())
        label = self._recognizer.labels[winner]
        self.answer.show_answer(label, float(probabilities[winner]), rejected=rejected)
        self.status.setText(f"{self._runs_on()}  ·  {elapsed_ms:.1f} ms")

    def _ask(self, image: NDArray[np.float32]) -> Readings | None:
        """What the network says; None, and a sentence in the status bar, where it fails."""
        try:
            readings = self._recognizer.read(image[None])
        except RecognizerError as error:
            self.statusBar().showMessage(str(error))
            return None
        scores = () if readings.digit_scores is None else readings.digit_scores
        if not np.isfinite([*readings.probabilities[0], *scores]).all():
            self.statusBar().showMessage("the model's answer is not a number")
            return None
        return readings

    def _reject(self) -> None:
        self.answer.show_answer(self.answer.label, self.answer.probability, rejected=True)

    def settle(self) -> None:
        """Finish at once what takes its time: gliding bars, and the verdict (for pictures)."""
        self.verdict.settle()
        self.bars.settle()

    def _tell(self) -> None:
        """Say once what the recogniser has to say: a device that is missing or was lost."""
        if self._recognizer.notice != self._told:
            self._told = self._recognizer.notice
            self.statusBar().showMessage(self._told or "")

    def _runs_on(self) -> str:
        provider = self._recognizer.provider.removesuffix("ExecutionProvider")
        return f"{self._recognizer.name} on {provider}"

    def _frame_ms(self) -> int:
        return max(4, int(1000 / max(self.screen().refreshRate(), 30.0)))

    # -- looks ---------------------------------------------------------------------------------

    def _action(self, text: str, name: str | None, keys: list[str], call: object) -> QAction:
        action = QAction(text, self)
        action.setObjectName(name or "")
        action.setShortcuts([QKeySequence(key) for key in keys])
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{text} ({shown})")
        action.triggered.connect(call)
        return action

    def _lay_out(self) -> None:
        grid = theme.GRID
        actions = self._actions
        pad = Pad(self.canvas, [actions["undo"], actions["redo"]], [actions["clear"]])
        top = QHBoxLayout()
        top.setSpacing(3 * grid)
        top.addWidget(self.answer, 1)
        top.addWidget(self.preview)
        right = QVBoxLayout()
        right.setSpacing(3 * grid)
        right.addLayout(top)
        many = len(self.bars.bars) > MOST_AT_ONCE
        right.addWidget(ScrolledBars(self.bars) if many else self.bars, 1)
        side = QWidget()
        side.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        side.setMaximumWidth(56 * grid)
        body = QHBoxLayout()
        body.setContentsMargins(3 * grid, 3 * grid, 3 * grid, 0)
        body.setSpacing(4 * grid)
        body.addWidget(pad, 3)
        body.addWidget(side, 2)
        central = QWidget()
        central.setLayout(body)
        self.setCentralWidget(central)
        self._draw_icons()

    def _fill_status_bar(self) -> None:
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.setContentsMargins(2 * theme.GRID, 0, 3 * theme.GRID, theme.GRID)
        self.status.setText(self._runs_on())
        self.status.setAccessibleName("Model, device and time of the last reading")
        bar.addPermanentWidget(self.status)
        self._tell()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()
        super().changeEvent(event)

    def _draw_icons(self) -> None:
        for name, action in self._actions.items():
            action.setIcon(icon(name, self.palette()))

    def _enable_actions(self) -> None:
        self._actions["undo"].setEnabled(self._history.can_undo or self.canvas.is_drawing)
        self._actions["redo"].setEnabled(self._history.can_redo)
        self._actions["clear"].setEnabled(bool(self.canvas.ink))


def _on_page(ink: Ink) -> Ink:
    bounds = ink.bounds()
    if bounds is None:
        return ink
    left, top, right, bottom = bounds
    if min(left, top) >= 0 and max(right, bottom) <= PAGE:
        return ink
    scale = min(1.0, 0.8 * PAGE / max(right - left, bottom - top, 1e-9))
    middle = (left + right) / 2, (top + bottom) / 2
    return ink.transformed(scale, (PAGE / 2 - middle[0] * scale, PAGE / 2 - middle[1] * scale))
