"""The window's ways to start without a person: pictures of it, and the smoke test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx_models
import pytest
from PIL import Image, ImageColor

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from drawings import digit

from digitpad.ui import theme


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
    assert picture.shape == (640 * scale, 960 * scale, 3)
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


def test_a_missing_device_is_said_once_and_the_window_works(tmp_path: Path) -> None:
    result = digitpad("--device", "coreml" if sys.platform != "darwin" else "cuda", "--smoke-test")
    assert result.returncode == 0
    assert "using the CPU" in result.stderr
    assert result.stderr.count("\n") == 1
