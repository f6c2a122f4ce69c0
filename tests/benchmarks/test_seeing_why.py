"""What seeing why costs: nothing where nobody looks, and little where somebody does."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitpad.image.normalize import Image, normalize_ink
from digitpad.inference.feature_maps import FeatureMaps
from digitpad.inference.importance import MOST_PATCHES, importance
from digitpad.inference.recognizer import Recognizer
from digitpad.ink.ink import Ink
from digitpad.ui.app import start_qt
from digitpad.ui.why.watch import Watcher
from digitpad.ui.why.why import Why
from digitpad.ui.window.window import Window

FOUR = Ink.from_points([[(200, 100), (150, 260), (330, 262)], [(290, 110), (285, 400)]])
MODELS = pytest.mark.parametrize("model", ["digits", "fashion"])
EVENTS, ROUNDS, FRAME_MS = 200, 4, 8


def image() -> Image:
    made = normalize_ink(FOUR)
    assert made is not None
    return made


@pytest.mark.benchmark(group="reading one image")
@MODELS
@pytest.mark.parametrize("looking", [False, True], ids=["closed", "open"])
def test_read(benchmark: Any, model: str, looking: bool) -> None:
    """The normal path, without and with a second session for the maps beside it."""
    recognizer = Recognizer.load(model, "cpu")
    maps = FeatureMaps.of_model(recognizer) if looking else None
    if maps is not None:
        maps.of(image())
    images = image()[None]
    assert benchmark(recognizer.read, images).probabilities.shape == (1, 10)


@pytest.mark.benchmark(group="seeing why")
@MODELS
def test_feature_maps(benchmark: Any, model: str) -> None:
    maps = FeatureMaps.of_model(Recognizer.load(model, "cpu"))
    assert len(benchmark(maps.of, image())) == maps.convolutions


@pytest.mark.benchmark(group="seeing why")
@MODELS
@pytest.mark.parametrize("patches", [32, MOST_PATCHES], ids=["moving", "at rest"])
def test_importance(benchmark: Any, model: str, patches: int) -> None:
    read = Recognizer.load(model, "cpu").read
    assert benchmark(importance, read, image(), FOUR, patches) is not None


@pytest.mark.parametrize("model", ["digits", "fashion"])
def test_event_to_paint(
    qtbot: QtBot, report: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    """Mouse movement to bars painted, by turns with the panel closed and open, and its looks.

    A movement that comes during a look has to wait for the rest of it.
    """
    start_qt("light")
    window = Window(Recognizer.load(model, "cpu"))
    qtbot.addWidget(window)
    why = Why(window)
    window.show()
    qtbot.waitExposed(window)
    looks: list[float] = []
    look = Watcher._look
    monkeypatch.setattr(Watcher, "_look", lambda self: looks.append(_seconds(look, self)))
    times: dict[bool, list[float]] = {False: [], True: []}
    lasted = 0.0
    for turn in range(2 * ROUNDS):
        is_open = bool(turn % 2)
        why.open(is_open)
        lasted += _seconds(lambda to: to.extend(_moved(window)), times[is_open]) * is_open
    for is_open, seconds in times.items():
        state = "open" if is_open else "closed"
        report(f"{model}, event to bars painted, panel {state}: {_told(seconds)}")
    report(f"{model}, one look of {len(looks) / lasted:.0f} a second: {_told(looks)}")


def _seconds(call: Callable[..., object], argument: object) -> float:
    started = perf_counter()
    call(argument)
    return perf_counter() - started


def _told(seconds: list[float]) -> str:
    p50, p99 = (1000 * float(np.quantile(seconds, share)) for share in (0.5, 0.99))
    return f"p50 {p50:.2f} ms, p99 {p99:.2f} ms"


def _moved(window: Window) -> list[float]:
    """Seconds from each of :data:`EVENTS` movements to bars painted, one a frame."""
    kinds = QEvent.Type
    window.clear()
    scale = window.canvas.width() / 480

    def send(kind: QEvent.Type, x: float, y: float) -> None:
        at = QPointF(x, y) * scale
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        button = left if kind == kinds.MouseButtonPress else Qt.MouseButton.NoButton
        event = QMouseEvent(kind, at, window.canvas.mapToGlobal(at), button, left, none)
        QApplication.sendEvent(window.canvas, event)

    send(kinds.MouseButtonPress, 240, 80)
    times, frame = [], QEventLoop()
    clock = QTimer(singleShot=True, interval=FRAME_MS, timerType=Qt.TimerType.PreciseTimer)
    clock.timeout.connect(frame.quit)
    for step in range(EVENTS):
        clock.start()
        frame.exec()  # in which the panel looks
        at = step / EVENTS
        started = perf_counter()
        send(kinds.MouseMove, 240 + 90 * float(np.sin(7 * at)), 80 + 320 * at)
        if window.throttle.pending:  # its wait for the frame is no cost
            window.throttle.flush()
        QApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest)  # type: ignore[arg-type]
        times.append(perf_counter() - started)
    send(kinds.MouseButtonRelease, 240, 400)
    return times
