"""Pictures, ink and files in and out of a whole window, and its recent drawings."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitpad.image.normalize import normalize_bitmap
from digitpad.ink.ink import Ink
from digitpad.library.recents import Recents
from digitpad.ui.app import start_qt
from digitpad.ui.files import exporting
from digitpad.ui.files.import_export import ImportExport
from digitpad.ui.files.recent_drawings import RecentDrawings
from digitpad.ui.pad.brush import Brush
from digitpad.ui.style import theme
from digitpad.ui.window.window import Window
from tests.digitpad.image.test_bitmap import drawn
from tests.digitpad.ui.window.test_window import draw, settle
from tests.support.drawings import digit
from tests.support.hands import recognizer, window  # noqa: F401  fixtures

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def import_export(window: Window) -> ImportExport:
    return ImportExport(window)


@pytest.fixture
def recent(window: Window, tmp_path: Path) -> Iterator[RecentDrawings]:
    recent = RecentDrawings(window, Recents(tmp_path / "recents.sqlite3"))
    yield recent
    recent.close()


@pytest.fixture
def seven(tmp_path: Path) -> Path:
    path = tmp_path / "seven.png"
    Image.fromarray(255 - np.round(drawn("7") * 255).astype(np.uint8)).save(path)
    return path


def said(window: Window) -> str:
    return window.statusBar().currentMessage()


def test_a_picture_is_shown_cropped_and_read(
    window: Window, import_export: ImportExport, seven: Path
) -> None:
    import_export.open_file(seven)
    assert window.answer.label == "7"
    assert import_export.view.isVisible()
    assert "seven.png" in import_export.view.accessibleName()
    box = import_export.view.box_rect()
    assert box is not None
    assert import_export.view.picture_rect().contains(box)
    assert import_export.view.geometry() == window.grid.geometry()
    pixels = np.asarray(Image.open(seven))
    np.testing.assert_array_equal(window.document.image(), normalize_bitmap(pixels))
    window.undo()
    assert import_export.view.isHidden()
    assert window.answer.label is None
    window.redo()
    assert import_export.view.isVisible()


def test_a_click_on_the_picture_shows_its_cells(
    window: Window, import_export: ImportExport, seven: Path
) -> None:
    import_export.open_file(seven)
    QTest.mouseClick(import_export.view, Qt.MouseButton.LeftButton)
    assert import_export.view.isHidden()
    assert window.grid.hasFocus()
    assert window.answer.label == "7"


def test_a_blank_picture_is_a_sentence_and_the_drawing_stays(
    window: Window, import_export: ImportExport, tmp_path: Path
) -> None:
    draw(window, digit("1"))
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    import_export.open_file(tmp_path / "blank.png")
    assert said(window) == "blank.png: no ink was found"
    assert window.answer.label == "1"
    import_export.open_file(tmp_path / "nowhere.png")
    assert said(window) == "nowhere.png: there is no such file"


def test_copy_and_paste_of_a_drawing_keep_its_strokes(
    window: Window, import_export: ImportExport
) -> None:
    draw(window, digit("3"))
    ink = window.ink
    window.commands["copy-picture"].trigger()
    image = QGuiApplication.clipboard().image()
    assert image.width() == image.height() == 480
    assert image.pixelColor(1, 1) == QColor(exporting.PAPER)
    window.clear()
    window.commands["paste"].trigger()
    assert len(window.ink.strokes) == len(ink.strokes)
    assert window.answer.label == "3"


def test_a_pasted_screenshot_is_read(window: Window, import_export: ImportExport) -> None:
    image = exporting.as_image(digit("0"), Brush(), paper="#203040", scale=0.5)
    QGuiApplication.clipboard().setImage(image)
    QTest.keyClick(window, Qt.Key.Key_V, CTRL)
    assert window.answer.label == "0"
    assert "Clipboard" in import_export.view.accessibleName()


def test_the_answer_is_copied_as_text(window: Window, import_export: ImportExport) -> None:
    import_export.copy_answer()
    assert "no answer" in said(window)
    draw(window, digit("1"))
    QTest.keyClick(window, Qt.Key.Key_C, CTRL)
    text = QGuiApplication.clipboard().text()
    assert text == f"1, {window.answer.probability * 100:.1f} %"
    assert exporting.answer_text("7", 0.998, "not sure") == "7, 99.8 %, not sure"


def dropped(window: Window, mime: QMimeData) -> bool:
    """Drag over the window and let go; whether both were taken."""
    arguments = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0))
    taken = []
    for event in (
        QDragEnterEvent(QPoint(50, 50), *arguments),
        QDropEvent(QPointF(50, 50), *arguments),
    ):
        event.ignore()
        QApplication.sendEvent(window, event)
        taken.append(event.isAccepted())
    return all(taken)


def test_a_dropped_file_is_opened(window: Window, import_export: ImportExport, seven: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(seven))])
    assert dropped(window, mime)
    assert window.answer.label == "7"
    assert not dropped(window, QMimeData())


def test_a_dropped_model_goes_to_who_opens_models(window: Window, tmp_path: Path) -> None:
    opened: list[Path] = []
    ImportExport(window, opened.append)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "mine.ONNX"))])
    assert dropped(window, mime)
    assert opened == [tmp_path / "mine.ONNX"]


@pytest.mark.parametrize("suffix", [".png", ".svg", ".jsonl", ""])
def test_a_saved_drawing_opens_as_the_same_digit(
    window: Window, import_export: ImportExport, tmp_path: Path, suffix: str
) -> None:
    draw(window, digit("3"))
    import_export.save_file(tmp_path / f"mine{suffix}")
    saved = tmp_path / f"mine{suffix or '.png'}"
    assert said(window) == f"Saved as {saved.name}"
    window.clear()
    import_export.open_file(saved)
    assert window.answer.label == "3"


def test_a_saved_picture_is_large_and_transparent(window: Window, tmp_path: Path) -> None:
    draw(window, digit("1"))
    path = exporting.save_drawing(window.ink, Brush(width=40, opacity=0.5), tmp_path / "a.png")
    picture = Image.open(path)
    assert picture.size == (1920, 1920)
    assert picture.getpixel((0, 0))[3] == 0
    assert picture.getpixel((950, 960))[3] == pytest.approx(128, abs=2)


def test_a_folder_that_takes_no_files_is_a_sentence(
    window: Window, import_export: ImportExport, tmp_path: Path
) -> None:
    draw(window, digit("1"))
    import_export.save_file(tmp_path / "no" / "such.png")
    assert said(window).startswith("such.png cannot be saved")


def test_show_me_one(
    window: Window, import_export: ImportExport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(tmp_path))
    window.commands["show-one"].trigger()
    assert "not on this machine" in said(window)
    (tmp_path / "mnist").mkdir()
    image = normalize_bitmap(np.round(drawn("7") * 255).astype(np.uint8))
    assert image is not None
    pixels = np.round(image * 255).astype(np.uint8).tobytes()
    for name, content in (
        ("images-idx3", struct.pack(">4I", 2051, 1, 28, 28) + pixels),
        ("labels-idx1", struct.pack(">2I", 2049, 1) + bytes([7])),
    ):
        path = tmp_path / "mnist" / f"t10k-{name}-ubyte.gz"
        path.write_bytes(gzip.compress(content))
    window.commands["show-one"].trigger()
    assert window.answer.label == "7"
    assert said(window) == "Test image 1: its label is 7"
    assert import_export.view.isVisible()


# -- recent drawings ---------------------------------------------------------------------------


def shown(recent: RecentDrawings) -> str:
    return "".join(recent.strip.item(row).text() for row in range(recent.strip.count()))


def test_a_drawing_is_kept_when_another_takes_its_place(
    window: Window, recent: RecentDrawings
) -> None:
    assert recent.strip.isHidden()
    draw(window, digit("1"))
    assert shown(recent) == ""  # it is still on the pad
    window.clear()
    assert shown(recent) == "1"
    assert recent.strip.isVisible()
    draw(window, digit("7"))
    window.open_ink(digit("0"))
    assert shown(recent) == "71"


def test_the_first_drawing_to_be_kept_leaves_the_page_as_it_is(
    window: Window, recent: RecentDrawings
) -> None:
    size = window.canvas.size()
    draw(window, digit("7"))
    window.clear()
    QApplication.processEvents()
    assert recent.strip.isVisible()
    assert window.canvas.size() == size


def test_erasing_a_part_and_looking_at_the_grid_go_on_with_the_drawing(
    window: Window, recent: RecentDrawings
) -> None:
    draw(window, digit("7"))
    (stroke, *_) = window.ink.strokes
    window.open_ink(Ink.from_points([stroke.points[:-1]]))
    window.toggle_grid()
    window.toggle_grid()
    assert shown(recent) == ""
    window.clear()
    assert len(shown(recent)) == 1


def test_a_click_or_enter_brings_a_drawing_back(window: Window, recent: RecentDrawings) -> None:
    for label in "17":
        draw(window, digit(label))
        window.clear()
    assert shown(recent) == "71"
    strip = recent.strip
    at = strip.visualItemRect(strip.item(1)).center()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert window.answer.label == "1"
    window.clear()
    assert shown(recent) == "17"
    strip.setFocus()
    strip.setCurrentRow(0)
    QTest.keyClick(strip, Qt.Key.Key_Right)
    QTest.keyClick(strip, Qt.Key.Key_Return)
    assert window.answer.label == "7"


def test_delete_in_the_strip_leaves_the_page_alone(window: Window, recent: RecentDrawings) -> None:
    draw(window, digit("7"))
    window.clear()
    draw(window, digit("1"))
    recent.strip.setFocus()
    recent.strip.setCurrentRow(0)
    QTest.keyClick(recent.strip, Qt.Key.Key_Delete)
    assert window.answer.label == "1"
    assert "7" not in shown(recent)


def test_one_is_removed_and_all_are_forgotten(window: Window, recent: RecentDrawings) -> None:
    for label in "173":
        draw(window, digit(label))
        window.clear()
    recent.strip.setFocus()
    recent.strip.setCurrentRow(1)
    QTest.keyClick(recent.strip, Qt.Key.Key_Delete)
    assert shown(recent) == "31"
    menu = recent.strip.menu(recent.strip.item(0))
    commands = window.commands["keep-recents"], window.commands["forget-recents"]
    assert menu.actions()[1:] == [*commands]  # the same as in the window's menu
    menu.actions()[0].trigger()
    assert shown(recent) == "1"
    assert recent.strip.menu(None).actions() == [*commands]
    commands[1].trigger()
    assert shown(recent) == ""
    assert recent.strip.isHidden()


def test_what_was_forgotten_comes_back_in_its_order(
    window: Window, recent: RecentDrawings, tmp_path: Path
) -> None:
    window.show()
    undo = window.statusBar().undo
    for label in "173":
        draw(window, digit(label))
        window.clear()
    recent.strip.setCurrentRow(1)
    QTest.keyClick(recent.strip, Qt.Key.Key_Delete)
    assert (said(window), shown(recent)) == ("The drawing is forgotten.", "31")
    QTest.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert shown(recent) == "371"
    window.commands["forget-recents"].trigger()
    assert (said(window), shown(recent)) == ("Recent drawings are forgotten.", "")
    draw(window, digit("0"))
    window.clear()
    QTest.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert shown(recent) == "0371"
    other = Recents(tmp_path / "recents.sqlite3")
    assert [each.label for each in other.entries()] == list("0371")
    other.close()


def test_forgetting_nothing_is_not_worth_a_word(window: Window, recent: RecentDrawings) -> None:
    window.commands["forget-recents"].trigger()
    assert said(window) == ""


def test_switched_off_nothing_is_kept_or_shown(
    window: Window, recent: RecentDrawings, qtbot: QtBot
) -> None:
    draw(window, digit("1"))
    window.clear()
    with qtbot.waitSignal(recent.switched) as switched:
        window.commands["keep-recents"].trigger()
    assert switched.args == [False]
    assert recent.strip.isHidden()
    draw(window, digit("7"))
    window.clear()
    recent.keep(True)
    assert shown(recent) == "1"


def test_the_drawing_on_the_pad_is_kept_when_the_window_closes(
    window: Window, tmp_path: Path
) -> None:
    recent = RecentDrawings(window, Recents(tmp_path / "r.sqlite3"))
    draw(window, digit("7"))
    recent.close()
    again = Recents(tmp_path / "r.sqlite3")
    assert [entry.label for entry in again.entries()] == ["7"]
    again.close()


def test_a_damaged_list_is_said_and_drawing_goes_on(window: Window, tmp_path: Path) -> None:
    (tmp_path / "r.sqlite3").write_bytes(b"seven")
    recent = RecentDrawings(window, Recents(tmp_path / "r.sqlite3"))
    assert "damaged" in said(window)
    draw(window, digit("7"))
    window.clear()
    assert shown(recent) == "7"
    recent.close()


def test_screen_readers_hear_the_answers(window: Window, recent: RecentDrawings) -> None:
    draw(window, digit("7"))
    percentage = f"{window.answer.probability * 100:.1f} %"
    window.clear()
    spoken = recent.strip.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == f"7, {percentage}"
    assert recent.strip.accessibleName() == "Recent drawings"


def test_thumbnails_take_the_colours_of_the_scheme(window: Window, recent: RecentDrawings) -> None:
    draw(window, digit("7"))
    window.clear()
    for scheme, colour in (("dark", "#12110f"), ("light", "#fbf9f4")):
        start_qt(scheme)
        QApplication.processEvents()
        place = recent.strip.visualItemRect(recent.strip.item(0))
        image: QImage = recent.strip.viewport().grab(place).toImage()
        assert image.pixelColor(image.width() // 2, 8) == QColor(colour)


def test_a_drawing_under_way_is_not_kept(window: Window, recent: RecentDrawings) -> None:
    window.open_ink(Ink())
    settle(window)
    assert shown(recent) == ""


def test_the_wheel_scrolls_and_the_focus_is_seen(
    window: Window, recent: RecentDrawings, qtbot: QtBot
) -> None:
    for step in range(20):
        window.open_ink(digit("1").transformed(1 - step / 50))
    strip = recent.strip
    bar = strip.horizontalScrollBar()
    assert bar.maximum() > 0
    where = QPointF(strip.viewport().rect().center())
    wheel = QWheelEvent(
        where,
        strip.viewport().mapToGlobal(where),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(strip.viewport(), wheel)
    assert bar.value() > 0
    bar.setValue(0)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    strip.setFocus()
    strip.setCurrentRow(1)
    image = strip.viewport().grab(strip.visualItemRect(strip.item(1))).toImage()
    middle = image.height() // 2
    edge = {image.pixelColor(x, middle).name() for x in range(4)}
    assert theme.LIGHT.accent in edge
