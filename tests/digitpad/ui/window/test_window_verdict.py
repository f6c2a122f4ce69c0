"""How the window says that a drawing may be no digit, driven by mouse and keyboard events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.support import onnx_models

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from digitpad.inference.contract import REJECTED
from digitpad.inference.recognizer import Readings, Recognizer
from digitpad.ui.app import start_qt
from digitpad.ui.style import theme
from digitpad.ui.window.window import Window
from tests.digitpad.ui.pad.test_canvas import move, press, release
from tests.digitpad.ui.window.test_window import draw, settle
from tests.support.drawings import digit


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    """Rejects a "1" and takes a "0" and a "3" for digits."""
    path: Path = tmp_path_factory.mktemp("model") / "judging.onnx"
    return Recognizer.load(onnx_models.save_judging(path), "cpu")


@pytest.fixture
def window(qtbot: QtBot, judging: Recognizer) -> Window:
    start_qt("light")
    window = Window(judging)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


def name(widget: QWidget) -> str:
    """What a screen reader says."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def test_a_drawing_that_stands_for_a_while_is_rejected_and_read_on(
    window: Window, qtbot: QtBot
) -> None:
    draw(window, digit("1"))
    assert not window.answer.rejected
    label, bars = window.answer.label, [bar.percentage for bar in window.bars.bars]
    qtbot.waitUntil(lambda: window.answer.rejected, timeout=5000)
    assert (window.answer.label, [bar.percentage for bar in window.bars.bars]) == (label, bars)
    assert name(window.answer) == f"Answer: {label}, not sure this is a digit"


def test_the_first_movement_after_a_lift_keeps_the_verdict_away(window: Window) -> None:
    draw(window, digit("1"))
    assert window.verdict.pending
    press(window.canvas, 40, 40)
    settle(window)
    assert not window.verdict.pending
    move(window.canvas, 60, 40)
    settle(window)
    window.settle()
    assert not window.answer.rejected
    release(window.canvas, 60, 40)
    settle(window)
    assert window.verdict.pending


def test_completing_a_digit_takes_the_verdict_back_while_drawing(window: Window) -> None:
    draw(window, digit("1"))
    window.settle()
    assert window.answer.rejected
    points = (digit("0").strokes[0].points * window.canvas.width() / 480).astype(int).tolist()
    press(window.canvas, *points[0])
    shown = []
    for point in points[1:]:
        move(window.canvas, *point)
        settle(window)
        shown.append(window.answer.rejected)
    assert shown[0]
    assert not shown[-1]
    assert shown == sorted(shown, reverse=True)


def test_undo_redo_clear_and_open(window: Window) -> None:
    draw(window, digit("0"))
    draw(window, digit("1"))
    window.clear()
    window.open_ink(digit("1"))
    assert window.verdict.pending
    window.settle()
    assert window.answer.rejected
    window.undo()  # the empty page
    assert not window.answer.rejected
    assert name(window.answer) == "Answer: none yet"
    window.undo()  # a 0 with a line through it
    assert window.answer.label is not None
    assert not window.verdict.pending
    window.redo()
    window.redo()  # the 1
    assert window.verdict.pending
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.verdict.pending


@pytest.mark.parametrize("rejected", [True, False])
def test_the_answer_does_not_flicker_under_the_pen(
    window: Window, monkeypatch: pytest.MonkeyPatch, rejected: bool
) -> None:
    draw(window, digit("1" if rejected else "0"))
    window.settle()
    assert window.answer.rejected == rejected
    rng = np.random.default_rng(0)

    def read(_: Recognizer, images: np.ndarray) -> Readings:
        score = rng.uniform(0, 1, 1).astype(np.float32)
        return Readings(np.full((1, 10), 0.1, np.float32), score, score < 0.6)

    monkeypatch.setattr(Recognizer, "read", read)
    press(window.canvas, 40, 40)
    shown = [rejected]
    for i in range(30):
        move(window.canvas, 44 + 4 * i, 40)
        settle(window)
        shown.append(window.answer.rejected)
    assert np.count_nonzero(np.diff(shown)) <= rejected


def test_nothing_jumps_when_a_drawing_is_rejected(window: Window) -> None:
    def places() -> list[QRect]:
        return [widget.geometry() for widget in window.findChildren(QWidget)]

    draw(window, digit("1"))
    QApplication.processEvents()  # the status bar has told the time of the reading
    before = places()
    window.settle()
    QApplication.processEvents()
    assert window.answer.rejected
    assert places() == before


def amber_columns(window: Window, colours: theme.Colours) -> np.ndarray:
    """Columns of the answer's caption, in device-independent pixels, with amber in them."""
    image = window.answer.grab().toImage()
    lower = range(image.height() * 4 // 5, image.height())
    amber = QColor(colours.unsure)
    return np.array(
        [x for x in range(image.width()) if any(image.pixelColor(x, y) == amber for y in lower)]
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sentence_is_amber_and_whole_in_the_narrowest_window(
    window: Window, scheme: str
) -> None:
    start_qt(scheme)
    colours = {"light": theme.LIGHT, "dark": theme.DARK}[scheme]
    draw(window, digit("1"))
    assert len(amber_columns(window, colours)) == 0
    window.settle()
    wide = amber_columns(window, colours)
    window.resize(1, 1)
    QApplication.processEvents()
    narrow = amber_columns(window, colours)
    assert window.answer.width() < 200
    assert np.ptp(narrow) == np.ptp(wide)
    assert narrow[0] > 0
    assert narrow[-1] < window.answer.width() - 1


def test_a_larger_font_makes_room_for_the_sentence(window: Window) -> None:
    font = window.answer.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    window.answer.setFont(font)
    QApplication.processEvents()
    window.resize(1, 1)
    QApplication.processEvents()
    assert window.answer.width() >= window.answer.fontMetrics().horizontalAdvance(REJECTED)


def test_a_score_that_is_no_number_is_a_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    path = onnx_models.save_judging(tmp_path / "nan.onnx", score_factor=float("nan"))
    window = Window(Recognizer.load(path, "cpu"))
    qtbot.addWidget(window)
    window.open_ink(digit("1"))
    assert window.statusBar().currentMessage() == "the model's answer is not a number"
    assert window.answer.label is None
    assert not window.verdict.pending


def test_the_verdict_is_announced_as_soon_as_it_stands(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []
    draw(window, digit("1"))
    monkeypatch.setattr(
        QAccessible, "updateAccessibility", lambda event: heard.append(name(event.object()))
    )
    window.settle()
    assert heard == [f"Answer: {window.answer.label}, {REJECTED}"]
