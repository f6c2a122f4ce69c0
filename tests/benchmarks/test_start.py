"""From process start to a painted window, and memory then, beside a bare PySide6 window."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

_REPORT = """
import psutil, sys, time
from PySide6.QtWidgets import QApplication
while not window.windowHandle().isExposed():
    QApplication.processEvents()
window.repaint()
process = psutil.Process()
print(time.time() - float(sys.argv[1]), process.memory_info().rss)
"""

PROGRAMS = {
    "bare PySide6 window with one label": """
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication([])
window = QLabel("Hello")
window.show()
""",
    "bare window, numpy and onnxruntime session": """
import onnxruntime, numpy
from PySide6.QtWidgets import QApplication, QLabel
from digitpad.resources import asset
session = onnxruntime.InferenceSession(str(asset("models/digits.onnx")))
app = QApplication([])
window = QLabel("Hello")
window.show()
""",
    "digitpad": """
from digitpad.ui import app as starter
from digitpad.recognizer import Recognizer
from digitpad.ui.window import Window
app = starter.start_qt("light")
window = Window(Recognizer.load("digits", "cpu"))
window.show()
""",
}


@pytest.mark.benchmark(group="process start to window shown")
@pytest.mark.parametrize("name", PROGRAMS)
def test_start(benchmark: Any, report: Callable[[str], None], name: str) -> None:
    seconds, sizes = [], []

    def start() -> None:
        program = [sys.executable, "-c", PROGRAMS[name] + _REPORT, str(time.time())]
        result = subprocess.run(program, capture_output=True, text=True, check=True)
        shown, size = result.stdout.split()
        seconds.append(float(shown))
        sizes.append(int(size) / 2**20)

    benchmark.pedantic(start, rounds=5, warmup_rounds=1)
    report(
        f"{name}: shown after {statistics.median(seconds) * 1000:.0f} ms,"
        f" {statistics.median(sizes):.0f} MiB resident (medians of {len(seconds)})"
    )
