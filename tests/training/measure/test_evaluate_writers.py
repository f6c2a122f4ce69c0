"""What an evaluation says of writers, of classes that weigh the same, and of its mistakes."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

pytest.importorskip("platformdirs", reason="needs the train extra")

from tests.support.drawings import digit
from tests.support.evaluation_runs import (  # noqa: F401  fixtures among them
    as_read,
    measured,
    model,
    refusal,
    reports_go_to,
)
from training.evaluate import main
from training.measure.writers import by_writer


@pytest.fixture
def folder(tmp_path, model):
    """Twelve digits of a writer who is read, ten of one who is not, and one of a third."""
    right = as_read(model, "0")
    wrong = "5" if right != "5" else "6"
    rows = [("good", right)] * 12 + [("poor", right)] * 4 + [("poor", wrong)] * 6 + [("few", wrong)]
    path = tmp_path / "european/digits.jsonl.gz"
    path.parent.mkdir()
    strokes = [stroke.points.tolist() for stroke in digit("0").strokes]
    lines = [
        json.dumps({"strokes": strokes, "label": label, "writer": name}) for name, label in rows
    ]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    (tmp_path / "european/numbers.jsonl.gz").write_bytes(
        gzip.compress(lines[0].replace(f'"label": "{right}"', '"label": "42"').encode())
    )
    return tmp_path


def test_writers_and_classes(folder, model, capsys, reports_go_to):
    arguments = ["--model", model, "--data", "european", "--data-dir", folder]
    (found,) = measured(capsys, *arguments)["models"]
    assert found["accuracy"]["count"] == 16
    assert found["class_balanced_accuracy"] == 0.5, "all of one class, none of the other"
    writers = found["writers"]
    assert [row["writer"] for row in writers["each"]] == ["poor", "good"]
    assert writers["each"][0]["share"] == 0.4
    assert writers["median"] == 0.7
    assert (writers["below_0.95"]["count"], writers["below_0.95"]["total"]) == (1, 2)
    wrong = found["confidence_of_mistakes"]
    assert wrong["mean"] == pytest.approx(found["mistakes"][0]["probability"], abs=1e-5)
    assert wrong["above_0.9"]["total"] == 7
    assert (reports_go_to / "runs/evaluate-some-european/writers.png").is_file()
    assert main([*map(str, arguments)]) == 0
    said = capsys.readouterr().out
    assert "Each class weighing the same: 50.00 %" in said
    assert "50.00 % (1) to less than 95.00 %" in said
    assert "The worst: poor 4 of 10\n" in said


def test_numbers_are_no_digit(folder, model, capsys):
    arguments = ("--model", model, "--data", "european-numbers", "--data-dir", folder)
    assert "none of these drawings is" in refusal(capsys, *arguments)


def test_data_that_is_not_for_download_is_said_to_be(tmp_path, model, capsys):
    said = refusal(capsys, "--model", model, "--data", "european", "--data-dir", tmp_path)
    assert "which is not for download" in said


def test_nobody_wrote_enough():
    assert by_writer(np.array(["a"] * 9), np.ones(9, dtype=bool)) is None
