"""Pens, fingers and mice on the page: one hand draws, and nothing else disturbs it."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QEvent
from PySide6.QtGui import QTouchEvent
from PySide6.QtWidgets import QApplication

from digitpad.ink.ink import Ink
from digitpad.ui.pad.canvas import Canvas
from tests.digitpad.ui.pad.test_canvas import (  # noqa: F401  a fixture
    canvas,
    ink_pixels,
    move,
    press,
    release,
)
from tests.support.hands import Fingers, Pen, mouse_made_of_touch


def points(canvas: Canvas) -> list[list[list[float]]]:
    return [stroke.points.tolist() for stroke in canvas.ink.strokes]


def test_a_pen_draws_and_its_pressure_is_kept_for_every_point(canvas: Canvas) -> None:
    pen = Pen(canvas)
    assert pen.press(100, 100, 0.2)  # accepted: Qt makes no mouse event of it
    assert pen.move(150.25, 100.5, 0.6)
    assert pen.move(200, 100, 0.9)
    assert pen.release(200, 100)
    (stroke,) = canvas.ink.strokes
    assert stroke.points.tolist() == [[100, 100], [150.25, 100.5], [200, 100]]
    assert stroke.pressure is not None
    assert stroke.pressure == pytest.approx([0.2, 0.6, 0.9])
    assert stroke.t is not None
    assert (np.diff(stroke.t) >= 0).all()


def test_a_pen_that_hovers_draws_nothing(canvas: Canvas) -> None:
    pen = Pen(canvas)
    pen.move(100, 100, 0)
    pen.move(150, 100, 0)
    assert not canvas.ink


def test_pressure_makes_the_line_broader(canvas: Canvas) -> None:
    pen = Pen(canvas)
    pen.press(60, 240, 0.0)
    for x in range(70, 421, 10):
        pen.move(x, 240, (x - 60) / 360)
    under_way = ink_pixels(canvas)
    pen.release(420, 240)
    finished = ink_pixels(canvas)
    left, right = finished[:, 80].sum(), finished[:, 400].sum()
    assert 5 <= left < right / 2
    assert right <= 23
    assert (under_way != finished).mean() < 0.001
    assert finished[240, 60:420].all()


def test_a_long_line_of_a_pen_looks_the_same_when_it_is_finished(canvas: Canvas) -> None:
    pen = Pen(canvas)
    pen.press(60, 240, 0.5)
    for i in range(400):
        pen.move(60 + i * 0.9, 240 + 100 * np.sin(i / 20), 0.5 + 0.5 * np.sin(i / 9))
        if i % 50 == 0:
            canvas.grab()  # pixels of the older part are kept
    under_way = ink_pixels(canvas)
    pen.release(420, 240)
    whole = canvas.ink
    canvas.set_ink(Ink())
    canvas.set_ink(whole)
    assert (under_way != ink_pixels(canvas)).mean() < 0.001


def test_the_other_end_of_the_pen_erases(canvas: Canvas) -> None:
    canvas.set_ink(Ink.from_points([[(100, 100), (200, 100)], [(100, 300), (200, 300)]]))
    done: list[Ink] = []
    canvas.committed.connect(done.append)
    eraser = Pen(canvas, eraser=True)
    eraser.press(150, 60)
    eraser.move(150, 140)
    eraser.release(150, 140)
    assert points(canvas) == [[[100, 300], [200, 300]]]
    assert len(done) == 1


def test_the_first_finger_draws_and_the_others_do_no_harm(canvas: Canvas) -> None:
    seen: list[Ink] = []
    canvas.changed.connect(lambda: seen.append(canvas.ink))
    fingers = Fingers(canvas)
    fingers.report(f0=("press", 100, 100))
    fingers.report(f0=("move", 150, 100))
    fingers.report(f1=("press", 400, 400))
    fingers.report(f1=("move", 300, 400), f0=("move", 200, 100))
    fingers.report(f2=("press", 50, 400))
    fingers.report(f1=("release", 300, 400))
    fingers.report(f0=("move", 250, 100))
    fingers.report(f0=("release", 250, 100))
    fingers.report(f2=("move", 300, 50))  # still down, and still no stroke
    fingers.report(f2=("release", 300, 50))
    assert points(canvas) == [[[100, 100], [150, 100], [200, 100], [250, 100]]]
    assert max(len(ink.strokes) for ink in seen) == 1
    fingers.report(f0=("press", 60, 60))
    fingers.report(f0=("release", 60, 60))
    assert len(canvas.ink.strokes) == 2


def test_two_fingers_at_once_are_one_stroke(canvas: Canvas) -> None:
    fingers = Fingers(canvas)
    fingers.report(f0=("press", 100, 100), f1=("press", 300, 300))
    fingers.report(f0=("move", 150, 100), f1=("move", 350, 300))
    fingers.report(f0=("release", 150, 100), f1=("release", 350, 300))
    assert points(canvas) == [[[100, 100], [150, 100]]]


def test_a_finger_does_not_draw_twice(canvas: Canvas) -> None:
    """Some systems send mouse events besides, in the middle of a touch or after it."""
    kinds = QEvent.Type
    fingers = Fingers(canvas)
    fingers.report(f0=("press", 100, 100))
    mouse_made_of_touch(canvas, kinds.MouseButtonPress, 100, 100)
    fingers.report(f0=("move", 150, 100))
    mouse_made_of_touch(canvas, kinds.MouseMove, 150, 100)
    fingers.report(f0=("release", 150, 100))
    mouse_made_of_touch(canvas, kinds.MouseButtonRelease, 150, 100)
    mouse_made_of_touch(canvas, kinds.MouseButtonPress, 100, 100)
    mouse_made_of_touch(canvas, kinds.MouseMove, 150, 100)
    mouse_made_of_touch(canvas, kinds.MouseButtonRelease, 150, 100)
    assert points(canvas) == [[[100, 100], [150, 100]]]


def test_where_only_mouse_events_are_made_of_touch_they_draw(canvas: Canvas) -> None:
    mouse_made_of_touch(canvas, QEvent.Type.MouseButtonPress, 100, 100)
    mouse_made_of_touch(canvas, QEvent.Type.MouseMove, 150, 100)
    mouse_made_of_touch(canvas, QEvent.Type.MouseButtonRelease, 150, 100)
    assert points(canvas) == [[[100, 100], [150, 100]]]


def test_a_palm_before_the_pen_leaves_no_ink(canvas: Canvas) -> None:
    palm, pen = Fingers(canvas), Pen(canvas)
    palm.report(f0=("press", 400, 400))
    palm.report(f0=("move", 420, 400))
    pen.press(100, 100)
    palm.report(f0=("move", 430, 410))
    pen.move(150, 100)
    palm.report(f0=("release", 430, 410))
    pen.move(200, 100)
    pen.release(200, 100)
    assert points(canvas) == [[[100, 100], [150, 100], [200, 100]]]


def test_a_palm_under_the_pen_leaves_no_ink(canvas: Canvas) -> None:
    palm, pen = Fingers(canvas), Pen(canvas)
    pen.press(100, 100)
    palm.report(f0=("press", 400, 400))
    pen.move(150, 100)
    palm.report(f0=("move", 420, 400))
    pen.release(150, 100)
    palm.report(f0=("move", 300, 300))
    palm.report(f0=("release", 300, 300))
    assert points(canvas) == [[[100, 100], [150, 100]]]


def test_the_mouse_waits_while_a_pen_draws(canvas: Canvas) -> None:
    pen = Pen(canvas)
    pen.press(100, 100)
    press(canvas, 300, 300)
    move(canvas, 350, 300)
    pen.move(150, 100)
    release(canvas, 350, 300)
    pen.release(150, 100)
    assert points(canvas) == [[[100, 100], [150, 100]]]


def test_a_pen_whose_release_was_lost_draws_again(canvas: Canvas) -> None:
    pen = Pen(canvas)
    pen.press(100, 100)
    pen.move(150, 100)
    pen.press(300, 300)
    pen.release(300, 300)
    assert points(canvas) == [[[100, 100], [150, 100]], [[300, 300]]]


def test_a_cancelled_touch_leaves_no_ink(canvas: Canvas) -> None:
    canvas.set_ink(Ink.from_points([[(10, 10)]]))
    fingers = Fingers(canvas)
    fingers.report(f0=("press", 100, 100))
    fingers.report(f0=("move", 200, 100))
    assert len(canvas.ink.strokes) == 2
    QApplication.sendEvent(canvas, QTouchEvent(QEvent.Type.TouchCancel, Fingers.device))
    assert points(canvas) == [[[10, 10]]]
    fingers.report(f0=("release", 200, 100))
    assert points(canvas) == [[[10, 10]]]


def test_times_go_on_after_ink_that_was_opened(canvas: Canvas) -> None:
    canvas.set_ink(Ink.from_json('{"strokes": [[[10, 10], [20, 10]]], "t": [[0, 90]]}'))
    press(canvas, 100, 100)
    move(canvas, 150, 100)
    release(canvas, 150, 100)
    times = canvas.ink.strokes[1].t
    assert times is not None
    assert 90 <= times[0] <= times[1] < 100
