"""The model menu: what it lists, what it does with files, and what it remembers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

import onnx_models
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from digitpad.ink import Ink
from digitpad.recognizer import Recognizer
from digitpad.ui.models import Models
from digitpad.ui.settings import Settings, open_store
from digitpad.ui.window import Window


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


def choices(window: Window) -> dict[str, QAction]:
    actions = window.commands.menu("model").actions()
    return {action.toolTip(): action for action in actions if action.isCheckable()}


def chosen(window: Window) -> list[str]:
    return [name for name, action in choices(window).items() if action.isChecked()]


def test_bundled_models_are_listed_and_the_one_in_use_is_marked(models, window):
    assert "digits" in choices(window)
    assert chosen(window) == ["digits"]


def test_a_file_takes_over_with_its_classes_and_the_drawing_stays(
    models, window, settings, tmp_path
):
    window.open_ink(Ink.from_points([[(100, 100), (300, 100), (200, 400)]]))
    before = window.document
    path = onnx_models.save(tmp_path / "mine.onnx", classes=26)
    models.open_file(path)
    assert window.recognizer.name == "mine"
    assert len(window.bars.bars) == 26
    assert window.document == before
    assert chosen(window) == [str(path)]
    assert (settings.model, settings.recent_models) == (str(path), (str(path),))
    choices(window)["digits"].trigger()
    assert window.recognizer.name == "digits"
    assert chosen(window) == ["digits"]
    assert str(path) in choices(window)  # it is offered again


def test_what_is_no_model_is_a_sentence_and_the_working_one_stays(
    models, window, settings, tmp_path
):
    path = tmp_path / "bad.onnx"
    path.write_bytes(b"not a model")
    models.open_file(path)
    assert window.statusBar().currentMessage()
    assert window.recognizer.name == "digits"
    assert chosen(window) == ["digits"]
    assert settings.recent_models == ()


def test_a_file_that_is_gone_is_a_sentence_and_the_working_one_stays(models, window, tmp_path):
    path = onnx_models.save(tmp_path / "mine.onnx")
    models.open_file(path)
    models.use("digits")
    path.unlink()
    choices(window)[str(path)].trigger()
    assert window.statusBar().currentMessage()
    assert window.recognizer.name == "digits"


def test_recent_files_are_few_the_latest_first(models, settings, tmp_path):
    paths = [onnx_models.save(tmp_path / f"m{i}.onnx") for i in range(8)]
    for path in paths:
        models.open_file(path)
    assert settings.recent_models == tuple(str(path) for path in paths[:1:-1])


def test_only_other_people_s_models_can_be_explained(models, window):
    assert not window.commands["explain-model"].isEnabled()
