"""From process start to a painted window and to the first answer, and memory, beside bare windows.

Programs take turns, so that whatever else the machine does meets all of them, and ratios are those
of one turn; what is printed are medians. ``QT_QPA_PLATFORM=xcb`` measures on a real screen.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)
psutil = pytest.importorskip("psutil")

TURNS = 11

_BARE = """
import json, sys, time
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication([])
window = QLabel("Hello")
window.show()
while not window.windowHandle().isExposed():
    QApplication.processEvents()
window.repaint()
shown = time.time() - float(sys.argv[1])
import psutil
process = psutil.Process()
sizes = {"rss": process.memory_info().rss / 2**20}
if sys.platform == "linux":
    sizes["pss"] = process.memory_full_info().pss / 2**20
print(json.dumps({"shown": shown, **sizes}))
"""
_ENGINE = """
import numpy, onnxruntime
from digitpad.library.resources import asset
session = onnxruntime.InferenceSession(str(asset("models/digits.onnx")))
session.run(["probabilities"], {"image": numpy.zeros((1, 28, 28), numpy.float32)})
"""
PROGRAMS = {
    "a bare PySide6 window with one label": ["-c", _BARE],
    "the bare window with onnxruntime": ["-c", _ENGINE + _BARE],
    "digitpad": [str(Path(__file__).with_name("person.py")), "start"],
}
Turn = dict[str, dict[str, float]]


@pytest.fixture(scope="module")
def turns(tmp_path_factory: pytest.TempPathFactory) -> list[Turn]:
    """What every program measured in every turn; the first one, which fills caches, left out."""
    environment = os.environ | {"DIGITPAD_HOME": str(tmp_path_factory.mktemp("home"))}
    # Without these files, every start would compile what has changed since they were written.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def run(words: list[str]) -> dict[str, float]:
        command = [sys.executable, *words, str(time.time())]
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, check=True, text=True
        )
        measured: dict[str, float] = json.loads(done.stdout)
        return measured

    names = list(PROGRAMS)
    order: Iterator[list[str]] = (names[:: (-1) ** turn] for turn in range(TURNS + 1))
    return [{name: run(PROGRAMS[name]) for name in some} for some in order][1:]


def median(turns: list[Turn], program: str, what: str) -> float:
    return statistics.median(turn[program][what] for turn in turns)


def ratio(turns: list[Turn], base: str, what: str) -> float:
    return statistics.median(turn["digitpad"][what] / turn[base][what] for turn in turns)


def test_start_to_window_shown(turns: list[Turn], report: Callable[[str], None]) -> None:
    bare, _, full = PROGRAMS
    told = ", ".join(
        f"{name} {median(turns, name, 'shown') * 1000:.0f} ms" for name in (bare, full)
    )
    fastest = min(turn[full]["shown"] for turn in turns) / min(
        turn[bare]["shown"] for turn in turns
    )
    report(
        f"start to window shown: {told}; {ratio(turns, bare, 'shown'):.2f} times (target 2), the"
        f" fastest of each {fastest:.2f} times"
    )
    told = f"{median(turns, full, 'read') * 1000:.0f} ms"
    report(f"from the window to the first bars: {told} (target 150)")


def test_memory(turns: list[Turn], report: Callable[[str], None]) -> None:
    _, engine, full = PROGRAMS
    for what in [what for what in ("rss", "pss") if what in turns[0][full]]:
        told = ", ".join(f"{name} {median(turns, name, what):.0f} MiB" for name in PROGRAMS)
        report(f"memory ({what}): {told}; {ratio(turns, engine, what):.2f} times (target 1.6)")
