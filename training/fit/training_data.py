"""What a build works with: images, and what drawings are made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from digitpad.cli.terminal import printable
from digitpad.image.normalize import SIZE
from training.data.datasets import FASHION_MNIST, SOURCES, Source, Split, load_test, load_training
from training.data.fetch import DatasetError
from training.data.own import load, split
from training.data.pendigits import PenDigit, inked, load_pendigits, training_only, validation_only
from training.recipes import Mixture, Recipe
from training.synth import negatives
from training.synth.pool import CLOTHES, Writers
from training.synth.strokes import Strokes

_NO_PICTURES: NDArray[np.float32] = np.zeros((0, SIZE, SIZE), dtype=np.float32)
#: Pictures of clothes that a synthetic pool draws from.
_CLOTHES = 2_000


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Everything that a build learns from and is validated on.

    Attributes:
        recipe: without what there is nothing to make of.
        name: of the dataset, such as ``"fashion-mnist"``.
        title: its name for people.
        credit: its source and licence.
        labels: what each class is called.
        korean: the same in Korean, or empty.
        train: its training images.
        validation: its validation images.
        pen: digits of the validation writers, inked as the app does, or None.
        training_writers: what the synthetic pool is drawn from.
        validation_writers: the same, of writers and images that training does not know.
        test: loads the test set; only the final evaluation calls it.
    """

    recipe: Recipe
    name: str
    title: str
    credit: str
    labels: tuple[str, ...]
    korean: tuple[str, ...]
    train: Split
    validation: Split
    pen: Split | None
    training_writers: Writers
    validation_writers: Writers
    test: Callable[[], Split]

    @property
    def key(self) -> str:
        """The dataset's name as the keys of cards have it."""
        return self.name.replace("-", "_")

    @property
    def validation_sets(self) -> list[Split]:
        """The validation images and, where there are any, the pen digits."""
        return [self.validation] + ([self.pen] if self.pen else [])


def load_training_data(
    recipe: Recipe, own: Path | None, folder: Callable[[], Path], console: Console
) -> TrainingData:
    """Load what a recipe asks for; what cannot be had is left out of it, with a sentence.

    Args:
        recipe: what is built.
        own: what ``--data`` names, instead of the recipe's dataset, or None.
        folder: names the folder of datasets; own data do without.
        console: shows progress and what is left out.

    Raises:
        DatasetError, OwnDataError: if the data themselves cannot be had.
    """
    return _own(recipe, own, console) if own else _known(recipe, folder(), console)


def _own(recipe: Recipe, path: Path, console: Console) -> TrainingData:
    """Somebody's own data; what is mixed into digits would not fit them."""
    own = load(path, console)
    for notice in own.notices:
        console.print(notice, soft_wrap=True, markup=False)
    train, validation, test = split(own)
    nothing = Writers({}, {}, _NO_PICTURES)
    return TrainingData(
        replace(recipe, mixture=Mixture()),
        own.name,
        own.title,
        f"own data: {own.title}",
        own.labels,
        (),
        train.first(recipe.train_images),
        validation.first(recipe.validation_images),
        None,
        nothing,
        nothing,
        lambda: test,
    )


def _known(recipe: Recipe, folder: Path, console: Console) -> TrainingData:
    source = SOURCES[recipe.dataset]
    train, validation = load_training(source, folder, console, recipe.split)
    train = train.first(recipe.train_images)
    validation = validation.first(recipe.validation_images)
    mixture = recipe.mixture
    pen = _pen_digits(folder, console) if mixture.pen or mixture.per_mark else []
    if not pen:
        mixture = replace(mixture, pen=0, per_mark=0)
    clothes = _clothes(folder, console) if mixture.per_family else (_NO_PICTURES, _NO_PICTURES)
    ours, theirs = training_only(pen), validation_only(pen)
    return TrainingData(
        replace(recipe, mixture=mixture),
        source.name,
        source.title,
        source.credit,
        source.labels,
        source.korean,
        train,
        validation,
        inked(theirs, source.labels) if theirs else None,
        Writers(_by_label(ours), _images(source, train), clothes[0]),
        Writers(_by_label(theirs), _images(source, validation), clothes[1]),
        partial(load_test, source, folder, console),
    )


def _pen_digits(folder: Path, console: Console) -> list[PenDigit]:
    try:
        return load_pendigits(folder, console)
    except DatasetError as error:
        console.print(
            "Going on without the pen digits, so that the model will read strangers' hands less"
            f" well: {printable(str(error))}",
            soft_wrap=True,
        )
        return []


def _clothes(folder: Path, console: Console) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Pictures of Fashion-MNIST for training and for validation, both of its training set."""
    try:
        train, validation = load_training(FASHION_MNIST, folder, console)
    except DatasetError as error:
        told = printable(f"Going on without the {CLOTHES} of Fashion-MNIST: {error}")
        console.print(told, soft_wrap=True)
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
