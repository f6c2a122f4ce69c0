"""Width and opacity of the ink are looks: what the network says never depends on them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from digitpad.inference.recognizer import Recognizer
from digitpad.ui.app import start_qt
from digitpad.ui.pad.brush import OPACITIES, WIDTHS, Brush
from digitpad.ui.style import theme
from digitpad.ui.window.window import Window
from tests.digitpad.ui.pad.test_canvas import ink_pixels, press, release
from tests.digitpad.ui.window.test_window import (  # noqa: F401  fixtures
    contrast,
    draw,
    recognizer,
    settle,
    window,
)
from tests.support.drawings import digit, scribble


@given(
    width=st.floats(0.5, 200),
    opacity=st.floats(0, 1),
    seed=st.integers(0, 1000),
    pressed=st.booleans(),
)
def test_no_look_changes_the_reading(
    window: Window, width: float, opacity: float, seed: int, pressed: bool
) -> None:
    window.canvas.set_brush(Brush())
    window.open_ink(scribble(seed))
    ink = window.ink
    image, readings = [], []
    window.read.connect(lambda i, r: (image.append(i), readings.append(r)))
    try:
        window.throttle.flush()
        window.tools.pen_menu.set_brush(Brush(width, opacity))
        window.canvas.grab()
        window.throttle.flush()
    finally:
        window.read.disconnect()
    assert window.ink == ink
    assert np.array_equal(image[0], image[1])
    assert np.array_equal(readings[0].probabilities, readings[1].probabilities)
    assert np.array_equal(readings[0].digit_scores, readings[1].digit_scores)


def test_what_a_hand_draws_does_not_depend_on_the_look(window: Window) -> None:
    images = []
    window.read.connect(lambda image, _: images.append(image))
    last = []
    for brush in (Brush(), Brush(8, 0.25), Brush(40, 0.5)):
        window.tools.pen_menu.set_brush(brush)
        draw(window, digit("3"))
        last.append(images[-1])
        window.clear()
    assert np.array_equal(last[0], last[1])
    assert np.array_equal(last[0], last[2])


def test_keys_make_the_ink_broader_and_fainter(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(window.isActiveWindow)
    told: list[Brush] = []
    window.tools.pen_menu.brush_changed.connect(told.append)
    usual = window.canvas.brush
    QTest.keyClick(window, Qt.Key.Key_BracketRight)
    QTest.keyClick(window, Qt.Key.Key_BracketLeft, Qt.KeyboardModifier.ShiftModifier)
    at = WIDTHS.index(usual.width)
    assert window.canvas.brush == Brush(WIDTHS[at + 1], OPACITIES[-2])
    assert told[-1] == window.canvas.brush
    for _ in range(9):
        QTest.keyClick(window, Qt.Key.Key_BracketLeft)
        QTest.keyClick(window, Qt.Key.Key_BracketRight, Qt.KeyboardModifier.ShiftModifier)
    assert window.canvas.brush == Brush(WIDTHS[0], 1.0)


def test_the_line_is_as_broad_as_the_brush(window: Window) -> None:
    window.canvas.resize(480, 480)
    sizes = []
    for width in WIDTHS:
        window.canvas.set_brush(Brush(width))
        window.clear()
        press(window.canvas, 240, 240)
        release(window.canvas, 240, 240)
        sizes.append(int(ink_pixels(window.canvas)[240].sum()))
    scale = window.canvas.width() / 480
    assert sizes == pytest.approx([width * scale for width in WIDTHS], abs=2)


def test_faint_strokes_that_cross_do_not_add_up(window: Window) -> None:
    window.canvas.set_brush(Brush(22, 0.5))
    draw(window, digit("1"))
    once = set(colours(window))
    draw(window, digit("1"))
    draw(window, digit("7"))
    twice = set(colours(window))
    faintest = min(QColor(c).lightness() for c in once)
    assert min(QColor(c).lightness() for c in twice) == faintest
    colours_now = theme.colours(window.palette())
    ink, paper = QColor(colours_now.ink), QColor(colours_now.paper)
    assert faintest == pytest.approx((ink.lightness() + paper.lightness()) / 2, abs=3)


def colours(window: Window) -> Iterator[int]:
    image = window.canvas.grab().toImage()
    side = range(20, image.width() - 20, 2)
    return (image.pixel(x, y) for x in side for y in side)


@pytest.mark.parametrize("size", [(1, 1), (960, 640), (1400, 1000)])
@pytest.mark.parametrize("points", [9, 14, 18])
def test_no_tool_is_cut_short(
    qtbot: QtBot, recognizer: Recognizer, size: tuple[int, int], points: int
) -> None:
    app = start_qt("light")
    font = app.font()
    larger = app.font()
    larger.setPointSizeF(points)
    app.setFont(larger)
    try:
        window = Window(recognizer)
        qtbot.addWidget(window)
        window.show()
        window.resize(*size)
        QApplication.processEvents()
        for button in window.tools.pad.findChildren(QToolButton):
            assert button.width() >= button.sizeHint().width(), button.text()
            shown = button.toolButtonStyle() != Qt.ToolButtonStyle.ToolButtonIconOnly
            assert shown or button.toolTip().split(" (")[0], "an icon needs a tip"
            assert button.accessibleName() or button.text()
        pen = next(b for b in window.tools.pad.findChildren(QToolButton) if b.text() == "Pen")
        beside = pen.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        assert points > 9 or beside == (size[0] > 1)
    finally:
        app.setFont(font)
