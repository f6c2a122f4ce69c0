"""Distillation targets: augmented copies of the dataset's images, and what teachers say of each.

Teachers take longer to answer an image than a training step takes to learn it. So they answer
every copy of every image before training begins, on all cores and once for all seeds, which take
the copies in turn. Copies depend on the mixture's seed alone, so that only the answers are kept:
each seed distorts the images anew.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.base.parallel import parallel_map
from training.fit.augment import Augmenter
from training.fit.teacher import Teachers
from training.recipes import Recipe

#: Images that are distorted together; a copy depends on it.
_PART = 500
#: Answers that take no longer than processes take to start.
FEW = 2_000

Bytes = NDArray[np.uint8]


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

    Teachers are each of :func:`training.fit.teacher.read_teacher`. So many ``seeds`` will be
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
