"""The window's ways to start without a person: pictures of it, and the smoke test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from tests.support import onnx_models

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QAbstractAnimation, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from digitpad.inference.recognizer import Recognizer
from digitpad.library.recents import Recents
from digitpad.ui.app import start_qt
from digitpad.ui.session.session import Session
from digitpad.ui.settings.folders import HOME_VARIABLE
from digitpad.ui.style import theme
from digitpad.ui.style.first_paint import after_first_paint
from digitpad.ui.window.window import Window
from tests.support.drawings import digit


def digitpad(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run on a machine without a screen."""
    unset = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    clean = {k: v for k, v in os.environ.items() if k not in unset} | environment
    command = [sys.executable, "-m", "digitpad", *map(str, words)]
    return subprocess.run(command, env=clean, capture_output=True, text=True)


@pytest.mark.parametrize(("scheme", "scale"), [("light", 1), ("dark", 2)])
def test_a_picture_of_the_window(tmp_path: Path, scheme: str, scale: int) -> None:
    drawing, out = tmp_path / "seven.jsonl", tmp_path / "out.png"
    drawing.write_text(digit("7").to_json() + "\n" + digit("0").to_json(), encoding="utf-8")
    result = digitpad(
        "--theme", scheme, "--screenshot", out, "--ink", drawing, QT_SCALE_FACTOR=str(scale)
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    colours = {"light": theme.LIGHT, "dark": theme.DARK}[scheme]
    picture = np.asarray(Image.open(out).convert("RGB"))
    assert picture.shape == (640 * scale, 880 * scale, 3)
    for colour in (colours.paper, colours.ink, colours.accent, colours.window):
        share = (picture == ImageColor.getrgb(colour)).all(axis=2).mean()
        assert share > 0.002, colour


def test_a_picture_of_the_empty_window(tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    assert digitpad("--theme", "light", "--screenshot", out).returncode == 0
    picture = np.asarray(Image.open(out).convert("RGB"))
    accent = (picture == ImageColor.getrgb(theme.LIGHT.accent)).all(axis=2)
    assert not accent.any()  # no winner


def test_a_picture_of_a_rejected_drawing_says_so(tmp_path: Path) -> None:
    """At once: nobody waits for the pen to come back."""
    amber = {}
    drawing = tmp_path / "drawing.jsonl"
    model = onnx_models.save_judging(tmp_path / "judging.onnx")
    for label in "10":
        drawing.write_text(digit(label).to_json(), encoding="utf-8")
        out = tmp_path / f"{label}.png"
        words = "--theme", "light", "--model", model, "--ink", drawing, "--screenshot", out
        assert digitpad(*words).returncode == 0
        picture = np.asarray(Image.open(out).convert("RGB"))
        amber[label] = (picture == ImageColor.getrgb(theme.LIGHT.unsure)).all(axis=2).sum()
    assert amber["1"] > 100
    assert amber["0"] == 0


def test_a_picture_that_cannot_be_written(tmp_path: Path) -> None:
    result = digitpad("--screenshot", tmp_path / "missing" / "out.png")
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "cannot write the picture" in result.stderr


def test_the_smoke_test_passes_on_the_bundled_model() -> None:
    result = digitpad("--smoke-test")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("\n") == 1
    assert "passed: drew 3, read 3" in result.stdout
    assert result.stderr == ""


def test_the_smoke_test_fails_on_a_model_that_cannot_read(tmp_path: Path) -> None:
    model = onnx_models.save(tmp_path / "random.onnx")
    result = digitpad("--smoke-test", "--model", model)
    assert result.returncode == 1
    assert "FAILED: drew 3" in result.stdout


@pytest.mark.parametrize(("factor", "doubtful"), [(1.0, False), (0.5, True)])
def test_the_smoke_test_says_whether_its_drawing_was_rejected(
    tmp_path: Path, factor: float, doubtful: bool
) -> None:
    model = onnx_models.save_judging(tmp_path / "judging.onnx", score_factor=factor)
    result = digitpad("--smoke-test", "--model", model)
    assert result.stdout.count("\n") == 1
    assert ("not sure this is a digit" in result.stdout) == doubtful


def test_a_wrong_model_is_a_sentence(tmp_path: Path) -> None:
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(b"no model")
    result = digitpad("--model", bad, "--screenshot", tmp_path / "out.png")
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def test_a_picture_of_two_models_has_room_for_both(tmp_path: Path) -> None:
    drawing, alone, both = (tmp_path / name for name in ("one.jsonl", "alone.png", "both.png"))
    drawing.write_text(digit("1").to_json(), encoding="utf-8")
    words = "--theme", "light", "--ink", drawing, "--screenshot"
    assert digitpad(*words, alone).returncode == 0
    assert digitpad(*words, both, "--compare", "fashion").returncode == 0
    widths = [np.asarray(Image.open(picture)).shape[1] for picture in (alone, both)]
    assert widths[1] > widths[0] + 100


def test_a_second_model_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    result = digitpad("--compare", "nonsense", "--screenshot", tmp_path / "out.png")
    assert result.returncode == 2
    assert result.stderr.startswith("digitpad: no model nonsense")
    assert result.stderr.count("\n") == 1


def test_a_missing_device_is_said_once_and_the_window_works(tmp_path: Path) -> None:
    result = digitpad("--device", "coreml" if sys.platform != "darwin" else "cuda", "--smoke-test")
    assert result.returncode == 0
    assert "using the CPU" in result.stderr
    assert result.stderr.count("\n") == 1


# A start whose model, which the window does not wait for, turns out not to work.
FAILING = """
import sys
from digitpad.__main__ import main
from digitpad.inference.errors import ModelError
from digitpad.inference.recognizer import Recognizer
def load(*_):
    raise ModelError("this model is not usable")
Recognizer.of_file = load
sys.exit(main(["--device", "cpu"]))
"""


def test_a_model_that_fails_after_the_window_is_there_is_a_sentence(tmp_path: Path) -> None:
    environment = os.environ | {HOME_VARIABLE: str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", FAILING]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    said = [line for line in done.stderr.splitlines() if "propagateSizeHints" not in line]
    assert (done.returncode, done.stdout) == (2, "")
    assert said == ["digitpad: this model is not usable"]


def test_what_waits_for_the_first_picture_is_called_once(qtbot: QtBot) -> None:
    start_qt("light")
    widget = QWidget()
    qtbot.addWidget(widget)
    calls: list[bool] = []
    after_first_paint(widget, lambda: calls.append(widget.isVisible()))
    QApplication.processEvents()
    assert calls == []
    widget.show()
    qtbot.waitUntil(lambda: bool(calls))
    widget.repaint()
    QApplication.processEvents()
    assert calls == [True]


def ticking(window: Window) -> list[str]:
    """What keeps a window awake."""
    timers = [t for t in window.findChildren(QTimer) if t.isActive()]
    running = QAbstractAnimation.State.Running
    moving = [a for a in window.findChildren(QAbstractAnimation) if a.state() == running]
    return [f"{one} of {one.parent()}" for one in (*timers, *moving)]


Open = Callable[[], tuple[Session, Window]]


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens the window of a person, whose home is ``tmp_path``, and does not show it yet."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    everybody: list[Session] = []

    def new() -> tuple[Session, Window]:
        app = start_qt("light")
        session = Session(None, "cpu")
        window = Window(session.recognizer)
        qtbot.addWidget(window)
        session.attach(app, window, "light")
        session.restore()
        everybody.append(session)
        return session, window

    yield new
    for session in everybody:
        session.save()


def test_a_window_that_nobody_touches_sleeps(opened: Open, qtbot: QtBot) -> None:
    session, window = opened()
    with qtbot.waitSignal(session.models.ready):
        window.show()
    qtbot.waitUntil(lambda: not ticking(window))
    window.open_ink(digit("7"))
    assert ticking(window)  # the bars glide
    qtbot.waitUntil(lambda: not ticking(window))
    assert window.answer.label == "7"


def test_recent_drawings_come_after_the_window_and_move_nothing(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    kept = Recents(tmp_path / "recent.sqlite")
    for label in "17":
        kept.add(digit(label), label, 0.9)
    kept.close()
    session, window = opened()
    window.show()
    place = window.canvas.geometry()
    assert session.recents.strip.count() == 0
    qtbot.waitUntil(lambda: session.recents.strip.count() == 2)
    QApplication.processEvents()
    assert session.recents.strip.isVisible()
    assert window.canvas.geometry() == place


def test_a_drawing_that_is_gone_before_the_window_shows_is_kept(
    opened: Open, tmp_path: Path
) -> None:
    session, window = opened()
    window.set_recognizer(Recognizer.load("digits", "cpu"))
    window.open_ink(digit("7"))
    window.clear()
    session.recents.close()
    (kept,) = Recents(tmp_path / "recent.sqlite").entries()
    assert (kept.ink, kept.label) == (digit("7"), "7")


def test_switched_off_recent_drawings_stay_off(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    session, _ = opened()
    session.recents.keep(False)
    session.settings.flush()
    session, window = opened()
    window.show()
    qtbot.waitExposed(window)
    window.open_ink(digit("7"))
    window.clear()
    assert session.recents.strip.isHidden()
    session.recents.close()
    assert Recents(tmp_path / "recent.sqlite").entries() == []
