"""Bundled models that are loaded after the window shows."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from digitpad.image.normalize import normalize_ink
from digitpad.inference.recognizer import Recognizer, RecognizerError
from digitpad.library.resources import bundled_models
from digitpad.ui.models import late
from digitpad.ui.models.late import LateRecognizer
from tests.support.drawings import digit
from tests.support.onnx_models import save

IMAGES = np.stack([normalize_ink(digit(label)) for label in "0137"])


@pytest.mark.parametrize("name", bundled_models())
def test_cards_say_what_their_models_say(name: str) -> None:
    one, other = late.load(name, "cpu"), Recognizer.load(name, "cpu")
    assert isinstance(one, LateRecognizer)
    known = one.labels, one.digit_score_threshold, one.judges, one.card
    assert not one.is_open
    one.open()
    assert known == (one.labels, one.digit_score_threshold, one.judges, one.card)
    assert known == (other.labels, other.digit_score_threshold, other.judges, other.card)
    assert one.metadata == other.metadata


def test_the_first_reading_loads_the_model() -> None:
    one, other = late.load("digits", "cpu"), Recognizer.load("digits", "cpu")
    one.name = "mine"  # what the window calls it
    assert one.provider == "…"
    assert (one.predict(IMAGES) == other.predict(IMAGES)).all()
    assert one.is_open
    assert one.provider == "CPUExecutionProvider"
    assert one.name == "mine"
    one.open()
    assert (one.read(IMAGES).rejected == other.read(IMAGES).rejected).all()


def test_what_only_the_model_knows_loads_it() -> None:
    one = late.load("digits", "cpu")
    assert one.conventions is None
    assert one.is_open
    with pytest.raises(AttributeError):
        _ = one.nothing


def test_a_missing_device_is_told_once_it_is_known() -> None:
    one = late.load("digits", "directml")
    assert one.notice is None
    one.open()
    assert one.notice is not None
    assert "directml" in one.notice


def test_a_model_that_differs_from_its_card_is_not_used() -> None:
    one = late.load("digits", "cpu")
    one.labels = ("a", "b")
    with pytest.raises(RecognizerError, match="its card differ"):
        one.predict(IMAGES)


def test_a_model_that_cannot_be_loaded_says_so_when_it_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    one = late.load("digits", "cpu")
    with pytest.raises(RecognizerError, match="a library cannot be loaded"):
        one.predict(IMAGES)


@pytest.mark.parametrize(
    "card", ["", "{}", "[]", '{"labels": 3}', '{"labels": ["0"], "rejection": 1}']
)
def test_without_a_good_card_a_model_is_loaded_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, card: str
) -> None:
    path = tmp_path / "digits.json"
    path.write_text(card, encoding="utf-8")
    monkeypatch.setattr(late, "asset", lambda _name: path)
    assert not isinstance(late.load("digits", "cpu"), LateRecognizer)


def test_other_models_are_loaded_at_once(tmp_path: Path) -> None:
    model = save(tmp_path / "mine.onnx")
    assert not isinstance(late.load(str(model), "cpu"), LateRecognizer)
    with pytest.raises(RecognizerError, match="no model"):
        late.load(str(tmp_path / "none.onnx"), "cpu")
