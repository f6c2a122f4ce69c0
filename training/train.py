"""The fit loop: distorted batches in, the weights of the best epoch out."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.architectures import ARCHITECTURES
from training.augment import Augmenter
from training.datasets import Split
from training.errors import BuildError
from training.interrupt import Interrupt
from training.progress import FitProgress
from training.recipes import Recipe

_EVALUATION_BATCH = 1_000
#: Batches between two updates of the average; copying the weights takes as long as a small batch.
_AVERAGE_EVERY = 10


class TrainingError(BuildError):
    """Training that cannot go on; the message is one sentence that says what to do next."""


@dataclass(frozen=True)
class Epoch:
    """What one pass over the training images came to.

    Attributes:
        number: 1-based.
        loss: mean cross-entropy of the distorted training images.
        accuracy: share of them read correctly, 0..1.
        validation_loss: mean cross-entropy of the validation images, undistorted.
        validation_accuracy: share of them read correctly, 0..1.
        seconds: how long it took, validation included.
    """

    number: int
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float


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


def fit_seeds(
    recipe: Recipe, repeats: int, train: Split, validation: Split, console: Console
) -> list[Training]:
    """Train the recipe with its seed and, for ``repeats`` above 1, with the seeds that follow.

    Ctrl-C ends the first run early and leaves out the others; in one of the others, it leaves out
    that one and those after it.

    Returns:
        The recipe's own seed first; all others were trained to the end.

    Raises:
        TrainingError, KeyboardInterrupt: as :func:`fit`.
    """
    trainings = [fit(recipe, train, validation, console)]
    for seed in range(recipe.seed + 1, recipe.seed + repeats):
        if trainings[0].interrupted:
            break
        try:
            training = fit(replace(recipe, seed=seed), train, validation, console)
        except NothingTrainedError:
            break
        if training.interrupted:
            break
        trainings.append(training)
    return trainings


def fit(recipe: Recipe, train: Split, validation: Split, console: Console) -> Training:
    """Train one model; Ctrl-C ends it after the batch at hand and keeps the best epoch so far.

    The best epoch is that with the lowest validation loss, which chance moves less than accuracy.

    Raises:
        TrainingError: if the loss is no longer a number.
        NothingTrainedError: on Ctrl-C before the first epoch has ended.
    """
    with Interrupt() as interrupt:
        console.print(f"Training {recipe.name}, seed {recipe.seed}: {len(train):,} images an epoch")
        started = time.monotonic()
        keras.utils.set_random_seed(recipe.seed)
        batches = _Batches(recipe, train)
        model = _compiled(recipe, batches)
        average = _Average(model, recipe.averaging * batches.count)
        history: list[Epoch] = []
        weights: list[NDArray[np.float32]] = []
        with FitProgress(recipe.epochs, batches.count, console) as progress:
            for number in range(1, recipe.epochs + 1):
                begun = time.monotonic()
                on_training = _one_epoch(model, batches, average, number, progress, interrupt)
                if interrupt.requested:
                    break
                with average.in_use():
                    on_validation = score(model, validation)
                seconds = time.monotonic() - begun
                epoch = Epoch(number, *on_training, *on_validation, seconds)
                history.append(epoch)
                if epoch is _best(history):
                    weights = [array.copy() for array in average.weights]
                progress.epoch_done(epoch, epoch is _best(history))
        if not history:
            raise NothingTrainedError
        best = _best(history)
        if interrupt.requested:
            console.print(f"Stopped by Ctrl-C; going on with epoch {best.number}, the best so far")
        model.set_weights(weights)
        seconds = time.monotonic() - started
        return Training(recipe, model, tuple(history), best, interrupt.requested, seconds)


def _best(history: Sequence[Epoch]) -> Epoch:
    """The epoch with the lowest validation loss; the first one among equals."""
    return min(history, key=lambda epoch: epoch.validation_loss)


def score(model: Any, split: Split) -> tuple[float, float]:
    """Mean cross-entropy in nats, and accuracy 0..1, of a model on undistorted images."""
    probabilities = predict(model, split.images)
    right = probabilities[np.arange(len(split)), split.labels]
    loss = -np.log(np.maximum(right, 1e-7)).mean()
    return float(loss), float((probabilities.argmax(axis=1) == split.labels).mean())


def predict(model: Any, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities by Keras: float32 (N, classes)."""
    parts = [
        model.predict_on_batch(images[i : i + _EVALUATION_BATCH])
        for i in range(0, len(images), _EVALUATION_BATCH)
    ]
    return np.concatenate(parts)


class _Average:
    """Exponential moving average of a model's weights, normalisation statistics included.

    B. Polyak and A. Juditsky, "Acceleration of stochastic approximation by averaging" (1992).
    Averaged weights read better, and differ less from one epoch to the next, than the last ones.
    """

    def __init__(self, model: Any, horizon: float) -> None:
        """Average over the last ``horizon`` batches or so; 0 follows the model itself."""
        self._model = model
        self._horizon = horizon
        self._updates = 0
        self.weights: list[NDArray[np.float32]] = model.get_weights()

    def update(self) -> None:
        self._updates += 1
        if self._updates % _AVERAGE_EVERY:
            return
        # A quarter of the run so far at most, so that the first batches are soon forgotten.
        span = min(self._horizon, self._updates / 4)
        share = np.float32(min(1.0, _AVERAGE_EVERY / max(span, 1.0)))
        for mean, now in zip(self.weights, self._model.get_weights(), strict=True):
            mean += share * (now - mean)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Let the model have the averaged weights for a while."""
        own = self._model.get_weights()
        self._model.set_weights(self.weights)
        try:
            yield
        finally:
            self._model.set_weights(own)


class _Batches:
    """Shuffled, distorted batches with one-hot labels; the seed decides all of it."""

    def __init__(self, recipe: Recipe, train: Split) -> None:
        self._train = train
        self._size = min(recipe.batch, len(train))
        self.count = len(train) // self._size
        self.classes = int(train.labels.max()) + 1
        self._one_hot = np.eye(self.classes, dtype=np.float32)
        self._order = np.random.default_rng(recipe.seed)
        self._augmenter = Augmenter(recipe.augmentation, recipe.seed)

    def __iter__(self) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        order = self._order.permutation(len(self._train))
        # The last, smaller batch is left out: other images fall into it each time.
        for start in range(0, self.count * self._size, self._size):
            chosen = order[start : start + self._size]
            images = self._augmenter(self._train.images[chosen])
            yield images, self._one_hot[self._train.labels[chosen]]


def _one_epoch(
    model: Any,
    batches: _Batches,
    average: _Average,
    number: int,
    progress: FitProgress,
    interrupt: Interrupt,
) -> tuple[float, float]:
    """Train on every batch once; the mean loss and accuracy."""
    sums = np.zeros(2)
    progress.epoch_begins(number)
    for done, (images, labels) in enumerate(batches, start=1):
        logs = model.train_on_batch(images, labels, return_dict=True)
        if not math.isfinite(logs["loss"]):
            raise TrainingError(
                f"the loss became {logs['loss']} in epoch {number}, so training cannot go on;"
                " lower the recipe's learning rate"
            )
        average.update()
        sums += logs["loss"], logs["accuracy"]
        loss, accuracy = sums / done
        progress.batch_done(len(images), loss, accuracy)
        if interrupt.requested:
            break
    return float(loss), float(accuracy)


def _compiled(recipe: Recipe, batches: _Batches) -> Any:
    """The recipe's network with its optimiser, schedule and loss."""
    model = ARCHITECTURES[recipe.architecture](batches.classes, recipe.dropout)
    steps = recipe.epochs * batches.count
    warmup = max(1, round(recipe.warmup * steps))
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        decay_steps=max(1, steps - warmup),
        warmup_target=recipe.learning_rate,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=recipe.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing)
    # XLA takes 1.8 times as long on a CPU.
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"], jit_compile=False)
    return model
