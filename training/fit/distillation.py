"""Distillation targets: augmented copies of the dataset's images, and what teachers say of each.

Teachers take longer to answer an image than a training step takes to learn it. So they answer
every copy of every image before training begins, on all cores and once for all seeds, which take
the copies in turn. Copies depend on the mixture's seed alone, so that only the answers are kept:
each seed distorts the images anew.

G. Hinton, O. Vinyals and J. Dean, "Distilling the knowledge in a neural network" (2015).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from rich.console import Console

from digitpad.inference.errors import ModelError
from digitpad.inference.model_file import open_model
from digitpad.inference.recognizer import Recognizer
from training.base.calibration import apply_temperature
from training.base.errors import BuildError
from training.base.parallel import parallel_map
from training.fit.augment import Augmenter
from training.recipes import Recipe

#: Images that are distorted together; a copy depends on it.
_PART = 500
#: Answers that take no longer than processes take to start.
FEW = 2_000

#: Probabilities below this count as this, so that no teacher alone rules a class out.
_LEAST = 1e-9

Bytes = NDArray[np.uint8]


def read_teacher(path: Path, labels: Sequence[str]) -> bytes:
    """The file of a teacher, which digitpad has made and which reads the dataset's labels. Raises
    BuildError if it cannot be used.
    """
    try:
        loaded = Recognizer.load(path, "cpu")
        content = open_model(path).content
    except ModelError as error:
        raise BuildError(f"--teacher: {error}") from error
    if loaded.adapter is not None:
        raise BuildError(f"--teacher: {path} is not a model that training.build made")
    if loaded.labels != tuple(labels):
        raise BuildError(f"--teacher: {path} reads other classes than the dataset has")
    return content


def teacher_entry(model: bytes) -> dict[str, str]:
    """A teacher, as the card of its pupil tells of it: recipe, dataset, seeds and hash."""
    told = Recognizer(model, "teacher", "cpu", {}).metadata
    known = {name: told[name] for name in ("recipe", "dataset", "seed") if name in told}
    return known | {"onnx_sha256": hashlib.sha256(model).hexdigest()}


class Teachers:
    """Answer images together, on one core: with the geometric mean of what each of them says.

    That is, their logits are averaged, and divided by a temperature. Of a network that knows MNIST
    alone and one that knows everybody's hand, it has a lower loss on MNIST than the arithmetic
    mean.
    """

    def __init__(self, models: Sequence[bytes], temperature: float) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._sessions = [
            ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            for model in models
        ]
        self._temperature = temperature

    def __call__(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities, float32 (N, classes), of images, float32 (N, 28, 28)."""
        said = [session.run(["probabilities"], {"image": images})[0] for session in self._sessions]
        mean = np.exp(np.mean([np.log(np.maximum(each, _LEAST)) for each in said], axis=0))
        return apply_temperature(mean, self._temperature)


@dataclass(frozen=True, eq=False)
class DistillationTargets:
    """What teachers said."""

    #: Of each copy that is still to come, probabilities, float16 (N, classes).
    answers: Mapping[int, NDArray[np.float16]]
    copies: int  #: how many there are
    fingerprint: str  #: identifies the teachers

    def copy_of(self, epoch: int, seed: int) -> int:
        """The copy (0, 1, ...) that an epoch (1, 2, ...) takes."""
        return _copy_of(epoch, seed, self.copies)


def _copy_of(epoch: int, seed: int, copies: int) -> int:
    """Seeds that follow each other begin one copy later."""
    return (epoch - 1 + seed) % copies


class AugmentedCopies:
    """Images, uint8 (N, 28, 28), ink 255 on paper 0, distorted as a recipe says, in ways that are
    the same whenever they are asked for.
    """

    def __init__(self, recipe: Recipe, images: Bytes) -> None:
        self._images, self._share, self._seed = images, recipe.distorted, recipe.mixture.seed
        self._augmenter = Augmenter(recipe.augmentation, self._seed)

    def whole(self, copy: int) -> Bytes:
        """All images of a copy (0, 1, ...): uint8 (N, 28, 28)."""
        return np.concatenate([self.part(copy, at) for at in starts(len(self._images))])

    def part(self, copy: int, start: int) -> Bytes:
        """Some of them, from one of :func:`starts` on: uint8 (n, 28, 28)."""
        images = self._images[start : start + _PART].copy()
        rng = np.random.default_rng((self._seed, copy, start))
        distorted = rng.random(len(images)) < self._share
        self._augmenter.reseed((self._seed, copy, start, 1))
        grey = self._augmenter(images[distorted].astype(np.float32) / np.float32(255))
        images[distorted] = np.rint(255 * grey)
        return images


def starts(count: int) -> range:
    """Where the parts of so many images begin."""
    return range(0, count, _PART)


def make_targets(
    recipe: Recipe,
    images: NDArray[np.float32],
    teachers: Sequence[bytes],
    console: Console,
    *,
    seeds: int = 1,
    done: int = 0,
) -> DistillationTargets | None:
    """Let teachers answer the copies of images, float32 (N, 28, 28), that training will take, on
    all cores; None where nobody teaches.

    Teachers are each of :func:`read_teacher`. So many ``seeds`` will be
    trained, the recipe's first, and all of them have so many epochs ``done``.
    """
    if not teachers or not recipe.distillation_weight:
        return None
    begun = time.monotonic()
    own = as_bytes(images)
    count = min(recipe.augmented_copies or recipe.epochs, recipe.epochs)
    epochs = range(done + 1, recipe.epochs + 1)
    to_come = sorted({_copy_of(e, recipe.seed + s, count) for e in epochs for s in range(seeds)})
    tasks = [(copy, start) for copy in to_come for start in starts(len(own))]
    parts = parallel_map(
        _answered,
        tasks,
        _start,
        (recipe, own, list(teachers)),
        few=len(to_come) * len(own) <= FEW,
        title="Asking the teachers",
        console=console,
    )
    each = len(starts(len(own)))
    answers = {
        copy: np.concatenate(parts[number * each : (number + 1) * each])
        for number, copy in enumerate(to_come)
    }
    if answers:
        seconds = time.monotonic() - begun
        console.print(
            f"The teachers answered {len(answers)} versions of {len(own):,} images in"
            f" {seconds:.0f} s"
        )
    digest = hashlib.sha256(b"".join(hashlib.sha256(model).digest() for model in teachers))
    return DistillationTargets(answers, count, digest.hexdigest())


def as_bytes(images: NDArray[np.float32]) -> Bytes:
    """Grey levels 0..1 as bytes, a quarter of the memory; a dataset's are bytes anyway."""
    return np.rint(255 * images).astype(np.uint8)


# -- in the workers ------------------------------------------------------------------------------

_copies: AugmentedCopies
_teachers: Teachers


def _start(recipe: Recipe, images: Bytes, teachers: Sequence[bytes]) -> None:
    global _copies, _teachers
    _copies, _teachers = (
        AugmentedCopies(recipe, images),
        Teachers(teachers, recipe.distillation_temperature),
    )


def _answered(task: tuple[int, int]) -> NDArray[np.float16]:
    images = _copies.part(*task).astype(np.float32) / np.float32(255)
    return _teachers(images).astype(np.float16)
