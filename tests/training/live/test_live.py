"""The live window on runs in every state, driven by mouse and keyboard."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)
pytest.importorskip("pyqtgraph")

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTableView, QWidget
from pytestqt.qtbot import QtBot

from digitpad.ui.style import theme
from tests.support.run_folders import BATCHES, begin_run, finish_run, make_run, train_epoch
from training.live.monitor import RunMonitor
from training.live.window import Window
from training.runs import RunError, RunFolder
from training.runs.metrics import Ended, MetricsWriter, Started

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
FASHION = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


class Desk:
    """Opens windows, and waits for what they show."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot

    def open(self, folder: RunFolder) -> Window:
        window = Window(RunMonitor(RunFolder.find(folder.path)), poll_ms=5)
        self.qtbot.addWidget(window)
        window.show()
        with self.qtbot.waitActive(window):
            window.activateWindow()
        return window

    def until_state(self, window: Window, state: str) -> None:
        self.qtbot.waitUntil(lambda: window.header.state.text().startswith(state))


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


@pytest.fixture(scope="module")
def finished(
    qapp: QApplication, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[RunFolder, Window]]:
    """A finished run in a window, for tests that leave the folder as it is."""
    folder = make_run(tmp_path_factory.mktemp("finished") / "run")
    theme.apply(qapp, "light")
    window = Window(RunMonitor(folder))
    window.show()
    assert QTest.qWaitForWindowExposed(window)
    yield folder, window
    window.close()
    window.deleteLater()


@pytest.fixture
def shown(finished: tuple[RunFolder, Window]) -> Window:
    """That window, in front."""
    finished[1].activateWindow()
    assert QTest.qWaitForWindowActive(finished[1])
    return finished[1]


def answers_of(finished: tuple[RunFolder, Window]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """What the finished run's model said of its test set, read apart: probabilities and truth."""
    with np.load(finished[0].predictions_file("test")) as file:
        return file["probabilities"], file["labels"]


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[tuple[RunFolder, MetricsWriter]]:
    """A run whose training has just begun, in this process."""
    folder = begin_run(tmp_path / "run", "fashion-cnn", FASHION)
    with folder.opened(new=False), MetricsWriter(folder.metrics) as writer:
        writer.note(Started(3, BATCHES, 2_000, 0, time.time()))
        yield folder, writer


def points(window: Window, plot: str, curve: str) -> int:
    """How many points a curve on the screen has."""
    x, _ = getattr(window.training, plot).curves[curve].getOriginalDataset()
    return 0 if x is None else len(x)


def wheel(viewport: QWidget) -> None:
    """Turn the mouse's wheel away from the hand, over the middle of a widget."""
    at = QPointF(viewport.rect().center())
    event = QWheelEvent(
        at,
        QPointF(viewport.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 360),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def cell_click(table: QTableView, row: int, column: int) -> None:
    index = table.model().index(row, column)
    table.scrollTo(index)
    QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(index).center())


def test_a_finished_run_is_shown_whole(shown: Window) -> None:
    window = shown
    assert window.header.state.text() == "Finished"
    assert window.header.stop.isHidden()
    assert window.header.bar.value() == window.header.bar.maximum()
    assert "epoch 3 of 3" in window.header.facts.text()
    assert points(window, "loss", "batches") == 3 * BATCHES
    assert points(window, "accuracy", "validation") == 3
    assert "test 83.33 %" in window.training.accuracy.key.accessibleName()
    assert window.data.gallery.tiles.rowCount() == 25
    assert window.model.title.text() == "63,050 parameters in 5 layers"
    assert window.results.headline.text() == "80.00 %"
    assert window.results.epochs.rowCount() == 3
    assert window.mistakes.gallery.tiles.rowCount() == 12
    assert window.statusBar().currentMessage() == ""


@pytest.mark.parametrize(("scheme", "colours"), [("dark", theme.DARK), ("light", theme.LIGHT)])
def test_every_page_paints_in_the_colours_of_its_theme(
    shown: Window, qapp: QApplication, scheme: str, colours: theme.Colours
) -> None:
    window = shown
    theme.apply(qapp, scheme)
    for page in range(7):
        QTest.keyClick(window, getattr(Qt.Key, f"Key_{page + 1}"), CTRL)
        assert window.tabs.currentIndex() == page
        shown = window.tabs.currentWidget().grab().toImage()
        corner = shown.pixelColor(2, 2)
        assert corner == QColor(colours.window)
        painted = {shown.pixel(x, y) for x in range(0, 700, 2) for y in range(400)}
        assert QColor(colours.ink).rgb() in painted
        assert QColor(colours.paper).rgb() in painted


def test_a_running_run_moves_until_it_finishes(
    desk: Desk, writing: tuple[RunFolder, MetricsWriter]
) -> None:
    folder, writer = writing
    window = desk.open(folder)
    desk.until_state(window, "Waiting")
    assert not window.header.stop.isEnabled()
    assert window.training.hint.isVisible()
    train_epoch(writer, 1, batches=5)
    desk.until_state(window, "Training")
    assert points(window, "loss", "batches") == 5
    assert points(window, "loss", "validation") == 0
    train_epoch(writer, 2)
    desk.qtbot.waitUntil(lambda: points(window, "loss", "validation") == 1)
    assert "validation" in window.training.loss.key.accessibleName()
    assert window.results.hint.isVisibleTo(window.results)
    writer.note(Ended("finished", "", time.time()))
    desk.until_state(window, "Trained; measuring")
    finish_run(folder, 2)
    desk.until_state(window, "Finished")
    desk.qtbot.waitUntil(lambda: window.results.headline.text() == "80.00 %")


def test_the_stop_button_asks_once_and_says_so(
    desk: Desk, writing: tuple[RunFolder, MetricsWriter]
) -> None:
    folder, writer = writing
    window = desk.open(folder)
    train_epoch(writer, 1)
    desk.until_state(window, "Training")
    assert not folder.stop_requested()
    QTest.mouseClick(window.header.stop, LEFT)
    assert folder.stop_requested()
    assert window.header.state.text() == "Stopping after this epoch"
    assert window.header.stop.text() == "Stopping after this epoch"
    assert not window.header.stop.isEnabled()
    writer.note(Ended("stopped", "on request", time.time()))
    finish_run(folder, 1, how="stopped")
    desk.until_state(window, "Stopped early, on request")
    assert window.header.stop.isHidden()


def test_a_killed_run_says_how_to_go_on_and_may_run_again(desk: Desk, tmp_path: Path) -> None:
    folder = begin_run(tmp_path / "a run")
    with MetricsWriter(folder.metrics) as writer:
        writer.note(Started(3, BATCHES, 2_000, 0, 1_000.0))
        train_epoch(writer, 1)
        train_epoch(writer, 2, batches=7)
    window = desk.open(folder)
    desk.until_state(window, "Not running")
    assert f"python -m training.build --resume '{folder.path}'" in window.header.note.text()
    assert points(window, "loss", "batches") == BATCHES + 7
    with folder.opened(new=False), MetricsWriter(folder.metrics) as writer:
        writer.note(Started(3, BATCHES, 2_000, 1, 2_000.0))
        train_epoch(writer, 2, batches=2)
        desk.until_state(window, "Training")
        assert window.header.note.isHidden()
        assert points(window, "loss", "batches") == BATCHES + 2


def test_a_failed_run_says_why(desk: Desk, tmp_path: Path) -> None:
    folder = begin_run(tmp_path / "run")
    with MetricsWriter(folder.metrics) as writer:
        writer.note(Started(3, BATCHES, 2_000, 0, 1_000.0))
        writer.note(Ended("failed", "the loss is <b>not</b> a number", 1_001.0))
    window = desk.open(folder)
    assert window.header.state.text() == "Failed"
    assert window.header.note.text() == "the loss is <b>not</b> a number"
    assert window.header.note.textFormat() == Qt.TextFormat.PlainText


def test_losses_that_are_no_numbers_leave_gaps(desk: Desk, tmp_path: Path) -> None:
    folder = begin_run(tmp_path / "run")
    folder.metrics.write_text(
        '{"event": "started", "epochs": 2, "batches": 0, "images": 0, "after": 0, "time": 1}\n'
        '{"event": "batch", "epoch": 1, "batch": 1, "loss": NaN, "accuracy": 0.1, "time": 1}\n'
        '{"event": "batch", "epoch": 1, "batch": 2, "loss": 0.0, "accuracy": 1.0, "time": 1}\n'
        '{"event": "epoch", "epoch": {"number": 1, "loss": NaN, "accuracy": 0.1,'
        ' "validation_loss": Infinity, "validation_accuracy": 0.1, "pen_accuracy": null,'
        ' "seconds": 1}, "best": true, "time": 2}\n',
        encoding="utf-8",
    )
    window = desk.open(folder)
    window.grab()
    assert points(window, "loss", "batches") == 1
    assert points(window, "loss", "training") == 0
    assert points(window, "accuracy", "validation") == 1


def test_a_click_on_a_cell_shows_its_images(
    shown: Window, finished: tuple[RunFolder, Window]
) -> None:
    window = shown
    window.tabs.setCurrentWidget(window.confusion)
    matrix, gallery = window.confusion.matrix, window.confusion.gallery
    truth, answer = matrix.currentIndex().row(), matrix.currentIndex().column()
    assert truth != answer  # the most frequent mistake is shown first
    cell_click(matrix, 4, 4)
    assert window.confusion.title.text().startswith("4 read as 4: ")
    probabilities, truth_of = answers_of(finished)
    wanted = ((truth_of == 4) & (probabilities.argmax(axis=1) == 4)).nonzero()[0].tolist()
    model = gallery.tiles
    assert [model.at(model.index(row)) for row in range(model.rowCount())] == wanted
    QTest.keyClick(matrix, Qt.Key.Key_Right)
    assert window.confusion.title.text().startswith("4 read as 5: ")


def test_a_double_click_on_a_mistake_shows_it_alone(shown: Window) -> None:
    window = shown
    window.tabs.setCurrentWidget(window.mistakes)
    gallery = window.mistakes.gallery
    at = gallery.visualRect(gallery.tiles.index(2)).center()
    QTest.mouseClick(gallery.viewport(), LEFT, pos=at)
    QTest.mouseDClick(gallery.viewport(), LEFT, pos=at)
    assert window.tabs.currentWidget() is window.image
    assert window.image.number.value() == gallery.tiles.at(gallery.tiles.index(2)) + 1
    assert "wrong; it is " in window.image.truth.text()


def test_images_one_by_one(shown: Window) -> None:
    shown.tabs.setCurrentWidget(shown.image)
    page = shown.image
    page.number.setValue(1)
    QTest.mouseClick(page.previous, LEFT)
    assert page.number.value() == 60
    QTest.keyClick(page.number, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert page.number.value() == 1
    page.number.setFocus()
    page.number.selectAll()
    QTest.keyClicks(page.number, "37")
    assert page.picture.accessibleName() == "Image 37: 6"
    assert page.picture.pixmap().width() == 338
    assert "6 " in page.probabilities.accessibleName()
    QTest.mouseClick(page.random, LEFT)
    assert 1 <= page.number.value() <= 60


def test_below_the_threshold_no_digit_is_found(
    shown: Window, finished: tuple[RunFolder, Window]
) -> None:
    window = shown
    window.tabs.setCurrentWidget(window.results)
    threshold = window.results.threshold
    threshold.slider.setFocus()
    for _ in range(6):
        QTest.keyClick(threshold.slider, Qt.Key.Key_PageUp)
    assert threshold.value.text() == "60 %"
    probabilities, truth = answers_of(finished)
    confidence = probabilities.max(axis=1)
    lost = int((confidence < 0.6).sum())
    right = (probabilities.argmax(axis=1) == truth)[confidence >= 0.6]
    told = threshold.effect.text()
    assert told.startswith(f"In {lost} of 60 images")
    assert "no digit is found" in told
    assert f"of the other {60 - lost} answers {100 * right.mean():.2f} % are right" in told
    window.image.number.setValue(int(confidence.argmin()) + 1)
    assert "below 60 % no digit is found; it is " in window.image.truth.text()
    QTest.keyClick(threshold.slider, Qt.Key.Key_Home)
    assert threshold.effect.text() == "Every answer counts: 60 images"
    assert "no digit" not in window.image.truth.text()


@pytest.mark.parametrize("classes", [2, 60])
def test_any_number_of_classes_with_long_names(desk: Desk, tmp_path: Path, classes: int) -> None:
    labels = [f"<i>class</i> number {number} with a long name" for number in range(classes)]
    folder = begin_run(tmp_path / "run", "fashion-cnn", labels)
    with MetricsWriter(folder.metrics) as writer:
        writer.note(Started(1, BATCHES, 2_000, 0, 1_000.0))
        train_epoch(writer, 1)
        writer.note(Ended("finished", "", 1_100.0))
    finish_run(folder, 1)
    window = desk.open(folder)
    window.resize(window.minimumSize())
    for page in range(7):
        window.tabs.setCurrentIndex(page)
        assert not window.grab().isNull()
    window.tabs.setCurrentWidget(window.confusion)
    matrix = window.confusion.matrix
    assert matrix.columnWidth(0) >= 32
    cell_click(matrix, classes - 1, classes - 1)
    last = labels[-1]
    assert window.confusion.title.text().startswith(f"{last} read as {last}: ")
    assert window.confusion.title.textFormat() == Qt.TextFormat.PlainText
    assert window.image.answer.textFormat() == Qt.TextFormat.PlainText
    for item in (matrix.item(0, 0), matrix.horizontalHeaderItem(0), matrix.verticalHeaderItem(0)):
        assert "&lt;i&gt;class&lt;/i&gt; number 0" in item.toolTip()
    assert window.results.threshold.nothing == "nothing is found"
    window.tabs.setCurrentWidget(window.image)
    rows = window.image.probabilities
    bar = rows.verticalScrollBar()
    assert (bar.maximum() > 0) == (classes > 20)
    bar.setValue(bar.maximum())
    last = rows.visualItemRect(rows.item(classes - 1, 1))
    assert last.height() == 32
    assert rows.viewport().rect().contains(last)


def test_without_the_test_set_validation_is_shown(desk: Desk, tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    folder.predictions_file("test").unlink()
    window = desk.open(folder)
    assert "60 validation images" in window.results.subline.text()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("metrics.jsonl", b"nonsense\n"),
        ("model.json", b"[1]"),
        ("result.json", b"{"),
        ("samples.npz", b"PK"),
        ("predictions/test.npz", b""),
    ],
)
def test_a_file_damaged_while_watching_is_a_sentence(
    desk: Desk, tmp_path: Path, name: str, content: bytes
) -> None:
    folder = make_run(tmp_path / "run")
    window = desk.open(folder)
    with (folder.path / name).open("ab" if name == "metrics.jsonl" else "wb") as stream:
        stream.write(content)
    desk.qtbot.waitUntil(lambda: "damaged" in window.statusBar().currentMessage())
    assert str(folder.path / name) in window.statusBar().currentMessage()
    assert window.results.headline.text() == "80.00 %"  # what was read is there still
    assert points(window, "loss", "batches") == 3 * BATCHES


def test_a_folder_that_is_removed_while_watching_is_no_crash(desk: Desk, tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    window = desk.open(folder)
    shutil.rmtree(folder.path)
    desk.until_state(window, "Not running")
    assert window.results.headline.text() == "80.00 %"
    assert window.training.hint.isVisible()


def test_predictions_of_other_classes_are_a_sentence(desk: Desk, tmp_path: Path) -> None:
    other = begin_run(tmp_path / "other", "fashion-cnn", ("a", "b"))
    finish_run(other, 1)
    folder = make_run(tmp_path / "run")
    folder.predictions_file("test").write_bytes(other.predictions_file("test").read_bytes())
    window = desk.open(folder)
    assert "has other classes than run.json" in window.statusBar().currentMessage()


def test_a_request_that_cannot_be_written_is_a_sentence(
    desk: Desk, writing: tuple[RunFolder, MetricsWriter], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, writer = writing
    window = desk.open(folder)
    train_epoch(writer, 1)
    desk.until_state(window, "Training")

    def full(_: RunFolder) -> None:
        raise RunError("cannot write stop (No space left on device)")

    with monkeypatch.context() as context:
        context.setattr(RunFolder, "request_stop", full)
        QTest.mouseClick(window.header.stop, LEFT)
    assert "cannot write" in window.statusBar().currentMessage()
    assert window.header.stop.isEnabled()
    QTest.mouseClick(window.header.stop, LEFT)
    assert window.statusBar().currentMessage() == ""
    assert folder.stop_requested()


def test_an_open_window_follows_the_theme(shown: Window, qapp: QApplication) -> None:
    window = shown
    theme.apply(qapp, "dark")
    assert window.training.loss.plot.backgroundBrush().color() == QColor(theme.DARK.paper)
    assert window.grab().toImage().pixelColor(2, 2) == QColor(theme.DARK.window)
    matrix = window.confusion.matrix
    assert matrix.item(0, 5).background().color() == QColor(theme.DARK.window)
    theme.apply(qapp, "light")


def test_a_zoomed_plot_stays_until_it_is_double_clicked(
    desk: Desk, writing: tuple[RunFolder, MetricsWriter]
) -> None:
    folder, writer = writing
    window = desk.open(folder)
    train_epoch(writer, 1)
    desk.until_state(window, "Training")
    plot = window.training.loss
    view = plot.plot.getPlotItem().getViewBox()
    wheel(plot.plot.viewport())
    zoomed = view.viewRange()
    assert zoomed[0][1] - zoomed[0][0] < 1
    train_epoch(writer, 2)
    desk.qtbot.waitUntil(lambda: points(window, "loss", "validation") == 2)
    assert view.viewRange() == zoomed
    QTest.mouseDClick(plot.plot.viewport(), LEFT, pos=QPoint(150, 100))
    desk.qtbot.waitUntil(lambda: view.viewRange()[0][1] >= 2)
