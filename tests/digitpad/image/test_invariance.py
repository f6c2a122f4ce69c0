"""What digitpad promises of strangers' handwriting: the same ink, the same answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from digitpad.image.normalize import normalize_ink
from digitpad.inference.recognizer import Recognizer
from digitpad.ink.ink import Ink

DRAWINGS, PLACEMENTS = 1_000, 10


@pytest.fixture(scope="module")
def pen_digits(data_dir: Path) -> list[Ink]:
    """The digits of the validation writers, none of whom any model was trained on."""
    pendigits = pytest.importorskip("training.data.pendigits")
    try:
        digits = pendigits.load_pendigits(data_dir)
    except pendigits.DatasetError as error:
        pytest.skip(str(error))
    return [digit.ink for digit in pendigits.validation_only(digits)]


def test_no_label_changes_with_place_or_size(pen_digits: list[Ink]) -> None:
    """1,000 drawings at 10 places and sizes each."""
    recognizer = Recognizer.load("digits", "cpu")
    rng = np.random.default_rng(0)

    def labels(inks: list[Ink]) -> list[int]:
        images = [image for ink in inks if (image := normalize_ink(ink)) is not None]
        return recognizer.predict(np.stack(images)).argmax(axis=1).tolist()

    drawings = pen_digits[:DRAWINGS]
    assert len(drawings) == DRAWINGS
    first = labels(drawings)
    for _ in range(PLACEMENTS):
        scales = np.exp(rng.uniform(np.log(0.2), np.log(5), DRAWINGS))
        offsets = rng.uniform(-2000, 2000, (DRAWINGS, 2))
        moved = [
            ink.transformed(scale, offset)
            for ink, scale, offset in zip(drawings, scales, offsets, strict=True)
        ]
        assert labels(moved) == first


def test_strangers_are_read_end_to_end(pen_digits: list[Ink], tmp_path: Path) -> None:
    """At least 99 % of the validation writers' digits, through the command line; few rejected."""
    path = tmp_path / "strangers.jsonl"
    path.write_text("".join(ink.to_json() + "\n" for ink in pen_digits), encoding="utf-8")
    command = [sys.executable, "-m", "digitpad", "predict", "--device", "cpu", "--json", str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    right = sum(a["label"] == ink.label for a, ink in zip(answers, pen_digits, strict=True))
    assert right / len(pen_digits) >= 0.99
    assert sum(answer["rejected"] for answer in answers) / len(answers) <= 0.005
