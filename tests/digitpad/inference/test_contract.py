"""Which ONNX files are models for digitpad, and what is said of the others."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from digitpad.inference.errors import ModelError
from digitpad.inference.recognizer import Recognizer
from tests.support import onnx_models


def test_other_classes_and_labels(tmp_path: Path) -> None:
    labels = {"labels": json.dumps(["Tシャツ", "Trouser", "Pullover"])}
    path = onnx_models.save(tmp_path / "three.onnx", classes=3, metadata=labels)
    recognizer = Recognizer.load(path)
    assert recognizer.labels == ("Tシャツ", "Trouser", "Pullover")
    assert recognizer.predict(np.zeros((2, 28, 28), np.float32)).shape == (2, 3)
    assert recognizer.card == {}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"shape": ("N", 27, 28)}, "28 × 28"),
        ({"classes": 101}, "2 to 100"),
        ({"metadata": {"labels": "["}}, None),
        ({"metadata": {"labels": '["a", "b"]'}}, "labels"),
        ({"metadata": {"labels": json.dumps(["a"] * 10)}}, "labels"),
        ({"metadata": {"normalisation": "other-9"}}, "build it again"),
    ],
)
def test_models_that_break_the_contract(
    tmp_path: Path, wrong: dict[str, object], sentence: str | None
) -> None:
    path = onnx_models.save(tmp_path / "model.onnx", **wrong)  # type: ignore[arg-type]
    if sentence is None:  # unreadable labels: the classes are counted instead
        assert Recognizer.load(path).labels == tuple("0123456789")
        return
    with pytest.raises(ModelError, match=sentence) as caught:
        Recognizer.load(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"shape": ("N", 28, 28, 1)}, "one input"),
        ({"shape": (1, 28, 28)}, "any number of images"),
        ({"output": "scores"}, "probabilities"),
    ],
)
def test_other_models_are_adapted_only_where_other_people_may_have_made_them(
    tmp_path: Path, other: dict[str, object], sentence: str
) -> None:
    path = onnx_models.save(tmp_path / "model.onnx", **other)  # type: ignore[arg-type]
    assert Recognizer.load(path).conventions is not None
    with pytest.raises(ModelError, match=sentence):
        Recognizer(path.read_bytes(), "model", "cpu", {})


@pytest.mark.parametrize("threshold", [None, "", "high", "nan", "inf", "-0.1", "1.01", "50 %"])
def test_a_score_without_a_good_threshold_is_refused(tmp_path: Path, threshold: str | None) -> None:
    metadata = {} if threshold is None else {"digit_score_threshold": threshold}
    path = onnx_models.save(tmp_path / "model.onnx", score=("N",), metadata=metadata)
    with pytest.raises(ModelError, match="digit_score_threshold from 0 to 1") as caught:
        Recognizer.load(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "score",
    [
        {"score": ("N", 1)},
        {"score": (1,)},
        {"score": ("N",), "score_type": "DOUBLE"},
    ],
    ids=["two axes", "a fixed number", "double"],
)
def test_a_score_of_another_shape_or_type_is_refused(
    tmp_path: Path, score: dict[str, object]
) -> None:
    metadata = {"digit_score_threshold": "0.5"}
    path = onnx_models.save(tmp_path / "model.onnx", metadata=metadata, **score)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match=r"float32 \(N,\)"):
        Recognizer.load(path)
