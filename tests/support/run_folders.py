"""Folders of runs, as a build leaves them, without the training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from training.recipes import RECIPES
from training.runs import PREDICTIONS, Configuration, Layer, Pictures, Result, RunFolder
from training.runs.history import Epoch
from training.runs.metrics import BatchDone, Ended, EpochDone, MetricsWriter, Started

BATCHES = 20
LAYERS = (
    Layer("image", "InputLayer", (28, 28), 0),
    Layer("conv2d", "Conv2D", (28, 28, 32), 320, ("image",)),
    Layer("max_pooling2d", "MaxPooling2D", (14, 14, 32), 0, ("conv2d",)),
    Layer("features", "Flatten", (6272,), 0, ("max_pooling2d",)),
    Layer("probabilities", "Dense", (10,), 62_730, ("features",)),
)


def epoch(number: int) -> Epoch:
    """An epoch that is a little better than the one before."""
    return Epoch(
        number=number,
        loss=1.0 / number,
        accuracy=1 - 0.4 / number,
        validation_loss=1.2 / number,
        validation_accuracy=1 - 0.5 / number,
        pen_accuracy=None,
        seconds=2.0,
    )


def pictures(count: int = 60, classes: int = 10, seed: int = 0) -> Pictures:
    """Noisy squares whose place tells their class; a tenth of the answers is wrong."""
    rng = np.random.default_rng(seed)
    labels = (np.arange(count) % classes).astype(np.int64)
    images = rng.integers(0, 40, (count, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels.tolist(), strict=True):
        row, column = divmod(label, 5)
        image[4 * (row % 6) + 2 : 4 * (row % 6) + 8, 5 * column + 1 : 5 * column + 6] = 230
    answers = np.where(rng.random(count) < 0.1, (labels + 1) % classes, labels)
    probabilities = rng.random((count, classes)).astype(np.float32) * np.float32(0.2)
    probabilities[np.arange(count), answers] += rng.uniform(0.5, 3, count).astype(np.float32)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return Pictures(images, labels, probabilities)


def begin_run(
    path: Path, name: str = "tfjs-cnn", labels: Sequence[str] = tuple("0123456789")
) -> RunFolder:
    """A folder as it is before the first step."""
    folder = RunFolder(path)
    recipe = RECIPES[name]
    folder.write_json(
        "run.json",
        Configuration(
            command=f"python -m training.build --recipe {name}",
            recipe=recipe,
            data="MNIST",
            own_data=None,
            labels=tuple(labels),
            started="2026-01-02T03:04:05",
        ),
    )
    folder.write_json("environment.json", {"python": "3.11.7", "keras": "3.15.0"})
    folder.write_json("model.json", LAYERS)
    known = pictures(25, len(labels))
    folder.write_pictures("samples.npz", Pictures(known.images, known.labels))
    return folder


def train_epoch(writer: MetricsWriter, number: int, *, batches: int = BATCHES) -> None:
    """What an epoch notes; with fewer batches, what it had noted when it was killed."""
    for batch in range(1, batches + 1):
        loss = 1.0 / (number - 1 + batch / BATCHES)
        writer.note(BatchDone(number, batch, loss, 1 - 0.3 * min(1, loss), 1_000.0 + number))
    if batches == BATCHES:
        writer.note(EpochDone(epoch(number), True, 1_000.0 + number))


def finish_run(folder: RunFolder, epochs: int, *, how: str = "finished") -> None:
    """What a build leaves after training: predictions, card, model's figures."""
    classes = len(folder.configuration().labels)
    for seed, name in enumerate(PREDICTIONS):
        folder.write_pictures(f"predictions/{name}.npz", pictures(60, classes, seed))
    test = pictures(60, classes, 0)
    assert test.probabilities is not None
    last = epoch(epochs)
    folder.write_json("tfjs-cnn.json", {"name": "tfjs-cnn"})
    folder.write_json(
        "result.json",
        Result(
            how=how,
            epochs=epochs,
            best_epoch=epochs,
            seconds=2.0 * epochs,
            parameters=63_050,
            validation_loss=last.validation_loss,
            validation_accuracy=last.validation_accuracy,
            test_correct=int((test.probabilities.argmax(axis=1) == test.labels).sum()),
            test_total=60,
            onnx="tfjs-cnn.onnx",
            onnx_bytes=252_000,
        ),
    )


def make_run(path: Path, epochs: int = 3, name: str = "tfjs-cnn") -> RunFolder:
    """The folder of a finished run."""
    folder = begin_run(path, name)
    with MetricsWriter(folder.metrics) as writer:
        writer.note(Started(epochs, BATCHES, 2_000, 0, 1_000.0))
        for number in range(1, epochs + 1):
            train_epoch(writer, number)
        writer.note(Ended("finished", "", 1_100.0))
    finish_run(folder, epochs)
    return folder
