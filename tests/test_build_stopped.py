"""A build that is stopped with Ctrl-C, or killed: nothing half-written, nothing lost."""

from __future__ import annotations

import json
import signal
import sys

import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from test_build import assert_untouched, previous_model
from training_fixtures import start_build

from digitpad.recognizer import Recognizer


def test_a_killed_build_goes_on_where_it_was(tmp_path):
    """Killed like this, a process cannot tidy anything up."""
    whole = start_build(tmp_path, "--output", "whole.onnx", "--checkpoints", "elsewhere")
    _, errors = whole.communicate(timeout=120)
    assert whole.returncode == 0, errors
    arguments = ("--output", "again.onnx")
    process = start_build(tmp_path, *arguments)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Epoch 2/"):
            process.kill()
            break
    process.communicate(timeout=120)
    assert process.returncode != 0
    assert not (tmp_path / "again.onnx").exists()
    process = start_build(tmp_path, *arguments, "--resume")
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "going on after epoch" in output
    assert "Epoch 1/" not in output
    assert (tmp_path / "again.onnx").read_bytes() == (tmp_path / "whole.onnx").read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="a process group cannot get SIGINT there")
def test_ctrl_c_keeps_the_best_epoch_and_says_so(tmp_path):
    process = start_build(tmp_path, "--output", ".", epochs=100_000)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Epoch"):
            process.send_signal(signal.SIGINT)
            break
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "cut short" in output
    card = json.loads((tmp_path / "digits.json").read_text())
    assert card["training"]["interrupted"] is True
    assert 1 <= card["training"]["epochs"] < 1_000
    assert Recognizer.load(tmp_path / "digits.onnx").labels == tuple("0123456789")


@pytest.mark.skipif(sys.platform == "win32", reason="a process group cannot get SIGINT there")
def test_ctrl_c_before_there_is_anything_to_keep(tmp_path):
    files = previous_model(tmp_path)
    process = start_build(tmp_path, "--output", ".")
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Training"):
            process.send_signal(signal.SIGINT)
            break
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert errors == "training.build: stopped; no model was written\n"
    assert_untouched(files)
