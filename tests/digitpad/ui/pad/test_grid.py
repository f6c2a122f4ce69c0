"""The grid, by mouse, wheel, pen and keys: what is drawn is exactly what the network gets."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitpad.image.normalize import normalize_ink
from digitpad.inference.recognizer import Recognizer
from digitpad.ui.style.pixels import whole_cells
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

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def grid(window: Window, qtbot: QtBot) -> Window:
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_G)
    assert window.document.on_grid
    assert window.grid.hasFocus()  # which the page had
    return window


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Every image that the network gets."""
    images: list[np.ndarray] = []
    read = Recognizer.read
    monkeypatch.setattr(Recognizer, "read", lambda self, i: (images.append(i[0]), read(self, i))[1])
    return images


def place(window: Window, row: int, column: int) -> tuple[int, int]:
    cells = whole_cells(
        window.grid.rect().toRectF().adjusted(4, 4, -4, -4), window.grid.devicePixelRatioF()
    )
    side = cells.width() / 28
    return round(cells.x() + (column + 0.5) * side), round(cells.y() + (row + 0.5) * side)


def click(window: Window, row: int, column: int, button: Qt.MouseButton | None = None) -> None:
    at = QPoint(*place(window, row, column))
    QTest.mouseClick(window.grid, button or Qt.MouseButton.LeftButton, pos=at)
    settle(window)


def drag(window: Window, *cells: tuple[int, int]) -> None:
    press(window.grid, *place(window, *cells[0]))  # type: ignore[arg-type]
    for cell in cells[1:]:
        move(window.grid, *place(window, *cell))  # type: ignore[arg-type]
    release(window.grid, *place(window, *cells[-1]))  # type: ignore[arg-type]
    settle(window)


def inked(window: Window) -> dict[tuple[int, int], float]:
    image = window.grid.image
    return {(r, c): float(image[r, c]) for r, c in np.argwhere(image).tolist()}


def test_a_click_turns_a_cell_on_and_another_off(grid: Window) -> None:
    click(grid, 3, 7)
    assert inked(grid) == {(3, 7): 1}
    assert grid.answer.label is not None
    click(grid, 3, 7)
    assert inked(grid) == {}
    assert grid.answer.label is None


def test_the_network_gets_exactly_the_cells(grid: Window, asked: list[np.ndarray]) -> None:
    drag(grid, (0, 0), (0, 27), (27, 27))  # nothing is moved or scaled
    expected = np.zeros((28, 28), np.float32)
    expected[0, :] = expected[:, 27] = 1
    assert asked[-1].dtype == np.float32
    assert np.array_equal(asked[-1], expected)


def test_a_drag_paints_what_the_first_cell_became(grid: Window) -> None:
    drag(grid, (5, 5), (5, 15))
    assert inked(grid) == {(5, c): 1 for c in range(5, 16)}
    drag(grid, (5, 8), (5, 20))  # begins on an inked cell: blanks
    assert inked(grid) == {(5, c): 1 for c in range(5, 8)}


def test_bars_move_during_a_drag(grid: Window, asked: list[np.ndarray]) -> None:
    press(grid.grid, *place(grid, 5, 10))  # type: ignore[arg-type]
    settle(grid)
    before = len(asked)
    for row in range(6, 12):
        move(grid.grid, *place(grid, row, 10))  # type: ignore[arg-type]
        settle(grid)
    assert len(asked) == before + 6
    release(grid.grid, *place(grid, 11, 10))  # type: ignore[arg-type]
    grid.undo()
    assert inked(grid) == {}  # the drag was one step


def test_leaving_the_grid_and_coming_back_draws_no_line(grid: Window) -> None:
    press(grid.grid, *place(grid, 5, 26))  # type: ignore[arg-type]
    for row, column in ((5, 27), (5, 40), (20, 40), (20, 27)):
        move(grid.grid, *place(grid, row, column))  # type: ignore[arg-type]
    release(grid.grid, *place(grid, 20, 27))  # type: ignore[arg-type]
    assert inked(grid) == {(5, 26): 1, (5, 27): 1, (20, 27): 1}


def test_the_right_button_and_the_erasers_blank(grid: Window) -> None:
    drag(grid, (5, 5), (5, 9))
    click(grid, 5, 5, Qt.MouseButton.RightButton)
    click(grid, 9, 9, Qt.MouseButton.RightButton)  # is blank already
    assert inked(grid) == {(5, c): 1 for c in range(6, 10)}
    QTest.keyClick(grid, Qt.Key.Key_E)
    drag(grid, (4, 6), (5, 6))
    assert (5, 6) not in inked(grid)
    QTest.keyClick(grid, Qt.Key.Key_E)
    pen = Pen(grid.grid, eraser=True)
    assert not pen.press(*place(grid, 5, 7))  # left to Qt, which makes a mouse event of it
    click(grid, 5, 7)
    assert inked(grid) == {(5, 8): 1, (5, 9): 1}


def test_grey_levels_by_key(grid: Window) -> None:
    QTest.keyClick(grid, Qt.Key.Key_BracketLeft)
    QTest.keyClick(grid, Qt.Key.Key_BracketLeft)
    click(grid, 4, 4)
    QTest.keyClick(grid, Qt.Key.Key_BracketRight)
    click(grid, 4, 5)
    assert inked(grid) == {(4, 4): 0.5, (4, 5): 0.75}
    click(grid, 4, 4)  # another grey, not off
    assert inked(grid)[4, 4] == 0.75


def test_the_wheel_makes_a_cell_lighter_or_darker(grid: Window) -> None:
    def turn(by: int) -> None:
        at = QPointF(*place(grid, 6, 6))
        event = QWheelEvent(
            at, grid.grid.mapToGlobal(at), QPoint(), QPoint(0, by), Qt.MouseButton.NoButton,
            NONE, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(grid.grid, event)

    turn(120)
    turn(60)  # half a notch
    assert inked(grid) == {(6, 6): 0.25}
    turn(60)
    assert inked(grid) == {(6, 6): 0.5}
    turn(-1200)
    assert inked(grid) == {}
    grid.undo()
    assert inked(grid) == {(6, 6): 0.5}


def test_everything_goes_by_keyboard(grid: Window) -> None:
    QTest.keyClick(grid.grid, Qt.Key.Key_Space)
    QTest.keyClick(grid.grid, Qt.Key.Key_Up)
    QTest.keyClick(grid.grid, Qt.Key.Key_Right)
    QTest.keyClick(grid.grid, Qt.Key.Key_Space)
    assert inked(grid) == {(14, 14): 1, (13, 15): 1}
    assert grid.grid.accessibleDescription() == "row 14, column 16: 100 % ink"
    QTest.keyClick(grid.grid, Qt.Key.Key_Space)
    assert inked(grid) == {(14, 14): 1}
    for _ in range(40):
        QTest.keyClick(grid.grid, Qt.Key.Key_Down)
    assert grid.grid.accessibleDescription().startswith("row 28, ")


def test_switching_carries_the_drawing_over_and_back(
    window: Window, asked: list[np.ndarray]
) -> None:
    draw(window, digit("7"))
    ink, on_page = window.ink, asked[-1]
    QTest.keyClick(window, Qt.Key.Key_G)
    assert window.grid.isVisible()
    assert not window.canvas.isVisible()
    assert window.commands["grid"].isChecked()
    assert np.array_equal(window.grid.image, on_page)
    assert np.array_equal(asked[-1], on_page)
    QTest.keyClick(window, Qt.Key.Key_G)
    assert window.canvas.isVisible()
    assert window.canvas.ink is ink
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)  # to look at it was no edit
    assert not window.ink


def test_neither_cells_nor_ink_are_lost(window: Window, asked: list[np.ndarray]) -> None:
    draw(window, digit("7"))
    ink = window.ink
    window.toggle_grid()
    click(window, 2, 2)
    edited = window.grid.image
    window.toggle_grid()
    assert np.array_equal(asked[-1], normalize_ink(ink))  # type: ignore[arg-type]
    window.toggle_grid()
    assert np.array_equal(asked[-1], edited)
    window.toggle_grid()
    draw(window, digit("1"))  # on the page: the cells are behind
    assert len(window.ink.strokes) == 2
    window.undo()
    window.toggle_grid()
    assert np.array_equal(window.grid.image, edited)


def test_one_history_over_page_grid_clear_and_pictures(window: Window) -> None:
    draw(window, digit("7"))
    window.toggle_grid()
    click(window, 2, 2)
    window.open_image(np.eye(28, dtype=np.float32), origin="eye.png")
    assert window.document.origin == "eye.png"
    window.clear()
    click(window, 5, 5)
    window.open_ink(digit("0"))
    assert window.canvas.isVisible()
    seen = []
    for _ in range(6):
        QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
        seen.append((window.document.on_grid, float(window.document.on_cells().sum())))
    assert [on_grid for on_grid, _ in seen] == [True, True, True, True, True, False]
    assert [total for _, total in seen[:3]] == [1, 0, 28]
    assert seen[3][1] == pytest.approx(seen[4][1] + 1)
    assert seen[5][1] == 0
    for _ in range(6):
        QTest.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert window.ink == digit("0")
    assert window.answer.label == "0"


def test_toggling_while_a_line_is_drawn_keeps_the_line(window: Window) -> None:
    press(window.canvas, 100, 100)
    move(window.canvas, 150, 300)
    QTest.keyClick(window, Qt.Key.Key_G)
    assert len(window.ink.strokes) == 1
    assert window.grid.image.any()
    release(window.canvas, 150, 300)
    assert len(window.ink.strokes) == 1


def test_clear_in_the_middle_of_a_drag_loses_nothing(grid: Window) -> None:
    press(grid.grid, *place(grid, 5, 5))  # type: ignore[arg-type]
    move(grid.grid, *place(grid, 5, 7))  # type: ignore[arg-type]
    settle(grid)
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert not grid.grid.image.any()
    move(grid.grid, *place(grid, 5, 9))  # type: ignore[arg-type]
    release(grid.grid, *place(grid, 5, 9))  # type: ignore[arg-type]
    assert not grid.grid.image.any()
    grid.undo()
    assert inked(grid) == {(5, 5): 1, (5, 6): 1, (5, 7): 1}


def test_every_cell_is_painted_alike(grid: Window) -> None:
    window = grid
    window.resize(901, 623)
    QApplication.processEvents()
    window.open_image(np.tile(np.float32([[0, 1], [1, 0]]), (14, 14)))
    QApplication.processEvents()
    image = window.grid.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    greys = [
        [image.pixelColor(*place(window, r, c)).lightness() > 128 for c in range(28)]
        for r in range(28)
    ]
    assert np.array_equal(greys, np.indices((28, 28)).sum(axis=0) % 2 == 0)


def test_the_preview_shows_the_cells(grid: Window) -> None:
    click(grid, 0, 0)
    image = grid.preview.grab().toImage()
    assert image.pixelColor(2, 2).lightness() < 60
    assert image.pixelColor(2, 7).lightness() > 200
