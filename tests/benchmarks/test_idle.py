"""CPU that a window uses which nobody touches."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

SECONDS = 5


def test_idle(report: Callable[[str], None], tmp_path: Path) -> None:
    command = [sys.executable, str(Path(__file__).with_name("person.py")), "idle", str(SECONDS)]
    environment = os.environ | {"DIGITPAD_HOME": str(tmp_path)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    for name, used in json.loads(done.stdout).items():
        page = {"empty": "an empty page", "drawing": "a drawing"}[name]
        report(f"idle with {page}: {used * 1000:.1f} ms of CPU in {SECONDS} s (target 0)")
