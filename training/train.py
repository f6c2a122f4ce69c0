"""The fit loop: distorted batches in, the weights of the best epoch out."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.batches import Batches
from training.checkpoint import Checkpoint
from training.datasets import Split
from training.history import Epoch, best_of
from training.interrupt import Interrupt
from training.progress import FitProgress
from training.recipes import Recipe
from training.run import Run
from training.stock import Stock

_EVALUATION_BATCH = 1_000


@dataclass(frozen=True, eq=False)
class Training:
    """A finished or cut-short run.

    Attributes:
        recipe: what was trained.
        model: the Keras model, with the weights of the best epoch.
        history: every epoch that was finished, in order.
        best: the epoch whose weights the model has.
        interrupted: whether Ctrl-C ended it early.
        seconds: how long the whole took.
    """

    recipe: Recipe
    model: Any
    history: tuple[Epoch, ...]
    best: Epoch
    interrupted: bool
    seconds: float


class NothingTrainedError(KeyboardInterrupt):
    """Ctrl-C before the first epoch had ended, so that there is nothing to keep."""


@dataclass(frozen=True, eq=False)
class Data:
    """What a run learns from, and what it is validated on after every epoch.

    Attributes:
        train: the dataset's training images.
        stock: drawings that join them.
        validation: the dataset's validation images and, where there are any, the validation
            writers' digits.
    """

    train: Split
    stock: Stock
    validation: Sequence[Split]

    def fingerprint(self) -> str:
        """Identifies the training images."""
        digest = hashlib.sha256(self.train.labels.tobytes())
        digest.update(self.stock.labels.tobytes())
        digest.update(self.stock.images[:: 1 + len(self.stock.images) // 1000].tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Saving:
    """Where checkpoints go, and whether the one that is there is gone on with."""

    folder: Path
    resume: bool


def fit_seeds(
    recipe: Recipe, repeats: int, data: Data, saving: Saving, console: Console
) -> list[Training]:
    """Train the recipe with its seed and, for ``repeats`` above 1, with the seeds that follow.

    Ctrl-C ends the first run early and leaves out the others; in one of the others, it leaves out
    that one and those after it.

    Returns:
        The recipe's own seed first; all others were trained to the end.

    Raises:
        TrainingError, CheckpointError, KeyboardInterrupt: as :func:`fit`.
    """
    trainings = [fit(recipe, data, saving, console)]
    for seed in range(recipe.seed + 1, recipe.seed + repeats):
        if trainings[0].interrupted:
            break
        try:
            training = fit(replace(recipe, seed=seed), data, saving, console)
        except NothingTrainedError:
            break
        if training.interrupted:
            break
        trainings.append(training)
    return trainings


def fit(recipe: Recipe, data: Data, saving: Saving, console: Console) -> Training:
    """Train one model; Ctrl-C ends it after the batch at hand and keeps the best epoch so far.

    The best epoch is that with the lowest validation loss, which chance moves less than accuracy.

    Raises:
        TrainingError: if the loss is no longer a number.
        CheckpointError: if a checkpoint cannot be written or read.
        NothingTrainedError: on Ctrl-C before the first epoch has ended.
    """
    with Interrupt() as interrupt:
        keras.utils.set_random_seed(recipe.seed)
        batches = Batches(recipe, data.train, data.stock)
        checkpoint = Checkpoint(saving.folder, recipe, data.fingerprint())
        run = Run(recipe, batches, checkpoint)
        title = f"Training {recipe.name}, seed {recipe.seed}: {batches.images:,} images an epoch"
        if saving.resume and run.restore():
            title += f", going on after epoch {len(run.history)}"
        elif checkpoint.path.is_file():
            title += ", from the start (--resume would go on with what is saved of it)"
        console.print(title, soft_wrap=True)
        with FitProgress(recipe.epochs, batches.count, console) as progress:
            for number in range(len(run.history) + 1, recipe.epochs + 1):
                begun = time.monotonic()
                loss, accuracy = run.one_epoch(batches, number, progress, interrupt)
                if interrupt.requested:
                    break
                with run.average.in_use():
                    on_validation = [score(run.model, split) for split in data.validation]
                seconds = time.monotonic() - begun
                validation_loss, own, pen = _together(on_validation)
                epoch = Epoch(number, loss, accuracy, validation_loss, own, pen, seconds)
                run.finish(epoch)
                progress.epoch_done(epoch, epoch is best_of(run.history))
        if not run.history:
            raise NothingTrainedError
        best = best_of(run.history)
        if interrupt.requested:
            console.print(f"Stopped by Ctrl-C; going on with epoch {best.number}, the best so far")
        run.model.set_weights(run.weights)
        seconds = sum(epoch.seconds for epoch in run.history)
        return Training(recipe, run.model, tuple(run.history), best, interrupt.requested, seconds)


def _together(scores: Sequence[tuple[float, float]]) -> tuple[float, float, float | None]:
    """Mean loss over the validation sets, and the accuracy on each of them."""
    losses, accuracies = zip(*scores, strict=True)
    own, *pen = accuracies
    return sum(losses) / len(losses), own, pen[0] if pen else None


def score(model: Any, split: Split) -> tuple[float, float]:
    """Mean cross-entropy in nats, and accuracy 0..1, of a model on undistorted images."""
    probabilities, _ = predict(model, split.images)
    right = probabilities[np.arange(len(split)), split.labels]
    loss = -np.log(np.maximum(right, 1e-7)).mean()
    return float(loss), float((probabilities.argmax(axis=1) == split.labels).mean())


def predict(
    model: Any, images: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Probabilities by Keras, float32 (N, classes), and digit scores (N,) where it has them."""
    parts = [
        model.predict_on_batch(images[i : i + _EVALUATION_BATCH])
        for i in range(0, len(images), _EVALUATION_BATCH)
    ]
    if not isinstance(parts[0], list):
        return np.concatenate(parts), None
    probabilities, scores = (np.concatenate(output) for output in zip(*parts, strict=True))
    return probabilities, scores[:, 0]
