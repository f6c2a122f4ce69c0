"""Scores by hand, and the command that measures an exported model."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

pytest.importorskip("platformdirs", reason="needs the train extra")

import onnx_models
from training_fixtures import SHAPES, tiny_source

from digitpad.ink import Ink
from training import evaluate, pen_width, pendigits
from training.evaluate import main, per_class_lines, wilson

#: Truth 0, 0, 1, 1, 2; read as 0, 1, 1, 0, 2.
PROBABILITIES = np.array(
    [[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.1, 0.8, 0.1], [0.9, 0.1, 0.0], [0.1, 0.1, 0.8]],
    dtype=np.float32,
)
LABELS = np.array([0, 0, 1, 1, 2])


def unipen() -> str:
    """All ten shapes, once by a training writer and once by a validation writer, y up."""
    lines = []
    for writer in (1, 2):
        for label, strokes in SHAPES.items():
            lines += [f'.SEGMENT DIGIT 0 ? "{label}"', f".COMMENT {label} {writer} 1"]
            for stroke in strokes:
                points = [f" {10 * x} {500 - 10 * y}" for x, y in stroke]
                lines += [".PEN_DOWN", *points, ".PEN_UP"]
    return "\n".join(lines)


@pytest.fixture
def pen_folder(tmp_path, monkeypatch):
    path = tmp_path / pendigits.FILE
    path.parent.mkdir()
    path.write_text(unipen())
    monkeypatch.setattr(pendigits, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    return tmp_path


def test_scores_by_hand():
    scores = evaluate.evaluate(PROBABILITIES, LABELS)
    assert scores.confusion.tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
    assert (scores.correct, scores.total, scores.accuracy) == (3, 5, 0.6)
    assert scores.recall().tolist() == [0.5, 0.5, 1.0]
    assert scores.precision().tolist() == [0.5, 0.5, 1.0]
    assert scores.mistakes.tolist() == [3, 1]  # the surer one first


def test_an_absent_class_has_no_recall():
    scores = evaluate.evaluate(PROBABILITIES[:2], LABELS[:2])
    assert np.isnan(scores.recall()[2])
    assert per_class_lines(scores, "abc")[-1] == "| c | 0 |  |  |  |"


def test_the_table_names_the_most_frequent_confusion():
    lines = per_class_lines(evaluate.evaluate(PROBABILITIES, LABELS), "abc")
    assert lines[2] == "| a | 2 | 50.00% | 50.00% | b (1) |"
    assert lines[4] == "| c | 1 | 100.00% | 100.00% |  |"


@pytest.mark.parametrize(
    ("correct", "total", "expected"),
    [  # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_wilson_interval(correct, total, expected):
    assert wilson(correct, total) == pytest.approx(expected, abs=6e-5)


def test_the_command_measures_a_model_on_ink(pen_folder, tmp_path, capsys):
    model = tmp_path / "some.onnx"
    onnx_models.save(model)
    arguments = ["--model", str(model), "--data-dir", str(pen_folder), "--data"]
    assert main([*arguments, "pendigits-val"]) == 0
    output = capsys.readouterr().out
    assert "some on pendigits-val" in output
    assert "of 10 (" in output
    assert "95 % interval" in output
    assert main([*arguments, "pendigits"]) == 0
    assert "of 20 (" in capsys.readouterr().out


@pytest.mark.parametrize(("data", "images"), [("mnist", 20), ("mnist-val", 30)])
def test_the_command_measures_a_model_on_images(tmp_path, capsys, monkeypatch, data, images):
    monkeypatch.setattr(evaluate, "MNIST", tiny_source(tmp_path, train=60, test=20))
    model = tmp_path / "some.onnx"
    onnx_models.save(model)
    assert main(["--model", str(model), "--data", data, "--data-dir", str(tmp_path)]) == 0
    assert f"of {images} (" in capsys.readouterr().out


def test_a_model_of_something_else_is_refused(pen_folder, tmp_path, capsys):
    model = tmp_path / "three.onnx"
    onnx_models.save(model, classes=3)
    assert main(["--model", str(model), "--data-dir", str(pen_folder)]) == 2
    assert "reads 0, 1, 2" in capsys.readouterr().err


def test_ink_of_the_validation_writers_as_jsonl(pen_folder, tmp_path):
    path = tmp_path / "strangers.jsonl"
    common = ["--data-dir", str(pen_folder), "--export-jsonl", str(path)]
    assert main(["--data", "pendigits-val", *common]) == 0
    drawings = [Ink.from_json(line) for line in path.read_text().splitlines()]
    assert [drawing.label for drawing in drawings] == list("0123456789")
    assert drawings[1].strokes[0].points.tolist() == [[20, 0], [20, 60]]


def test_pen_widths_are_compared(pen_folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(pen_width, "MNIST", tiny_source(tmp_path, train=60, test=20))
    model = tmp_path / "some.onnx"
    onnx_models.save(model)
    assert pen_width.main(["--model", str(model), "--data-dir", str(pen_folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    ink = [float(line.split("mean ink ")[1].split()[0]) for line in lines[1:]]
    assert len(ink) == len(pen_width.WIDTHS)
    assert ink == sorted(ink)
    assert pen_width.main(["--model", "no-such-model", "--data-dir", str(pen_folder)]) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--data", "mnist", "--export-jsonl", "x.jsonl"], "has no ink"),
        (["--data", "pendigits-val", "--export-jsonl", "no/such/folder/x"], "cannot write"),
        (["--data", "pendigits-val", "--model", "no-such-model"], "no model no-such-model"),
    ],
)
def test_errors_are_one_sentence(pen_folder, capsys, arguments, says):
    assert main([*arguments, "--data-dir", str(pen_folder)]) == 2
    printed = capsys.readouterr().err
    assert says in printed
    assert printed.startswith("training.evaluate: ")
    assert printed.count("\n") == 1
