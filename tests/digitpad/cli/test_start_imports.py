"""What a start does without: modules that the first picture of the window does not need."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from digitpad.ui.settings.folders import HOME_VARIABLE
from tests.support.drawings import digit

#: Each is slow to import, or brings others that are.
LATER = (
    "PIL",
    "PySide6.QtSvg",
    "digitpad.image.bitmap",
    "digitpad.cli.info",
    "digitpad.cli.predict",
    "digitpad.library.recents",
    "digitpad.inference.foreign.sandbox_child",
    "digitpad.ui.window.about",
    "digitpad.ui.files.importing",
    "digitpad.ui.models.model_dialog",
    "digitpad.ui.window.shortcuts",
    "digitpad.inference.foreign.conventions_search",
    "email",
    "importlib.metadata",
    "onnxruntime",
    "rich",
    "sqlite3",
    "subprocess",
    "xml.etree",
)

# A person's start. Printed: what was imported when the window was about to be painted, and once the
# model was there; and what the window says then.
PROGRAM = """
import gc, json, sys
from digitpad.__main__ import main
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
run = QApplication.exec
def watched(*_):
    from digitpad.ui.window.window import Window
    (window,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, Window))
    first = sorted(sys.modules)
    began = window.status.text()
    def tell():
        if "…" in window.status.text():
            return
        timer.stop()
        said = began, window.status.text(), window.answer.label
        frozen = gc.get_freeze_count() / len(gc.get_objects() or [0])
        told = {"first": first, "then": sorted(sys.modules), "said": said, "frozen": frozen}
        print(json.dumps(told))
        window.close()
    timer = QTimer()
    timer.timeout.connect(tell)
    timer.start(10)
    return run()
QApplication.exec = watched
sys.exit(main(sys.argv[1:]))
"""


def started(home: Path, *words: str) -> dict[str, Any]:
    """Start, and close once the model is loaded."""
    environment = os.environ | {HOME_VARIABLE: str(home), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", PROGRAM, "--device", "cpu", *words]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 0
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.skipif(sys.platform == "win32", reason="there, onnxruntime must come before Qt")
def test_the_window_waits_for_no_module_that_it_does_not_need(tmp_path: Path) -> None:
    told = started(tmp_path)
    assert not set(LATER) & set(told["first"])
    assert "onnxruntime" in told["then"]
    assert told["said"] == ["digits on …", "digits on CPU", None]
    assert told["frozen"] > 10  # no pause of the pen for rubbish among what came with the start


def test_ink_that_is_there_before_the_model_is_read(tmp_path: Path) -> None:
    ink = tmp_path / "seven.jsonl"
    ink.write_text(digit("7").to_json(), encoding="utf-8")
    told = started(tmp_path / "home", "--ink", str(ink))
    assert told["said"][2] == "7"
    assert told["said"][1].startswith("digits on CPU")
