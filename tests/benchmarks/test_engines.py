"""The bundled model in onnxruntime beside the same networks in Keras, and in other arithmetic."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from digitpad.inference.recognizer import Recognizer
from training.export.ensemble import average, in_half_precision
from training.export.export import to_onnx
from training.export.quantize import in_eight_bits
from training.networks import architectures

COUNT = 256
#: What a model has to say of itself.
METADATA = {"name": "digits", "labels": json.dumps(list("0123456789"))} | {
    "digit_score_threshold": "0.5"
}


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(0).random((COUNT, 28, 28), dtype=np.float32)


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer.load("digits", "cpu")


@pytest.fixture(scope="module")
def members(recognizer: Recognizer) -> list[Any]:
    """Networks such as the bundled model's; the speed does not depend on the weights."""
    architecture = recognizer.card["training"]["recipe"]["architecture"]
    make = architectures.ARCHITECTURES[architecture]
    return [make(10, 0.0, True) for _ in recognizer.card["members"]]


@pytest.fixture(scope="module")
def network(members: list[Any]) -> Any:
    """Them and their mean."""
    image = keras.Input((28, 28))
    answers = [member(image) for member in members]
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


@pytest.mark.benchmark(group="one image, computed with")
@pytest.mark.parametrize("arithmetic", ["float32", "int8"])
def test_arithmetic_one(
    benchmark: Any,
    members: list[Any],
    images: np.ndarray,
    report: Callable[[str], None],
    arithmetic: str,
) -> None:
    exported = [to_onnx(member, METADATA) for member in members]
    if arithmetic == "int8":
        exported = [in_eight_bits(member, images) for member in exported]
    joined = average([in_half_precision(member) for member in exported], METADATA)
    report(f"{len(members)} networks, computed with {arithmetic}: {len(joined) / 1e3:,.0f} kB")
    recognizer = Recognizer(joined, "digits", "cpu", {})
    assert benchmark(recognizer.predict, images[:1]).shape == (1, 10)
