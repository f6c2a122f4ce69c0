# ruff: noqa: ARG002  Keras says which arguments there are, and
# mypy: disallow-subclassing-any=False
# because it has no types.
"""Keras callbacks of a run, in the order in which ``fit`` is given them.

Keras has some that will not do here: ``ModelCheckpoint`` saves the model that is trained, not the
network with the EMA's weights, and writes in place; ``EarlyStopping`` forgets the epochs before a
resume; ``TerminateOnNaN`` says nothing.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from keras.callbacks import Callback

from training.base.errors import BuildError
from training.data.datasets import Split
from training.fit.batches import Batches
from training.fit.checkpoint import Checkpoint, Training
from training.runs import RunFolder
from training.runs.history import Epoch
from training.runs.metrics import BatchDone, EpochDone, Event

Logs = dict[str, float]


class Interrupted(Exception):  # noqa: N818  no error
    """Leaves ``fit`` in the midst of an epoch, which then counts for nothing."""


class BatchLog(Callback):
    """Tells of every batch, with its own loss and accuracy, and ends what cannot go on.

    The epoch's logs get the means over its images.
    """

    def __init__(
        self, batches: Batches, tell: Callable[[Event], None], interrupted: Callable[[], bool]
    ) -> None:
        super().__init__()
        self._batches, self._tell, self._interrupted = batches, tell, interrupted

    def on_epoch_begin(self, epoch: int, logs: Logs) -> None:
        self._epoch, self._sums, self._images = epoch + 1, np.zeros(2), 0

    def on_train_batch_begin(self, batch: int, logs: Logs) -> None:
        self.model.reset_metrics()  # Keras states the mean since the last reset

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        # Of several outputs, Keras puts the name before.
        loss, accuracy = logs["loss"], logs.get("accuracy", logs.get("probabilities_accuracy", 0.0))
        check_finite("loss", loss, self._epoch)
        images = self._batches.images_in(batch)
        self._sums += np.array([loss, accuracy]) * images
        self._images += images
        self._tell(BatchDone(self._epoch, batch + 1, loss, accuracy, time.time()))
        if self._interrupted():
            raise Interrupted

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        logs["loss"], logs["accuracy"] = (self._sums / self._images).tolist()


class Evaluate(Callback):
    """Evaluates the network with the EMA's weights after every epoch, on each validation set, and
    keeps those of the best epoch. The validation loss is the mean over the sets.
    """

    def __init__(
        self,
        training: Training,
        sets: Sequence[Split],
        evaluate: Callable[[Any, Split], tuple[float, float]],
    ) -> None:
        """Evaluate a run on some sets; ``evaluate`` has a network's loss and accuracy on one."""
        super().__init__()
        self._training, self._sets, self._evaluate = training, sets, evaluate

    def on_epoch_begin(self, epoch: int, logs: Logs) -> None:
        self._begun = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        training, weights = self._training, self._training.ema.weights
        training.model.set_weights(weights)
        scores = [self._evaluate(training.model, each) for each in self._sets]
        losses, (accuracy, *pen) = zip(*scores, strict=True)
        loss = sum(losses) / len(losses)
        check_finite("validation loss", loss, epoch + 1)
        this = Epoch(
            number=epoch + 1,
            loss=logs["loss"],
            accuracy=logs["accuracy"],
            validation_loss=loss,
            validation_accuracy=accuracy,
            pen_accuracy=pen[0] if pen else None,
            seconds=time.monotonic() - self._begun,
        )
        training.history.append(this)
        if training.best is this:
            training.best_weights = [array.copy() for array in weights]


class Save(Callback):
    """Saves every epoch to go on from, then tells of it, and stops where that is due.

    The network of the epoch that is kept is saved for Keras, too.
    """

    def __init__(
        self,
        training: Training,
        checkpoint: Checkpoint,
        folder: RunFolder,
        tell: Callable[[Event], None],
    ) -> None:
        super().__init__()
        self._training, self._checkpoint = training, checkpoint
        self._folder, self._tell = folder, tell

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        training = self._training
        last = training.history[-1]
        self._checkpoint.save(training)
        if training.best is last:
            save_best(training.model, self._folder)
        self._tell(EpochDone(last, training.best is last, time.time()))
        if self._folder.stop_requested():
            training.early = "on request"
        self.model.stop_training = training.complete or training.interrupted


def check_finite(what: str, value: float, epoch: int) -> None:
    """Make sure that a loss is still a number. Raises BuildError if it is none."""
    if not math.isfinite(value):
        raise BuildError(
            f"the {what} became {value} in epoch {epoch}, so training cannot go on; lower the"
            " learning rate, with --set learning_rate=..."
        )


def save_best(network: Any, folder: RunFolder) -> None:
    """The network as it is, for Keras; onnxruntime's is made at the end."""
    with tempfile.TemporaryDirectory() as scratch:
        saved = Path(scratch, folder.best_model.name)
        network.save(saved)
        folder.write(folder.best_model.name, saved.read_bytes())
