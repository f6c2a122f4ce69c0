"""Seeds that are trained at once, by processes of their own: stopped, killed, gone on with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from tests.support.training_fixtures import start_build
from training.fit import parallel_seeds
from training.runs import RunFolder

#: The tutorial's network, which has no OOD head, so that nothing is drawn.
SETTINGS = ("architecture=dense", "mixture.pen=0", "mixture.per_glyph=0", "mixture.per_mark=0")
DENSE = [word for name in (*SETTINGS, "mixture.per_family=0") for word in ("--set", name)]
ENSEMBLE = (*DENSE, "--ensemble", "2", "--jobs", "2")


def until_all_had_an_epoch(process: subprocess.Popen[str]) -> None:
    seeds = set()
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Seed"):
            seeds.add(line.split()[1])
        if seeds == {"0", "1"}:
            return
    pytest.fail("it ended before")


@pytest.mark.skipif(sys.platform == "win32", reason="a process group cannot get SIGINT there")
def test_ctrl_c_keeps_the_best_epoch_of_each(tmp_path):
    process = start_build(tmp_path, *ENSEMBLE, "--output", ".", epochs=100_000)
    until_all_had_an_epoch(process)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert errors == "", "TensorFlow's own notes"
    assert "ended early" in output
    card = json.loads((tmp_path / "digits.json").read_text())
    assert card["training"]["interrupted"] is True
    assert [member["seed"] for member in card["members"]] == [0, 1]


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc who the processes are")
def test_none_of_them_outlives_a_killed_build_and_another_goes_on(tmp_path):
    process = start_build(tmp_path, *ENSEMBLE, "--run", "run", "--output", ".", epochs=30)
    until_all_had_an_epoch(process)
    children = [
        int(child)
        for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    ]
    assert len(children) >= 2
    process.kill()
    process.communicate(timeout=300)
    deadline, pause = time.monotonic() + 30, threading.Event()
    while any(alive(child) for child in children) and time.monotonic() < deadline:
        pause.wait(0.05)
    assert [child for child in children if alive(child)] == []
    run = RunFolder.find(tmp_path / "run")
    before = [len(folder.story().epochs) for folder in (run, RunFolder(run.path / "seed-1"))]
    assert all(1 <= epochs < 30 for epochs in before)
    process = start_build(tmp_path, "--resume", "run", "--output", ".")
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert len(json.loads((tmp_path / "digits.json").read_text())["members"]) == 2


def alive(process: int) -> bool:
    """Whether it is there, and no zombie that nobody has asked for."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize(
    ("cores", "seeds", "wanted", "backend", "expected"),
    [
        (2, 3, None, "tensorflow", 3),
        (2, 9, None, "tensorflow", 4),
        (1, 3, None, "tensorflow", 1),
        (8, 3, None, "jax", 1),
        (8, 3, 2, "tensorflow", 2),
        (8, 1, 5, "tensorflow", 1),
    ],
)
def test_how_many_at_once(monkeypatch, cores, seeds, wanted, backend, expected):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.setenv("KERAS_BACKEND", backend)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert parallel_seeds.processes(seeds, wanted) == expected
