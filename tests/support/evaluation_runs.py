"""What tests of ``python -m training.evaluate`` share: labelled ink, and ways to run it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from digitpad.image.normalize import normalize_ink
from digitpad.inference.recognizer import Recognizer
from digitpad.ink.ink import Ink
from tests.support import onnx_models
from tests.support.drawings import digit
from training.evaluate import main


def as_read(model, label: str) -> str:
    """What a model takes a drawing for."""
    recognizer = Recognizer.load(model)
    probabilities = recognizer.predict(normalize_ink(digit(label))[np.newaxis])
    return recognizer.labels[int(probabilities.argmax())]


def write_ink(path, drawings: dict[str, str]):
    """One line for each drawing, with the label that it is said to be meant as."""
    lines = [Ink(digit(drawn).strokes, label).to_json() + "\n" for drawn, label in drawings.items()]
    path.write_text("".join(lines))
    return path


def measured(capsys, *arguments: object) -> dict:
    """The record of a run that ends well."""
    assert main([*map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refusal(capsys, *arguments: object) -> str:
    """The one sentence of a run that cannot be."""
    assert main([*map(str, arguments)]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("training.evaluate: ")
    assert printed.count("\n") == 1
    return printed


@pytest.fixture(autouse=True)
def reports_go_to(tmp_path, monkeypatch):
    """A folder of the test: by default reports are written below the current one."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def model(tmp_path):
    return onnx_models.save(tmp_path / "some.onnx", sharpness=20)


@pytest.fixture
def judging(tmp_path):
    """Rejects the "1" of drawings.py."""
    return onnx_models.save_judging(tmp_path / "judging.onnx")
