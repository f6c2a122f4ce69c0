"""How well a model reads, in plain numpy: accuracy, confusions, calibration, rejection."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Probabilities = NDArray[np.float32]
Labels = NDArray[np.int64]

#: Bins of a reliability diagram and of the calibration error (Guo et al. 2017).
BINS = 15


@dataclass(frozen=True, eq=False)
class Scores:
    """Confusion matrix and mistakes on a set of images."""

    #: Int64 (classes, classes), counts by true class (row) and prediction (column).
    confusion: NDArray[np.int64]
    #: Int64 (M,), indices of images read wrongly, the surest mistake first.
    mistakes: NDArray[np.int64]

    @property
    def total(self) -> int:
        return int(self.confusion.sum())

    @property
    def correct(self) -> int:
        return int(self.confusion.trace())

    @property
    def accuracy(self) -> float:
        """Share read correctly, 0..1."""
        return self.correct / self.total

    def recall(self) -> NDArray[np.float64]:
        """Share of each class that was read as such, 0..1, NaN for an absent class: (classes,)."""
        return _share(self.confusion.diagonal(), self.confusion.sum(axis=1))

    def precision(self) -> NDArray[np.float64]:
        """Share of each prediction that was right, 0..1, NaN for one never made: (classes,)."""
        return _share(self.confusion.diagonal(), self.confusion.sum(axis=0))

    @property
    def worst(self) -> tuple[int, int]:
        """The most frequent mistake: the true class, and the one that it was taken for."""
        wrong = self.confusion.copy()
        np.fill_diagonal(wrong, 0)
        truth, read = divmod(int(wrong.argmax()), len(wrong))
        return truth, read

    def mistaken(self, truth: int) -> tuple[int, int] | None:
        """The class that a class is most often mistaken for, and how often; None if it never is."""
        wrong = self.confusion[truth].copy()
        wrong[truth] = 0
        worst = int(wrong.argmax())
        return (worst, int(wrong[worst])) if wrong[worst] else None


def evaluate(probabilities: Probabilities, labels: Labels) -> Scores:
    """Compare predictions, float32 (N, classes), N >= 1, with the truth, int64 (N,)."""
    classes = probabilities.shape[1]
    predicted = probabilities.argmax(axis=1)
    confusion = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    wrong = np.flatnonzero(predicted != labels)
    surest_first = np.argsort(-probabilities[wrong].max(axis=1), kind="stable")
    return Scores(confusion, wrong[surest_first])


def wilson(correct: int, total: int) -> tuple[float, float]:
    """95 % interval of a share, 0..1.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
    (1927): unlike the textbook interval, it holds near 100 %.
    """
    z = 1.959964
    share = correct / total
    centre = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


@dataclass(frozen=True, eq=False)
class Reliability:
    """Confidence against accuracy, in bins of equal width.

    The confidence of an answer is the largest of its probabilities; bin i of n holds the answers
    with i/n < confidence <= (i + 1)/n.
    """

    edges: NDArray[np.float64]  #: float64 (bins + 1,), 0..1, the bounds of the bins
    counts: NDArray[np.int64]  #: int64 (bins,), answers in each bin
    #: Float64 (bins,), their mean confidence, 0..1, NaN for an empty bin.
    confidence: NDArray[np.float64]
    #: Float64 (bins,), the share of them that is right, 0..1, NaN for an empty bin.
    accuracy: NDArray[np.float64]


def reliability(probabilities: Probabilities, labels: Labels, bins: int = BINS) -> Reliability:
    """The table behind a reliability diagram, of so many bins of equal width, for probabilities,
    float32 (N, classes), N >= 1, and labels, int64 (N,).
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    correct = probabilities.argmax(axis=1) == labels
    # Rounding may put a sum of softmax outputs a hair above 1.
    member = np.clip(np.ceil(confidence * bins).astype(np.intp) - 1, 0, bins - 1)
    counts = np.bincount(member, minlength=bins).astype(np.int64)
    return Reliability(
        np.linspace(0.0, 1.0, bins + 1),
        counts,
        _share(np.bincount(member, weights=confidence, minlength=bins), counts),
        _share(np.bincount(member, weights=correct, minlength=bins), counts),
    )


def expected_calibration_error(
    probabilities: Probabilities, labels: Labels, bins: int = BINS
) -> float:
    """Mean distance between confidence and accuracy over the bins, weighted by their counts, 0..1.

    C. Guo, G. Pleiss, Y. Sun and K. Weinberger, "On calibration of modern neural networks", ICML
    2017, equation 5; with 15 bins as there.
    """
    table = reliability(probabilities, labels, bins)
    filled = table.counts > 0
    distance = np.abs(table.accuracy - table.confidence)[filled]
    return float(distance @ table.counts[filled] / len(labels))


def auroc(positive_scores: ArrayLike, negative_scores: ArrayLike) -> float:
    """Probability, 0..1, that a random positive scores higher than a random negative, ties counting
    half; at least one of each. 0.5 for scores that tell nothing.

    This is the area under the receiver operating characteristic: J. Hanley and B. McNeil, "The
    meaning and use of the area under a ROC curve", Radiology 143 (1982).
    """
    positive = np.asarray(positive_scores, dtype=np.float64)
    negative = np.sort(np.asarray(negative_scores, dtype=np.float64))
    below = np.searchsorted(negative, positive, side="left")
    at_most = np.searchsorted(negative, positive, side="right")
    return float((below + at_most).mean() / (2 * len(negative)))


def _share(
    part: NDArray[np.int64] | NDArray[np.float64], whole: NDArray[np.int64]
) -> NDArray[np.float64]:
    share: NDArray[np.float64] = np.full(len(whole), np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    return share
