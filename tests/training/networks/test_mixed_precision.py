"""A network's copy for training: the same weights and answers, by other operations."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

pytest.importorskip("tensorflow", reason="needs the train extra")

from tests.support.training_fixtures import TINY, drawn_digits, no_writers
from training.base import environment
from training.data.datasets import MNIST, Split
from training.runs import RunFolder
from training.synth.pool import draw_pool

PRECISIONS = ("float32", "bfloat16")


@pytest.fixture(scope="module")
def keras_side():
    """What may be imported only once Keras is set up."""
    environment.prepare()
    import keras

    from training.fit import train
    from training.networks import architectures, mixed_precision

    keras.utils.set_random_seed(0)
    return SimpleNamespace(
        keras=keras,
        network=lambda dropout=0.0: architectures.residual_cnn(10, dropout, has_ood_head=True),
        mixed_precision=mixed_precision,
        mixed_precision_copy=mixed_precision.mixed_precision_copy,
        train=train,
    )


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return drawn_digits(60)[0].astype(np.float32) / 255


@pytest.mark.parametrize(
    ("flags", "backend", "expected"),
    [
        (["avx512f", "amx_bf16"], "tensorflow", "bfloat16"),
        (["avx512_bf16"], "tensorflow", "bfloat16"),
        (["avx512f"], "tensorflow", "float32"),
        (None, "tensorflow", "float32"),
        (["amx_bf16"], "jax", "float32"),
    ],
)
def test_auto_is_bfloat16_where_a_processor_multiplies_it(
    keras_side, monkeypatch, flags, backend, expected
):
    mixed_precision = keras_side.mixed_precision
    mixed_precision.chosen.cache_clear()
    told = {} if flags is None else {"flags": flags}
    monkeypatch.setattr(mixed_precision.cpuinfo, "get_cpu_info", lambda: told)
    monkeypatch.setattr(mixed_precision.keras.backend, "backend", lambda: backend)
    assert mixed_precision.chosen("auto") == expected
    for precision in PRECISIONS:
        assert mixed_precision.chosen(precision) == precision
    mixed_precision.chosen.cache_clear()


@pytest.mark.parametrize("precision", PRECISIONS)
def test_it_has_the_same_weights_as_float32(keras_side, precision):
    network = keras_side.network()
    copy = keras_side.mixed_precision_copy(network, precision)
    for own, its in zip(network.get_weights(), copy.get_weights(), strict=True):
        assert its.dtype == np.float32
        assert np.array_equal(own, its)
    copy.set_weights([weights + 1 for weights in copy.get_weights()])
    assert np.array_equal(network.get_weights()[0] + 1, copy.get_weights()[0])


@pytest.mark.parametrize(("precision", "within"), [("float32", 1e-5), ("bfloat16", 0.02)])
def test_it_answers_alike(keras_side, images, precision, within):
    network = keras_side.network()
    copy = keras_side.mixed_precision_copy(network, precision)
    for own, its in zip(network(images), copy(images), strict=True):
        assert str(its.dtype) == "<dtype: 'float32'>"
        assert np.abs(np.asarray(own) - np.asarray(its)).max() < within


def test_layers_compute_as_they_are_asked_to(keras_side):
    copy = keras_side.mixed_precision_copy(keras_side.network(), "bfloat16")
    outputs = [layer for layer in copy.layers if layer.name in ("probabilities", "digit_score")]
    assert [layer.compute_dtype for layer in outputs] == ["float32", "float32"]
    convolutions = [layer for layer in copy.layers if type(layer).__name__ == "Conv2D"]
    assert {layer.compute_dtype for layer in convolutions} == {"bfloat16"}


@pytest.mark.parametrize("shape", [(60, 14, 14, 32), (600, 1, 1, 80)])
def test_normalising_at_once_is_normalising(keras_side, shape):
    """Answers, gradients and moving averages are those of Keras' own layer."""
    import tensorflow as tf

    network = keras_side.network()
    kinds = [
        next(type(layer) for layer in model.layers if "Normalization" in type(layer).__name__)
        for model in (network, keras_side.mixed_precision_copy(network, "float32"))
    ]
    assert kinds[0] is not kinds[1]
    rng = np.random.default_rng(0)
    inputs, weights = rng.normal(2, 3, (2, *shape)).astype(np.float32)
    found = []
    for kind in kinds:
        layer = kind(momentum=0.9)
        layer.build(shape)
        x = tf.constant(inputs)
        with tf.GradientTape() as tape:
            tape.watch(x)
            normalised = layer(x, training=True)
            total = tf.reduce_sum(normalised * weights)
        gradients = tape.gradient(total, [x, layer.gamma.value, layer.beta.value])
        found.append([np.asarray(each) for each in (normalised, *gradients, *layer.get_weights())])
    for own, its in zip(*found, strict=True):
        assert np.abs(its - own).max() <= 2e-3 * np.abs(own).max()
    moving_mean, moving_variance = found[1][-2:]
    assert moving_mean == pytest.approx(np.full(shape[-1], 0.2), abs=0.1)
    assert moving_variance == pytest.approx(np.full(shape[-1], 0.9 + 0.9), abs=0.2)


def test_dropout_draws_the_same_numbers(keras_side, images):
    network = keras_side.network(dropout=0.5)
    copy = keras_side.mixed_precision_copy(network, "float32")
    own, its = (np.asarray(model(images, training=True)[0]) for model in (network, copy))
    assert its == pytest.approx(own, abs=1e-4)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_what_training_ends_with_is_the_plain_network(keras_side, tmp_path, precision):
    train = keras_side.train
    own, validation = (
        Split(images.astype(np.float32) / 255, labels.astype(np.int64))
        for images, labels in (drawn_digits(400, 1), drawn_digits(100, 2))
    )
    console = Console(file=StringIO())
    pool = draw_pool(TINY.mixture, MNIST.labels, no_writers(), console)
    data = train.Data(own, pool, [validation], classes=10)
    recipe = replace(TINY, precision=precision)
    training = train.fit(recipe, data, RunFolder(tmp_path), console)
    assert training.best.validation_accuracy > 0.95
    layers = training.model.layers
    assert {type(layer).__module__.split(".")[0] for layer in layers} == {"keras"}
    assert {layer.compute_dtype for layer in layers} == {"float32"}
    kept = train.evaluate(training.model, validation)
    assert kept[0] == pytest.approx(training.best.validation_loss, abs=1e-6)
