"""Nothing is reported to anybody: onnxruntime, which does so by itself, is told not to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.drawings import digit

READS = "import sys; from digitpad.__main__ import main; sys.exit(main(['predict', sys.argv[1]]))"
TRAINS = "import training.export.ensemble"

#: What keeps onnxruntime from reporting anyway, here or on a machine that runs tests.
_QUIET = ("CI", "TF_BUILD", "GITHUB_ACTIONS", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS")


@pytest.mark.parametrize("code", [READS, TRAINS], ids=["predict", "training"])
def test_no_identifier_of_the_machine_is_made(code: str, tmp_path: Path) -> None:
    """Where onnxruntime reports, it keeps one in the home folder."""
    if code is TRAINS:
        pytest.importorskip("onnx")
    home, ink = tmp_path / "home", tmp_path / "seven.jsonl"
    home.mkdir()
    ink.write_text(digit("7").to_json() + "\n", encoding="utf-8")
    places = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
    environment = {name: text for name, text in os.environ.items() if name not in _QUIET}
    environment |= dict.fromkeys(places, str(home))
    done = subprocess.run(
        [sys.executable, "-c", code, str(ink)],
        env=environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [path for path in home.rglob("*") if "deviceid" in path.name.lower()] == []
    assert not list(home.rglob("onnxruntime*"))


def test_somebody_who_wants_reports_may_have_them() -> None:
    environment = os.environ | {"ORT_DISABLE_TELEMETRY": "0"}
    code = "import os, digitpad; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"
