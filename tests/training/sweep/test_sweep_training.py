"""A sweep that really trains, by several processes, one of which is killed in the midst of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.support.sweeps import sweep, table
from training.runs import RunFolder
from training.sweep.build import run_build
from training.sweep.storage import Pace

ROOT = Path(__file__).resolve().parents[3]
#: Builds on a tiny dataset, and ends with its worker.
BUILD = """
import sys; from pathlib import Path
from training.sweep.build import end_with_worker; end_with_worker()
from training.base.environment import prepare; prepare()
from pytest import MonkeyPatch; from tests.support.training_fixtures import install_tiny
install_tiny(MonkeyPatch(), Path({data!r}))
from training.build import main; sys.exit(main(sys.argv[1:]))
"""


def work(data: str) -> None:
    """A worker, as the command starts it."""
    build = partial(run_build, program=(sys.executable, "-c", BUILD.format(data=data)), poll=0.1)
    sweep(*sys.argv[1:], run_build=build, pace=Pace(0.2, 1, 5, 5.0))


def start(data: Path, folder: Path) -> subprocess.Popen[str]:
    program = f"from {__name__} import work; work({str(data)!r})"
    words = ["--recipe", "keras-dense", "--seeds", "2", "--set", "epochs=6"]
    return subprocess.Popen(
        [sys.executable, "-c", program, *words, "--folder", folder, "--data-dir", data],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def test_a_killed_worker_costs_an_epoch_at_most(tmp_path):
    folder, first_run = tmp_path / "s", RunFolder(tmp_path / "s" / "trials" / "000")
    first = start(tmp_path / "data", folder)
    while not first_run.checkpoint.is_file():
        assert first.poll() is None, first.communicate()
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    others = [start(tmp_path / "data", folder) for _ in range(2)]
    said = [process.communicate(timeout=240)[0] for process in others]
    assert [process.returncode for process in others] == [0, 0], said
    rows = table(folder)
    assert [(row["state"], row["seed"]) for row in rows] == [("done", "0"), ("done", "1")]
    assert [row["attempts"] for row in rows] == ["2", "1"]
    assert all(float(row["test_accuracy"]) > 0.5 for row in rows)
    log = (folder / "trials" / "000.log").read_text(encoding="utf-8")
    assert "going on after epoch" in log
    assert [epoch.number for epoch in first_run.story().epochs] == [1, 2, 3, 4, 5, 6]
    assert all("n = 2" in text for text in said)
