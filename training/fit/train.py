"""The fit loop: distorted batches in, the weights of the kept epoch out."""

from __future__ import annotations

import hashlib
import math
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.base.interrupt import Interrupt, Request
from training.data.datasets import Split
from training.fit.batches import Batches
from training.fit.checkpoint import Checkpoint
from training.fit.distillation import DistillationTargets
from training.fit.run import Run, diverged
from training.fit.watch import Log, Watch
from training.recipes import Recipe
from training.runs import RunFolder, layers_of
from training.runs.history import Epoch
from training.runs.metrics import Started
from training.synth.pool import SyntheticPool

_EVALUATION_BATCH = 1_000


@dataclass(frozen=True, eq=False)
class Training:
    """A finished or cut-short run.

    Attributes:
        recipe: what was trained.
        model: the Keras model, with the weights of the kept epoch.
        history: every epoch that was finished, in order.
        best: the epoch whose weights the model has; for a recipe that watches the test set, the
            last one.
        early: how it was ended early, such as ``"by Ctrl-C"``; empty where it was not.
        seconds: how long the whole took.
    """

    recipe: Recipe
    model: Any
    history: tuple[Epoch, ...]
    best: Epoch
    early: str
    seconds: float

    @property
    def interrupted(self) -> bool:
        """Whether it was ended early."""
        return bool(self.early)


class NothingTrainedError(KeyboardInterrupt):
    """Ctrl-C before the first epoch had ended, so that there is nothing to keep."""


@dataclass(frozen=True, eq=False)
class Data:
    """What a run learns from, and what it is validated on after every epoch.

    Attributes:
        train: the dataset's training images.
        pool: drawings that join them.
        validation: the dataset's validation images and, where there are any, the validation
            writers' digits.
        classes: how many there are.
        distillation targets: what teachers say of the training images, or None.
    """

    train: Split
    pool: SyntheticPool
    validation: Sequence[Split]
    classes: int
    targets: DistillationTargets | None = None

    def fingerprint(self) -> str:
        """Identifies the training images, and who teaches them."""
        digest = hashlib.sha256(self.train.labels.tobytes())
        digest.update(self.pool.labels.tobytes())
        digest.update(self.pool.images[:: 1 + len(self.pool.images) // 1000].tobytes())
        digest.update(self.train.images[:: 1 + len(self.train) // 1000].tobytes())
        digest.update((self.targets.fingerprint if self.targets else "").encode())
        return digest.hexdigest()


def fit(
    recipe: Recipe,
    data: Data,
    folder: RunFolder,
    console: Console,
    *,
    resume: bool = False,
    logs: Sequence[Log] = (),
    request: Request | None = None,
    ended: str | None = None,
) -> Training:
    """Train one model; Ctrl-C ends it after the batch at hand, a request after the epoch at hand.

    Either keeps the best epoch so far, which is that with the lowest validation loss, since chance
    moves the loss less than the accuracy; or the last one, where the test set is watched.

    Args:
        recipe: what is trained.
        data: on what.
        folder: of the run, where metrics and checkpoints go.
        console: shows the progress.
        resume: whether to go on with the folder's checkpoint.
        logs: are told, too, what happens.
        request: asks for the early end; None: Ctrl-C does.
        ended: of a run that another process has trained to its end: how it ended early, or empty.
            It is then only taken up from its checkpoint.

    Raises:
        TrainingError: if the loss is no longer a number.
        CheckpointError, MetricsError: if the folder's files cannot be written or read.
        NothingTrainedError: on Ctrl-C before the first epoch has ended.
    """
    with Interrupt() if request is None else nullcontext(request) as interrupt:
        keras.utils.set_random_seed(recipe.seed)
        batches = Batches(recipe, data.train, data.pool, data.classes, data.targets)
        run = Run(recipe, batches, Checkpoint(folder.checkpoint, recipe, data.fingerprint()))
        folder.write_json("model.json", layers_of(run.network))
        title = f"Training {recipe.name}, seed {recipe.seed}: {batches.images:,} images an epoch"
        if resume and run.restore():
            title += f", going on after epoch {len(run.history)}"
        console.print(title, soft_wrap=True)
        started = Started(
            recipe.epochs, batches.count, batches.images, len(run.history), time.time()
        )
        with Watch(folder, started, recipe, console, logs) as watch:
            watch.went_before(run.history)
            early = ended
            if early is None:
                early = _epochs(recipe, data, run, batches, folder, watch, interrupt)
            if not run.history:
                watch.ended("stopped", "before the first epoch had ended")
                raise NothingTrainedError
            watch.ended("stopped" if early else "finished", early)
        if early:
            console.print(f"Stopped {early}; going on with epoch {run.kept.number}, the one kept")
        run.network.set_weights(run.weights)
        # Once more, in case a kill came between it and a checkpoint.
        _save_best(run.network, folder)
        seconds = sum(epoch.seconds for epoch in run.history)
        return Training(recipe, run.network, tuple(run.history), run.kept, early, seconds)


def _epochs(
    recipe: Recipe,
    data: Data,
    run: Run,
    batches: Batches,
    folder: RunFolder,
    watch: Watch,
    interrupt: Request,
) -> str:
    """Train epoch after epoch; why it ended early, or nothing."""
    while len(run.history) < recipe.epochs and not run.out_of_patience:
        number = len(run.history) + 1
        begun = time.monotonic()
        loss, accuracy = run.one_epoch(batches, number, watch, interrupt)
        if interrupt.requested:
            return "by Ctrl-C"
        run.network.set_weights(run.average.weights)
        on_validation = [score(run.network, split) for split in data.validation]
        together = _together(on_validation)
        if not math.isfinite(together[0]):
            raise diverged("validation loss", together[0], number)
        seconds = time.monotonic() - begun
        epoch = Epoch(number, loss, accuracy, *together, seconds)
        run.finish(epoch)
        if epoch is run.kept:
            _save_best(run.network, folder)
        watch.epoch_done(epoch, epoch is run.kept)
        if folder.stop_requested():
            return "on request"
    return ""


def _save_best(model: Any, folder: RunFolder) -> None:
    """The model as it is, for Keras; onnxruntime's is made at the end."""
    with tempfile.TemporaryDirectory() as scratch:
        saved = Path(scratch, folder.best_model.name)
        model.save(saved)
        folder.write(folder.best_model.name, saved.read_bytes())


def _together(scores: Sequence[tuple[float, float]]) -> tuple[float, float, float | None]:
    """Mean loss over the validation sets, and the accuracy on each of them."""
    losses, accuracies = zip(*scores, strict=True)
    own, *pen = accuracies
    return sum(losses) / len(losses), own, pen[0] if pen else None


def score(model: Any, split: Split) -> tuple[float, float]:
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
