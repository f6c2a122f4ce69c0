"""A model on its way through the epochs: steps, averaged weights, checkpoints."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from training.base.errors import BuildError
from training.base.interrupt import Request
from training.fit.batches import Batch, Batches
from training.fit.checkpoint import Checkpoint, CheckpointError
from training.fit.watch import Watch
from training.networks.architectures import ARCHITECTURES
from training.networks.ema import Average
from training.networks.mixed_precision import trained_as
from training.networks.optimizers import optimizer_of
from training.recipes import Recipe
from training.runs.history import Epoch, best_of


class TrainingError(BuildError):
    """Training that cannot go on; the message is one sentence that says what to do next."""


def diverged(what: str, value: float, epoch: int) -> TrainingError:
    """What is said of a loss that is no number any more."""
    return TrainingError(
        f"the {what} became {value} in epoch {epoch}, so training cannot go on; lower the learning"
        " rate, with --set learning_rate=..."
    )


class Run:
    """Everything that changes from one epoch to the next.

    Attributes:
        network: the recipe's, as it is scored, saved and exported.
        model: its twin that is trained, compiled.
        average: of the twin's weights.
        history: the finished epochs.
        weights: those of the epoch that is kept: the best of them, or the last.
    """

    def __init__(self, recipe: Recipe, batches: Batches, checkpoint: Checkpoint) -> None:
        judges = bool(recipe.mixture.per_family)
        self.network = ARCHITECTURES[recipe.architecture](batches.classes, recipe.dropout, judges)
        self.model = _compiled(trained_as(self.network, recipe.precision), recipe, batches.count)
        self.average = Average(self.model, recipe.averaging * batches.count)
        self.history: list[Epoch] = []
        self.weights: list[NDArray[np.float32]] = []
        self._recipe = recipe
        self._checkpoint = checkpoint

    @property
    def kept(self) -> Epoch:
        """The epoch whose weights are kept."""
        return best_of(self.history) if self._recipe.keeps_best else self.history[-1]

    @property
    def out_of_patience(self) -> bool:
        """Whether the validation loss has not fallen for too long."""
        patience = self._recipe.patience
        if not patience or not self.history:
            return False
        return len(self.history) - best_of(self.history).number >= patience

    def one_epoch(
        self, batches: Batches, number: int, watch: Watch, interrupt: Request
    ) -> tuple[float, float]:
        """Train on every batch once; the mean loss and accuracy."""
        sums, images = np.zeros(2), 0
        watch.epoch_begins(number)
        for done, batch in enumerate(batches.epoch(number), start=1):
            logs = self._step(batch)
            if not math.isfinite(logs[0]):
                raise diverged("loss", logs[0], number)
            self.average.update()
            sums += np.array(logs) * len(batch.images)
            images += len(batch.images)
            watch.batch_done(number, done, len(batch.images), *logs)
            if interrupt.requested:
                break
        loss, accuracy = sums / images
        return float(loss), float(accuracy)

    def _step(self, batch: Batch) -> tuple[float, float]:
        if len(self.model.outputs) == 1:
            logs = self.model.train_on_batch(batch.images, batch.classes, return_dict=True)
            return float(logs["loss"]), float(logs["_accuracy"])
        logs = self.model.train_on_batch(
            batch.images,
            [batch.classes, batch.is_digit],
            sample_weight=[batch.weights, np.ones_like(batch.weights)],
            return_dict=True,
        )
        return float(logs["loss"]), float(logs["probabilities__accuracy"])

    def finish(self, epoch: Epoch) -> None:
        """Note a finished epoch, keep its weights if it is the best, and save everything."""
        self.history.append(epoch)
        if epoch is self.kept:
            self.weights = [array.copy() for array in self.average.weights]
        groups = {
            "variables": [variable.numpy() for variable in self._variables()],
            "average": self.average.weights,
            "best": self.weights,
        }
        record = {
            "history": [asdict(epoch) for epoch in self.history],
            "updates": self.average.updates,
        }
        self._checkpoint.save(groups, record)

    def restore(self) -> bool:
        """Go on from the checkpoint; False where there is none."""
        saved = self._checkpoint.load()
        if saved is None:
            return False
        groups, record = saved
        try:
            for variable, value in zip(self._variables(), groups["variables"], strict=True):
                variable.assign(value)
            self.average.weights, self.weights = groups["average"], groups["best"]
            self.average.updates = int(record["updates"])
            self.history = [Epoch(**epoch) for epoch in record["history"]]
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"{self._checkpoint.path} belongs to another version of this program; begin another"
                " run, without --resume"
            ) from error
        return True

    def _variables(self) -> list[Any]:
        """Of the model, with those of dropout's random numbers, and of the optimiser."""
        return [*self.model.variables, *self.model.optimizer.variables]


def _accuracy(truth: Any, predicted: Any) -> Any:
    """Share of the digits read correctly; where all classes are equally right, there is none."""
    ops = keras.ops
    digits = ops.cast(ops.max(truth, axis=1) > 0.5, "float32")
    correct = ops.cast(ops.argmax(truth, axis=1) == ops.argmax(predicted, axis=1), "float32")
    return ops.sum(digits * correct) / ops.maximum(ops.sum(digits), 1.0)


def _compiled(model: Any, recipe: Recipe, steps: int) -> Any:
    """A model with the recipe's optimiser and loss; an epoch has so many steps."""
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing)
    losses, metrics, weights = [loss], [[_accuracy]], [1.0]
    if len(model.outputs) > 1:
        losses.append(keras.losses.BinaryCrossentropy())
        metrics.append([])
        weights.append(recipe.judgement)
    # TensorFlow's XLA takes 1.8 times as long on a CPU.
    compiled = False if keras.backend.backend() == "tensorflow" else "auto"
    optimizer = optimizer_of(recipe, recipe.epochs * steps)
    optimizer.build(model.trainable_variables)  # a checkpoint may be read before the first step
    model.compile(
        optimizer=optimizer,
        loss=losses,
        loss_weights=weights,
        metrics=metrics,
        jit_compile=compiled,
    )
    return model
