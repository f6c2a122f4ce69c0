"""``python -m training.evaluate --numbers``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.written_numbers import written
from training.evaluate import main
from training.measure.numbers import Read


@pytest.mark.parametrize(
    ("label", "text", "distance"),
    [("42", "42", 0), ("42", "4", 1), ("103", "13", 1), ("7", "12", 2)],
)
def test_edit_distance(label: str, text: str, distance: int) -> None:
    assert Read(label, text, len(text), None).distance == distance


def test_whole_numbers_and_the_bound_by_length(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "numbers.jsonl"
    meant = [("42", "42", [2, 1]), ("73", "70", [1, 1]), ("470", "470", [2, 1, 1])]
    records = [
        json.loads(written(drawn).to_json()) | {"label": label, "groups": groups}
        for label, drawn, groups in meant
    ]
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    assert main(["--numbers", str(file)]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[1:] == [
        ["2", "2", "50.0%", "100.0%", "0.500", "50.0%"],
        ["3", "1", "100.0%", "100.0%", "0.000", "100.0%"],
        ["all", "3", "66.7%", "100.0%", "0.333", "66.7%"],
    ]


@pytest.mark.parametrize("text", ["", "seven\n", '{"strokes": [[[1, 2]]]}\n'])
def test_what_cannot_be_measured_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    file = tmp_path / "numbers.jsonl"
    file.write_text(text)
    assert main(["--numbers", str(file)]) == 2
    said = capsys.readouterr().err
    assert str(file) in said
    assert "Traceback" not in said
