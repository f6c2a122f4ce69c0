"""What a model said of a set of pictures, and what reports and windows show of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.measure.scores import (
    Reliability,
    Scores,
    evaluate,
    expected_calibration_error,
    reliability,
    wilson,
)
from training.runs import Pictures

#: Names of predictions, and what their pictures are called.
SETS = {
    "test": "test images",
    "validation": "validation images",
    "writers": "digits of the validation writers",
}
#: What a class' bar says of it: that it is the truth, the wrong answer, or neither.
Kind = Literal["truth", "error", "other"]


@dataclass(frozen=True)
class ClassScore:
    """How well one class is read."""

    name: str  #: what it is called
    images: int  #: how many there are
    recall: float  #: share of them read as such, 0..1, NaN without any
    interval: tuple[float, float] | None  #: its 95 % interval, or None without images
    precision: float  #: share of the answers with this class that is right, 0..1, or NaN
    mistaken: str  #: what it is most often mistaken for, ``"9 (3)"``, or nothing


@dataclass(frozen=True)
class Threshold:
    """What becomes of the answers when only those at least so sure are given."""

    confidence: float  #: the threshold, 0..1
    answered: int  #: how many are
    correct: int  #: how many of those are right
    total: int  #: how many pictures there are, 1 or more

    @property
    def share(self) -> float:
        """Answered of all, 0..1."""
        return self.answered / self.total

    @property
    def accuracy(self) -> float:
        """Right of the answered, 0..1, or NaN."""
        return self.correct / self.answered if self.answered else math.nan


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model said of one picture or more."""

    name: str  #: a key of :data:`SETS`
    labels: tuple[str, ...]  #: what each class is called
    images: NDArray[np.uint8]  #: uint8 (N, 28, 28), ink 255 on paper 0
    truth: NDArray[np.int64]  #: int64 (N,), the class that each shows
    probabilities: NDArray[np.float32]  #: float32 (N, classes), 0..1

    @classmethod
    def of(cls, name: str, labels: tuple[str, ...], pictures: Pictures) -> Answers:
        """From pictures with probabilities; those of a model that diverged, NaN, count as 0."""
        if pictures.probabilities is None:
            raise ValueError("nothing was said of these pictures")
        known = np.clip(np.nan_to_num(pictures.probabilities), 0.0, 1.0)
        return cls(name, labels, pictures.images, pictures.labels, known)

    @cached_property
    def read(self) -> NDArray[np.intp]:
        """The likeliest class of each picture: (N,)."""
        likeliest: NDArray[np.intp] = self.probabilities.argmax(axis=1)
        return likeliest

    @cached_property
    def confidence(self) -> NDArray[np.float32]:
        """The probability of that class, 0..1: (N,)."""
        highest: NDArray[np.float32] = self.probabilities.max(axis=1)
        return highest

    @cached_property
    def scores(self) -> Scores:
        """Accuracy, confusions and mistakes."""
        return evaluate(self.probabilities, self.truth)

    @cached_property
    def reliability(self) -> Reliability:
        """Confidence against accuracy."""
        return reliability(self.probabilities, self.truth)

    @cached_property
    def calibration_error(self) -> float:
        """The expected calibration error, 0..1."""
        return expected_calibration_error(self.probabilities, self.truth)

    def classes(self) -> list[ClassScore]:
        """How well each class is read, in order."""
        recall, precision = self.scores.recall().tolist(), self.scores.precision().tolist()
        return [self._class(i, recall[i], precision[i]) for i in range(len(self.labels))]

    def above(self, confidence: float) -> Threshold:
        """What remains when answers below a confidence, 0..1, are not given."""
        answered = self.confidence >= confidence
        correct = int((self.read == self.truth)[answered].sum())
        return Threshold(confidence, int(answered.sum()), correct, len(self.truth))

    def cell(self, truth: int, read: int) -> list[int]:
        """Indices of the pictures in a cell of the confusion matrix."""
        found: list[int] = np.flatnonzero((self.truth == truth) & (self.read == read)).tolist()
        return found

    def kinds(self, index: int) -> list[Kind]:
        """Of each class, what its probability means for a picture."""
        truth, read = int(self.truth[index]), int(self.read[index])
        return [
            "truth" if i == truth else "error" if i == read else "other"
            for i in range(len(self.labels))
        ]

    def _class(self, i: int, recall: float, precision: float) -> ClassScore:
        row = self.scores.confusion[i]
        total = int(row.sum())
        wrong = self.scores.mistaken(i)
        return ClassScore(
            self.labels[i],
            total,
            recall,
            wilson(int(row[i]), total) if total else None,
            precision,
            f"{self.labels[wrong[0]]} ({wrong[1]:,})" if wrong else "",
        )
