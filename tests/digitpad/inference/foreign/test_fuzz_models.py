"""Damaged model files and what they say of themselves: sentences, and this process lives on."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from digitpad.cli import info
from digitpad.inference.contract import check
from digitpad.inference.errors import ModelError
from digitpad.inference.foreign.conventions import ConventionsError, checked, from_dict, parse
from digitpad.inference.foreign.validate import validate
from digitpad.inference.recognizer import Recognizer
from tests.support import foreign_models, onnx_models
from tests.support.damage import CASES, bounded, damaged, damaged_json


def wholes(folder: Path) -> list[bytes]:
    """Small models: one of other people's, a digitpad model, and one that judges."""
    return [
        foreign_models.model().SerializeToString(),
        onnx_models.save(folder / "mine.onnx").read_bytes(),
        onnx_models.save_judging(folder / "judging.onnx").read_bytes(),
    ]


def damaged_heads(whole: bytes, cases: int, seed: int) -> Iterator[bytes]:
    """The weights are most of a file: a third of the cases is damaged before, and one behind."""
    fronts = damaged([whole[:1_500]], cases, seed)
    backs = damaged([whole[-1_500:]], cases, seed + 1)
    everywhere = damaged([whole], cases, seed + 2)
    for case in range(cases):
        if case % 3 == 0:
            yield next(everywhere)
        elif case % 3 == 1:
            yield next(fronts) + whole[1_500:]
        else:
            yield whole[:-1_500] + next(backs)


def test_damaged_models_are_validated_in_no_time(tmp_path: Path) -> None:
    for seed, whole in enumerate(wholes(tmp_path)):
        for content in damaged_heads(whole, 2 * CASES, seed):
            with bounded(content), contextlib.suppress(ModelError):
                validate(content)


def survives(content: bytes) -> bool:
    with contextlib.suppress(ModelError):
        validate(content)
        return True
    return False


def test_damaged_models_are_read_or_a_sentence(tmp_path: Path) -> None:
    """Those that pass validation: each is tried out in a process of its own."""
    path, blank = tmp_path / "damaged.onnx", np.zeros((2, 28, 28), np.float32)
    said, read = [], 0
    count = CASES // 80
    for seed, whole in enumerate(wholes(tmp_path)):
        for content in islice(filter(survives, damaged_heads(whole, 100 * count, seed)), count):
            path.write_bytes(content)
            with bounded(content, seconds=2):
                try:
                    read += len(Recognizer.load(path, "cpu").predict(blank)) == 2
                except ModelError as error:
                    said.append(str(error))
    assert read + len(said) == 3 * count
    assert all(sentence and "\n" not in sentence and len(sentence) < 500 for sentence in said)


def session(labels: int = 10) -> SimpleNamespace:
    """What the contract asks of onnxruntime."""
    image = SimpleNamespace(name="image", type="tensor(float)", shape=["N", 28, 28])
    answers = SimpleNamespace(name="probabilities", type="tensor(float)", shape=["N", labels])
    score = SimpleNamespace(name="digit_score", type="tensor(float)", shape=["N"])
    return SimpleNamespace(get_inputs=lambda: [image], get_outputs=lambda: [answers, score])


def test_whatever_a_model_says_of_itself(tmp_path: Path) -> None:
    metadata = Recognizer.load("digits", "cpu").metadata
    values = {key: json.loads(metadata[key]) for key in ("labels", "calibration")}
    cases = [json.loads(case) for case in damaged_json([values], CASES)]
    for case in cases:
        told = {key: value if isinstance(value, str) else json.dumps(value)
                for key, value in (case if isinstance(case, dict) else {}).items()}  # fmt: skip
        with bounded(told), contextlib.suppress(ModelError):
            contract = check(session(), metadata | told)
            assert len(set(contract.labels)) == 10
        if "0" * 400 not in told.get("calibration", ""):  # see below
            with bounded(told):
                assert isinstance(info._calibration(told), dict)
    for text in damaged([metadata["labels"].encode(), b"0.5"], CASES):
        told = {
            "labels": text.decode("utf-8", "replace"),
            "digit_score_threshold": text.decode("latin-1"),
        }
        with bounded(told), contextlib.suppress(ModelError):
            assert 0 <= (check(session(), metadata | told).digit_score_threshold or 0) <= 1


def test_labels_that_are_nested_too_deeply_are_a_sentence() -> None:
    with contextlib.suppress(ModelError):
        check(session(), {"labels": "[" * 100_000, "digit_score_threshold": "0.5"})


@pytest.mark.parametrize("told", ["[" * 100_000, json.dumps({"temperature": 10**400})])
def test_a_calibration_that_makes_no_sense_is_left_out(told: str) -> None:
    assert info._calibration({"calibration": told}) == {}


def test_damaged_conventions_are_a_sentence() -> None:
    """As settings keep them, and as a command line gives them."""
    whole = {
        "layout": "NCHW",
        "channels": 1,
        "side": 28,
        "dtype": "float32",
        "batch": None,
        "low": 0.0,
        "high": 1.0,
        "ink": "white",
        "output": "y",
        "answers": "logits",
        "labels": list("0123456789"),
        "transposed": False,
    }
    assert from_dict(whole).as_dict() == whole
    for content in damaged_json([whole], 4 * CASES):
        with bounded(content), contextlib.suppress(ConventionsError):
            conventions = from_dict(json.loads(content))
            assert conventions.summary
            checked(conventions.as_dict())
    options = [b"scaling=-1..1", b"ink=black", b"labels=a,b,c", b"layout=NHWC", b"answers=logits"]
    for content in damaged(options, 2 * CASES):
        with bounded(content), contextlib.suppress(ConventionsError):
            parse([content.decode("utf-8", "replace")])
