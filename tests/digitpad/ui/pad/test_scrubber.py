"""Going back in a drawing, by mouse and keys: ink, bars, answer and preview of that moment."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import (
    QApplication,
    QProxyStyle,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QWidget,
)
from pytestqt.qtbot import QtBot

from digitpad.image.normalize import normalize_ink
from digitpad.inference.recognizer import Recognizer
from digitpad.ink.ink import Ink, Stroke
from digitpad.ink.replay import Timeline
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.pad.scrubber import Scrubber
from digitpad.ui.window.window import Window
from tests.digitpad.ui.pad.test_canvas import move, press, release
from tests.digitpad.ui.window.test_window import (  # noqa: F401  fixtures
    draw,
    recognizer,
    settle,
    window,
)
from tests.support.drawings import digit


def timed(label: str, seconds: float) -> Ink:
    """A digit drawn in so many seconds."""
    strokes = digit(label).strokes
    return Ink(tuple(Stroke(s.points, np.linspace(0, seconds, len(s))) for s in strokes))


def inked(window: Window) -> int:
    image = window.canvas.grab().toImage()
    wide = range(0, image.width(), 3)
    return sum(image.pixelColor(x, y).lightness() < 100 for x in wide for y in wide)


def bars(window: Window) -> list[int]:
    return [bar.value() for bar in window.bars.bars]


def go(window: Window, share: float) -> None:
    window.scrubber.setValue(round(share * window.scrubber.maximum()))
    settle(window)


def test_without_ink_there_is_nothing_to_replay(window: Window) -> None:
    assert not window.scrubber.isEnabled()
    assert not window.commands["play"].isEnabled()
    draw(window, digit("1"))
    window.open_ink(timed("1", 2))
    assert window.scrubber.isEnabled()
    assert window.commands["play"].isEnabled()
    window.toggle_grid()
    assert not window.scrubber.isEnabled()
    window.toggle_grid()
    window.clear()
    assert not window.scrubber.isEnabled()


def test_going_back_shows_the_reading_of_the_ink_so_far(
    window: Window, recognizer: Recognizer
) -> None:
    ink = timed("3", 2)
    window.open_ink(ink)
    now, all_ink = bars(window), inked(window)
    go(window, 0.5)
    moment = window.scrubber.moment
    assert moment is not None
    image = normalize_ink(moment)
    assert image is not None
    expected = recognizer.predict(image[None])[0]
    assert bars(window) == np.round(expected * 1000).astype(int).tolist() != now
    assert window.answer.label == recognizer.labels[int(expected.argmax())]
    assert 0 < inked(window) < 0.8 * all_ink
    assert window.ink == ink  # the drawing itself stays
    go(window, 1)
    assert window.scrubber.moment is None
    assert bars(window) == now
    assert inked(window) == all_ink


def test_a_replay_looks_like_each_of_its_moments(window: Window) -> None:
    at = np.linspace(0, 1, 500)
    wave = np.c_[240 + 150 * np.sin(at * 9), 60 + 360 * at]
    strokes = (
        Stroke(wave, at * 2, 0.5 + 0.5 * np.sin(at * 30)),
        Stroke(wave[:, ::-1], at * 2 + 2.1),
        Stroke(np.array([[30.0, 30]]), np.array([4.2])),
        Stroke(wave + 20, at + 4.3),
    )
    ink = Ink(strokes)
    window.open_ink(ink)
    timeline, canvas = Timeline(ink), window.canvas
    other = Canvas(window)
    other.resize(canvas.size())
    for seconds in (0, 0.1, 0.9, 2, 2.05, 3, 4.2, 4.25, 5, 1, 1.5, 5.2):  # to and fro
        canvas.show_moment(timeline.at(seconds))
        other.set_ink(timeline.at(seconds))
        going, still = canvas.grab().toImage(), other.grab().toImage()
        wide = range(0, going.width(), 4)
        different = sum(
            abs(going.pixelColor(x, y).lightness() - still.pixelColor(x, y).lightness()) > 60
            for x in wide
            for y in wide
        )
        assert different < 10, seconds


def test_half_a_digit_is_not_rejected(window: Window) -> None:
    window.open_ink(timed("3", 2))
    for share in (0.02, 0.3, 0.6):
        go(window, share)
        window.settle()
        assert not window.answer.rejected


def test_a_drag_on_the_slider_goes_there(window: Window) -> None:
    window.open_ink(timed("3", 2))
    scrubber = window.scrubber
    middle = QPoint(scrubber.width() // 2, scrubber.height() // 2)
    QTest.mousePress(scrubber, Qt.MouseButton.LeftButton, pos=middle)
    assert scrubber.value() == pytest.approx(100, abs=2)
    move(scrubber, -50, middle.y())  # type: ignore[arg-type]
    assert scrubber.value() == 0
    move(scrubber, scrubber.width(), middle.y())  # type: ignore[arg-type]
    QTest.mouseRelease(scrubber, Qt.MouseButton.LeftButton, pos=middle)
    assert scrubber.moment is None


def test_arrow_keys_move_it(window: Window) -> None:
    window.open_ink(timed("3", 2))
    window.scrubber.setFocus()
    QTest.keyClick(window.scrubber, Qt.Key.Key_Home)
    assert window.scrubber.moment is not None
    assert len(window.scrubber.moment.strokes[0]) == 1
    QTest.keyClick(window.scrubber, Qt.Key.Key_Right)
    assert window.scrubber.value() == 10
    QTest.keyClick(window.scrubber, Qt.Key.Key_End)
    assert window.scrubber.moment is None


def test_drawing_on_leaves_the_past(window: Window) -> None:
    window.open_ink(timed("1", 2))
    go(window, 0.3)
    press(window.canvas, 60, 60)
    settle(window)
    assert window.scrubber.moment is None
    assert len(window.canvas.ink.strokes) == 2
    release(window.canvas, 60, 60)
    assert len(window.ink.strokes[0]) == len(digit("1").strokes[0])


@pytest.mark.parametrize("way", ["undo", "clear", "toggle_grid"])
def test_every_edit_leaves_the_past(window: Window, way: str) -> None:
    window.open_ink(timed("1", 2))
    go(window, 0.3)
    window.commands[way.removeprefix("toggle_")].trigger()
    assert window.scrubber.moment is None


def test_space_plays_at_the_speed_of_the_hand(window: Window, qtbot: QtBot) -> None:
    window.open_ink(timed("3", 0.4))
    qtbot.waitUntil(window.isActiveWindow)
    states, moments = set(), []
    window.read.connect(lambda *_: states.add(tuple(bars(window))))
    window.scrubber.moved.connect(moments.append)
    played = QSignalSpy(window.scrubber.played)
    QTest.keyClick(window.canvas, Qt.Key.Key_Space)
    assert window.scrubber.is_playing
    with qtbot.waitSignal(window.scrubber.played, timeout=5000):
        pass
    assert [played.at(i)[0] for i in range(played.count())] == [True, False]
    assert window.scrubber.moment is None
    lengths = [len(moment.strokes[0]) for moment in moments[:-1]]
    assert lengths == sorted(lengths)
    assert len(set(lengths)) > 3
    assert len(states) > 3
    assert window.answer.label == "3"


def test_space_pauses_and_goes_on(window: Window, qtbot: QtBot) -> None:
    window.open_ink(timed("3", 6))
    qtbot.waitUntil(window.isActiveWindow)
    go(window, 0.5)
    QTest.keyClick(window.canvas, Qt.Key.Key_Space)
    QTest.keyClick(window.canvas, Qt.Key.Key_Space)
    assert not window.scrubber.is_playing
    half = window.scrubber.value()
    assert 300 <= half < 400
    QTest.keyClick(window.scrubber, Qt.Key.Key_Space)
    assert window.scrubber.is_playing
    assert window.scrubber.value() >= half
    QTest.mouseClick(window.scrubber, Qt.MouseButton.LeftButton, pos=QPoint(0, 5))
    assert not window.scrubber.is_playing
    assert window.scrubber.value() == 0


class Still(QProxyStyle):
    """A style without animations."""

    def styleHint(  # noqa: N802  Qt's name
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        data: QStyleHintReturn | None = None,
    ) -> int:
        if hint == QStyle.StyleHint.SH_Widget_Animation_Duration:
            return 0
        return super().styleHint(hint, option, widget, data)


def test_under_reduced_motion_a_replay_is_a_few_still_pictures(qtbot: QtBot) -> None:
    scrubber = Scrubber()
    qtbot.addWidget(scrubber)
    style = Still("Fusion")
    style.setParent(scrubber)
    scrubber.setStyle(style)
    scrubber.set_ink(timed("3", 0.9))
    moments: list[object] = []
    scrubber.moved.connect(moments.append)
    with qtbot.waitSignals([scrubber.played, scrubber.played], timeout=5000):
        scrubber.toggle()
    assert len(moments) == 3  # the start, one on the way, now
    assert moments[-1] is None


def test_idle_after_a_replay(window: Window, qtbot: QtBot) -> None:
    window.open_ink(timed("1", 0.1))
    with qtbot.waitSignals([window.scrubber.played] * 2, timeout=5000):
        window.scrubber.toggle()
    settle(window)
    window.settle()
    QApplication.processEvents()
    reads: list[object] = []
    window.read.connect(lambda *_: reads.append(1))
    QTest.qWait(50)
    assert reads == []
