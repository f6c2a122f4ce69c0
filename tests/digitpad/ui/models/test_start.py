"""The models that a window begins with, and what becomes of those that cannot be used."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from pytestqt.qtbot import QtBot

from digitpad.inference.errors import ModelError
from digitpad.inference.pending import PendingModel
from digitpad.inference.recognizer import Recognizer
from digitpad.library import resources
from digitpad.ui.models.models import Models
from digitpad.ui.models.start import start_models
from digitpad.ui.settings.settings import Settings, open_store
from digitpad.ui.window.window import Window
from tests.support import foreign_models, hostile_models, onnx_models
from tests.support.drawings import digit


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(open_store(tmp_path / "settings.ini")[0])


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the bundled models, to be damaged."""
    folder = tmp_path / "assets" / "models"
    shutil.copytree(resources.assets_dir() / "models", folder)
    monkeypatch.setattr(resources, "assets_dir", lambda: folder.parent)
    return folder


class Start:
    """A window at its start, until its models are there or it cannot go on."""

    def __init__(self, qtbot: QtBot, settings: Settings, **asked: str) -> None:
        start = start_models(settings, asked.get("model"), asked.get("compare"), {})
        self.window = Window(PendingModel.of(start.first))
        qtbot.addWidget(self.window)
        self.models = Models(self.window, settings, start.first, "cpu")
        self.ends: list[str] = []
        self.models.ready.connect(lambda: self.ends.append("ready"))
        self.models.unusable.connect(self.ends.append)
        self.models.begin(start)
        self.before = self.names
        self.window.open_ink(digit("7"))
        self.window.show()
        assert self.window.answer.label is None
        qtbot.waitUntil(lambda: bool(self.ends), timeout=20_000)
        settings.flush()

    @property
    def names(self) -> list[str]:
        second = self.window.comparison.recognizer
        return [self.window.recognizer.name, *([second.name] if second else [])]

    @property
    def said(self) -> str:
        return self.window.statusBar().currentMessage()


def test_what_is_there_before_the_model_is_read_with_it(qtbot: QtBot, settings: Settings) -> None:
    settings.second_model, settings.compares = "fashion", True
    start = Start(qtbot, settings)
    assert start.ends == ["ready"]
    assert start.before == start.names == ["digits", "fashion"]
    assert isinstance(start.window.recognizer, Recognizer)
    assert start.window.answer.label == "7"
    assert start.window.results.second.answer.label
    assert start.said == ""


@pytest.mark.parametrize("damage", [lambda file: file.write_bytes(b"damaged"), Path.unlink])
def test_a_remembered_bundled_model_that_cannot_be_read_gives_way(
    qtbot: QtBot, settings: Settings, bundled: Path, damage
) -> None:
    settings.model = "fashion"
    damage(bundled / "fashion.onnx")
    start = Start(qtbot, settings)
    assert (start.ends, start.names) == (["ready"], ["digits"])
    assert start.said.startswith("Your last model is not used: ")
    assert start.window.answer.label == "7"
    assert settings.model == "fashion"  # it may be there again at the next start


@pytest.mark.parametrize("name", ["fashion", "gone.onnx", "slow"])
def test_a_remembered_second_model_that_cannot_be_read_is_left_out(
    qtbot: QtBot, settings: Settings, bundled: Path, tmp_path: Path, name: str
) -> None:
    (bundled / "fashion.onnx").write_bytes(b"damaged")
    if name == "slow":
        path = tmp_path / "slow.onnx"
        path.write_bytes(hostile_models.ALL["slow"][0]().SerializeToString())
        name = str(path)
    settings.second_model, settings.compares = name, True
    start = Start(qtbot, settings)
    assert (start.ends, start.names) == (["ready"], ["digits"])
    assert start.said.startswith("Your second model is not used: ")
    assert not start.window.commands["compare"].isChecked()
    assert settings.compares


def test_without_the_default_model_there_is_no_start(
    qtbot: QtBot, settings: Settings, bundled: Path
) -> None:
    for file in bundled.glob("*.onnx"):
        file.write_bytes(b"damaged")
    for name in ("digits", "fashion"):
        settings.model = name
        (said,) = Start(qtbot, settings).ends
        assert "not an ONNX model" in said


def test_a_remembered_file_is_tried_while_the_window_is_there(
    qtbot: QtBot, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "foreign.onnx"
    path.write_bytes(foreign_models.model(low=0, high=255).SerializeToString())
    settings.model = str(path)
    start = Start(qtbot, settings)
    assert start.before == start.names == ["foreign"]
    assert start.window.answer.label == "7"
    assert settings.recent_models == ()


def test_a_remembered_file_that_cannot_be_used_gives_way_also_to_the_second(
    qtbot: QtBot, settings: Settings, tmp_path: Path
) -> None:
    settings.model, settings.second_model = str(tmp_path / "gone.onnx"), "digits"
    settings.compares = True
    start = Start(qtbot, settings)
    assert (start.ends, start.names) == (["ready"], ["digits"])
    assert "Your last model is not used: no model" in start.said


def test_a_choice_that_fails_before_any_model_is_there_gives_way(
    qtbot: QtBot, settings: Settings, tmp_path: Path
) -> None:
    settings.model = str(tmp_path / "gone.onnx")
    start = start_models(settings, None, None, {})
    window = Window(PendingModel.of(start.first))
    qtbot.addWidget(window)
    models = Models(window, settings, start.first, "cpu")
    models.use(str(tmp_path / "also-gone.onnx"))
    qtbot.waitUntil(lambda: isinstance(window.recognizer, Recognizer))
    assert window.recognizer.name == "digits"
    assert "also-gone" in window.statusBar().currentMessage()
    settings.flush()


@pytest.mark.parametrize("role", ["model", "compare"])
def test_without_a_file_that_is_asked_for_there_is_no_start(
    qtbot: QtBot, settings: Settings, tmp_path: Path, role: str
) -> None:
    path = tmp_path / "slow.onnx"
    path.write_bytes(hostile_models.ALL["slow"][0]().SerializeToString())
    (said,) = Start(qtbot, settings, **{role: str(path)}).ends
    assert "time" in said
    path.write_bytes(b"no model")
    with pytest.raises(ModelError, match="not an ONNX model"):
        start_models(settings, path if role == "model" else None, str(path), {})


def test_what_is_asked_for_is_not_remembered(
    qtbot: QtBot, settings: Settings, tmp_path: Path
) -> None:
    mine = onnx_models.save(tmp_path / "mine.onnx")
    start = Start(qtbot, settings, model=str(mine), compare="fashion")
    assert start.names == ["mine", "fashion"]
    assert (settings.model, settings.second_model, settings.compares) == ("digits", "", False)
    assert settings.recent_models == ()


def test_bundled_models_need_no_conventions(settings: Settings) -> None:
    with pytest.raises(ModelError, match="needs no conventions"):
        start_models(settings, None, None, {"ink": "black"})
    with pytest.raises(ModelError, match="compare it with another"):
        start_models(settings, None, "digits", {})
