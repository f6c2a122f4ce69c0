"""What an epoch trains on: images and synthetic drawings, shuffled and distorted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.datasets import Split
from training.fit.augment import Augmenter
from training.fit.distillation import AugmentedCopies, DistillationTargets, as_bytes
from training.recipes import Recipe
from training.synth.pool import NOT_A_DIGIT, SyntheticPool


@dataclass(frozen=True, eq=False)
class Batch:
    """What one step learns from."""

    images: NDArray[np.float32]  #: float32 (N, 28, 28), ink 1.0 on paper 0.0
    classes: NDArray[np.float32]  #: float32 (N, classes), the probabilities that are right
    is_digit: NDArray[np.float32]  #: float32 (N, 1), 1.0 or 0.0
    weights: NDArray[np.float32]  #: float32 (N,), how much the classes count


class Batches:
    """Batches of every epoch; the recipe's seed and the epoch's number decide all of them.

    Attributes:
        count: batches an epoch.
        images: images an epoch.
        classes: how many.
    """

    def __init__(
        self,
        recipe: Recipe,
        train: Split,
        pool: SyntheticPool,
        classes: int,
        targets: DistillationTargets | None = None,
    ) -> None:
        """Put epochs together; distillation targets are of the dataset's images only."""
        self._recipe, self._pool = recipe, pool
        self._own = as_bytes(train.images)
        self._labels = train.labels
        self.images = len(train) + len(pool.epoch_indices(1))
        self._size = min(recipe.batch_size, self.images)
        whole, rest = divmod(self.images, self._size)
        self.count = whole + (1 if rest and recipe.last_batch else 0)
        self.classes = classes
        # The last row, which NOT_A_DIGIT indexes: no class more likely than another.
        even = np.full((1, self.classes), 1 / self.classes, dtype=np.float32)
        self._one_hot = np.vstack([np.eye(self.classes, dtype=np.float32), even])
        self._augmenter = Augmenter(recipe.augmentation, recipe.seed)
        self._targets = targets
        self._copies = AugmentedCopies(recipe, self._own) if targets else None

    def images_in(self, index: int) -> int:
        """How many images a batch (0, 1, ...) has."""
        return min(self._size, self.images - index * self._size)

    def epoch(self, number: int) -> Iterator[Batch]:
        """The batches of an epoch (1, 2, ...)."""
        rng = np.random.default_rng((self._recipe.seed, number))
        self._augmenter.reseed((self._recipe.seed, number, 1))
        indices = self._pool.epoch_indices(number)
        own, share, answers = self._dataset_images(number)
        images = np.concatenate([own, self._pool.images[indices]])
        labels = np.concatenate([self._labels, self._pool.labels[indices]])
        often = np.repeat((share, self._recipe.mixture.distorted), (len(own), len(indices)))
        distorted = rng.random(len(images)) < often
        order = rng.permutation(len(images))
        for start in range(0, self.count * self._size, self._size):
            chosen = order[start : start + self._size]
            batch = self._batch(images[chosen], labels[chosen], distorted[chosen])
            if answers is not None:
                rows = chosen < len(own)
                self._distil(batch, rows, answers[chosen[rows]])
            yield batch

    def _dataset_images(
        self, number: int
    ) -> tuple[NDArray[np.uint8], float, NDArray[np.float16] | None]:
        """The dataset's, what share of them is yet to be distorted, and the teachers' answers."""
        if self._targets is None or self._copies is None:
            return self._own, self._recipe.distorted, None
        copy = self._targets.copy_of(number, self._recipe.seed)
        return self._copies.whole(copy), 0.0, self._targets.answers[copy]

    def _distil(self, batch: Batch, rows: NDArray[np.bool_], answers: NDArray[np.float16]) -> None:
        """Let teachers' answers take their share of the labels of some rows."""
        weight = np.float32(self._recipe.distillation_weight)
        batch.classes[rows] = (1 - weight) * batch.classes[rows] + weight * answers

    def _batch(
        self, bytes_: NDArray[np.uint8], labels: NDArray[np.int64], distorted: NDArray[np.bool_]
    ) -> Batch:
        images = bytes_.astype(np.float32) / np.float32(255)
        images[distorted] = self._augmenter(images[distorted])
        is_digit = labels != NOT_A_DIGIT
        weights = np.where(is_digit, 1.0, self._recipe.outlier_exposure).astype(np.float32)
        return Batch(images, self._one_hot[labels], is_digit[:, None].astype(np.float32), weights)
