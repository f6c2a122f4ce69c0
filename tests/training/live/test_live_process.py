"""The live window as a process of its own: how it starts, what it says, whom it leaves alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)
pytest.importorskip("pyqtgraph")

from tests.digitpad.ui.test_x_window import display  # noqa: F401
from tests.support.run_folders import BATCHES, begin_run, make_run, train_epoch
from training import live
from training.live import __main__
from training.runs import RunFolder
from training.runs.metrics import MetricsWriter, Started

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
no_screen = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("Xvfb", "xdotool")), reason="not installed"
)


def command(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in an environment with just these display settings."""
    unset = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    clean = {k: v for k, v in os.environ.items() if k not in unset} | environment
    line = [sys.executable, "-m", "training.live", *map(str, words)]
    return subprocess.run(line, env=clean, capture_output=True, text=True)


def until_seen(display: str, title: str) -> None:
    """Wait until a window with this title is on the screen."""
    find = ["xdotool", "search", "--sync", "--onlyvisible", "--name", f"^{title} "]
    environment = os.environ | {"DISPLAY": display}
    assert subprocess.run(find, env=environment, capture_output=True, check=True).stdout


@linux
@no_screen
@pytest.mark.parametrize(
    ("how", "code"),
    [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 130)],
)
def test_a_window_that_dies_leaves_the_training_alone(
    display: str, tmp_path: Path, how: signal.Signals, code: int
) -> None:
    folder = begin_run(tmp_path / f"to-die-by-{how}")
    environment = {k: v for k, v in os.environ.items() if k != "QT_QPA_PLATFORM"}
    line = [sys.executable, "-m", "training.live", str(folder.path)]
    with folder.opened(new=False), MetricsWriter(folder.metrics) as writer:
        process = subprocess.Popen(
            line, env=environment | {"DISPLAY": display}, stderr=subprocess.PIPE, text=True
        )
        writer.note(Started(3, BATCHES, 2_000, 0, 1_000.0))
        train_epoch(writer, 1)
        until_seen(display, folder.path.name)
        process.send_signal(how)
        _, complaints = process.communicate()
        train_epoch(writer, 2)
        assert folder.in_use()
    assert (process.returncode, complaints) == (code, "")
    assert len(folder.story().epochs) == 2
    assert not folder.stop_requested()


def test_a_folder_that_is_no_run_is_a_sentence(tmp_path: Path) -> None:
    result = command(tmp_path, QT_QPA_PLATFORM="offscreen")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("training.live: ")
    assert "is not the folder of a run" in result.stderr


def test_a_damaged_run_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_run(tmp_path / "run")
    folder.configuration_file.write_text("{", encoding="utf-8")
    assert __main__.main([str(folder.path)]) == 2
    assert "run.json is damaged" in capsys.readouterr().err


@linux
@pytest.mark.parametrize("display", [None, ":4711"])
def test_without_a_screen_it_says_what_to_do(tmp_path: Path, display: str | None) -> None:
    folder = make_run(tmp_path / "run")
    result = command(folder.path, **({} if display is None else {"DISPLAY": display}))
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "there is no screen" in result.stderr
    assert "python -m training.live RUN" in result.stderr


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_NEEDED", {"no_such_module": "no-such-package"})
    assert "needs no-such-package" in (live.missing() or "")


def test_the_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        __main__.main(["--help"])
    assert ended.value.code == 0
    assert "python -m training.live runs/tfjs-cnn-1" in capsys.readouterr().out


def test_a_build_opens_no_window_that_nobody_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert "no live window" in (live.start(tmp_path) or "")


@linux
def test_a_build_without_a_screen_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    sentence = live.start(tmp_path)
    assert sentence is not None
    assert sentence.startswith("no live window: there is no screen")
    assert "\n" not in sentence


def test_a_build_whose_python_cannot_be_started_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "missing"))
    assert "its process cannot be started" in (live.start(tmp_path) or "")


def test_starting_loads_no_qt() -> None:
    code = "import sys, training.live; print([m for m in sys.modules if m.startswith('PySide6')])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == "[]\n"


@linux
@no_screen
def test_a_build_opens_a_window_in_a_session_of_its_own(
    display: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_run(tmp_path / "run of a build")
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.chdir(tmp_path)
    assert live.start(Path("run of a build")) is None
    process = live._windows.pop()
    try:
        until_seen(display, "run of a build")
        assert os.getsid(process.pid) == process.pid != os.getsid(0)
    finally:
        process.terminate()
        process.wait()
    assert RunFolder.find(folder.path).story().ended is not None
