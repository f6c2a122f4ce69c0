"""What a build works with: images, and hands that drawings are made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from digitpad.normalize import SIZE
from training import negatives
from training.datasets import FASHION_MNIST, Source, Split, load_training
from training.fetch import DatasetError
from training.pendigits import (
    PenDigit,
    inked,
    load_pendigits,
    training_only,
    validation_only,
)
from training.recipes import Recipe
from training.stock import CLOTHES, Hands
from training.strokes import Strokes

_NO_PICTURES: NDArray[np.float32] = np.zeros((0, SIZE, SIZE), dtype=np.float32)
#: Pictures of clothes that a stock draws from.
_CLOTHES = 2_000


@dataclass(frozen=True, eq=False)
class Material:
    """Everything that a build learns from and is validated on; the test set is not here.

    Attributes:
        recipe: without what there is nothing to make of.
        labels: the dataset's.
        train: its training images.
        validation: its validation images.
        pen: digits of the validation writers, inked as the app does, or None.
        training_hands: what the stock is drawn from.
        validation_hands: the same, of writers and images that training does not know.
    """

    recipe: Recipe
    labels: tuple[str, ...]
    train: Split
    validation: Split
    pen: Split | None
    training_hands: Hands
    validation_hands: Hands

    @property
    def validation_sets(self) -> list[Split]:
        """The validation images and, where there are any, the pen digits."""
        return [self.validation] + ([self.pen] if self.pen else [])


def gather(recipe: Recipe, source: Source, folder: Path, console: Console) -> Material:
    """Load what a recipe asks for; what cannot be had is left out of it, with a sentence.

    Raises:
        DatasetError: if the dataset itself cannot be had.
    """
    train, validation = load_training(source, folder, console)
    mixture = recipe.mixture
    pen = _pen_digits(folder, console) if mixture.pen or mixture.per_mark else []
    if not pen:
        mixture = replace(mixture, pen=0, per_mark=0)
    clothes = _clothes(folder, console) if mixture.per_family else (_NO_PICTURES, _NO_PICTURES)
    ours, theirs = training_only(pen), validation_only(pen)
    return Material(
        replace(recipe, mixture=mixture),
        source.labels,
        train,
        validation,
        inked(theirs, source.labels) if theirs else None,
        Hands(_by_label(ours), _images(source, train), clothes[0]),
        Hands(_by_label(theirs), _images(source, validation), clothes[1]),
    )


def _pen_digits(folder: Path, console: Console) -> list[PenDigit]:
    try:
        return load_pendigits(folder, console)
    except DatasetError as error:
        console.print(
            "Going on without the pen digits, so that the model will read strangers' hands less"
            f" well: {error}",
            soft_wrap=True,
        )
        return []


def _clothes(folder: Path, console: Console) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Pictures of Fashion-MNIST for training and for validation, both of its training set."""
    try:
        train, validation = load_training(FASHION_MNIST, folder, console)
    except DatasetError as error:
        console.print(f"Going on without the {CLOTHES} of Fashion-MNIST: {error}", soft_wrap=True)
        return _NO_PICTURES, _NO_PICTURES
    return (
        negatives.clothes(train.images[:_CLOTHES]),
        negatives.clothes(validation.images[:_CLOTHES]),
    )


def _by_label(digits: list[PenDigit]) -> dict[str, list[Strokes]]:
    by_label: dict[str, list[Strokes]] = {}
    for digit in digits:
        strokes = [stroke.points for stroke in digit.ink.strokes]
        by_label.setdefault(digit.ink.label or "", []).append(strokes)
    return dict(sorted(by_label.items()))


def _images(source: Source, split: Split) -> dict[str, NDArray[np.float32]]:
    return {label: split.images[split.labels == i] for i, label in enumerate(source.labels)}
