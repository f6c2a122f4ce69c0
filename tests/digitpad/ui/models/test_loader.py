"""Models that come while the window lives: bundled ones from here, others tried elsewhere."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QElapsedTimer, QObject, QProcess, QTimer
from pytestqt.qtbot import QtBot

from digitpad.image.normalize import normalize_ink
from digitpad.inference import session
from digitpad.inference.foreign import sandbox
from digitpad.inference.pending import PendingModel
from digitpad.inference.recognizer import Recognizer
from digitpad.library import resources
from digitpad.library.resources import bundled_models
from digitpad.ui.models.loader import ModelLoader
from tests.support import foreign_models, hostile_models, onnx_models
from tests.support.drawings import digit

IMAGES = np.stack([normalize_ink(digit(label)) for label in "0137"])


@pytest.fixture
def loader(qtbot: QtBot) -> ModelLoader:
    return ModelLoader("cpu", QObject(qtbot._request.getfixturevalue("qapp")))


def came(qtbot: QtBot, loader: ModelLoader, name: object, *conventions: dict) -> object:
    """What a load ends in."""
    with qtbot.waitSignal(loader.finished, timeout=40_000) as ended:
        loader.load(str(name), *conventions)
        assert loader.name == str(name)
    assert ended.args[0] == str(name)
    assert loader.name == ""
    qtbot.waitUntil(lambda: not loader.findChildren(QProcess))
    return ended.args[1]


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    path = tmp_path / "foreign.onnx"
    path.write_bytes(foreign_models.model(low=0, high=255, ink="black").SerializeToString())
    return path


@pytest.mark.parametrize("name", bundled_models())
def test_cards_say_what_their_models_say(name: str) -> None:
    known, model = PendingModel.of(name), Recognizer.load(name, "cpu")
    for what in ("name", "labels", "digit_score_threshold", "card"):
        assert getattr(known, what) == getattr(model, what), what
    for key, value in model.metadata.items():
        if key.startswith("labels_"):
            assert json.loads(known.metadata[key]) == json.loads(value)
    assert known.provider == "…"


@pytest.mark.parametrize(
    "card", ["", "{}", "[]", '{"labels": 3, "rejection": 1}', '{"labels": ["0"], "rejection": {}}']
)
def test_without_a_good_card_a_model_is_taken_for_one_of_digits(tmp_path: Path, card: str) -> None:
    (tmp_path / "mine.json").write_text(card, encoding="utf-8")
    known = PendingModel.of(str(tmp_path / "mine.onnx"))
    assert (known.name, known.labels) == ("mine", tuple("0123456789"))
    assert (known.digit_score_threshold, known.metadata) == (None, {})
    assert PendingModel.of("no\0name").labels == known.labels


def test_a_bundled_model_answers_as_ever(qtbot: QtBot, loader: ModelLoader) -> None:
    model = came(qtbot, loader, "digits")
    assert isinstance(model, Recognizer)
    assert (model.predict(IMAGES) == Recognizer.load("digits", "cpu").predict(IMAGES)).all()


def test_a_foreign_model_is_tried_elsewhere_and_started_once_here(
    qtbot: QtBot, loader: ModelLoader, foreign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    begin = session._started
    monkeypatch.setattr(session, "_started", lambda *w: started.append(w) or begin(*w))
    model = came(qtbot, loader, foreign)
    assert isinstance(model, Recognizer)
    assert len(started) == 1
    assert model.conventions is not None
    assert (model.conventions.scaling, model.conventions.ink) == ("0..255", "black")
    assert "".join(model.labels[i] for i in model.predict(IMAGES).argmax(axis=1)) == "0137"
    other = Recognizer.load(foreign, "cpu")
    assert other.inferred == model.inferred
    assert (other.predict(IMAGES) == model.predict(IMAGES)).all()


def test_the_window_lives_while_a_model_is_tried(
    qtbot: QtBot, loader: ModelLoader, tmp_path: Path
) -> None:
    """A model that takes all the time that it may: nothing here stands still meanwhile."""
    path = tmp_path / "slow.onnx"
    path.write_bytes(hostile_models.ALL["slow"][0]().SerializeToString())
    clock, pauses = QElapsedTimer(), []
    timer = QTimer(loader, interval=5)
    timer.timeout.connect(lambda: pauses.append(clock.restart()))
    clock.start()
    timer.start()
    began = time.perf_counter()
    said = came(qtbot, loader, path)
    timer.stop()
    assert isinstance(said, str)
    taken = (time.perf_counter() - began) * 1000
    assert taken > 800
    assert max(pauses) < taken / 3


def test_what_is_asked_for_last_counts(qtbot: QtBot, loader: ModelLoader, foreign: Path) -> None:
    heard: list[str] = []
    loader.finished.connect(lambda name, _: heard.append(name))
    loader.load(str(foreign))
    qtbot.waitUntil(lambda: bool(loader.findChildren(QProcess)))
    assert isinstance(came(qtbot, loader, "fashion"), Recognizer)
    qtbot.wait(50)
    assert heard == ["fashion"]


def test_what_is_cancelled_says_nothing(qtbot: QtBot, loader: ModelLoader, foreign: Path) -> None:
    loader.load(str(foreign))
    qtbot.waitUntil(lambda: bool(loader.findChildren(QProcess)))
    with qtbot.assertNotEmitted(loader.finished, wait=1_500):
        loader.cancel()
        qtbot.waitUntil(lambda: not loader.findChildren(QProcess))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no model", "not an ONNX model"),
        (None, "neither a file nor a bundled model"),
        (hostile_models.ALL["slow"][0]().SerializeToString(), "time"),
    ],
)
def test_a_model_that_cannot_be_used_is_a_sentence(
    qtbot: QtBot, loader: ModelLoader, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "bad.onnx"
    if content is not None:
        path.write_bytes(content)
    said = came(qtbot, loader, path)
    assert isinstance(said, str)
    assert sentence in said
    assert "\n" not in said


def test_conventions_that_do_not_fit_any_more_are_worked_out_again(
    qtbot: QtBot, loader: ModelLoader, foreign: Path
) -> None:
    assert isinstance(came(qtbot, loader, foreign, {"output": "gone"}), str)
    model = came(qtbot, loader, foreign, {"output": "gone"}, {})
    assert isinstance(model, Recognizer)
    chosen = came(qtbot, loader, foreign, {"ink": "white"}, {})
    assert chosen.conventions.ink == "white"


def test_a_model_of_digitpad_s_own_from_a_file(
    qtbot: QtBot, loader: ModelLoader, tmp_path: Path
) -> None:
    model = came(qtbot, loader, onnx_models.save(tmp_path / "mine.onnx", classes=26))
    assert isinstance(model, Recognizer)
    assert model.inferred is None
    assert len(model.labels) == 26


def test_a_child_that_does_not_start_or_end_is_a_sentence(
    qtbot: QtBot, loader: ModelLoader, foreign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", str(foreign))
        assert "cannot be tried out" in str(came(qtbot, loader, foreign))
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"], {}
    monkeypatch.setattr(sandbox, "command", lambda _: sleep)
    loader._patience.setInterval(300)
    assert "more time or memory" in str(came(qtbot, loader, foreign))


@pytest.mark.parametrize(
    "said",
    [
        "{}",
        "nonsense",
        '{"input": "x", "best": {}, "others": [], "read": [], "outputs": {}, "digits": 1}',
        "[" * 100_000,
    ],
)
def test_what_a_child_says_is_not_trusted(
    qtbot: QtBot, loader: ModelLoader, foreign: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr(
        sandbox,
        "command",
        lambda _: ([sys.executable, "-c", f"print({said!r})"], {}),
    )
    assert "how this model is used" in str(came(qtbot, loader, foreign))


def test_a_bundled_file_that_cannot_be_read_is_a_sentence(
    qtbot: QtBot, loader: ModelLoader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models" / "digits.onnx").mkdir(parents=True)
    monkeypatch.setattr(resources, "assets_dir", lambda: tmp_path)
    assert "models/digits.onnx is missing" in str(came(qtbot, loader, "digits"))
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert "a library cannot be loaded" in str(came(qtbot, loader, "digits"))
