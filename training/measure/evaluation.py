"""The evaluation of a model on drawings: accuracy, calibration, rejection."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from digitpad.inference.recognizer import Readings, Recognizer
from training.measure.comparison import Pairs
from training.measure.data import Drawings, EvaluationError
from training.measure.robustness import Curve
from training.measure.scores import (
    Reliability,
    Scores,
    auroc,
    evaluate,
    expected_calibration_error,
    reliability,
)
from training.measure.share import Share
from training.measure.writers import WriterScores, by_writer

#: The class of a drawing whose label the model does not have.
OTHER = -1
#: Images that are read at once: enough for all cores, and few enough for bounded memory.
_AT_ONCE = 1_000
#: Confidence, 0..1, above which a mistake is a sure one.
SURE = 0.9
#: Probability, 0..1, at which the bars show a class as possible.
POSSIBLE = 0.2


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The outputs of a model for drawings, and all measures of them.

    A drawing whose label is not among the model's labels is something else to it: it counts for
    rejection only, never for accuracy, calibration or confusions.
    """

    model: str  #: the model's name for people
    labels: tuple[str, ...]  #: the model's classes
    threshold: float | None  #: digit score, 0..1, below which it rejects, or None where it cannot
    drawings: Drawings  #: N drawings
    truth: NDArray[np.int64]  #: int64 (N,), class of each, or :data:`OTHER`
    readings: Readings  #: the outputs for each

    @cached_property
    def known(self) -> NDArray[np.intp]:
        """Indices of the drawings whose label is among the model's."""
        return np.flatnonzero(self.truth != OTHER)

    @cached_property
    def others(self) -> NDArray[np.intp]:
        """Indices of the drawings of something else."""
        return np.flatnonzero(self.truth == OTHER)

    @cached_property
    def probabilities(self) -> NDArray[np.float32]:
        """Of the known drawings: float32 (known, classes)."""
        return self.readings.probabilities[self.known]

    @cached_property
    def scores(self) -> Scores | None:
        """Of the known drawings, or None where there are none."""
        return evaluate(self.probabilities, self.truth[self.known]) if len(self.known) else None

    @property
    def accuracy(self) -> Share:
        return Share(self.scores.correct, self.scores.total) if self.scores else Share(0, 0)

    @cached_property
    def correct(self) -> NDArray[np.bool_]:
        """Whether each drawing was read as its label: bool (N,)."""
        correct: NDArray[np.bool_] = self.readings.probabilities.argmax(axis=1) == self.truth
        return correct

    @property
    def balanced(self) -> float:
        """Accuracy with each class weighing the same, 0..1; NaN of none."""
        if not self.scores:
            return math.nan
        drawn = self.scores.confusion.sum(axis=1) > 0
        return float(np.asarray(self.scores.recall())[drawn].mean())

    @cached_property
    def confidence_of_mistakes(self) -> NDArray[np.float32]:
        """Probability of the answer of each mistake, 0..1, (mistakes,)."""
        surest: NDArray[np.float32] = self.readings.probabilities[self.mistakes()].max(axis=1)
        return surest

    @property
    def sure_mistakes(self) -> Share:
        """How many mistakes are made with more than :data:`SURE`."""
        return Share(int((self.confidence_of_mistakes > SURE).sum()), len(self.mistakes()))

    @property
    def possible_mistakes(self) -> Share:
        """Of how many mistakes the class that was meant has at least :data:`POSSIBLE`."""
        wrong = self.mistakes()
        meant = self.readings.probabilities[wrong, self.truth[wrong]]
        return Share(int((meant >= POSSIBLE).sum()), len(wrong))

    @cached_property
    def writers(self) -> WriterScores | None:
        """Of the known drawings, by writer, where that is known."""
        if self.drawings.writers is None or not len(self.known):
            return None
        names = np.array(self.drawings.writers)[self.known]
        return by_writer(names, self.correct[self.known])

    @cached_property
    def calibration_error(self) -> float:
        """Expected calibration error, 0..1."""
        return expected_calibration_error(self.probabilities, self.truth[self.known])

    @cached_property
    def reliability(self) -> Reliability:
        return reliability(self.probabilities, self.truth[self.known])

    @property
    def rejected_known(self) -> Share:
        return Share(int(self.readings.rejected[self.known].sum()), len(self.known))

    @property
    def rejected_others(self) -> Share:
        return Share(int(self.readings.rejected[self.others].sum()), len(self.others))

    @property
    def accepted_accuracy(self) -> Share:
        """Share read correctly of the known drawings that were not rejected."""
        accepted = self.known[~self.readings.rejected[self.known]]
        return Share(int(self.correct[accepted].sum()), len(accepted))

    @cached_property
    def auroc(self) -> float | None:
        """How well the digit score tells known drawings from others; None where it cannot be."""
        scores = self.readings.digit_scores
        if scores is None or not len(self.known) or not len(self.others):
            return None
        return auroc(scores[self.known], scores[self.others])

    def mistakes(self) -> NDArray[np.intp]:
        """Indices of the known drawings read wrongly, the surest first."""
        return self.known[self.scores.mistakes] if self.scores else self.known

    def rejected(self) -> NDArray[np.intp]:
        """Indices of the known drawings rejected, the lowest digit score first."""
        return self._by_score(self.known, rejected=True)

    def accepted_others(self) -> NDArray[np.intp]:
        """Indices of the others that were taken for a known class, the highest score first."""
        return self._by_score(self.others, rejected=False)[::-1]

    def _by_score(self, indices: NDArray[np.intp], *, rejected: bool) -> NDArray[np.intp]:
        scores = self.readings.digit_scores
        if scores is None:
            return indices[:0]
        chosen = indices[self.readings.rejected[indices] == rejected]
        ordered: NDArray[np.intp] = chosen[np.argsort(scores[chosen], kind="stable")]
        return ordered


def measure(recognizer: Recognizer, model: str, drawings: Drawings) -> Evaluation:
    """Evaluate a model on drawings.

    Args:
        recognizer: the model.
        model: its name for people.
        drawings: what it reads.

    Raises:
        EvaluationError: if there is nothing to measure it by, or it does not answer in numbers.
        ModelError: if the model fails.
    """
    classes = {label: i for i, label in enumerate(recognizer.labels)}
    truth = np.array([classes.get(label, OTHER) for label in drawings.labels], dtype=np.int64)
    threshold = recognizer.digit_score_threshold
    if threshold is None and (truth == OTHER).all():
        raise EvaluationError(
            f"{model} reads {', '.join(recognizer.labels)}, which none of these drawings is, and"
            " cannot reject; choose other data or another model"
        )
    readings = _read(recognizer, drawings.images)
    if not np.isfinite(readings.probabilities).all():
        raise EvaluationError(f"{model} answers with something that is not a number; build it anew")
    return Evaluation(model, recognizer.labels, threshold, drawings, truth, readings)


def _read(recognizer: Recognizer, images: NDArray[np.float32]) -> Readings:
    """The outputs of a model for any number of images."""
    parts = [
        recognizer.read(images[start : start + _AT_ONCE])
        for start in range(0, len(images), _AT_ONCE)
    ]
    scores = [part.digit_scores for part in parts if part.digit_scores is not None]
    return Readings(
        np.concatenate([part.probabilities for part in parts]),
        np.concatenate(scores) if scores else None,
        np.concatenate([part.rejected for part in parts]),
    )


@dataclass(frozen=True, eq=False)
class Result:
    """The result of the command: one model, or two on the same drawings."""

    command: str  #: the words that repeat it
    data: str  #: the name of what was measured on
    evaluations: tuple[Evaluation, ...]  #: of one model, or of two on the same drawings
    #: For each model its accuracy under each disturbance; empty when not asked for.
    curves: tuple[list[Curve], ...] = ()

    @cached_property
    def pairs(self) -> Pairs | None:
        """Two models drawing by drawing, where both have the label; None for one model."""
        if len(self.evaluations) < 2:
            return None
        first, second = self.evaluations
        common = (first.truth != OTHER) & (second.truth != OTHER)
        return Pairs.count(first.correct[common], second.correct[common]) if common.any() else None
