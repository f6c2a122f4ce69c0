"""The networks keep the contract: image in, features and probabilities out, small."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from training import environment

NAMES = ("compact_cnn", "residual_cnn")


@pytest.fixture(scope="module")
def architectures():
    environment.prepare()
    from training.architectures import ARCHITECTURES

    assert tuple(ARCHITECTURES) == NAMES
    return ARCHITECTURES


@pytest.mark.parametrize(
    ("name", "parameters"), [("compact_cnn", 122_000), ("residual_cnn", 169_000)]
)
def test_it_is_as_small_as_it_says(architectures, name, parameters):
    model = architectures[name](10, 0.25, judges=False)
    assert model.count_params() == pytest.approx(parameters, rel=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_probabilities_sum_to_one_and_scores_are_shares(architectures, name):
    images = np.random.default_rng(0).random((5, 28, 28), dtype=np.float32)
    probabilities, scores = architectures[name](10, 0.25, judges=True).predict_on_batch(images)
    assert probabilities.shape == (5, 10)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert scores.shape == (5, 1)
    assert ((scores > 0) & (scores < 1)).all()


@pytest.mark.parametrize("name", NAMES)
def test_it_has_the_layers_that_export_asks_for(architectures, name):
    model = architectures[name](10, 0.25, judges=True)
    assert model.get_layer("features").output.shape == (None, 96)
    assert model.get_layer("probabilities").output.shape == (None, 10)
    assert model.get_layer("digit_score").output.shape == (None, 1)


@pytest.mark.parametrize("name", NAMES)
def test_any_number_of_classes(architectures, name):
    assert architectures[name](3, 0.0, judges=False).output_shape == (None, 3)
