"""What a build works with: images, and what drawings are made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from digitpad.cli.terminal import printable
from digitpad.image.normalize import SIZE
from training.data import pendigits
from training.data.datasets import FASHION_MNIST, SOURCES, Source, Split, load_test, load_training
from training.data.fetch import DatasetError
from training.data.own import load, split
from training.data.pendigits import load_pendigits, training_only, validation_only
from training.data.writers import european, ink, tablet, uji
from training.data.writers.ink import WrittenDigit, balanced
from training.recipes import Mixture, Recipe
from training.synth import negatives
from training.synth.pool import CLOTHES, Writers
from training.synth.strokes import Strokes

_NO_PICTURES: NDArray[np.float32] = np.zeros((0, SIZE, SIZE), dtype=np.float32)
#: Pictures of clothes that a synthetic pool draws from.
_CLOTHES = 2_000
#: Digits of each label and writer, however many there are: about as many as in pendigits.
_OF_EACH = 24


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Everything that a build learns from and is validated on."""

    recipe: Recipe  #: without what there is nothing to make of
    name: str  #: of the dataset, such as ``"fashion-mnist"``
    title: str  #: its name for people
    credit: str  #: its source and licence
    ink_credits: tuple[str, ...]  #: the same of the ink that drawings are made from
    labels: tuple[str, ...]  #: what each class is called
    korean: tuple[str, ...]  #: the same in Korean, or empty
    train: Split  #: its training images
    validation: Split  #: its validation images
    pen: Split | None  #: digits of the validation writers, inked as the app does, or None
    #: Digits of writers of other data sets, validated on, too; by name.
    other_writers: Mapping[str, Split]
    training_writers: Writers  #: what the synthetic pool is drawn from
    validation_writers: Writers  #: the same, of writers and images that training does not know
    test: Callable[[], Split]  #: loads the test set; only the final evaluation calls it

    @property
    def key(self) -> str:
        """The dataset's name as the keys of cards have it."""
        return self.name.replace("-", "_")

    @property
    def validation_sets(self) -> list[Split]:
        """The validation images and, where there are any, pen digits of all validation writers."""
        pen = [self.pen] if self.pen else []
        return [self.validation, *pen, *self.other_writers.values()]


def load_training_data(
    recipe: Recipe, own: Path | None, folder: Callable[[], Path], console: Console
) -> TrainingData:
    """Load what a recipe asks for, or instead the user's ``own`` data; what else cannot be had is
    left out, with a sentence. Raises DatasetError or OwnDataError if the data themselves cannot be
    had.
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
        (),
        own.labels,
        (),
        train.first(recipe.train_images),
        validation.first(recipe.validation_images),
        None,
        {},
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
    is_written = bool(mixture.pen or mixture.per_mark)
    pen = _pen_digits(folder, console) if is_written else []
    if not pen:
        mixture = replace(mixture, pen=0, per_mark=0)
    others = _other_writers(folder, console) if pen else _OtherWriters([], {}, ())
    clothes = _clothes(folder, console) if mixture.per_family else (_NO_PICTURES, _NO_PICTURES)
    ours, theirs = training_only(pen), validation_only(pen)
    return TrainingData(
        replace(recipe, mixture=mixture),
        source.name,
        source.title,
        source.credit,
        ((pendigits.CREDIT, *others.credits) if pen else ()),
        source.labels,
        source.korean,
        train,
        validation,
        ink.inked(theirs, source.labels) if theirs else None,
        {name: ink.inked(digits, source.labels) for name, digits in others.validation.items()},
        Writers(_balanced([*_named(ours), *others.training]), _images(source, train), clothes[0]),
        Writers(_balanced(_named(theirs)), _images(source, validation), clothes[1]),
        partial(load_test, source, folder, console),
    )


def _pen_digits(folder: Path, console: Console) -> list[WrittenDigit]:
    load_them = partial(load_pendigits, console=console)
    return _load_or_skip("the pen digits", load_them, folder, console)


class _OtherWriters(NamedTuple):
    """Digits of writers beside those of pendigits: to train on, and to validate on by name."""

    training: list[WrittenDigit]
    validation: dict[str, list[WrittenDigit]]
    credits: tuple[str, ...]


def _other_writers(folder: Path, console: Console) -> _OtherWriters:
    load_uji = partial(uji.load_uji, console=console)
    of_uji = _load_or_skip("the digits of UJI", load_uji, folder, console)
    of_tablets = _load_or_skip("the digits drawn on tablets", tablet.load_tablet, folder, console)
    # Never trained on, and not for download: used where somebody put the file.
    seven_countries = european.load_european(folder) if (folder / european.DIGITS).is_file() else []
    validation = {"uji": uji.validation_only(of_uji), "european": seven_countries}
    return _OtherWriters(
        [*uji.training_only(of_uji), *of_tablets],
        {name: digits for name, digits in validation.items() if digits},
        ((uji.CREDIT,) if of_uji else ()) + ((tablet.CREDIT,) if of_tablets else ()),
    )


def _load_or_skip(
    what: str, load_them: Callable[[Path], list[WrittenDigit]], folder: Path, console: Console
) -> list[WrittenDigit]:
    """Digits, or none and a notice where they cannot be loaded."""
    try:
        return load_them(folder)
    except DatasetError as error:
        console.print(
            f"Going on without {what}, so that the model will read strangers' hands less well:"
            f" {printable(str(error))}",
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


def _named(digits: list[WrittenDigit]) -> list[WrittenDigit]:
    return [WrittenDigit(digit.ink, f"pendigits-{digit.writer:>02}") for digit in digits]


def _balanced(digits: list[WrittenDigit]) -> dict[str, list[Strokes]]:
    return balanced(digits, _OF_EACH)


def _images(source: Source, split: Split) -> dict[str, NDArray[np.float32]]:
    return {label: split.images[split.labels == i] for i, label in enumerate(source.labels)}
