"""Two models on the same ink: both read the same image, and what they say stands side by side."""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support import onnx_models

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from digitpad.inference.errors import ModelError
from digitpad.inference.recognizer import Readings, Recognizer
from digitpad.library.document import Document
from digitpad.ui.app import start_qt
from digitpad.ui.pad.brush import PAGE
from digitpad.ui.results.agreement import Outcome
from digitpad.ui.results.results import Column
from digitpad.ui.style import theme
from digitpad.ui.style.panel_width import PanelWidth, lay_out
from digitpad.ui.window.window import Window
from tests.digitpad.ui.pad.test_canvas import move, press
from tests.digitpad.ui.window.test_window import Shouting, draw, settle
from tests.support.drawings import digit
from tests.support.hands import recognizer, window  # noqa: F401  fixtures


@pytest.fixture
def fashion() -> Recognizer:
    return Recognizer.load("fashion", "cpu")


class Backwards(Recognizer):
    """The bundled model with its classes in the opposite order."""

    def read(self, images: Any) -> Readings:
        readings = super().read(images)
        reversed_ = np.ascontiguousarray(readings.probabilities[:, ::-1])
        return Readings(reversed_, readings.digit_scores, readings.rejected)


@pytest.fixture
def backwards() -> Recognizer:
    recognizer = Backwards.load("digits", "cpu")
    recognizer.labels = recognizer.labels[::-1]
    return recognizer


def renamed(recognizer: Recognizer, *labels: str) -> Recognizer:
    other = copy(recognizer)
    other.labels = labels
    return other


def second(window: Window) -> Column:
    assert window.results.second is not None
    return window.results.second


def told(window: Window) -> str:
    """What a screen reader says of both."""
    interface = QAccessible.queryAccessibleInterface(window.results.agreement)
    return interface.text(QAccessible.Text.Name)


def winners(column: Column) -> list[str]:
    return [bar.label for bar in column.bars.bars if bar.winner]


def test_both_read_the_same_image_made_once_in_the_same_frame(
    window: Window,
    recognizer: Recognizer,
    backwards: Recognizer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[Recognizer, np.ndarray]] = []
    made: list[Document] = []
    read, image = Recognizer.read, Document.image
    monkeypatch.setattr(Recognizer, "read", lambda r, i: (seen.append((r, i)), read(r, i))[1])
    monkeypatch.setattr(Document, "image", lambda d: (made.append(d), image(d))[1])
    window.open_ink(digit("7"))
    assert [r for r, _ in seen] == [recognizer]  # nothing is paid before
    window.set_recognizer(recognizer, backwards)
    made.clear()
    seen.clear()
    draw(window, digit("1"))
    assert len(seen) == 2 * len(made) > 0
    for (one, first), (other, same) in zip(seen[::2], seen[1::2], strict=True):
        assert (one, other) == (recognizer, backwards)
        assert np.shares_memory(first, same)
    window.set_recognizer(recognizer)
    seen.clear()
    window.throttle.flush()
    assert [r for r, _ in seen] == [recognizer]


def test_the_second_column_shows_what_the_second_model_says(
    window: Window, recognizer: Recognizer, fashion: Recognizer
) -> None:
    draw(window, digit("7"))
    window.set_recognizer(recognizer, fashion)
    told_: list[Any] = []
    window.read.connect(lambda image, _: told_.append(image))
    window.throttle.flush()
    probabilities = fashion.predict(told_[-1][None])[0]
    column = second(window)
    assert [bar.value() for bar in column.bars.bars] == [round(p * 1000) for p in probabilities]
    assert winners(column) == [column.answer.label] == [fashion.labels[probabilities.argmax()]]
    assert window.answer.label == "7"
    window.clear()
    assert column.answer.label is None
    assert winners(column) == []


def test_agreement_goes_by_what_classes_are_called(
    window: Window, recognizer: Recognizer, backwards: Recognizer
) -> None:
    window.set_recognizer(recognizer, backwards)
    assert told(window) == ""
    draw(window, digit("7"))
    assert winners(second(window)) == winners(window.results.first) == ["7"]
    assert (window.results.agreement.outcome, told(window)) == (Outcome.SAME, "Both read 7")
    assert window.results.agreement.text == "=  Both read 7"
    window.set_recognizer(recognizer, renamed(recognizer, *"9876543210"))
    assert told(window) == "They differ: 7 and 2"
    assert window.results.agreement.text == "≠  They differ: 7 and 2"
    window.set_recognizer(recognizer, renamed(recognizer, *"ABCDEFG7IJ"))  # one in common
    assert told(window) == "Both read 7"
    window.clear()
    assert window.results.agreement.text == told(window) == ""


def test_models_of_different_things_are_not_compared(
    window: Window, recognizer: Recognizer, fashion: Recognizer
) -> None:
    window.set_recognizer(recognizer, fashion)
    for _ in range(2):  # without a drawing, and with one
        assert told(window) == "They name different things"
        assert window.results.agreement.outcome is Outcome.OTHER_CLASSES
        draw(window, digit("7"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_marks_differ_by_more_than_colour(
    window: Window, recognizer: Recognizer, scheme: str
) -> None:
    start_qt(scheme)
    colours = {"light": theme.LIGHT, "dark": theme.DARK}[scheme]
    line = window.results.agreement
    window.set_recognizer(recognizer, renamed(recognizer, *"9876543210"))
    draw(window, digit("7"))
    QApplication.processEvents()

    def pixels() -> set[int]:
        image = line.grab().toImage()
        return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}

    assert QColor(colours.unsure).rgb() in pixels()
    window.set_recognizer(recognizer, copy(recognizer))
    assert QColor(colours.unsure).rgb() not in pixels()
    assert QColor(colours.ink).rgb() in pixels()
    assert line.text[0] == Outcome.SAME.value != Outcome.DIFFERENT.value


def test_an_outcome_is_announced_when_it_stands(
    window: Window, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    heard: list[str] = []

    def hear(event: Any) -> None:
        if event.object() is window.results.agreement:
            heard.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", hear)
    window.set_recognizer(recognizer, copy(recognizer))
    draw(window, digit("7"))
    assert heard == []
    qtbot.waitUntil(lambda: bool(heard), timeout=5000)
    assert heard == ["Both read 7"]


def test_both_columns_follow_the_line_that_is_being_drawn(
    window: Window, recognizer: Recognizer, backwards: Recognizer
) -> None:
    window.set_recognizer(recognizer, backwards)
    points = (digit("3").strokes[0].points * window.canvas.width() / PAGE).astype(int).tolist()
    press(window.canvas, *points[0])
    states = set()
    for point in points[1:]:
        move(window.canvas, *point)
        settle(window)
        one, other = (
            tuple(bar.value() for bar in column.bars.bars)
            for column in (window.results.first, second(window))
        )
        assert one == other[::-1]
        states.add(one)
    assert len(states) > 3


def test_a_second_model_that_fails_is_said_in_its_column_and_the_first_goes_on(
    window: Window, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = copy(recognizer)
    window.set_recognizer(recognizer, other)
    draw(window, digit("7"))
    QApplication.processEvents()
    place = second(window).body.geometry()

    def fail(_: Any) -> Readings:
        raise ModelError("the model other failed on this image")

    monkeypatch.setattr(other, "read", fail, raising=False)
    window.open_ink(digit("1"))
    QApplication.processEvents()
    column = second(window)
    assert column.failure.isVisible()
    assert column.failure.text == "the model other failed on this image"
    assert not column.answer.isVisible()
    assert winners(column) == []
    assert window.answer.label == "1"
    assert told(window) == ""
    assert window.statusBar().currentMessage() == ""
    assert column.body.geometry() == place  # nothing jumps
    monkeypatch.undo()
    window.open_ink(digit("3"))
    assert not column.failure.isVisible()
    assert column.answer.label == "3"


def test_a_second_model_without_numbers_is_said_in_its_column(
    window: Window, recognizer: Recognizer, tmp_path: Path
) -> None:
    path = onnx_models.save_judging(tmp_path / "nan.onnx", score_factor=float("nan"))
    window.set_recognizer(recognizer, Recognizer.load(path, "cpu"))
    draw(window, digit("7"))
    assert second(window).failure.text == "the model's answer is not a number"
    assert window.answer.label == "7"


def test_a_first_model_that_fails_leaves_the_second_one_reading(
    window: Window, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = copy(recognizer)
    window.set_recognizer(recognizer, other)
    read = Recognizer.read

    def fail(reader: Recognizer, images: Any) -> Readings:
        if reader is other:
            return read(reader, images)
        raise ModelError("the model digits failed on this image")

    monkeypatch.setattr(Recognizer, "read", fail)
    draw(window, digit("7"))
    assert "failed on this image" in window.statusBar().currentMessage()
    assert window.answer.label is None
    assert second(window).answer.label == "7"
    assert told(window) == ""


def test_each_verdict_is_its_own_model_s(
    window: Window, recognizer: Recognizer, tmp_path: Path
) -> None:
    path = onnx_models.save_judging(tmp_path / "judging.onnx")
    window.set_recognizer(recognizer, Recognizer.load(path, "cpu"))
    draw(window, digit("1"))
    window.settle()
    assert second(window).answer.rejected
    assert not window.answer.rejected


def headings(window: Window) -> list[str]:
    return [column.heading.text for column in (window.results.first, second(window))]


def test_columns_and_status_bar_name_the_models(
    window: Window, recognizer: Recognizer, fashion: Recognizer
) -> None:
    assert not window.results.first.heading.isVisible()
    window.set_recognizer(recognizer, fashion)
    assert headings(window) == ["digits", "fashion"]
    assert window.results.first.heading.isVisible()
    assert second(window).body.accessibleName() == "fashion"
    assert window.status.text() == "digits and fashion on CPU"
    draw(window, digit("1"))
    assert window.status.text().endswith(" ms")
    window.set_recognizer(recognizer)
    assert not window.results.first.heading.isVisible()
    assert window.results.first.body.accessibleName() == ""
    assert window.status.text().startswith("digits on CPU")


def test_devices_are_named_where_they_differ(
    window: Window, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class OnCuda(Recognizer):
        provider = "CUDAExecutionProvider"  # type: ignore[assignment]  # of one kind for the test

    other = OnCuda.load("fashion", "cpu")
    window.set_recognizer(recognizer, other)
    assert headings(window) == ["digits  ·  CPU", "fashion  ·  CUDA"]
    assert window.status.text() == "digits on CPU, fashion on CUDA"
    monkeypatch.setattr(OnCuda, "provider", "CPUExecutionProvider")  # it stops while drawing
    draw(window, digit("1"))
    assert headings(window) == ["digits", "fashion"]
    assert "digits and fashion on CPU" in window.status.text()


def test_what_both_models_have_to_say_is_said_once(
    window: Window, recognizer: Recognizer, fashion: Recognizer
) -> None:
    first, fashion.notice = copy(recognizer), "The device a went away."
    first.notice = "The device b went away."
    window.set_recognizer(first, fashion)
    both = "The device b went away. The device a went away."
    assert window.statusBar().currentMessage() == both
    window.statusBar().clearMessage()
    draw(window, digit("1"))
    assert window.statusBar().currentMessage() == ""
    first.notice = fashion.notice
    draw(window, digit("1"))
    assert window.statusBar().currentMessage() == "The device a went away."


def test_names_of_any_length_find_room(window: Window, recognizer: Recognizer) -> None:
    window.resize(1, 1)
    other = copy(recognizer)
    window.set_recognizer(recognizer, other)
    QApplication.processEvents()
    narrowest = window.minimumSizeHint().width()
    other.name = "x" * 200
    window.set_recognizer(recognizer, copy(other))
    QApplication.processEvents()
    assert window.minimumSizeHint().width() == narrowest
    assert second(window).heading.toolTip() == other.name
    assert len(window.status.text()) < 60


CLASSES = (2, 10, 12, 26, 100)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Recognizer]:
    folder = tmp_path_factory.mktemp("models")
    paths = {n: onnx_models.save(folder / f"c{n}.onnx", classes=n, sharpness=9) for n in CLASSES}
    return {n: Recognizer.load(path, "cpu") for n, path in paths.items()}


@pytest.mark.parametrize("size", [(1, 1), (1500, 900)], ids=["narrow", "wide"])
@pytest.mark.parametrize("classes", CLASSES)
def test_any_number_of_classes_has_its_bars_and_its_winner_in_sight(
    window: Window, models: dict[int, Recognizer], classes: int, size: tuple[int, int]
) -> None:
    window.resize(*size)
    draw(window, digit("7"))
    for pair in ((10, classes), (classes, 10)):
        window.set_recognizer(*(models[n] for n in pair))
        QApplication.processEvents()
        middle = window.centralWidget().rect()
        for count, column in zip(pair, (window.results.first, second(window)), strict=True):
            assert len(column.bars.bars) == count
            (winner,) = (bar for bar in column.bars.bars if bar.winner)
            assert winner.visibleRegion().boundingRect().height() == winner.height()
            for part in (column.head, column.body):
                place = part.mapTo(window.centralWidget(), QPoint())
                assert middle.contains(place)
                assert middle.contains(place + QPoint(part.width() - 1, part.height() - 1))
        left, right = window.results.first.body, second(window).body
        assert abs(left.width() - right.width()) <= 1
        assert left.y() == right.y()


class Last(Recognizer):
    """Reads the last class of many in everything."""

    def read(self, images: Any) -> Readings:
        readings = super().read(images)
        one_hot = np.eye(readings.probabilities.shape[1], dtype=np.float32)[[-1]]
        return Readings(one_hot, readings.digit_scores, readings.rejected)


def test_the_last_of_many_classes_is_scrolled_to_at_once(
    window: Window, recognizer: Recognizer, tmp_path: Path
) -> None:
    many = Last.load(onnx_models.save(tmp_path / "many.onnx", classes=100), "cpu")
    draw(window, digit("7"))
    for pair in ((recognizer, many), (recognizer, copy(many)), (many, recognizer)):
        window.set_recognizer(*pair)
        QApplication.processEvents()
        column = window.results.first if pair[0] is many else second(window)
        assert column.bars.bars[-1].winner
        assert not column.bars.bars[-1].visibleRegion().isEmpty()


def test_the_columns_are_as_wide_as_before_and_the_room_is_given_back(
    window: Window, recognizer: Recognizer, fashion: Recognizer
) -> None:
    # Narrower than the screen of the tests, which is 800 wide: what is missing is taken anyway.
    window.resize(772, 700)
    QApplication.processEvents()
    before, canvas = window.size(), window.canvas.size()
    for _ in range(3):
        window.set_recognizer(recognizer, fashion)
        QApplication.processEvents()
        assert window.width() > before.width()
        window.set_recognizer(recognizer)
        QApplication.processEvents()
        assert (window.size(), window.canvas.size()) == (before, canvas)


@pytest.fixture
def small(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(QWidget())
    window.resize(200, 200)
    window.show()
    qtbot.waitExposed(window)
    return window


def test_a_window_grows_and_gets_smaller_again(small: QMainWindow) -> None:
    panel_width = PanelWidth(small.centralWidget())
    panel_width.measure()
    panel_width.widen(300)
    assert small.width() == 500
    small.resize(560, 300)  # by hand
    panel_width.narrow()
    assert (small.width(), small.height()) == (260, 300)


def test_sizes_are_known_before_a_window_is_shown(qtbot: QtBot) -> None:
    window, inner = QMainWindow(), QWidget()
    qtbot.addWidget(window)
    window.setCentralWidget(QWidget())
    row = QHBoxLayout(window.centralWidget())
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(inner)
    for width in (600, 400):
        window.resize(width, 200)
        lay_out(inner)
        assert inner.width() == width


def test_a_window_at_the_edge_of_the_screen_makes_way_and_comes_back(small: QMainWindow) -> None:
    screen = small.screen().availableGeometry()
    small.move(screen.right() - 210, 50)
    at = small.frameGeometry()
    panel_width = PanelWidth(small.centralWidget())
    panel_width.measure()
    panel_width.widen(300)
    assert small.frameGeometry().right() <= screen.right()
    panel_width.narrow()
    assert small.frameGeometry() == at
    panel_width.measure()
    panel_width.widen(300)
    small.move(20, 50)  # by hand
    panel_width.narrow()
    assert small.frameGeometry().left() == 20


def test_a_window_takes_no_more_than_the_screen_has(small: QMainWindow) -> None:
    panel_width = PanelWidth(small.centralWidget())
    panel_width.measure()
    panel_width.widen(5000)
    assert small.frameGeometry().width() <= small.screen().availableGeometry().width()
    panel_width.narrow()
    assert small.width() == 200


def test_a_maximised_window_keeps_its_size(small: QMainWindow, qtbot: QtBot) -> None:
    small.showMaximized()
    qtbot.waitUntil(small.isMaximized)
    size = small.size()
    panel_width = PanelWidth(small.centralWidget())
    panel_width.measure()
    panel_width.widen(300)
    assert small.size() == size
    panel_width.narrow()
    assert small.size() == size


def test_the_language_changes_in_both_columns(
    window: Window, recognizer: Recognizer, fashion: Recognizer
) -> None:
    korean = [f"옷 {i}" for i in range(10)]
    fashion.metadata = {"labels_en": str(korean).replace("'", '"')}  # as if for this language
    draw(window, digit("7"))
    window.set_recognizer(recognizer, fashion)
    assert second(window).answer.label in korean
    assert winners(second(window)) == [second(window).answer.label]
    other = renamed(fashion, *fashion.labels)
    other.metadata = {}
    window.set_recognizer(fashion, other)
    read = window.results.first.label
    shown = window.answer.label
    assert told(window) == f"Both read {shown}"  # by the model's own names
    translator = Shouting(window)
    app = QApplication.instance()
    assert app is not None
    app.installTranslator(translator)
    try:
        fashion.metadata = {}
        QApplication.processEvents()
        assert window.answer.label == window.results.first.label == read
        assert told(window) == f"BOTH READ {read}"
    finally:
        app.removeTranslator(translator)
        QApplication.processEvents()
