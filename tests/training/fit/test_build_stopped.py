"""A build that is stopped with Ctrl-C, or killed: nothing half-written, nothing lost."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from digitpad.inference.recognizer import Recognizer
from tests.support.training_fixtures import start_build
from tests.training.test_build import assert_untouched, previous_model
from training.runs import RunFolder


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> RunFolder:
    """What a build leaves that nobody killed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    process = start_build(folder, "--run", "run", smallest=True)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return RunFolder.find(folder / "run")


def killed_after(process: subprocess.Popen[str], metrics: Path, lines: int) -> bool:
    """Kill a build, once it has noted so many lines; False if it ended before."""
    pause = threading.Event()
    while process.poll() is None:
        if metrics.is_file() and metrics.read_bytes().count(b"\n") >= lines:
            process.kill()
            process.communicate(timeout=300)
            return process.returncode != 0
        pause.wait(0.005)
    process.communicate(timeout=300)
    return False


def test_killed_at_random_points_it_ends_as_if_nothing_had_happened(undisturbed, tmp_path):
    """Killed like this, a process cannot tidy anything up."""
    total = len(undisturbed.metrics.read_bytes().splitlines())
    run = RunFolder(tmp_path / "run")
    points = np.sort(np.random.default_rng(4).integers(1, total + 1, 3))
    arguments = ("--run", "run")
    kills = 0
    for lines in points.tolist():
        kills += killed_after(start_build(tmp_path, *arguments, smallest=True), run.metrics, lines)
        arguments = ("--resume", "run")
        assert RunFolder.find(run.path).story().batches, "what had been noted is gone"
    assert kills >= 2
    process = start_build(tmp_path, *arguments, smallest=True)
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert "going on after epoch" in output
    onnx = (run.path / "digits.onnx").read_bytes()
    assert onnx == (undisturbed.path / "digits.onnx").read_bytes()
    story, whole = run.story(), undisturbed.story()
    assert [replace(e, seconds=0) for e in story.epochs] == [
        replace(e, seconds=0) for e in whole.epochs
    ]
    assert [(b.epoch, b.batch, b.loss) for b in story.batches] == [
        (b.epoch, b.batch, b.loss) for b in whole.batches
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit there")
def test_a_full_disk_costs_no_more_than_a_kill(undisturbed, tmp_path):
    process = start_build(tmp_path, "--run", "run", smallest=True, largest_file=200_000)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 2
    assert re.fullmatch(r"training.build: cannot write .*last.npz .*--resume\n", errors)
    assert RunFolder.find(tmp_path / "run").story().ended.how == "failed"
    process = start_build(tmp_path, "--resume", "run", smallest=True)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    onnx = (tmp_path / "run" / "digits.onnx").read_bytes()
    assert onnx == (undisturbed.path / "digits.onnx").read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="a process group cannot get SIGINT there")
def test_ctrl_c_keeps_the_best_epoch_and_says_so(tmp_path):
    process = start_build(tmp_path, "--output", ".", smallest=True, epochs=100_000)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Epoch"):
            process.send_signal(signal.SIGINT)
            break
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert "ended early" in output
    card = json.loads((tmp_path / "digits.json").read_text())
    assert card["training"]["interrupted"] is True
    assert 1 <= card["training"]["epochs"] < 1_000
    assert Recognizer.load(tmp_path / "digits.onnx").labels == tuple("0123456789")


@pytest.mark.skipif(sys.platform == "win32", reason="a process group cannot get SIGINT there")
def test_ctrl_c_before_there_is_anything_to_keep(tmp_path):
    files = previous_model(tmp_path)
    process = start_build(tmp_path, "--output", ".", smallest=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Training"):
            process.send_signal(signal.SIGINT)
            break
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 130
    assert errors == "training.build: stopped; no model was written\n"
    assert_untouched(files)
