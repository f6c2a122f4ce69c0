"""Without a screen, or without Qt's libraries, a sentence and exit code 2 instead of an abort."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from digitpad.ui.display import DisplayError, require_display

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Start the window in an environment with just these display settings."""
    kept = {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}
    clean = {k: v for k, v in os.environ.items() if k in kept}
    command = [sys.executable, "-m", "digitpad"]
    return subprocess.run(command, env=clean | environment, capture_output=True, text=True)


@linux
@pytest.mark.parametrize("display", [None, "", ":4711", "nonsense", "localhost:99999", ":x"])
def test_no_screen_is_one_sentence(display: str | None) -> None:
    result = start(**({} if display is None else {"DISPLAY": display}))
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "there is no screen" in result.stderr
    assert "digitpad predict" in result.stderr


@linux
def test_a_wayland_display_that_is_gone_is_no_screen(tmp_path: Path) -> None:
    result = start(WAYLAND_DISPLAY="wayland-0", XDG_RUNTIME_DIR=str(tmp_path))
    assert result.returncode == 2
    assert "there is no screen" in result.stderr


@linux
def test_a_wayland_display_that_answers_is_a_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-0"))
        compositor.listen()
        require_display()


@linux
def test_a_missing_system_library_is_named_with_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file")

    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr("digitpad.ui.display._answers", lambda _: True)
    monkeypatch.setattr(ctypes, "CDLL", missing)
    with pytest.raises(DisplayError, match=r"libxcb-cursor\.so\.0 is missing.*apt install"):
        require_display()


@linux
def test_a_chosen_platform_is_left_to_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.delenv("DISPLAY", raising=False)
    require_display()
