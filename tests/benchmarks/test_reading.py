"""From one drawing to its answer: each step, beside the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitpad.ink import Ink
from digitpad.normalize import normalize_bitmap, normalize_ink
from digitpad.recognizer import Recognizer
from digitpad.ui.app import start_qt
from digitpad.ui.window import Window


def drawing(points: int) -> Ink:
    """An S-like curve as long as a digit, reported in this many points."""
    at = np.linspace(0, 1, points)
    return Ink.from_points([np.c_[240 + 90 * np.sin(at * 7), 80 + 320 * at]], "5")


@pytest.mark.benchmark(group="one drawing")
@pytest.mark.parametrize("points", [20, 200, 2_000, 10_000])
def test_normalise_ink(benchmark: Any, points: int) -> None:
    assert benchmark(normalize_ink, drawing(points)) is not None


@pytest.mark.benchmark(group="one drawing")
def test_normalise_bitmap_300_pixels(benchmark: Any) -> None:
    image = normalize_ink(drawing(200))
    assert image is not None
    pixels = np.kron(image, np.ones((10, 10), np.float32))
    assert benchmark(normalize_bitmap, pixels) is not None


@pytest.mark.benchmark(group="one drawing")
def test_predict(benchmark: Any) -> None:
    recognizer = Recognizer.load("digits", "cpu")
    image = normalize_ink(drawing(200))
    assert image is not None
    assert benchmark(recognizer.predict, image[None]).shape == (1, 10)


@pytest.mark.benchmark(group="one drawing")
@pytest.mark.parametrize("points", [20, 200, 2_000])
def test_event_to_paint(benchmark: Any, qtbot: QtBot, points: int) -> None:
    """One mouse movement at the end of a line: normalised, predicted, and what changed painted."""
    start_qt("light")
    window = Window(Recognizer.load("digits", "cpu"))
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    kinds = QEvent.Type
    line = drawing(points).strokes[0].points * window.canvas.width() / 480

    def send(kind: QEvent.Type, x: float, y: float) -> None:
        at = QPointF(x, y)
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        button = left if kind == kinds.MouseButtonPress else Qt.MouseButton.NoButton
        event = QMouseEvent(kind, at, window.canvas.mapToGlobal(at), button, left, none)
        QApplication.sendEvent(window.canvas, event)

    send(kinds.MouseButtonPress, *line[0].tolist())
    for point in line[1:].tolist():
        send(kinds.MouseMove, *point)
    step = 0.0

    def move_and_paint() -> None:
        nonlocal step
        step += 0.01
        send(kinds.MouseMove, line[-1, 0] + 5 * np.sin(step), line[-1, 1])
        if window.throttle.pending:  # do not wait for the frame: its cost is what is measured
            window.throttle.flush()
        QApplication.processEvents()

    benchmark.pedantic(move_and_paint, rounds=300, warmup_rounds=20)
    assert window.answer.label is not None
