"""Labelled images and their notices: the result of every reader of own data."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.cli.terminal import printable
from training.base.errors import BuildError

#: Most images; as floats they take 600 MB.
MAX_IMAGES = 200_000
#: Most bytes of all arrays of a file, uncompressed.
MAX_BYTES = 2**30
#: Longest name of a class, in characters.
MAX_NAME = 40
#: Most sentences about things of one kind.
_FEW = 5
_NUMBER = re.compile(r"(\d+)")


class OwnDataError(BuildError):
    """Own data that nothing can be trained with."""

    def __init__(self, sentence: str) -> None:
        super().__init__(printable(sentence))  # names of files may be meant to steer a terminal


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Images of several classes, and notices about what was left out.

    Attributes:
        images: float32 (N, 28, 28), ink 1.0 on paper 0.0.
        classes: int64 (N,), indices into ``names``.
        names: of all classes, those without images included.
        notices: one sentence each.
    """

    images: NDArray[np.float32]
    classes: NDArray[np.int64]
    names: tuple[str, ...]
    notices: tuple[str, ...]


class LeftOut:
    """Things of one kind that cannot be used; only the first few are kept."""

    def __init__(self, things: str) -> None:
        self._things, self._reasons, self._count = things, list[str](), 0

    def add(self, reason: str) -> None:
        """Note one of them; the text says which, and why."""
        self._count += 1
        if self._count <= _FEW:
            self._reasons.append(printable(reason))

    def sentences(self) -> tuple[str, ...]:
        """What was left out, and why; at last how much more was."""
        each = tuple(f"left out {reason}" for reason in self._reasons)
        more = self._count - len(each)
        return (*each, f"left out {more:,} more {self._things}") if more else each


def grouped(
    labels: Sequence[str], others: Iterable[str] = ()
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Classes out of texts.

    Args:
        labels: of N samples.
        others: labels of classes that may have no sample.

    Returns:
        int64 (N,), and the names of the classes in the order in which people sort them.

    Raises:
        OwnDataError: if a name is empty, or two are alike.
    """
    spelled = {label: _spelled(label) for label in {*labels, *others}}
    texts = sorted(set(spelled.values()), key=_by_letters_and_numbers)
    index = {text: i for i, text in enumerate(texts)}
    classes = np.array([index[spelled[label]] for label in labels], dtype=np.int64)
    return classes, class_names(texts)


def class_names(texts: Sequence[str]) -> tuple[str, ...]:
    """Names that can be shown: one line, printable, at most :data:`MAX_NAME` characters.

    Raises:
        OwnDataError: if one is empty, or two are alike.
    """
    names = tuple(short(text) for text in texts)
    if not all(names):
        raise OwnDataError("a class has an empty name; give it one")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise OwnDataError(
            f'two classes are both called "{twice[0]}"; let their names differ within the first'
            f" {MAX_NAME} characters"
        )
    return names


def short(text: str) -> str:
    """A text as a name: one line, printable, not too long."""
    return printable(_spelled(text))[:MAX_NAME]


def _spelled(text: str) -> str:
    """One line in one spelling: some systems store é and 가 in parts."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _by_letters_and_numbers(text: str) -> list[int | str]:
    """A sorting key that puts 2 before 10."""
    return [int(part) if i % 2 else part for i, part in enumerate(_NUMBER.split(text[:MAX_NAME]))]
