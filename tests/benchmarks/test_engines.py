"""The bundled model in onnxruntime beside the same networks in Keras, on the same images."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from digitpad.recognizer import Recognizer
from training import architectures
from training.recipes import RECIPES

COUNT = 256


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(0).random((COUNT, 28, 28), dtype=np.float32)


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer.load("digits", "cpu")


@pytest.fixture(scope="module")
def network(recognizer: Recognizer) -> Any:
    """The bundled model's networks and their mean; the speed does not depend on the weights."""
    recipe = RECIPES["digits"]
    architecture = architectures.ARCHITECTURES[recipe.architecture]
    image = keras.Input((28, 28))
    answers = [architecture(10, recipe.dropout, True)(image) for _ in recognizer.card["members"]]
    return keras.Model(image, [keras.layers.Average()(said) for said in zip(*answers, strict=True)])


@pytest.mark.benchmark(group="one image")
def test_onnxruntime_one(benchmark: Any, recognizer: Recognizer, images: np.ndarray) -> None:
    assert benchmark(recognizer.predict, images[:1]).shape == (1, 10)


@pytest.mark.benchmark(group="one image")
def test_keras_predict_one(benchmark: Any, network: Any, images: np.ndarray) -> None:
    benchmark(network.predict, images[:1], verbose=0)


@pytest.mark.benchmark(group=f"a batch of {COUNT} images")
def test_onnxruntime_batch(benchmark: Any, recognizer: Recognizer, images: np.ndarray) -> None:
    assert benchmark(recognizer.predict, images).shape == (COUNT, 10)


@pytest.mark.benchmark(group=f"a batch of {COUNT} images")
def test_keras_predict_batch(benchmark: Any, network: Any, images: np.ndarray) -> None:
    benchmark(network.predict, images, batch_size=COUNT, verbose=0)
