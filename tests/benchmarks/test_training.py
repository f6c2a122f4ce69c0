"""Training: our input pipeline beside Keras' own, an epoch of ours beside plain ``model.fit``."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from training.base import environment
from training.data.datasets import Split
from training.fit.batches import Batches
from training.recipes import DIGITS
from training.runs.metrics import MetricsWriter
from training.synth.pool import SyntheticPool

IMAGES, BATCH, ROUNDS = 6_400, 128, 5


@pytest.fixture(scope="module")
def digits() -> Split:
    """Noise of a digit's size: speed does not depend on what is drawn."""
    rng = np.random.default_rng(0)
    images = np.zeros((IMAGES, 28, 28), dtype=np.float32)
    images[:, 4:24, 6:22] = rng.random((IMAGES, 20, 16)) > 0.7
    return Split(images, rng.integers(0, 10, IMAGES))


@pytest.fixture(scope="module")
def batches(digits: Split) -> Batches:
    environment.prepare()
    return Batches(DIGITS, digits, SyntheticPool([], []), 10)


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def side_by_side(*works: Callable[[], object]) -> list[float]:
    """Median seconds of each, taken in turns, after a round that does not count."""
    rounds = [[seconds(work) for work in works] for _ in range(ROUNDS + 1)]
    return [statistics.median(times) for times in zip(*rounds[1:], strict=True)]


def keras_pipeline(digits: Split) -> Any:
    """What a tutorial would write: five random layers in ``tf.data``."""
    import tensorflow as tf

    layers = keras.Sequential(
        [
            keras.layers.RandomRotation(0.04, fill_mode="constant"),
            keras.layers.RandomShear(0.1, 0.1, fill_mode="constant"),
            keras.layers.RandomZoom(0.06, 0.06, fill_mode="constant"),
            keras.layers.RandomTranslation(0.02, 0.02, fill_mode="constant"),
            keras.layers.RandomContrast(0.2, value_range=(0, 1)),
        ]
    )
    images, labels = digits.images[..., None], np.eye(10, dtype=np.float32)[digits.labels]
    return (
        tf.data.Dataset.from_tensor_slices((images, labels))
        .shuffle(IMAGES, seed=0)
        .batch(BATCH)
        .map(lambda x, y: (layers(x, training=True), y), num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
    )


def all_of(iterable: Any) -> None:
    for _ in iterable:
        pass


def test_input_pipeline(digits: Split, batches: Batches, report: Callable[[str], None]) -> None:
    theirs = keras_pipeline(digits)
    model = compiled()
    ready = list(batches.epoch(1))
    ours_s, theirs_s, steps_s = side_by_side(
        lambda: all_of(batches.epoch(1)),
        lambda: all_of(theirs),
        lambda: [step(model, batch) for batch in ready],
    )
    report(
        f"input pipeline with augmentation: ours {IMAGES / ours_s:,.0f} images/s, Keras' random"
        f" layers in tf.data {IMAGES / theirs_s:,.0f} images/s: {theirs_s / ours_s:.1f} times"
    )
    report(f"the pipeline's share of the training step: {ours_s / steps_s:.1%}")


def test_an_epoch_beside_model_fit(
    digits: Split, batches: Batches, tmp_path: Path, report: Callable[[str], None]
) -> None:
    """The same network, optimiser and number of images; ours also distorts, averages and notes."""
    from training.fit import train

    training = train.new_training(DIGITS, batches)
    plain = compiled()
    x, targets = digits.images, np.eye(10, dtype=np.float32)[digits.labels]
    y = [targets, np.ones((IMAGES, 1), np.float32)]
    dataset = train.EpochDataset(batches, has_ood_head=True)
    log = train.callbacks.BatchLog(batches, MetricsWriter(tmp_path / "log").note, lambda: False)
    ema = keras.callbacks.LambdaCallback(on_train_batch_end=lambda *_, **__: training.ema.update())
    ours = [ema, log]
    ours_s, theirs_s = side_by_side(
        lambda: training.copy.fit(dataset, shuffle=False, verbose=0, callbacks=ours),
        lambda: plain.fit(x, y, batch_size=BATCH, epochs=1, verbose=0),
    )
    report(
        f"an epoch of {batches.images:,} images: ours {ours_s:.2f} s, plain model.fit from arrays"
        f" {theirs_s:.2f} s: {ours_s / theirs_s:.3f} times as long"
    )


def test_a_step_in_faster_arithmetic(batches: Batches, report: Callable[[str], None]) -> None:
    """Keras' own layers, the same with normalisation at once, and that with bfloat16."""
    ready = list(batches.epoch(1))
    models = [compiled(), compiled("float32"), compiled("bfloat16")]
    plain_s, fused_s, half_s = side_by_side(
        *(lambda model=model: [step(model, batch) for batch in ready] for model in models)
    )
    report(
        f"training steps: {IMAGES / plain_s:,.0f} images/s with Keras' layers; normalised at once"
        f" {plain_s / fused_s:.2f} times as many, and in bfloat16 {plain_s / half_s:.2f} times"
    )


def compiled(precision: str | None = None) -> Any:
    from training.networks.architectures import ARCHITECTURES
    from training.networks.mixed_precision import mixed_precision_copy

    model = ARCHITECTURES[DIGITS.architecture](10, DIGITS.dropout, True)
    model = mixed_precision_copy(model, precision) if precision else model
    model.compile("adamw", ["categorical_crossentropy", "binary_crossentropy"], jit_compile=False)
    return model


def step(model: Any, batch: Any) -> None:
    model.train_on_batch(batch.images, [batch.classes, batch.is_digit])
