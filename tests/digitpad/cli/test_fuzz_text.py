"""Damaged ink, documents, model cards, command lines and standard input: sentences, and soon."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from digitpad import __main__
from digitpad.cli import info, predict
from digitpad.cli.sources import MAX_LINE, Drawing, Problem, read
from digitpad.image.normalize import normalize_ink
from digitpad.inference.recognizer import Recognizer
from digitpad.ink.ink import MAX_POINTS, MAX_STROKES, Ink, InkError, Stroke
from digitpad.library.document import Document
from digitpad.library.resources import asset
from digitpad.reading.reader import Reader
from tests.support import onnx_models
from tests.support.damage import CASES, bounded, damaged, damaged_json
from tests.support.drawings import digit, scribble

PRESSED = Ink(
    (Stroke(np.array([[1.0, 2.0], [3, 4]]), np.array([0, 0.5]), np.array([0.2, 1])),), "7"
)
CELLS = Document(digit("1")).with_cells(np.eye(28, dtype=np.float32))
LINES = [json.loads(line) for line in (digit("3").to_json(), PRESSED.to_json(), CELLS.to_json())]


def test_damaged_documents_and_ink() -> None:
    wholes = [json.dumps(line).encode() for line in LINES]
    for content in (*damaged(wholes, 4 * CASES), *damaged_json(LINES, 4 * CASES)):
        with bounded(content), contextlib.suppress(InkError):
            document = Document.from_json(content)
            image = document.image()
            assert image is None or np.isfinite(image).all()
            assert Document.from_json(document.to_json()).on_grid == document.on_grid
            assert all(np.isfinite(stroke.points).all() for stroke in document.ink.strokes)


@pytest.mark.parametrize(
    "part", [b"[],", b"0,", b"[1,2],", b'"a",', b"{},", b"[[1,2]],", b"[", b"9"]
)
def test_the_longest_lines_are_refused_before_they_cost_much(part: bytes) -> None:
    start = b'{"strokes":[['
    line = start + part * ((MAX_LINE - len(start)) // len(part))
    with bounded(part, memory=300 * 2**20), pytest.raises(InkError, match=r"at most|line of JSON"):
        Ink.from_json(line)


def test_the_longest_drawing_there_may_be_is_not_refused() -> None:
    """Every point in a stroke of its own has most brackets and commas."""
    count = MAX_STROKES
    record = {name: [[0.5]] * count for name in ("t", "pressure")} | {"strokes": [[[1, 2]]] * count}
    line = json.dumps(record)
    assert line.count("[") < 4 * count + 1_000
    assert line.count(",") < 4 * count + 1_000 < 4 * MAX_POINTS
    assert len(Ink.from_json(line).strokes) == count


def test_damaged_standard_input_is_answered_line_by_line() -> None:
    reader = Reader(Recognizer.load("digits", "cpu"))
    whole = "".join(f"{scribble(seed).to_json()}\n" for seed in range(3)).encode()
    for content in damaged([whole + digit("7").to_json().encode()], CASES // 4):
        out, err = io.StringIO(), io.StringIO()
        with bounded(content):
            code = predict.run(
                ["-"], reader, as_json=True, stdin=io.BytesIO(content), stdout=out, stderr=err
            )
        problems = err.getvalue().splitlines()
        answers = [json.loads(line) for line in out.getvalue().splitlines()]
        lines = [line for line in content.split(b"\n") if line and not line.isspace()]
        assert len(problems) + len(answers) == len(lines)
        assert code == (2 if problems else 0)
        assert all(line.isprintable() for line in problems)


def test_any_line_is_a_drawing_or_a_problem() -> None:
    for content in damaged_json(LINES, 2 * CASES, seed=1):
        with bounded(content):
            ((item,),) = list(read(["-"], io.BytesIO(content)))
        assert isinstance(item, Drawing | Problem)
        if isinstance(item, Drawing) and item.ink:
            np.testing.assert_array_equal(item.image, normalize_ink(item.ink))


def test_damaged_model_cards_are_told_or_left_out(tmp_path: Path) -> None:
    path = asset("models/digits.json")
    card = json.loads(path.read_bytes())
    metadata = Recognizer.load("digits", "cpu").metadata
    damaged_card = tmp_path / "digits.json"
    cards = (*damaged([path.read_bytes()], CASES), *damaged_json([card], CASES))
    for content in cards:
        damaged_card.write_bytes(content)
        with bounded(content):
            model = {"file": "digits.onnx", **info._card(damaged_card, metadata)}
            report = {"versions": {}, "devices": [], "providers": [], "problem": None}
            text = info.as_text(report | {"models": {"digits": model}})
            json.dumps(report | {"models": {"digits": model}}, allow_nan=False)
        assert all(character.isprintable() or character == "\n" for character in text)


def test_a_model_opens_whatever_its_card_says(tmp_path: Path, monkeypatch) -> None:
    """As a bundled one: others are tried out in a process of their own before."""
    (tmp_path / "models").mkdir()
    shutil.copy(onnx_models.save(tmp_path / "small.onnx"), tmp_path / "models" / "digits.onnx")
    monkeypatch.setattr("digitpad.inference.model_file.assets_dir", lambda: tmp_path)
    model, card = tmp_path / "models" / "digits.onnx", tmp_path / "models" / "digits.json"
    whole = asset("models/digits.json").read_bytes()
    for content in (*damaged([whole], CASES // 8), b"\xff", b"[]"):
        card.write_bytes(content)
        with bounded(content):
            assert isinstance(Recognizer.load(model, "cpu").card, dict)


def test_a_card_that_is_nested_too_deeply_does_not_matter(tmp_path: Path) -> None:
    path = onnx_models.save(tmp_path / "mine.onnx")
    path.with_suffix(".json").write_bytes(b"[" * 100_000)
    assert Recognizer.load(path, "cpu").card == {}


WORDS = (
    *("predict", "info", "-", "--json", "--model", "--device", "--convention", "--theme", "--ink"),
    *(
        "cpu",
        "auto",
        "digits",
        "nowhere.onnx",
        "scaling=0..255",
        "labels=a,b",
        "ink=",
        "=",
        "",
        " ",
    ),
    *("\0", "\ud800.png", "x" * 5_000, "folder", "--", "-h", "--version", "\x1b[2J", "%s", "{}"),
    *("seven.jsonl", "/dev/null", ".", "--no-such", "--screenshot"),
)
#: How Python writes to standard error what cannot be encoded.
REAL = "backslashreplace"


def test_command_lines_of_any_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All but the window itself, which would wait for a hand."""
    (tmp_path / "seven.jsonl").write_text(digit("7").to_json(), encoding="utf-8")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(__main__, "_window", lambda _options: 0)
    rng = np.random.default_rng(0)
    for _ in range(CASES):
        words = [WORDS[place] for place in rng.integers(len(WORDS), size=rng.integers(1, 6))]
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"nonsense\n")))
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", mode) for mode in ("strict", REAL))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        with bounded(words, seconds=5):
            try:
                code = __main__.main(words)
            except SystemExit as ended:
                code = ended.code  # type: ignore[assignment]
        err.seek(0)
        said = err.read()
        assert code in (0, 2), words
        assert "Traceback" not in said
        assert code == 0 or said, words
