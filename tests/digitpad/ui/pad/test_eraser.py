"""The eraser in the window: with keys, mouse and the pen's other end."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from digitpad.ink.ink import Ink
from digitpad.ui.pad.brush import PAGE, WIDTHS, Brush
from digitpad.ui.window.window import Window
from tests.digitpad.ui.pad.test_canvas import move, press, release
from tests.digitpad.ui.window.test_window import (  # noqa: F401  fixtures
    CTRL,
    SHIFT,
    draw,
    recognizer,
    settle,
    window,
)
from tests.support.drawings import digit
from tests.support.hands import Pen

TWO = Ink.from_points([[(100, 100), (380, 100)], [(100, 300), (380, 300)]])


def at(window: Window, x: float, y: float) -> tuple[int, int]:
    scale = window.canvas.width() / PAGE
    return round(x * scale), round(y * scale)


def wipe(window: Window, *places: tuple[float, float]) -> None:
    """Drag over places of the page."""
    press(window.canvas, *at(window, *places[0]))
    for place in places[1:]:
        move(window.canvas, *at(window, *place))
    release(window.canvas, *at(window, *places[-1]))
    settle(window)


def test_e_erases_strokes_and_e_again_draws(window: Window) -> None:
    window.open_ink(TWO)
    QTest.keyClick(window, Qt.Key.Key_E)
    assert window.commands["eraser"].isChecked()
    assert not window.commands["pen"].isChecked()
    wipe(window, (200, 50), (200, 150))
    assert window.ink.strokes == TWO.strokes[1:]
    QTest.keyClick(window, Qt.Key.Key_E)
    assert window.commands["pen"].isChecked()
    wipe(window, (200, 50), (200, 150))
    assert len(window.ink.strokes) == 2


def test_one_wipe_over_many_strokes_is_one_step_of_undo(window: Window) -> None:
    window.open_ink(TWO)
    window.commands["eraser"].trigger()
    wipe(window, (200, 50), (200, 150), (200, 250), (200, 350))
    assert not window.ink
    assert window.answer.label is None
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert window.ink == TWO
    assert window.answer.label is not None
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert not window.ink


def test_a_wipe_that_touches_nothing_is_no_step(window: Window) -> None:
    window.open_ink(TWO)
    window.commands["eraser"].trigger()
    wipe(window, (20, 200), (450, 200))
    window.undo()
    assert not window.ink


def test_bars_follow_while_erasing_and_undo_takes_it_back(window: Window) -> None:
    cross = Ink.from_points([[(150, 100), (350, 400)]])
    window.open_ink(Ink((*digit("0").strokes, *cross.strokes)))
    before = [bar.value() for bar in window.bars.bars]
    window.commands["eraser"].trigger()
    press(window.canvas, *at(window, 250, 250))
    settle(window)
    assert window.answer.label == "0"
    assert [bar.value() for bar in window.bars.bars] != before  # the button is still down
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert len(window.ink.strokes) == 2
    assert [bar.value() for bar in window.bars.bars] == before
    release(window.canvas, *at(window, 250, 250))
    assert len(window.ink.strokes) == 2


def test_shift_e_erases_parts_and_keeps_times(window: Window) -> None:
    draw(window, TWO)
    times = [t for s in window.ink.strokes for t in (s.t if s.t is not None else [])]
    QTest.keyClick(window, Qt.Key.Key_E, SHIFT)
    wipe(window, (240, 100), (240, 110))
    left, right, below = window.ink.strokes
    assert left.points[-1, 0] == pytest.approx(240 - 23, abs=3)
    assert right.points[0, 0] == pytest.approx(240 + 23, abs=3)
    assert len(below) == 2
    assert left.t is not None
    assert right.t is not None
    assert times[0] == left.t[0] <= left.t[-1] <= right.t[0] <= right.t[-1] == times[1]


def test_with_shift_the_eraser_takes_only_what_it_touches(window: Window) -> None:
    window.open_ink(TWO)
    window.commands["eraser"].trigger()
    x, y = at(window, 240, 100)
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        left = Qt.MouseButton.LeftButton
        place = QPointF(x, y)
        event = QMouseEvent(kind, place, window.canvas.mapToGlobal(place), left, left, SHIFT)
        QApplication.sendEvent(window.canvas, event)
    assert len(window.ink.strokes) == 3


def test_the_pens_other_end_erases_whatever_the_tool(window: Window) -> None:
    window.open_ink(TWO)
    eraser = Pen(window.canvas, eraser=True)
    eraser.press(*at(window, 240, 80))
    eraser.move(*at(window, 240, 120))
    eraser.release(*at(window, 240, 120))
    assert window.ink.strokes == TWO.strokes[1:]
    assert window.commands["pen"].isChecked()
    window.undo()
    assert window.ink == TWO


def test_the_brush_does_not_change_what_is_erased(window: Window) -> None:
    window.commands["eraser-parts"].trigger()
    results = []
    for width in WIDTHS:
        window.canvas.set_brush(Brush(width))
        window.open_ink(TWO)
        wipe(window, (240, 75), (240, 80))
        results.append(window.ink)
    assert all(ink == results[0] for ink in results)
    assert len(results[0].strokes) == 3


def test_the_cursor_is_as_large_as_the_eraser(window: Window) -> None:
    window.commands["eraser"].trigger()
    pixmap = window.canvas.cursor().pixmap()
    seen = np.array(
        [[pixmap.toImage().pixelColor(x, pixmap.height() // 2).alpha() > 128]
         for x in range(pixmap.width())]
    ).ravel()  # fmt: skip
    across = np.ptp(np.flatnonzero(seen))
    assert across == pytest.approx(24 * window.canvas.width() / PAGE, abs=4)
    window.commands["pen"].trigger()
    assert window.canvas.cursor().shape() == Qt.CursorShape.CrossCursor


def test_clear_while_erasing_loses_nothing(window: Window) -> None:
    window.open_ink(TWO)
    window.commands["eraser"].trigger()
    press(window.canvas, *at(window, 240, 100))
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.ink
    window.undo()
    assert window.ink.strokes == TWO.strokes[1:]
    window.undo()
    assert window.ink == TWO
