"""Temperature and threshold on made-up answers whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from training.base.calibration import (
    REJECTED,
    Calibration,
    Outputs,
    apply_temperature,
    fit,
    fit_temperature,
    fit_threshold,
)
from training.measure.scores import expected_calibration_error


def answers(overconfidence: float, count: int = 20_000, seed: int = 0) -> Outputs:
    """Answers whose logits are as many times too large, and labels drawn from the true ones."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.standard_normal((count, 10))
    honest = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (honest.cumsum(axis=1) > rng.random((count, 1))).argmax(axis=1)
    given = apply_temperature(honest.astype(np.float32), 1 / overconfidence)
    return Outputs(given, rng.random(count, dtype=np.float32), labels)


@pytest.mark.parametrize("overconfidence", [0.6, 1.0, 2.5])
def test_the_temperature_undoes_what_was_done(overconfidence):
    read = answers(overconfidence)
    temperature = fit_temperature([read])
    assert temperature == pytest.approx(overconfidence, rel=0.03)
    calibrated = apply_temperature(read.probabilities, temperature)
    assert expected_calibration_error(calibrated, read.labels) < 0.01


def test_sets_count_alike_whatever_their_size():
    large, small = answers(1.0), answers(2.0, 2_000, seed=1)
    assert 1.1 < fit_temperature([large, small]) < 1.8


def test_certain_answers_stay_finite():
    certain = Outputs(np.eye(10, dtype=np.float32), None, np.arange(10))
    assert np.isfinite(apply_temperature(certain.probabilities, 5.0)).all()
    assert 0.2 <= fit_temperature([certain]) <= 5.0


def test_the_threshold_spares_all_but_so_many_of_every_set():
    reads = [answers(1.0, 5_000), answers(1.0, 1_000, seed=1)]
    threshold = fit_threshold(reads)
    shares = [(read.digit_scores < threshold).mean() for read in reads]
    assert max(shares) <= REJECTED
    # No much higher one would do.
    higher = threshold + 0.002
    assert max((read.digit_scores < higher).mean() for read in reads) > REJECTED


def test_a_model_without_scores_has_no_threshold():
    read = answers(1.0, 100)._replace(digit_scores=None)
    assert fit([read]) == Calibration(fit_temperature([read]), None)
