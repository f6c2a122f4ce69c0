"""Figures that have to stay readable, and the choices behind them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

import pytest

pytest.importorskip("matplotlib", reason="needs the train extra")

import numpy as np
from PIL import Image

from tests.support.run_folders import epoch, pictures
from training.measure.answers import Answers
from training.report.plots import curves, scores
from training.report.plots.pictures import choice, one
from training.report.plots.style import cut
from training.runs import Pictures
from training.runs.metrics import BatchDone


def size(png: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(png)) as image:
        return image.size


def answers(known: Pictures, labels: Sequence[str] = "0123456789") -> Answers:
    return Answers.of("test", tuple(labels), known)


@pytest.mark.parametrize("classes", [2, 20, 100])
def test_classes_have_room(classes):
    """At least ten pixels a line for their names, and no figure that is too large for a page."""
    labels = [f"{i} " * 20 for i in range(classes)]
    found = answers(pictures(200, classes), labels).scores
    for png in (scores.confusion(found, labels), scores.per_class(found, labels)):
        width, height = size(png)
        assert 10 * classes < height < 2_300
        assert width < 2_300


def test_the_gallery_has_the_first_six_and_then_mistakes():
    wrong = np.array([3, 90, 7])
    assert choice(wrong, 100) == [0, 1, 2, 3, 4, 5, 90, 7, 6, 8, 9, 10]
    assert choice(np.array([], np.int64), 4) == [0, 1, 2, 3]


def test_right_is_blue_and_wrong_is_red():
    known = answers(pictures(40))
    wrong = int(known.scores.mistakes[0])
    right = next(i for i in range(40) if i not in known.scores.mistakes)

    def colours(index: int) -> tuple[int, int]:
        """Blue and red pixels."""
        with Image.open(io.BytesIO(one(known, index))) as image:
            red, _, blue = np.moveaxis(np.asarray(image.convert("RGB")).astype(int), -1, 0)
        return int((blue - red > 60).sum()), int((red - blue > 60).sum())

    blue, red = colours(right)
    assert blue > 1_000
    assert red == 0
    blue, red = colours(wrong)
    assert red > 1_000
    assert blue > 100  # the bar of the truth


def test_long_names_keep_both_ends():
    assert cut("short") == "short"
    assert cut("a name of many words, 17") == "a name …, 17"
    assert cut("two\nlines\tand tabs") == "two lin…tabs"


@pytest.mark.parametrize("count", [1, 2, 1_000])
def test_batches_in_any_number(count):
    done = [BatchDone(1, i + 1, 2.0 / (i + 1), i / count, 0.0) for i in range(count)]
    assert size(curves.batches(done, [epoch(1)])) == size(curves.batches(done, []))


@pytest.mark.parametrize("count", [1, 24])
def test_runs_in_one_picture(count):
    runs = {f"run {i}": [epoch(n) for n in range(1, 2 + i % 5)] for i in range(count)}
    assert size(curves.overlay(runs))[1] < 900


def test_curves_of_what_diverged_and_of_what_is_perfect():
    nowhere = float("nan")
    history = [
        replace(epoch(1), loss=nowhere, validation_loss=float("inf"), accuracy=1.0),
        replace(epoch(2), loss=-1.0, validation_loss=0.0, validation_accuracy=1.0),
        replace(epoch(3), loss=1e300, accuracy=nowhere),
    ]
    assert size(curves.curves(history, history[1]))[0] > 500
