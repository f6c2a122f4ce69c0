"""The pad, driven as a hand would: with mouse events."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitpad.ink.ink import Ink
from digitpad.ui.pad.brush import PAGE
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.style import theme

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    widget = Canvas()
    qtbot.addWidget(widget)
    widget.resize(480, 480)  # one page unit a pixel
    widget.show()
    return widget


def move(canvas: Canvas, x: float, y: float, buttons: Qt.MouseButton = LEFT) -> None:
    """A movement with the button held, which QTest.mouseMove does not say."""
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(x, y),
        canvas.mapToGlobal(QPointF(x, y)),
        Qt.MouseButton.NoButton,
        buttons,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(canvas, event)


def press(canvas: Canvas, x: int, y: int) -> None:
    QTest.mousePress(canvas, LEFT, pos=QPoint(x, y))


def release(canvas: Canvas, x: int, y: int) -> None:
    QTest.mouseRelease(canvas, LEFT, pos=QPoint(x, y))


def ink_pixels(canvas: Canvas) -> np.ndarray:
    """Where the picture of the canvas is inked: bool (height, width)."""
    image = canvas.grab().toImage()
    ink = QColor(theme.colours(canvas.palette()).ink).lightness()
    return np.array(
        [
            [abs(image.pixelColor(x, y).lightness() - ink) < 40 for x in range(image.width())]
            for y in range(image.height())
        ]
    )


def test_a_drag_is_one_stroke_announced_while_it_is_drawn(canvas: Canvas) -> None:
    seen: list[Ink] = []
    done: list[Ink] = []
    canvas.changed.connect(lambda: seen.append(canvas.ink))
    canvas.committed.connect(done.append)
    press(canvas, 100, 100)
    for y in (150, 200, 250):
        move(canvas, 110, y)
    assert [len(ink.strokes[0]) for ink in seen] == [1, 2, 3, 4]
    assert done == []
    release(canvas, 110, 250)
    assert len(done) == 1
    assert done[0].strokes[0].points.tolist() == [[100, 100], [110, 150], [110, 200], [110, 250]]
    times = done[0].strokes[0].t
    assert times is not None
    assert (np.diff(times) >= 0).all()


def test_a_click_is_a_dot_even_with_a_trembling_hand(canvas: Canvas) -> None:
    press(canvas, 200, 200)
    move(canvas, 201, 200)
    release(canvas, 201, 200)
    assert [s.points.tolist() for s in canvas.ink.strokes] == [[[200, 200]]]
    inked = ink_pixels(canvas)
    assert inked[200, 200]
    assert 250 < inked.sum() < 500  # a disc of the brush's width


def test_other_buttons_and_bare_movements_do_not_draw(canvas: Canvas) -> None:
    QTest.mouseClick(canvas, Qt.MouseButton.RightButton, pos=QPoint(50, 50))
    move(canvas, 80, 80, Qt.MouseButton.NoButton)
    assert not canvas.ink


def test_leaving_and_coming_back_draws_no_stray_line(canvas: Canvas) -> None:
    press(canvas, 400, 100)
    move(canvas, 560, 100)  # off the right edge
    move(canvas, 600, 300)
    move(canvas, 560, 400)
    move(canvas, 400, 400)  # back, far below
    move(canvas, 300, 400)
    release(canvas, 300, 400)
    strokes = [s.points for s in canvas.ink.strokes]
    assert len(strokes) == 2
    assert strokes[0].tolist() == [[400, 100], [480, 100]]  # up to the edge
    assert strokes[1].tolist() == [[400, 400], [300, 400]]
    for points in strokes:
        assert (points >= 0).all()
        assert (points <= PAGE).all()
    inked = ink_pixels(canvas)
    assert inked[100, 440]
    assert not inked[150:350].any()


def test_a_release_that_went_elsewhere_ends_the_stroke(canvas: Canvas) -> None:
    press(canvas, 100, 100)
    move(canvas, 150, 150)
    move(canvas, 300, 300, Qt.MouseButton.NoButton)
    move(canvas, 400, 300, Qt.MouseButton.NoButton)
    assert [s.points.tolist() for s in canvas.ink.strokes] == [[[100, 100], [150, 150]]]


def test_resizing_keeps_the_drawing(canvas: Canvas) -> None:
    press(canvas, 240, 48)
    move(canvas, 240, 432)
    release(canvas, 240, 432)
    before = canvas.ink
    canvas.resize(300, 300)
    assert canvas.ink == before
    inked = ink_pixels(canvas)
    assert inked[150, 150]
    assert np.flatnonzero(inked.any(axis=1))[[0, -1]] == pytest.approx([23, 276], abs=3)


def test_the_stroke_is_drawn_where_the_pointer_went(canvas: Canvas) -> None:
    press(canvas, 100, 240)
    move(canvas, 380, 240)
    assert ink_pixels(canvas)[240, 110:370].all()  # while drawing
    release(canvas, 380, 240)
    inked = ink_pixels(canvas)
    assert inked[240, 110:370].all()
    assert not inked[:220].any()
    assert not inked[260:].any()


def test_the_hint_goes_with_the_first_ink(canvas: Canvas) -> None:
    canvas.hint = "█" * 9
    canvas.resize(480, 480)
    empty = canvas.grab().toImage()
    canvas.hint = ""
    assert canvas.grab().toImage() != empty
    canvas.hint = "█" * 9
    canvas.set_ink(Ink.from_points([[(10, 10)]]))
    with_hint = canvas.grab().toImage()
    canvas.hint = ""
    assert canvas.grab().toImage() == with_hint


def test_a_model_that_reads_no_digits_invites_to_draw_something(canvas: Canvas) -> None:
    canvas.invite_digits(False)
    assert canvas.hint == "Draw here"
    canvas.invite_digits(True)
    assert canvas.hint == "Draw a digit here"
