"""The whole window on the bundled model, driven by mouse and keyboard events."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.support import onnx_models

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QEvent, QEventLoop, QPoint, Qt, QTranslator
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from digitpad.image.normalize import normalize_ink
from digitpad.inference.errors import ModelError
from digitpad.inference.recognizer import Readings, Recognizer
from digitpad.ink.ink import Ink
from digitpad.library.document import Document
from digitpad.ui.app import start_qt
from digitpad.ui.pad.brush import PAGE
from digitpad.ui.results.bars import Bars
from digitpad.ui.style import theme
from digitpad.ui.window.window import Window
from tests.digitpad.ui.pad.test_canvas import move, press, release
from tests.support.drawings import digit
from tests.support.hands import recognizer, window  # noqa: F401  fixtures

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def draw(window: Window, ink: Ink) -> None:
    """Draw with the mouse, page coordinates scaled to the canvas."""
    canvas = window.canvas
    scale = canvas.width() / PAGE
    for stroke in ink.strokes:
        points = (stroke.points * scale).round().astype(int).tolist()
        press(canvas, *points[0])
        for point in points[1:]:
            move(canvas, *point)
        release(canvas, *points[-1])
    settle(window)


def settle(window: Window) -> None:
    """Wait until the reading that is due at the end of the frame has been made."""
    while window.throttle.pending:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


@pytest.mark.parametrize("label", ["0", "1", "3", "7"])
def test_what_is_drawn_is_read(window: Window, label: str) -> None:
    draw(window, digit(label))
    assert window.answer.label == label
    winners = [bar.label for bar in window.bars.bars if bar.winner]
    assert winners == [label]


def test_bars_move_while_the_line_is_being_drawn(window: Window) -> None:
    states = set()
    points = digit("3").strokes[0].points * window.canvas.width() / PAGE
    press(window.canvas, *points[0].astype(int).tolist())
    for point in points[1:]:
        move(window.canvas, *point.tolist())
        settle(window)
        states.add(tuple(bar.value() for bar in window.bars.bars))
    assert len(states) > 5  # and the button is still down
    assert window.answer.label == "3"


def test_at_most_one_inference_a_frame(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    read = Recognizer.read
    monkeypatch.setattr(Recognizer, "read", lambda *a: (calls.append(1), read(*a))[1])
    press(window.canvas, 100, 100)
    for i in range(200):
        move(window.canvas, 100 + i, 100)
    settle(window)
    assert 1 <= len(calls) < 100
    assert len(window.ink.strokes[0]) > 190  # no point was lost


def test_an_empty_canvas_has_no_answer(window: Window) -> None:
    assert window.answer.label is None
    assert {bar.percentage for bar in window.bars.bars} == {"–"}


def test_undo_redo_and_clear_by_keyboard(window: Window) -> None:
    draw(window, digit("1"))
    draw(window, digit("7"))
    two = window.ink
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert len(window.ink.strokes) == 1
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert not window.ink
    assert window.answer.label is None
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert window.ink == two
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.ink
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert window.ink == two
    QTest.keyClick(window, Qt.Key.Key_Delete)
    assert not window.ink


def test_drawing_after_undo_forgets_what_was_undone(window: Window) -> None:
    draw(window, digit("1"))
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    draw(window, digit("0"))
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert len(window.ink.strokes) == 1
    assert window.answer.label == "0"


def test_undo_during_a_stroke_takes_only_that_stroke(window: Window) -> None:
    draw(window, digit("1"))
    press(window.canvas, 50, 50)
    move(window.canvas, 90, 90)
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert len(window.ink.strokes) == 1
    move(window.canvas, 120, 120)  # the button is still down: the rest draws nothing
    release(window.canvas, 120, 120)
    assert len(window.ink.strokes) == 1


@pytest.mark.parametrize(
    ("key", "modifier"),
    [(Qt.Key.Key_Z, CTRL), (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)],
    ids=["undo", "clear"],
)
def test_the_very_first_stroke_can_be_taken_back_while_it_is_drawn(
    window: Window, key: Qt.Key, modifier: Qt.KeyboardModifier
) -> None:
    press(window.canvas, 50, 50)
    move(window.canvas, 90, 90)
    settle(window)
    QTest.keyClick(window, key, modifier)
    assert not window.ink
    assert window.answer.label is None


def test_clear_during_a_stroke_loses_nothing(window: Window) -> None:
    draw(window, digit("1"))
    press(window.canvas, 50, 50)
    move(window.canvas, 90, 90)
    settle(window)
    whole = window.ink
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.ink
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert window.ink == whole
    assert len(whole.strokes) == 2


def test_the_buttons_do_what_they_say_and_are_off_when_they_cannot(window: Window) -> None:
    buttons = {b.text(): b for b in window.tools.pad.findChildren(QToolButton)}
    edits = {"Undo", "Redo", "Clear", "Replay the drawing"}
    assert set(buttons) == edits | {"Pen", "Eraser", "Grid"}
    assert {text for text, b in buttons.items() if not b.isEnabled()} == edits
    draw(window, digit("1"))
    assert buttons["Undo"].isEnabled()
    assert buttons["Clear"].isEnabled()
    assert not buttons["Redo"].isEnabled()
    QTest.mouseClick(buttons["Clear"], Qt.MouseButton.LeftButton)
    assert not window.ink
    QTest.mouseClick(buttons["Undo"], Qt.MouseButton.LeftButton)
    assert len(window.ink.strokes) == 1
    assert "Ctrl+Z" in buttons["Undo"].toolTip()


def test_everything_is_reached_by_tab(window: Window) -> None:
    draw(window, digit("1"))
    window.canvas.setFocus()
    reached = []
    for _ in range(8):
        widget = QApplication.focusWidget()
        assert widget is not None
        reached.append(widget.accessibleName() or getattr(widget, "text", str)())
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    assert reached[0] == "Drawing canvas"
    assert {"Moment of the drawing", "Undo", "Pen", "Eraser", "Grid", "Clear"} <= set(reached)


def test_a_button_is_pressed_by_the_space_bar(window: Window) -> None:
    draw(window, digit("1"))
    clear = next(b for b in window.findChildren(QToolButton) if b.text() == "Clear")
    clear.setFocus()
    QTest.keyClick(clear, Qt.Key.Key_Space)
    assert not window.ink


def test_ink_of_any_place_and_size_opens_on_the_page(window: Window) -> None:
    window.open_ink(digit("7").transformed(9, (-5000, 700)))
    left, top, right, bottom = window.ink.bounds() or (-1, -1, -1, -1)
    assert min(left, top) >= 0
    assert max(right, bottom) <= PAGE
    assert window.answer.label == "7"
    window.undo()
    assert not window.ink


def test_the_preview_shows_what_the_network_gets(window: Window) -> None:
    draw(window, digit("1"))
    image = window.preview.grab().toImage()
    dark = np.array(
        [[image.pixelColor(x, y).lightness() < 128 for x in range(112)] for y in range(112)]
    )
    rows = np.flatnonzero(dark.any(axis=1))
    assert rows[-1] - rows[0] + 1 == 20 * 4  # 20 pixels, each four wide
    # Pixels are pixels: nothing is smoothed within a cell of 4 x 4, but for the hairline around.
    cells = image.convertToFormat(QImage.Format.Format_RGB32)
    values = np.array([[cells.pixel(x, y) for x in range(112)] for y in range(112)])
    inner = values.reshape(28, 4, 28, 4)[1:-1, :, 1:-1]
    assert (inner == inner[:, :1, :, :1]).all()


def test_the_status_bar_names_device_and_time(window: Window) -> None:
    draw(window, digit("1"))
    assert "digits on CPU" in window.status.text()
    assert window.status.text().endswith(" ms")


@pytest.mark.parametrize("size", [(1, 1), (2560, 1440), (700, 1400), (1800, 500)])
def test_canvas_is_square_and_nothing_is_cut_off_at_any_size(
    window: Window, size: tuple[int, int]
) -> None:
    window.resize(*size)
    QApplication.processEvents()
    assert window.canvas.width() == window.canvas.height() >= 240
    inside = window.centralWidget().rect()
    for widget in (window.canvas, window.answer, window.preview, *window.bars.bars):
        place = widget.mapTo(window.centralWidget(), QPoint(0, 0))
        assert inside.contains(place)
        assert inside.contains(place + QPoint(widget.width() - 1, widget.height() - 1))
    for bar in window.bars.bars:
        assert bar.height() >= bar.fontMetrics().height()


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio of two colours."""

    def luminance(name: str) -> float:
        parts = QColor(name).getRgbF()[:3]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_text_has_enough_contrast(scheme: theme.Colours) -> None:
    for text in (scheme.ink, scheme.muted, scheme.accent, scheme.unsure):
        for ground in (scheme.window, scheme.paper):
            assert contrast(text, ground) >= 4.5, (text, ground)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_schemes_change_the_paper_at_once(window: Window, scheme: str) -> None:
    start_qt(scheme)
    QApplication.processEvents()
    colours = {"light": theme.LIGHT, "dark": theme.DARK}[scheme]
    image = window.canvas.grab().toImage()
    assert image.pixelColor(30, 30) == QColor(colours.paper)


def test_screen_readers_hear_the_answer(window: Window) -> None:
    draw(window, digit("1"))
    name = QAccessible.queryAccessibleInterface(window.answer).text(QAccessible.Text.Name)
    assert name.startswith("Answer: 1, ")
    window.clear()
    name = QAccessible.queryAccessibleInterface(window.answer).text(QAccessible.Text.Name)
    assert name == "Answer: none yet"


def test_a_device_lost_while_drawing_is_said_and_reading_goes_on(
    window: Window, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognizer, "notice", "The device went away; going on on the CPU.")
    draw(window, digit("1"))
    assert window.statusBar().currentMessage() == recognizer.notice
    assert window.answer.label == "1"


def test_a_model_that_fails_is_a_sentence_and_the_drawing_stays(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ModelError("the model digits failed on this image")

    monkeypatch.setattr(Recognizer, "read", fail)
    draw(window, digit("1"))
    assert "failed on this image" in window.statusBar().currentMessage()
    assert len(window.ink.strokes) == 1


def test_another_model_reads_the_same_drawing(window: Window, tmp_path: Path) -> None:
    draw(window, digit("1"))
    before = window.document
    names = ["sock", "shoe", *map(str, range(38))]
    labels = {"labels": json.dumps(names)}
    path = onnx_models.save(tmp_path / "other.onnx", classes=40, metadata=labels)
    other = Recognizer.load(path, "cpu")
    window.set_recognizer(other)
    assert window.recognizer is other
    assert window.document is before
    assert [bar.label for bar in window.bars.bars] == names
    assert window.answer.label in names
    assert window.status.text().startswith("other on CPU")
    undo = window.commands["undo"]
    undo.trigger()
    assert window.answer.label is None
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert window.results.findChildren(Bars) == [window.bars]


def test_every_edit_and_every_way_back_is_told(window: Window) -> None:
    told: list[Document] = []
    window.edited.connect(told.append)
    draw(window, digit("1"))
    window.undo()
    window.redo()
    window.clear()
    assert [len(document.ink.strokes) for document in told] == [1, 0, 1, 0]


def test_every_reading_is_told(window: Window) -> None:
    told: list[tuple[object, Readings | None]] = []
    window.read.connect(lambda image, readings: told.append((image, readings)))
    draw(window, digit("7"))
    image, readings = told[-1]
    assert np.array_equal(image, normalize_ink(window.ink))  # type: ignore[arg-type]
    assert readings is not None
    assert readings.probabilities.argmax() == 7
    window.clear()
    assert told[-1] == (None, None)


def test_panels_find_a_place_and_give_it_back(window: Window) -> None:
    beside, below = QLabel("beside"), QLabel("below")
    window.add_panel(beside)
    window.add_panel(below, below=True)
    QApplication.processEvents()
    assert beside.mapTo(window, QPoint()).x() > window.results.geometry().right()
    assert below.mapTo(window, QPoint()).y() > window.tools.pad.geometry().bottom()
    narrowed = window.canvas.width()
    below.hide()
    beside.hide()
    QApplication.processEvents()
    assert window.canvas.width() > narrowed


def test_the_shortcuts_are_listed_by_menu(window: Window) -> None:
    groups = {title: [action.text() for action in each] for title, each in window.shortcut_groups()}
    assert list(groups) == ["File", "Edit", "Draw"]
    assert groups["Edit"] == ["Undo", "Redo", "Clear"]
    window.commands.add("about", lambda: "About", [], window.close, menu="help")
    window.commands.add("open", lambda: "Open", ["Ctrl+O"], window.close, menu="view")
    titles = [action.text() for action in window.menuBar().actions()]
    assert titles == ["&File", "&Edit", "&Draw", "&View", "&Help"]


class Shouting(QTranslator):
    def translate(self, _context: str, source: str, *_: object) -> str:
        return source.upper()

    def isEmpty(self) -> bool:  # noqa: N802  Qt's name
        return False


def test_the_language_changes_at_once(window: Window) -> None:
    draw(window, digit("1"))
    translator = Shouting(window)
    app = QApplication.instance()
    assert app is not None
    app.installTranslator(translator)
    try:
        QApplication.processEvents()
        assert window.commands["undo"].text() == "UNDO"
        assert window.menuBar().actions()[0].text() == "&FILE"
        assert window.canvas.accessibleName() == "DRAWING CANVAS"
        assert window.bars.bars[3].accessibleName() == "CLASS 3"
        assert window.answer.accessibleName().startswith("ANSWER: ")
        assert window.scrubber.toolTip().isupper()
        assert window.canvas.hint == "DRAW A DIGIT HERE"
    finally:
        app.removeTranslator(translator)
        QApplication.processEvents()
    assert window.commands["undo"].text() == "Undo"
