"""Names cannot steer a terminal, whichever command says them."""

from __future__ import annotations

import importlib
import io
import json
import sys
from pathlib import Path

import pytest

from digitpad.__main__ import main
from tests.support import onnx_models
from tests.support.drawings import digit

#: Clears a screen, gives the window a title, and goes back a line.
EVIL = "a\x1b[2J\x1b]0;x\x07\x9b2Jb\r\u202e"
posix = pytest.mark.skipif(sys.platform == "win32", reason="no such names there")


def assert_harmless(*said: str) -> None:
    assert any("[2J" in text for text in said)  # it was said
    for text in said:
        assert all(c.isprintable() or c == "\n" for c in text), ascii(text)


def ran(command: str, capsys: pytest.CaptureFixture[str], *words: object) -> object:
    run = main if command == "digitpad" else importlib.import_module(command).main
    try:
        code = run([*map(str, words)])
    except SystemExit as ended:  # from argparse
        code = ended.code
    assert_harmless(*capsys.readouterr())
    return code


@pytest.mark.parametrize(
    "words",
    [
        ["predict", EVIL],
        ["predict", f"{EVIL}.jsonl"],
        ["predict", "--model", EVIL, "-"],
        ["predict", "--device", EVIL, "-"],
        ["predict", "--convention", EVIL, "-"],
        ["info", "--model", EVIL],
        ["--ink", EVIL],
        ["--model", EVIL, "--screenshot", "x.png"],
        ["--compare", EVIL, "--screenshot", "x.png"],
        ["--screenshot", f"nowhere/{EVIL}.png"],
        [EVIL],
        ["predict", "x", f"--{EVIL}"],
        ["--theme", EVIL],
    ],
)
def test_digitpad(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    if any(word.startswith("--s") or word == "--compare" for word in words):
        pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)
    assert ran("digitpad", capsys, *words) in ((0, 2) if words[0] == "info" else (2,))


@posix
def test_what_models_and_files_are_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)
    labels = [f"{n}{EVIL}" for n in range(10)]
    model = onnx_models.save(tmp_path / f"{EVIL}.onnx", metadata={"labels": json.dumps(labels)})
    (tmp_path / f"{EVIL}.json").write_text(json.dumps({"summary": EVIL, EVIL: EVIL}))
    drawings = tmp_path / f"{EVIL}.jsonl"
    drawings.write_text(f"{digit('7').to_json()}\nno\n", encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    assert ran("digitpad", capsys, "predict", "--model", model, drawings) == 2
    assert ran("digitpad", capsys, "info", "--model", model) == 0
    assert ran("digitpad", capsys, "--model", model, "--smoke-test") == 1


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("training.build", ["--recipe", EVIL]),
        ("training.build", ["--resume", EVIL]),
        ("training.build", ["--data", EVIL]),
        ("training.build", ["--set", f"{EVIL}=1"]),
        ("training.build", [EVIL]),
        ("training.evaluate", ["--model", EVIL, "--data", "pendigits-val"]),
        ("training.evaluate", ["--data", EVIL]),
        ("training.compare", [EVIL]),
        ("training.report.__main__", [EVIL]),
        ("training.live.__main__", [EVIL]),
        ("training.fit.tensorboard", [EVIL]),
        ("training.sweep.__main__", ["show", EVIL]),
        ("training.sweep.__main__", ["--recipe", EVIL, "--seeds", "2", "--study", "x"]),
        ("training.sweep.__main__", ["--recipe", "digits", EVIL]),
        ("training.forms", ["--model", EVIL]),
        ("training.forms", ["--output", "x", EVIL]),
        ("training.negatives", ["--output", "x", EVIL]),
    ],
)
def test_training(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    words: list[str],
) -> None:
    for package in ("pydantic", "tensorflow", "matplotlib", "optuna", "tensorboard"):
        pytest.importorskip(package)
    monkeypatch.chdir(tmp_path)
    assert ran(command, capsys, *words) == 2
