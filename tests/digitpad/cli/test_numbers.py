"""``predict --numbers``, and what ``predict --json`` says of a drawing that is rather a number."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from digitpad.cli.predict import PredictError, run
from digitpad.inference.recognizer import Recognizer
from digitpad.reading.reader import Reader
from tests.support.written_numbers import written


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Recognizer.load("digits"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "numbers.jsonl"
    path.write_text("".join(written(text).to_json() + "\n" for text in ("42", "7", "-3.7")))
    return path


def said(reader: Reader, file: Path, *, as_json: bool, numbers: bool) -> list[str]:
    out, err = io.StringIO(), io.StringIO()
    streams = {"stdout": out, "stderr": err}
    assert (
        run([str(file)], reader, as_json=as_json, numbers=numbers, stdin=io.BytesIO(), **streams)
        == 0
    )
    assert err.getvalue() == ""
    return out.getvalue().splitlines()


def test_lines_for_people(reader: Reader, file: Path) -> None:
    lines = said(reader, file, as_json=False, numbers=True)
    assert [line.split()[:2] for line in lines] == [
        [f"{file}:1", "42"],
        [f"{file}:2", "7"],
        [f"{file}:3", "-3.7"],
    ]


def test_lines_of_json(reader: Reader, file: Path) -> None:
    first, *_ = map(json.loads, said(reader, file, as_json=True, numbers=True))
    assert list(first) == ["source", "index", "number", "probability", "digits", "rejected"]
    assert (first["number"], first["rejected"]) == ("42", False)
    assert [digit["strokes"] for digit in first["digits"]] == [[0, 1], [2]]
    assert [digit["label"] for digit in first["digits"]] == ["4", "2"]
    product = first["digits"][0]["probability"] * first["digits"][1]["probability"]
    assert 0.5 < first["probability"] <= product + 1e-5


def test_without_numbers_one_key_says_that_it_looks_like_one(reader: Reader, file: Path) -> None:
    two, one, marked = map(json.loads, said(reader, file, as_json=True, numbers=False))
    assert two["looks_like"] == "42"
    assert "looks_like" not in one
    assert marked["looks_like"] == "-3.7"


def test_a_model_of_other_things_reads_no_numbers(file: Path) -> None:
    clothes = Reader(Recognizer.load("fashion"))
    with pytest.raises(PredictError, match="reads no digits"):
        said(clothes, file, as_json=False, numbers=True)
