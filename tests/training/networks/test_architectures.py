"""The networks keep the contract: image in, features and probabilities out, small."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from training.base import environment
from training.base.errors import BuildError
from training.recipes.schema import Architecture

NAMES = ("compact_cnn", "residual_cnn", "broad_residual_cnn", "wide_residual_cnn")
#: Of the tutorials, with the parameters that their texts state or that follow from them.
TUTORIALS = {
    "dense": (100_480, 1_290),
    "fashion_cnn": (320, 18_496, 313_700, 1_010),
    "mygrad_cnn": (520, 5_010, 5_020, 210),
    "tfjs_cnn": (208, 3_216, 2_570),
}


@pytest.fixture(scope="module")
def architectures():
    environment.prepare()
    from training.networks.architectures import ARCHITECTURES

    assert tuple(ARCHITECTURES) == (*NAMES, *TUTORIALS) == get_args(Architecture)
    return ARCHITECTURES


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("compact_cnn", 122_000),
        ("residual_cnn", 160_000),
        ("broad_residual_cnn", 283_000),
        ("wide_residual_cnn", 374_000),
    ],
)
def test_it_is_as_small_as_it_says(architectures, name, parameters):
    model = architectures[name](10, 0.25, has_ood_head=False)
    assert model.count_params() == pytest.approx(parameters, rel=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_probabilities_sum_to_one_and_scores_are_shares(architectures, name):
    images = np.random.default_rng(0).random((5, 28, 28), dtype=np.float32)
    probabilities, scores = architectures[name](10, 0.25, has_ood_head=True).predict_on_batch(
        images
    )
    assert probabilities.shape == (5, 10)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert scores.shape == (5, 1)
    assert ((scores > 0) & (scores < 1)).all()


@pytest.mark.parametrize("name", NAMES)
def test_it_has_the_layers_that_export_asks_for(architectures, name):
    model = architectures[name](10, 0.25, has_ood_head=True)
    assert model.get_layer("features").output.shape in ((None, 80), (None, 96), (None, 128))
    assert model.get_layer("probabilities").output.shape == (None, 10)
    assert model.get_layer("digit_score").output.shape == (None, 1)


@pytest.mark.parametrize("name", NAMES)
def test_any_number_of_classes(architectures, name):
    assert architectures[name](3, 0.0, has_ood_head=False).output_shape == (None, 3)


@pytest.mark.parametrize("name", TUTORIALS)
def test_a_tutorial_s_network_has_its_text_s_parameters(architectures, name):
    model = architectures[name](10, 0.4, has_ood_head=False)
    counts = [layer.count_params() for layer in model.layers]
    assert tuple(count for count in counts if count) == TUTORIALS[name]
    assert [layer.name for layer in model.layers if layer.name == "features"] == ["features"]
    assert model.predict_on_batch(np.zeros((3, 28, 28), np.float32)).shape == (3, 10)


@pytest.mark.parametrize(
    ("name", "spread"),
    [
        # A truncated normal distribution by fan-in, which is 8 x 5 x 5.
        ("tfjs_cnn", (1 / 200) ** 0.5),
        # A uniform one whose bound is sqrt(2) x sqrt(6 / (fan-in + fan-out)).
        ("mygrad_cnn", (2 * 2 / (500 + 250)) ** 0.5),
    ],
)
def test_a_tutorial_s_weights_begin_as_its_text_says(architectures, name, spread):
    model = architectures[name](10, 0.0, has_ood_head=False)
    kernels = [w.numpy() for w in model.trainable_variables if w.path.endswith("kernel")]
    assert kernels[1].std() == pytest.approx(spread, rel=0.05)
    assert all((w.numpy() == 0).all() for w in model.trainable_variables if "bias" in w.path)


def test_a_tutorial_s_network_has_no_ood_head(architectures):
    with pytest.raises(BuildError, match="no digit score"):
        architectures["dense"](10, 0.0, has_ood_head=True)
