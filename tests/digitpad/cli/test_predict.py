from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from digitpad.cli.predict import PredictError, run
from digitpad.cli.terminal import printable
from digitpad.inference.recognizer import Recognizer
from digitpad.reading.reader import Reader
from tests.support import onnx_models
from tests.support.drawings import digit
from tests.support.stripes import EMPTY, LEVEL, UPRIGHT, save_model


@pytest.fixture(scope="module")
def recognizer(tmp_path_factory):
    return Recognizer.load(save_model(tmp_path_factory.mktemp("model") / "stripes.onnx"), "cpu")


def answer(recognizer, *names, as_json=False, stdin=b""):
    """The exit code, the lines of standard output, and those of standard error."""
    stdout, stderr = io.StringIO(), io.StringIO()
    streams = {"stdin": io.BytesIO(stdin), "stdout": stdout, "stderr": stderr}
    code = run(list(map(str, names)), Reader(recognizer), as_json=as_json, **streams)
    return code, stdout.getvalue().splitlines(), stderr.getvalue().splitlines()


@pytest.fixture
def digits(tmp_path):
    file = tmp_path / "digits.jsonl"
    file.write_text("\n".join([UPRIGHT, "seven", EMPTY, LEVEL]))
    return file


def test_lines_for_people(recognizer, digits):
    code, out, err = answer(recognizer, digits)
    place = f"{digits}:"
    assert out == [f"{place}1     1  100.0 %", f"{place}3     -", f"{place}4     7  100.0 %"]
    assert err == [f"{place}2: not a line of JSON"]
    assert code == 2


def test_lines_of_json(recognizer, digits):
    code, out, err = answer(recognizer, digits, as_json=True)
    first, empty, last = map(json.loads, out)
    fields = ["source", "index", "label", "probability", "probabilities"]
    assert list(first) == [*fields, "digit_score", "rejected"]
    assert (first["source"], first["index"], first["label"]) == (str(digits), 0, "1")
    assert list(first["probabilities"]) == list("0123456789")
    assert first["probability"] == first["probabilities"]["1"] > 0.99
    assert sum(first["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert all(p == round(p, 6) for p in first["probabilities"].values())
    assert empty == {
        "source": str(digits),
        "index": 2,
        "label": None,
        "probability": None,
        "probabilities": {},
        "digit_score": None,
        "rejected": False,
    }
    assert first["digit_score"] is None  # this model judges nothing
    assert first["rejected"] is False
    assert (last["index"], last["label"]) == (3, "7")
    assert (code, len(err)) == (2, 1)


@pytest.mark.parametrize("depth", [34, 65, 2_000])
def test_a_stroke_that_is_nested_too_deeply_leaves_the_other_lines(recognizer, depth):
    deep = f'{{"strokes": {"[" * depth}1{"]" * depth}}}'
    code, out, err = answer(recognizer, "-", stdin=f"{UPRIGHT}\n{deep}\n{LEVEL}\n".encode())
    assert [line.split()[:2] for line in out] == [["-:1", "1"], ["-:3", "7"]]
    assert len(err) == 1
    assert err[0].startswith("-:2: ")
    assert code == 2


def test_an_empty_drawing_is_no_error(recognizer):
    assert answer(recognizer, "-", stdin=EMPTY.encode()) == (0, ["-:1     -"], [])
    assert answer(recognizer, "-", stdin=b"") == (0, [], [])


def test_sources_are_answered_in_the_order_of_their_names(recognizer, digits):
    stdin = f"{LEVEL}\n{UPRIGHT}\n".encode()
    code, out, err = answer(recognizer, digits, "-", "missing.png", digits, stdin=stdin)
    short = [line.removeprefix(str(digits)).split()[:2] for line in out]
    file = [[":1", "1"], [":3", "-"], [":4", "7"]]
    assert short == [*file, ["-:1", "7"], ["-:2", "1"], *file]
    assert err[1] == f"missing.png: cannot be read: {os.strerror(2)}"
    assert code == 2


def test_columns_stay_aligned_between_sources(recognizer, digits):
    _, out, _ = answer(recognizer, digits, "-", stdin=UPRIGHT.encode())
    assert len({line.index("100.0 %") for line in out if "%" in line}) == 1


def test_batches_give_the_answers_that_single_drawings_get(recognizer, tmp_path):
    rng = np.random.default_rng(1)
    file = tmp_path / "random.jsonl"
    points = rng.integers(0, 100, (600, 2, 2)).tolist()
    file.write_text("".join(json.dumps({"strokes": [p]}) + "\n" for p in points))
    _, batched, _ = answer(recognizer, file, as_json=True)
    _, single, _ = answer(recognizer, "-", as_json=True, stdin=file.read_bytes())
    batched, single = ([json.loads(line) for line in lines] for lines in (batched, single))
    assert [b["index"] for b in batched] == list(range(600))
    assert {b["label"] for b in batched} == {"1", "7"}
    for b, s in zip(batched, single, strict=True):
        assert b["label"] == s["label"]
        assert b["probabilities"] == pytest.approx(s["probabilities"], abs=2e-6)


class Watched(io.StringIO):
    """Notes the process's memory at every flush, and keeps no text but counts it."""

    def __init__(self) -> None:
        super().__init__()
        self.memory: list[int] = []
        self.labels: list[str] = []

    def writelines(self, lines):
        self.labels += [json.loads(line)["label"] for line in lines]

    def flush(self) -> None:
        self.memory.append(psutil.Process().memory_info().rss)


def test_fifteen_thousand_drawings_take_no_more_memory_than_a_few(recognizer, tmp_path):
    file = tmp_path / "many.jsonl"
    with file.open("w") as stream:
        stream.writelines(f"{(UPRIGHT, LEVEL)[n % 2]}\n" for n in range(15_000))
    stdout = Watched()
    streams = {"stdin": io.BytesIO(), "stdout": stdout, "stderr": io.StringIO()}
    assert run([str(file)], Reader(recognizer), as_json=True, **streams) == 0
    assert stdout.labels == ["1", "7"] * 7_500
    assert len(stdout.memory) > 50
    # After the first batches everything is loaded; the images of all drawings would be 47 MB.
    assert max(stdout.memory) - stdout.memory[4] < 12 * 2**20


def test_answers_that_are_no_numbers_are_a_problem(tmp_path):
    broken = Recognizer.load(save_model(tmp_path / "nan.onnx", scale=float("nan")), "cpu")
    code, out, err = answer(broken, "-", stdin=f"{UPRIGHT}\n{EMPTY}\n".encode(), as_json=True)
    assert (code, err) == (2, ["-:1: the model's answer is not a number"])
    assert [json.loads(line)["label"] for line in out] == [None]


@pytest.fixture
def strokes():
    """A "1", which the model that judges rejects; no ink; a "0" and a "3"."""
    return "\n".join([digit("1").to_json(), EMPTY, digit("0").to_json(), digit("3").to_json()])


def test_rejected_drawings_are_said_to_be_so(tmp_path, strokes):
    judging = Recognizer.load(onnx_models.save_judging(tmp_path / "judging.onnx"), "cpu")
    code, out, err = answer(judging, "-", stdin=strokes.encode(), as_json=True)
    one, empty, *digits = map(json.loads, out)
    assert (code, err) == (0, [])
    assert one["rejected"] is True
    assert one["digit_score"] == round(one["digit_score"], 6) == pytest.approx(0.49, abs=0.01)
    assert one["probability"] == one["probabilities"][one["label"]] > 0
    assert (empty["label"], empty["digit_score"], empty["rejected"]) == (None, None, False)
    assert [(d["digit_score"], d["rejected"]) for d in digits] == [(1, False)] * 2


def test_the_mark_of_the_rejected_keeps_the_columns(tmp_path, strokes):
    labels = {"labels": json.dumps(["zero", "eins", *"23456789"])}
    path = onnx_models.save_judging(tmp_path / "judging.onnx", metadata=labels, threshold=1)
    judging = Recognizer.load(path, "cpu")
    more = f"{strokes}\n{digit('7').to_json()}"
    _, out, _ = answer(judging, "-", stdin=more.encode())
    mark = "  not sure this is a digit"
    assert [line.endswith(mark) for line in out] == [True, False, False, False, True]
    assert len({len(line.removesuffix(mark)) for line in out if line[-1] != "-"}) == 1
    assert out[1] == "-:2     -"


def test_scores_that_are_no_numbers_are_a_problem(tmp_path, strokes):
    path = onnx_models.save_judging(tmp_path / "nan.onnx", score_factor=float("nan"))
    broken = Recognizer.load(path, "cpu")
    code, out, err = answer(broken, "-", stdin=strokes.encode(), as_json=True)
    assert code == 2
    assert err == [f"-:{line}: the model's answer is not a number" for line in (1, 3, 4)]
    assert [json.loads(line)["label"] for line in out] == [None]


def test_labels_are_the_models_own(tmp_path):
    labels = ["T-shirt", "Trouser", *"abcde", "Snea\x1bker", "f", "g"]
    model = save_model(tmp_path / "fashion.onnx", labels=labels)
    stdin = f"{UPRIGHT}\n{LEVEL}\n".encode()
    fashion = Recognizer.load(model, "cpu")
    _, out, _ = answer(fashion, "-", stdin=stdin)
    assert out == ["-:1     Trouser      100.0 %", "-:2     Snea\\x1bker  100.0 %"]
    _, out, _ = answer(fashion, "-", stdin=stdin, as_json=True)
    assert [json.loads(line)["label"] for line in out] == ["Trouser", "Snea\x1bker"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_a_sentence(recognizer):
    streams = {"stdin": io.BytesIO(UPRIGHT.encode()), "stderr": io.StringIO()}
    with (
        pytest.raises(OSError, match="space"),  # closing tries once more
        Path("/dev/full").open("w") as stdout,
        pytest.raises(PredictError, match=r"^the answers cannot be written: "),
    ):
        run(["-"], Reader(recognizer), as_json=False, stdout=stdout, **streams)


@pytest.mark.parametrize("text", ["line\nend", "\x1b[2J", "\udcff", "\u202e", "\u2028"])
def test_text_cannot_steer_the_terminal(text):
    shown = printable(text)
    assert shown.isprintable()
    assert shown.encode(sys.getfilesystemencoding())
    assert printable("größe 7 – ✓") == "größe 7 – ✓"
