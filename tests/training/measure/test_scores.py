"""Metrics against values worked out by hand or published with the method."""

from __future__ import annotations

import math

import numpy as np
import pytest

from training.measure.comparison import Pairs
from training.measure.scores import auroc, evaluate, expected_calibration_error, reliability, wilson

#: Truth 0, 0, 1, 1, 2; read as 0, 1, 1, 0, 2.
PROBABILITIES = np.array(
    [[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.1, 0.8, 0.1], [0.9, 0.1, 0.0], [0.1, 0.1, 0.8]],
    dtype=np.float32,
)
LABELS = np.array([0, 0, 1, 1, 2])


def test_scores_by_hand():
    scores = evaluate(PROBABILITIES, LABELS)
    assert scores.confusion.tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
    assert (scores.correct, scores.total, scores.accuracy) == (3, 5, 0.6)
    assert scores.recall().tolist() == [0.5, 0.5, 1.0]
    assert scores.precision().tolist() == [0.5, 0.5, 1.0]
    assert scores.mistakes.tolist() == [3, 1]  # the surer one first


def test_an_absent_class_has_no_recall():
    scores = evaluate(PROBABILITIES[:2], LABELS[:2])
    assert np.isnan(scores.recall()[2])


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


def test_reliability_by_hand():
    table = reliability(PROBABILITIES, LABELS, bins=5)
    assert table.edges == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    # 0.6 and 0.8 as float32 lie a hair above the edges of their bins.
    assert table.counts.tolist() == [0, 0, 0, 1, 4]
    assert table.confidence[3:] == pytest.approx([0.6, (3 * 0.8 + 0.9) / 4])
    assert table.accuracy[3:] == pytest.approx([0.0, 0.75])
    assert np.isnan(table.accuracy[:3]).all()


def test_calibration_error_by_hand():
    expected = (1 * abs(0.0 - 0.6) + 4 * abs(0.75 - 0.825)) / 5
    assert expected_calibration_error(PROBABILITIES, LABELS, bins=5) == pytest.approx(expected)


def test_certainty_is_calibrated_when_it_is_right():
    sure = np.eye(3, dtype=np.float32)[LABELS]
    assert expected_calibration_error(sure, LABELS) == 0.0
    assert expected_calibration_error(sure, (LABELS + 1) % 3) == 1.0


def test_a_confidence_on_an_edge_belongs_below_it():
    half = np.array([[0.5, 0.5]], dtype=np.float32)
    assert reliability(half, np.array([0]), bins=2).counts.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("positive", "negative", "expected"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1.0),
        ([0.1], [0.2, 0.3], 0.0),
        ([0.5, 0.5], [0.5], 0.5),
        ([0.8, 0.4], [0.4, 0.6, 0.2], (3 + 1.5) / 6),
    ],
)
def test_auroc_counts_pairs_and_ties_half(positive, negative, expected):
    assert auroc(positive, negative) == pytest.approx(expected)


def test_auroc_is_the_share_of_ordered_pairs():
    rng = np.random.default_rng(0)
    positive, negative = rng.integers(0, 20, 70), rng.integers(0, 15, 90)
    pairs = [(p > n) + 0.5 * (p == n) for p in positive for n in negative]
    assert auroc(positive, negative) == pytest.approx(np.mean(pairs))


@pytest.mark.parametrize(
    ("pairs", "difference", "interval"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998) 2635, method 10
        (Pairs(36, 12, 2, 0), 0.2, (0.0569, 0.3404)),
        # M. Fagerland, S. Lydersen, P. Laake, Statistics in Medicine 33 (2014), airway data
        (Pairs(1, 1, 7, 12), -0.286, (-0.507, -0.026)),
    ],
)
def test_newcombes_paired_interval(pairs, difference, interval):
    assert pairs.difference == pytest.approx(difference, abs=5e-4)
    assert pairs.interval() == pytest.approx(interval, abs=5e-4)


def test_the_interval_turns_with_the_models():
    low, high = Pairs(50, 9, 3, 8).interval()
    assert Pairs(50, 3, 9, 8).interval() == pytest.approx((-high, -low))


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    [(0, 0, 1.0), (3, 3, 1.0), (0, 5, 2 / 32), (1, 7, 2 * 9 / 256), (7, 1, 2 * 9 / 256)],
)
def test_mcnemar_is_a_coin(only_first, only_second, p):
    assert Pairs(10, only_first, only_second, 10).mcnemar() == pytest.approx(p)


def test_mcnemar_of_thousands_is_finite():
    assert 0.0 <= Pairs(0, 4_000, 2_000, 0).mcnemar() < 1e-100
    assert math.isclose(Pairs(0, 3_000, 3_000, 0).mcnemar(), 1.0)


def test_pairs_are_counted_drawing_by_drawing():
    first, second = (np.array(bits, dtype=bool) for bits in ([1, 1, 0, 0, 1], [1, 0, 1, 0, 1]))
    assert Pairs.count(first, second) == Pairs(2, 1, 1, 1)
