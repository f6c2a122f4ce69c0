"""The networks keep the contract: image in, features and probabilities out, small."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from training import environment


@pytest.fixture(scope="module")
def model():
    environment.prepare()
    from training.architectures import compact_cnn

    return compact_cnn(10, 0.25)


def test_it_is_compact(model):
    assert 50_000 < model.count_params() < 150_000


def test_probabilities_sum_to_one(model):
    images = np.random.default_rng(0).random((5, 28, 28), dtype=np.float32)
    probabilities = model.predict_on_batch(images)
    assert probabilities.shape == (5, 10)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-5)


def test_it_has_the_layers_that_export_asks_for(model):
    assert model.get_layer("features").output.shape == (None, 96)
    assert model.get_layer("probabilities").output.shape == (None, 10)


def test_any_number_of_classes():
    environment.prepare()
    from training.architectures import ARCHITECTURES

    for build in ARCHITECTURES.values():
        assert build(3, 0.0).output_shape == (None, 3)
