"""The model menu: what it lists, what it does with files, what it compares and remembers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from digitpad.inference.recognizer import Recognizer
from digitpad.ink.ink import Ink
from digitpad.library.resources import bundled_models
from digitpad.ui.models.model_dialog import ModelDialog
from digitpad.ui.models.models import Models, short_name
from digitpad.ui.settings.settings import Settings, open_store
from digitpad.ui.window.window import Window
from tests.support import hostile_models, onnx_models
from tests.support.drawings import digit


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(open_store(tmp_path / "settings.ini")[0])


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    window = Window(Recognizer.load("digits", "cpu"))
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def models(window: Window, settings: Settings) -> Iterator[Models]:
    yield Models(window, settings, "digits", "cpu")
    settings.flush()


@pytest.fixture
def wait(qtbot: QtBot, models: Models) -> Callable[[], None]:
    """Waits for the models that are on their way."""
    return lambda: qtbot.waitUntil(lambda: not models.is_loading, timeout=20_000)


def choices(window: Window) -> dict[str, QAction]:
    actions = window.commands.menu("model").actions()
    return {action.toolTip(): action for action in actions if action.isCheckable()}


def chosen(window: Window) -> list[str]:
    return [name for name, action in choices(window).items() if action.isChecked()]


def test_bundled_models_are_listed_and_the_one_in_use_is_marked(models, window):
    assert "digits" in choices(window)
    assert chosen(window) == ["digits"]


def test_a_file_takes_over_with_its_classes_and_the_drawing_stays(
    wait, models, window, settings, tmp_path
):
    window.open_ink(Ink.from_points([[(100, 100), (300, 100), (200, 400)]]))
    before = window.document
    path = onnx_models.save(tmp_path / "mine.onnx", classes=26)
    models.open_file(path)
    wait()
    assert window.recognizer.name == "mine"
    assert len(window.bars.bars) == 26
    assert window.document == before
    assert chosen(window) == [str(path)]
    assert (settings.model, settings.recent_models) == (str(path), (str(path),))
    choices(window)["digits"].trigger()
    wait()
    assert window.recognizer.name == "digits"
    assert chosen(window) == ["digits"]
    assert str(path) in choices(window)  # it is offered again


def test_what_is_no_model_is_a_sentence_and_the_working_one_stays(
    wait, models, window, settings, tmp_path
):
    path = tmp_path / "bad.onnx"
    path.write_bytes(b"not a model")
    models.open_file(path)
    wait()
    assert window.statusBar().currentMessage()
    assert window.recognizer.name == "digits"
    assert chosen(window) == ["digits"]
    assert settings.recent_models == ()


def test_a_file_that_is_gone_is_a_sentence_and_the_working_one_stays(
    wait, models, window, tmp_path
):
    path = onnx_models.save(tmp_path / "mine.onnx")
    models.open_file(path)
    wait()
    models.use("digits")
    wait()
    path.unlink()
    choices(window)[str(path)].trigger()
    wait()
    assert window.statusBar().currentMessage()
    assert window.recognizer.name == "digits"


def test_recent_files_are_few_the_latest_first(wait, models, settings, tmp_path):
    paths = [onnx_models.save(tmp_path / f"m{i}.onnx") for i in range(8)]
    for path in paths:
        models.open_file(path)
        wait()
    assert settings.recent_models == tuple(str(path) for path in paths[:1:-1])


def test_only_other_people_s_models_can_be_explained(models, window):
    assert not window.commands["explain-model"].isEnabled()


# -- two models side by side -----------------------------------------------------------------------


def rivals(window: Window) -> dict[str, QAction]:
    """What the submenu "Compare with" offers; "" is nothing."""
    (menu,) = (
        action.menu()
        for action in window.commands.menu("model").actions()
        if action.text() == "Compare &with"
    )
    names = [*bundled_models(), *(a.toolTip() for a in choices(window).values())]
    offered = [action for action in menu.actions() if action.isCheckable()]
    assert {action.toolTip() for action in offered[1:]} <= set(names)
    return {"": offered[0]} | {action.toolTip(): action for action in offered[1:]}


def compared(window: Window) -> str:
    """The one that is marked there."""
    (name,) = (name for name, action in rivals(window).items() if action.isChecked())
    return name


def names(window: Window) -> list[str | None]:
    """What the two columns are called; None where there is no second one."""
    second = window.comparison.recognizer
    return [window.recognizer.name, None if second is None else second.name]


def press(window: Window, key: Qt.Key) -> None:
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, key)
    QApplication.processEvents()


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return onnx_models.save(tmp_path / "mine.onnx")


def test_nothing_is_compared_at_first(models, window, settings):
    assert compared(window) == ""
    assert rivals(window)[""].text() == "Nothing"
    assert not rivals(window)["digits"].isEnabled()  # it reads already
    assert not window.commands["compare"].isChecked()
    assert not window.commands["swap-models"].isEnabled()
    assert (settings.second_model, settings.compares) == ("", False)


def test_a_second_model_is_chosen_and_left_in_the_submenu(wait, models, window, settings):
    window.open_ink(digit("7"))
    rivals(window)["fashion"].trigger()
    wait()
    assert names(window) == ["digits", "fashion"]
    assert window.results.second.answer.label
    assert compared(window) == "fashion"
    assert window.commands["compare"].isChecked()
    assert (settings.second_model, settings.compares) == ("fashion", True)
    rivals(window)[""].trigger()
    wait()
    assert names(window) == ["digits", None]
    assert not window.results.second.body.isVisible()
    assert compared(window) == ""
    assert (settings.second_model, settings.compares) == ("fashion", False)
    assert settings.model == "digits"


def test_a_key_switches_the_comparison_with_the_last_second_model(wait, models, window, mine):
    models.compare_with(str(mine))
    wait()
    second = window.comparison.recognizer
    press(window, Qt.Key.Key_C)
    wait()
    assert names(window) == ["digits", None]
    press(window, Qt.Key.Key_C)
    wait()
    assert window.comparison.recognizer is second  # it was kept


def test_the_key_finds_a_model_where_none_was_chosen(wait, models, window, settings, mine):
    settings.recent_models = (str(mine.with_name("gone.onnx")), str(mine))
    press(window, Qt.Key.Key_C)
    wait()
    assert names(window) == ["digits", "mine"]


def test_the_key_takes_the_model_of_an_earlier_start(wait, models, window, settings, mine):
    settings.second_model = "fashion"
    settings.recent_models = (str(mine),)
    press(window, Qt.Key.Key_C)
    wait()
    assert names(window) == ["digits", "fashion"]


def test_the_models_change_places(wait, models, window, settings):
    window.open_ink(digit("7"))
    models.compare_with("fashion")
    wait()
    worn = window.results.second.answer.label
    press(window, Qt.Key.Key_X)
    wait()
    assert names(window) == ["fashion", "digits"]
    assert (window.answer.label, window.results.second.answer.label) == (worn, "7")
    assert (chosen(window), compared(window)) == (["fashion", "Compare two models (C)"], "digits")
    assert (settings.model, settings.second_model) == ("fashion", "digits")
    press(window, Qt.Key.Key_C)
    wait()
    press(window, Qt.Key.Key_X)  # there is nothing to exchange
    wait()
    assert names(window) == ["fashion", None]


@pytest.mark.parametrize("on", [True, False])
def test_the_first_may_become_what_the_second_is(wait, models, window, on):
    models.compare_with("fashion")
    wait()
    if not on:
        models.toggle()
        wait()
    choices(window)["fashion"].trigger()
    wait()
    assert names(window) == ["fashion", "digits" if on else None]
    if not on:
        models.toggle()
        wait()
        assert names(window) == ["fashion", "digits"]


def test_another_first_model_leaves_the_second_one(wait, models, window, mine):
    models.compare_with("fashion")
    wait()
    models.open_file(mine)
    wait()
    assert names(window) == ["mine", "fashion"]


def test_a_model_is_not_compared_with_itself(models, window, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("digits", ""))
    models.open_second()
    assert "digits reads already" in window.statusBar().currentMessage()
    assert names(window) == ["digits", None]
    assert compared(window) == ""


def test_a_file_to_compare_with_is_opened(wait, models, window, settings, mine, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(mine), ""))
    window.commands["open-second"].trigger()
    wait()
    assert names(window) == ["digits", "mine"]
    assert settings.recent_models == (str(mine),)
    assert compared(window) == str(mine)
    assert str(mine) in choices(window)  # it is offered to both


@pytest.mark.parametrize("on", [True, False])
def test_a_second_model_that_cannot_be_used_is_a_sentence(
    wait, models, window, settings, tmp_path, on
):
    if on:
        models.compare_with("fashion")
        wait()
    path = tmp_path / "bad.onnx"
    path.write_bytes(b"not a model")
    models.compare_with(str(path))
    wait()
    assert window.statusBar().currentMessage()
    assert names(window) == ["digits", "fashion" if on else None]
    assert compared(window) == ("fashion" if on else "")
    assert settings.recent_models == ()
    assert settings.second_model == ("fashion" if on else "")


def test_a_key_that_finds_no_model_any_more_says_so(wait, models, window, settings, mine):
    settings.second_model = str(mine)
    mine.write_bytes(b"not a model")
    press(window, Qt.Key.Key_C)
    wait()
    assert window.statusBar().currentMessage()
    assert names(window) == ["digits", None]
    assert not window.commands["compare"].isChecked()


def test_models_of_one_name_are_told_apart(wait, models, window, tmp_path):
    paths = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        paths.append(onnx_models.save(tmp_path / folder / "digits.onnx"))
    models.compare_with(str(paths[0]))
    wait()
    assert names(window) == ["digits", "one/digits"]
    assert "digits and one/digits on CPU" in window.status.text()
    models.open_file(paths[1])
    wait()
    assert names(window) == ["two/digits", "one/digits"]
    assert choices(window)[str(paths[0])].text() == "one/digits.onnx"
    models.toggle()
    wait()
    assert names(window) == ["digits", None]


def test_short_names():
    names = ["digits", "/a/x/digits.onnx", "/b/x/digits.onnx", "/b/other.v2.onnx"]
    assert [short_name(name, names) for name in names] == [
        "digits",
        "a/x/digits",
        "b/x/digits",
        "other.v2",
    ]
    assert short_name("digits.onnx", ["digits.onnx", "digits"]) == "digits"  # no folder to name


def test_how_the_second_model_is_used_can_be_changed(
    wait, models, window, settings, tmp_path, monkeypatch
):
    foreign_models = pytest.importorskip("tests.support.foreign_models")
    path = tmp_path / "foreign.onnx"
    path.write_bytes(foreign_models.model(low=0, high=255).SerializeToString())
    window.open_ink(digit("7"))
    models.compare_with(str(path))
    wait()
    assert window.results.second.answer.label == "7"
    assert window.commands["explain-second"].isEnabled()
    assert not window.commands["explain-model"].isEnabled()
    monkeypatch.setattr(ModelDialog, "exec", lambda _: QDialog.DialogCode.Rejected)
    window.commands["explain-second"].trigger()
    assert settings.convention(str(path)) == {}

    def rename(dialog: ModelDialog) -> QDialog.DialogCode:
        dialog.labels_edit.setText("a b c d e f g h i j")
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(ModelDialog, "exec", rename)
    window.commands["explain-second"].trigger()
    assert window.results.second.answer.label == "h"
    assert settings.convention(str(path))["labels"] == list("abcdefghij")
    models.toggle()
    wait()
    models.toggle()
    wait()
    assert window.results.second.answer.label == "h"
    assert window.answer.label == "7"


# -- while a model is on its way -------------------------------------------------------------------


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    path = tmp_path / "foreign.onnx"
    foreign_models = pytest.importorskip("tests.support.foreign_models")
    path.write_bytes(foreign_models.model(low=0, high=255).SerializeToString())
    return path


def test_the_window_reads_on_while_another_model_is_tried(wait, models, window, foreign):
    models.open_file(foreign)
    assert window.statusBar().currentMessage() == "foreign is being tried…"
    window.open_ink(digit("7"))
    assert (window.answer.label, window.recognizer.name) == ("7", "digits")
    assert chosen(window) == ["digits"]
    wait()
    assert (window.answer.label, window.recognizer.name) == ("7", "foreign")
    assert window.statusBar().currentMessage() == ""
    assert chosen(window) == [str(foreign)]


def test_the_choice_made_last_counts(wait, models, window, settings, foreign):
    models.open_file(foreign)
    choices(window)["fashion"].trigger()
    wait()
    assert window.recognizer.name == "fashion"
    assert (settings.model, settings.recent_models) == ("fashion", ())


def test_one_model_asked_for_twice_is_not_compared_with_itself(wait, models, window):
    models.compare_with("fashion")
    models.use("fashion")
    wait()
    assert names(window) == ["fashion", None]
    models.compare_with("digits")
    wait()
    assert names(window) == ["fashion", "digits"]


def test_a_model_that_becomes_too_slow_gives_way_to_the_one_before(
    wait, qtbot, models, window, settings, tmp_path
):
    path = tmp_path / "bomb.onnx"
    path.write_bytes(hostile_models.time_bomb().SerializeToString())
    settings.set_convention(str(path), {"ink": "white", "low": 0.0, "high": 1.0})
    models.use(str(path))
    wait()
    assert window.recognizer.name == "bomb"
    scribble = [(100 + 300 * (i % 2), 100 + i) for i in range(300)]
    window.open_ink(Ink.from_points([scribble]))
    qtbot.waitUntil(lambda: window.recognizer.name == "digits", timeout=10_000)
    assert window.statusBar().currentMessage() == (
        "bomb takes too long on this drawing; digits reads again"
    )
    assert (chosen(window), settings.model) == (["digits"], "digits")
