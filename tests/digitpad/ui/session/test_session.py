"""A person's whole start: menus, language, theme, help, and a drawing that a kill leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMenu
from pytestqt.qtbot import QtBot

from digitpad import __version__
from digitpad.inference.errors import ModelError
from digitpad.ui.app import start_qt
from digitpad.ui.pad.brush import Brush
from digitpad.ui.session.session import Session
from digitpad.ui.settings.folders import HOME_VARIABLE
from digitpad.ui.style import theme
from digitpad.ui.style.translations import Translations
from digitpad.ui.window.about import AboutDialog, model_rows
from digitpad.ui.window.shortcuts import ShortcutsDialog
from digitpad.ui.window.window import Window
from tests.support.drawings import digit

Start = tuple[Session, Window]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def start(qtbot: QtBot, home: Path) -> Iterator[Start]:
    app = start_qt("light")
    session = Session(None, "cpu")
    session.set_language()
    window = Window(session.recognizer)
    qtbot.addWidget(window)
    session.attach(app, window, "light")
    session.restore()
    with qtbot.waitSignal(session.models.ready):
        window.show()
    qtbot.waitExposed(window)
    yield session, window
    session.save()
    session._translations.use("en")
    theme.apply(app, "light")


def choose(menu: QMenu, value: str) -> None:
    next(action for action in menu.actions() if action.data() == value).trigger()
    QApplication.processEvents()


def dialog(window: Window, kind: type[QDialog]) -> QDialog:
    (found,) = window.findChildren(kind)
    return found


def test_korean_and_back_at_once_and_at_the_next_start(start: Start, home: Path) -> None:
    session, window = start
    english = window.commands["undo"].text()
    choose(session.preferences.language_menu, "ko")
    assert window.commands["undo"].text() == "실행 취소"
    assert window.canvas.hint == "여기에 숫자를 그려 보세요"
    assert session.preferences.theme_menu.title() == "테마(&T)"
    session.settings.flush()
    assert Session(None, "cpu").settings.language == "ko"
    choose(session.preferences.language_menu, "en")
    assert window.commands["undo"].text() == english


def test_the_theme_changes_at_once_and_is_remembered(start: Start) -> None:
    session, window = start
    choose(session.preferences.theme_menu, "dark")
    assert theme.is_dark(window.palette())
    assert session.settings.theme == "dark"
    choose(session.preferences.theme_menu, "light")
    assert not theme.is_dark(window.palette())


def test_motion_is_reduced_at_once_and_remembered(start: Start) -> None:
    session, window = start
    assert theme.moves(window)
    session.preferences.motion.trigger()
    assert not theme.moves(window)
    assert session.settings.reduced_motion
    session.preferences.motion.trigger()
    assert theme.moves(window)


def test_what_the_command_line_asked_for_is_not_remembered(start: Start) -> None:
    session, _ = start  # with the theme "light"
    assert session.settings.theme == "system"


def test_f1_lists_every_shortcut_of_the_menus(start: Start, qtbot: QtBot) -> None:
    _, window = start
    QTest.keyClick(window, Qt.Key.Key_F1)
    shortcuts = dialog(window, ShortcutsDialog)
    shown = shortcuts.findChildren(QLabel)
    texts = [label.text() for label in shown]
    for action in window.findChildren(QAction):
        if action.objectName() and action.shortcut().toString():
            assert any(action.shortcut().toString() in text for text in texts), action.text()
    QTest.keyClick(shortcuts, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(ShortcutsDialog))


def test_about_says_versions_model_and_licences_and_copies_them(start: Start) -> None:
    _, window = start
    window.commands["about"].trigger()
    about = dialog(window, AboutDialog)
    assert isinstance(about, AboutDialog)
    QTest.mouseClick(about.copy_button, Qt.MouseButton.LeftButton)
    text = QGuiApplication.clipboard().text()
    for word in (__version__, "Python", "onnxruntime", "digits", "CC BY-SA 3.0", "LGPL", "MNIST"):
        assert word in text
    about.close()


def test_a_card_of_a_stranger_is_shown_as_text() -> None:
    card = {"summary": "<b>x</b><img src='http://example.com'>", "accuracy": {"a": 7, "b": []}}
    rows = model_rows("<i>m</i>", "CPUExecutionProvider", card)
    assert ("Runs on", "CPU") in rows
    assert not any("Accuracy" in title for title, _ in rows)
    about = AboutDialog({"digitpad": "1"}, ("<i>m</i>", "CPU", card))
    assert "<img src='http" in about.text.toPlainText()


def test_size_and_place_are_remembered(start: Start, home: Path) -> None:
    session, window = start
    window.resize(780, 690)  # smaller than the screen of the tests, which is 800 x 800
    QApplication.processEvents()
    size = window.size()
    session.save()
    again = Window(session.recognizer)
    assert again.size() != size
    assert again.restoreGeometry(Session(None, "cpu").settings.geometry)
    assert again.size() == size


def test_brush_and_grid_are_remembered(start: Start, qtbot: QtBot) -> None:
    session, window = start
    window.commands["heavier"].trigger()
    window.commands["fainter"].trigger()
    window.commands["grid"].trigger()
    session.save()
    again = Session(None, "cpu")
    other = Window(again.recognizer)
    qtbot.addWidget(other)
    again.attach(start_qt("light"), other, None)
    again.restore()
    assert other.canvas.brush == window.canvas.brush != Brush()
    assert other.document.on_grid
    again.save()


def test_the_second_model_is_brought_back_and_the_window_stays_as_wide(
    start: Start, home: Path, qtbot: QtBot
) -> None:
    session, window = start
    window.resize(780, 690)  # smaller than the screen of the tests, which is 800 x 800
    QApplication.processEvents()
    width = window.width()
    session.models.compare_with("fashion")
    qtbot.waitUntil(lambda: window.width() > width)
    session.save()
    for compare in (None, "fashion"):
        again = Session(None, "cpu", compare)
        other = Window(again.recognizer)
        qtbot.addWidget(other)
        again.attach(start_qt("light"), other, None)
        again.restore()
        second = other.comparison.recognizer
        assert second is not None
        assert second.name == "fashion"
        again.models.toggle()
        assert other.width() == width
        again.settings.flush()
        again.save()
    assert Session(None, "cpu").settings.second_model == "fashion"


def test_a_second_model_that_was_asked_for_must_be_there_and_is_not_remembered(
    home: Path, qtbot: QtBot
) -> None:
    for wrong in (str(home / "gone.onnx"), "digits"):
        with pytest.raises(ModelError, match=r"gone\.onnx|compare it with another"):
            Session(None, "cpu", wrong)
    session = Session("fashion", "cpu", "digits")
    window = Window(session.recognizer)
    qtbot.addWidget(window)
    session.attach(start_qt("light"), window, None)
    session.restore()
    assert window.comparison.recognizer is not None
    assert (session.settings.second_model, session.settings.compares) == ("", False)
    session.save()


def test_a_second_model_that_is_gone_is_a_notice(home: Path, qtbot: QtBot) -> None:
    (home / "settings.ini").write_text(
        "[General]\nsecond_model=/gone.onnx\ncompares=true\n", encoding="utf-8"
    )
    session = Session(None, "cpu")
    window = Window(session.recognizer)
    qtbot.addWidget(window)
    session.attach(start_qt("light"), window, None)
    session.restore()
    with qtbot.waitSignal(session.models.ready):
        window.show()
    said = window.statusBar().currentMessage()
    assert said.startswith("Your second model is not used: no model /gone.onnx")
    assert window.comparison.recognizer is None
    assert session.settings.compares  # it may be there again at the next start
    session.save()


def test_a_damaged_file_and_a_lost_model_are_sentences_in_the_window(
    qtbot: QtBot, home: Path
) -> None:
    (home / "settings.ini").write_text("[General]\nmodel=/gone.onnx\n", encoding="utf-8")
    (home / "unsaved").mkdir()
    (home / "unsaved" / "pad-1.json").write_text("nonsense", encoding="utf-8")
    session = Session(None, "cpu")
    window = Window(session.recognizer)
    qtbot.addWidget(window)
    said: list[str] = []
    window.statusBar().messageChanged.connect(said.append)
    session.attach(start_qt("light"), window, None)
    session.restore()
    with qtbot.waitSignal(session.models.ready):
        window.show()
    assert any("drawing was damaged" in sentence for sentence in said)
    assert "/gone.onnx" in said[-1]
    window.messages.clear("model")  # its time is over
    assert "drawing was damaged" in said[-1]
    session.save()
    (home / "settings.ini").write_text("no settings", encoding="utf-8")
    session = Session(None, "cpu")
    session.attach(start_qt("light"), window, None)
    session.restore()
    assert "settings were damaged" in window.statusBar().currentMessage()
    session.save()


def test_a_missing_translation_is_a_sentence(
    start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    session, window = start
    monkeypatch.setattr("digitpad.library.resources.assets_dir", lambda: tmp_path)
    choose(session.preferences.language_menu, "ko")
    assert "digitpad_ko.qm is missing" in window.statusBar().currentMessage()
    assert window.commands["undo"].text() == "Undo"
    checked = [a.data() for a in session.preferences.language_menu.actions() if a.isChecked()]
    assert checked == [session.settings.language]


def test_a_language_that_is_already_spoken_costs_nothing() -> None:
    Translations().use("en")


# A real start, with a hand that draws once the window is there.
DRAWER = """
import sys
from PySide6.QtCore import QTimer
from digitpad.ink.ink import Ink
from digitpad.ui import app
from digitpad.ui.session.session import Session
restore = Session.restore
def restored(self):
    restore(self)
    window = self._window
    print(len(window.ink.strokes), window.statusBar().currentMessage(), flush=True)
    if sys.argv[1] == "close":
        QTimer.singleShot(0, window.close)
    elif sys.argv[1] == "draw":
        window.open_ink(Ink.from_json(sys.argv[2]))
        QTimer.singleShot(500, lambda: print("drawn", flush=True))
Session.restore = restored
sys.exit(app.run(device="cpu"))
"""


def test_a_drawing_outlives_a_kill_of_the_whole_program(tmp_path: Path) -> None:
    environment = os.environ | {HOME_VARIABLE: str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}

    def run(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", DRAWER, *words]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    drawer = run("draw", digit("7").to_json())
    assert drawer.stdout is not None
    assert drawer.stdout.readline().split() == ["0"]
    assert drawer.stdout.readline() == "drawn\n"
    drawer.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    drawer.communicate()
    told, _ = run("close").communicate(timeout=30)
    assert told.strip() == "1 Your last drawing is back."
    told, _ = run("close").communicate(timeout=30)  # closed as usual: an empty page
    assert told.split() == ["0"]
    assert (tmp_path / "settings.ini").is_file()
