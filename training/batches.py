"""What an epoch trains on: the dataset's images and a deal of the stock, shuffled and distorted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.augment import Augmenter
from training.datasets import Split
from training.recipes import Recipe
from training.stock import NOT_A_DIGIT, Stock
from training.teacher import Teacher


@dataclass(frozen=True, eq=False)
class Batch:
    """What one step learns from.

    Attributes:
        images: float32 (N, 28, 28), ink 1.0 on paper 0.0.
        classes: float32 (N, classes), the probabilities that are right.
        is_digit: float32 (N, 1), 1.0 or 0.0.
        weights: float32 (N,), how much the classes count.
    """

    images: NDArray[np.float32]
    classes: NDArray[np.float32]
    is_digit: NDArray[np.float32]
    weights: NDArray[np.float32]


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
        stock: Stock,
        classes: int,
        teacher: bytes | None = None,
    ) -> None:
        """Put epochs together; a teacher answers the dataset's images, but not the drawings."""
        self._recipe, self._stock = recipe, stock
        # Bytes take a quarter of the memory; the dataset's grey levels are bytes anyway.
        self._own = np.rint(255 * train.images).astype(np.uint8)
        self._labels = train.labels
        self.images = len(train) + len(stock.deal(1))
        self._size = min(recipe.batch_size, self.images)
        whole, rest = divmod(self.images, self._size)
        self.count = whole + (1 if rest and recipe.last_batch else 0)
        self.classes = classes
        # The last row, which NOT_A_DIGIT indexes: no class more likely than another.
        even = np.full((1, self.classes), 1 / self.classes, dtype=np.float32)
        self._targets = np.vstack([np.eye(self.classes, dtype=np.float32), even])
        self._augmenter = Augmenter(recipe.augmentation, recipe.seed)
        self._teacher = Teacher(teacher, recipe.softness) if teacher and recipe.taught else None

    def epoch(self, number: int) -> Iterator[Batch]:
        """The batches of an epoch (1, 2, ...)."""
        rng = np.random.default_rng((self._recipe.seed, number))
        self._augmenter.reseed((self._recipe.seed, number, 1))
        dealt = self._stock.deal(number)
        images = np.concatenate([self._own, self._stock.images[dealt]])
        labels = np.concatenate([self._labels, self._stock.labels[dealt]])
        shares = self._recipe.distorted, self._recipe.mixture.distorted
        often = np.repeat(shares, (len(self._own), len(dealt)))
        distorted = rng.random(len(images)) < often
        order = rng.permutation(len(images))
        for start in range(0, self.count * self._size, self._size):
            chosen = order[start : start + self._size]
            batch = self._batch(images[chosen], labels[chosen], distorted[chosen])
            self._teach(batch, chosen < len(self._own))
            yield batch

    def _teach(self, batch: Batch, own: NDArray[np.bool_]) -> None:
        """Let the teacher have its share of what the dataset's images are to be read as."""
        if self._teacher is not None:
            share = np.float32(self._recipe.taught)
            said = self._teacher(batch.images[own])
            batch.classes[own] = (1 - share) * batch.classes[own] + share * said

    def _batch(
        self, bytes_: NDArray[np.uint8], labels: NDArray[np.int64], distorted: NDArray[np.bool_]
    ) -> Batch:
        images = bytes_.astype(np.float32) / np.float32(255)
        images[distorted] = self._augmenter(images[distorted])
        is_digit = labels != NOT_A_DIGIT
        weights = np.where(is_digit, 1.0, self._recipe.exposure).astype(np.float32)
        return Batch(images, self._targets[labels], is_digit[:, None].astype(np.float32), weights)
