"""Training one network with Keras: data, model, ``compile``, ``fit``, evaluation.

What is special is in the parts: :mod:`training.fit.batches` makes the data of an epoch,
:mod:`training.fit.callbacks` saves, evaluates and tells.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.base.interrupt import interruptible
from training.data.datasets import Split
from training.fit import callbacks
from training.fit.batches import Batches
from training.fit.checkpoint import Checkpoint, Training
from training.fit.distillation import DistillationTargets
from training.fit.progress import run_log
from training.networks.architectures import ARCHITECTURES
from training.networks.ema import EMA
from training.networks.mixed_precision import mixed_precision_copy
from training.networks.optimizers import optimizer_of
from training.recipes import Recipe
from training.runs import RunFolder, layers_of
from training.runs.metrics import Event
from training.synth.pool import SyntheticPool

_EVALUATION_BATCH = 1_000


class NothingTrainedError(KeyboardInterrupt):
    """Ctrl-C before the first epoch had ended, so that there is nothing to keep."""


@dataclass(frozen=True, eq=False)
class Data:
    """What a run learns from, and what it is validated on after every epoch."""

    train: Split  #: the dataset's training images
    pool: SyntheticPool  #: drawings that join them
    #: The dataset's validation images and, where there are any, the validation writers' digits.
    validation: Sequence[Split]
    classes: int  #: how many there are
    targets: DistillationTargets | None = None  #: what teachers say of the training images, or None

    def fingerprint(self) -> str:
        """Identifies the training images, and who teaches them."""
        digest = hashlib.sha256(self.train.labels.tobytes())
        digest.update(self.pool.labels.tobytes())
        digest.update(self.pool.images[:: 1 + len(self.pool.images) // 1000].tobytes())
        digest.update(self.train.images[:: 1 + len(self.train) // 1000].tobytes())
        digest.update((self.targets.fingerprint if self.targets else "").encode())
        return digest.hexdigest()


class EpochDataset(keras.utils.PyDataset):  # type: ignore[misc]  # Keras is untyped
    """The batches of an epoch for ``fit``, which asks for them in order."""

    def __init__(self, batches: Batches, has_ood_head: bool) -> None:
        super().__init__()
        self._batches, self._has_ood_head, self._number = batches, has_ood_head, 1

    def __len__(self) -> int:
        return self._batches.count

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """Images, what they are to be read as and, with an OOD head, how much each row counts."""
        if index == 0:
            self._epoch = self._batches.epoch(self._number)
        batch = next(self._epoch)
        if not self._has_ood_head:
            return batch.images, batch.classes
        weights = (batch.weights, np.ones_like(batch.weights))
        return batch.images, (batch.classes, batch.is_digit), weights

    def begin_epoch(self, epoch: int, _logs: object = None) -> None:
        """Turn to an epoch (0, 1, ...)."""
        self._number = epoch + 1


def fit(
    recipe: Recipe,
    data: Data,
    folder: RunFolder,
    console: Console,
    *,
    resume: bool = False,
    listeners: Sequence[Callable[[Event], None]] = (),
    interrupted: Callable[[], bool] | None = None,
) -> Training:
    """Train one network; Ctrl-C ends it after the batch at hand, a request after the epoch at hand.

    Either keeps the best epoch so far, that with the lowest validation loss, which chance moves
    less than the accuracy; or the last one, where the test set is watched.

    Args:
        recipe, data, folder: what is trained, on what, and where the run's files go.
        resume: whether to go on with the folder's checkpoint.
        listeners: are told of every event, too.
        interrupted: is asked after every batch whether to end; None: whether Ctrl-C was pressed.

    Raises BuildError if the loss is no longer a number or the folder's files cannot be used,
    NothingTrainedError on Ctrl-C before the first epoch has ended.
    """
    with interruptible() if interrupted is None else nullcontext(interrupted) as interrupted:
        batches = Batches(recipe, data.train, data.pool, data.classes, data.targets)
        training = new_training(recipe, batches)
        folder.write_json("model.json", layers_of(training.model))
        checkpoint = Checkpoint(folder.checkpoint, recipe, data.fingerprint())
        if resume:
            checkpoint.restore(training)
        with run_log(training, batches, folder, console, listeners) as tell:
            if not training.complete:
                _fit(
                    training,
                    batches,
                    callbacks.BatchLog(batches, tell, interrupted),
                    callbacks.Evaluate(training, data.validation, evaluate),
                    callbacks.Save(training, checkpoint, folder, tell),
                )
        if not training.history:
            raise NothingTrainedError
        training.model.set_weights(training.best_weights)
        callbacks.save_best(training.model, folder)  # a kill may have come before it
        return training


def new_training(recipe: Recipe, batches: Batches) -> Training:
    """A network with its first weights, and its mixed-precision copy, compiled to be trained."""
    keras.utils.set_random_seed(recipe.seed)
    has_ood_head = bool(recipe.mixture.per_family)
    network = ARCHITECTURES[recipe.architecture](batches.classes, recipe.dropout, has_ood_head)
    copy = mixed_precision_copy(network, recipe.precision)
    optimizer = optimizer_of(recipe, recipe.epochs * batches.count)
    optimizer.build(copy.trainable_variables)  # a checkpoint may be read before the first step
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing)
    copy.compile(
        optimizer=optimizer,
        loss=[loss, keras.losses.BinaryCrossentropy()] if has_ood_head else loss,
        loss_weights=[1.0, recipe.ood_weight] if has_ood_head else None,
        metrics=[[accuracy], []] if has_ood_head else [accuracy],
        # TensorFlow's XLA takes 1.8 times as long on a CPU.
        jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
    )
    return Training(recipe, network, copy, EMA(copy, recipe.ema_epochs * batches.count))


def _fit(training: Training, batches: Batches, *steps: Any) -> None:
    dataset = EpochDataset(batches, has_ood_head=len(training.copy.outputs) > 1)
    begin = keras.callbacks.LambdaCallback(
        on_epoch_begin=dataset.begin_epoch,
        on_train_batch_end=lambda *_, **__: training.ema.update(),
    )
    try:
        training.copy.fit(
            dataset,
            initial_epoch=len(training.history),
            epochs=training.recipe.epochs,
            shuffle=False,  # the dataset is shuffled already, by the recipe's seed
            verbose=0,
            callbacks=[begin, *steps],
        )
    except callbacks.Interrupted:
        training.early = "by Ctrl-C"


def accuracy(truth: Any, predicted: Any) -> Any:
    """Share of the digits read correctly; where all classes are equally right, there is none."""
    ops = keras.ops
    digits = ops.cast(ops.max(truth, axis=1) > 0.5, "float32")
    correct = ops.cast(ops.argmax(truth, axis=1) == ops.argmax(predicted, axis=1), "float32")
    return ops.sum(digits * correct) / ops.maximum(ops.sum(digits), 1.0)


def evaluate(model: Any, split: Split) -> tuple[float, float]:
    """Mean cross-entropy in nats, and accuracy 0..1, of a model on undistorted images."""
    probabilities, _ = predict(model, split.images)
    right = probabilities.argmax(axis=1) == split.labels
    return cross_entropy(probabilities, split.labels), float(right.mean())


def cross_entropy(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Mean cross-entropy in nats; a probability below 1e-7 counts as that, as in Keras."""
    right = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(right, 1e-7)).mean())


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
