"""How long from the command to an accuracy: ``digits --quick`` to 99 % of MNIST, beside each of the
tutorials to what its text prints. Whole builds, one after the other: some ten minutes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

pytest.importorskip("keras")

from training.recipes.measured import MEASURED
from training.runs import RunFolder
from training.runs.metrics import EpochDone, read_events

ROOT = Path(__file__).resolve().parent.parent.parent
#: Accuracy on what the recipe watches: that of its text where it prints one.
PRINTED = {"tf-basic": 0.8749, "fashion-cnn": 0.9201}
TUTORIALS = ("tfjs-cnn", "tf-basic", "mygrad-cnn", "keras-dense", "fashion-cnn")


def target(name: str) -> float:
    """What the text prints; else the mean over seeds less their standard deviation."""
    if name == "digits":
        return 0.99
    measured = MEASURED[name]
    return PRINTED.get(name, measured.accuracy - (measured.deviation or 0.0))


def seconds_to(run: RunFolder, accuracy: float) -> float | None:
    """From the beginning of the run to the end of the epoch that reached it."""
    begun = datetime.fromisoformat(run.configuration().started).timestamp()
    for event in read_events(run.metrics):
        if isinstance(event, EpochDone) and event.epoch.validation_accuracy >= accuracy:
            return event.time - begun
    return None


def test_time_to_accuracy(tmp_path: Path, report: Callable[[str], None]) -> None:
    for name in ("digits", *TUTORIALS):
        quick = ["--quick"] if name == "digits" else []
        command = [sys.executable, "-m", "training.build", "--recipe", name, *quick]
        subprocess.run([*command, "--run", tmp_path / name], cwd=ROOT, check=True)
        run = RunFolder.find(tmp_path / name)
        reached = seconds_to(run, target(name))
        best = max(epoch.validation_accuracy for epoch in run.story().epochs)
        time = f"{reached:.0f} s" if reached is not None else f"not reached (best {best:.2%})"
        report(f"{' '.join([name, *quick]):16} to {target(name):.2%}: {time}")
