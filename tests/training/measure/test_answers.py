"""What reports and windows show of a model's answers, against counts by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from training.base.quantities import Spread
from training.measure.answers import Answers
from training.measure.scores import wilson
from training.runs import Pictures

LABELS = ("cat", "dog", "owl")
#: Of images that show cat, cat, dog, dog.
SAID = [[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.6, 0.4, 0.0], [0.55, 0.45, 0.0]]


@pytest.fixture
def answers() -> Answers:
    images = np.zeros((4, 28, 28), np.uint8)
    said = np.array(SAID, np.float32)
    return Answers.of("test", LABELS, Pictures(images, np.array([0, 0, 1, 1]), said))


def test_classes(answers):
    cat, dog, owl = answers.classes()
    assert (cat.name, cat.images, cat.recall, cat.mistaken) == ("cat", 2, 0.5, "dog (1)")
    assert (dog.recall, dog.precision, dog.mistaken) == (0.0, 0.0, "cat (2)")
    assert cat.interval == wilson(1, 2)
    assert cat.precision == pytest.approx(1 / 3)
    assert (owl.images, owl.interval, owl.mistaken) == (0, None, "")
    assert math.isnan(owl.recall)
    assert answers.scores.worst == (1, 0)
    assert answers.cell(1, 0) == [2, 3]


def test_a_threshold_leaves_the_surer_answers(answers):
    below, above = answers.above(0.6), answers.above(0.95)
    assert (below.answered, below.correct, below.share) == (3, 1, 0.75)
    assert below.accuracy == pytest.approx(1 / 3)
    assert above.share == 0
    assert math.isnan(above.accuracy)


def test_what_each_bar_is(answers):
    assert answers.kinds(0) == ["truth", "other", "other"]
    assert answers.kinds(2) == ["error", "truth", "other"]


def test_probabilities_that_are_no_numbers_count_as_none():
    said = np.array([[np.nan, np.inf, -1.0]], np.float32)
    pictures = Pictures(np.zeros((1, 28, 28), np.uint8), np.array([2]), said)
    assert Answers.of("test", LABELS, pictures).probabilities.tolist() == [[0.0, 1.0, 0.0]]


def test_spread_over_seeds():
    assert Spread.of([0.9, 0.94]).stated == "92.00 ± 2.83 % (n = 2)"
    assert Spread.of([0.9]) == Spread(0.9, None, 1)
    assert math.isnan(Spread.of([0.9, math.nan]).mean)
