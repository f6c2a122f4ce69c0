"""What was learned of one hand: labelled drawings, and how alike a new one is to the nearest.

A class whose nearest remembered drawing has the likeness k gets 1 + k times its odds. Alike are two
drawings by the model's features and by their images: what the model cannot tell apart, the images
often can. How the constants were chosen, and what else was tried, is in training/README.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitpad.image.normalize import SIZE
from digitpad.inference.recognizer import Readings, Recognizer
from digitpad.library.correction import NOT_A_DIGIT, Correction

#: The class of what is none of the model's.
NONE = -1
_LEAST = np.float32(1e-9)


class Kernel(NamedTuple):
    """How alike two drawings are: exp(reach - distance), where the distance is
    features * (1 - cosine of the features) + image * (1 - cosine of the images).
    """

    features: float
    image: float
    reach: float


#: For a model that has features, and for one that has none.
WITH_FEATURES, IMAGE_ALONE = Kernel(20.0, 14.0, 9.0), Kernel(0.0, 24.0, 7.0)
# However sure the model is, a drawing itself is read as it was called, and so is what hardly
# differs: the logarithm of the odds beyond the model's, and how fast it falls with the distance.
_BEYOND, _STEEPNESS = 2.0, 3.0
#: Below this distance, two drawings are taken for one.
_SAME = 0.5


@dataclass(frozen=True, eq=False)
class Trace:
    """What is remembered of one drawing.

    Attributes:
        point: float32 (D,), of :func:`points`.
        category: its class, or :data:`NONE`.
        peak: logarithm of the odds that it takes to read it as this class.
        rescued: whether it is of a class, and the model took it for no digit.
    """

    point: NDArray[np.float32]
    category: int
    peak: float
    rescued: bool


@dataclass(frozen=True, eq=False)
class Memory:
    """Remembered drawings. Immutable: what is forgotten is left out of the next one.

    Attributes:
        traces: what is remembered of each drawing, the oldest first.
        kernel: how alike drawings are.
    """

    traces: tuple[Trace, ...]
    kernel: Kernel = WITH_FEATURES

    def __len__(self) -> int:
        return len(self.traces)

    @cached_property
    def _counting(self) -> list[Trace]:
        """Without what was later called something else: the last word on a drawing counts."""
        points = np.stack([trace.point for trace in self.traces])
        categories = np.array([trace.category for trace in self.traces])
        distances = self.kernel.features + self.kernel.image - points @ points.T
        contradicts = (distances < _SAME) & (categories[:, None] != categories)
        overruled = np.triu(contradicts).any(axis=1)
        return [trace for trace, is_over in zip(self.traces, overruled, strict=True) if not is_over]

    @cached_property
    def _by_class(self) -> tuple[_Remembered, NDArray[np.intp], NDArray[np.int64]]:
        """All drawings in the order of their classes, where each class begins, and which it is."""
        ordered = sorted(self._counting, key=lambda trace: trace.category)
        found, starts = np.unique([trace.category for trace in ordered], return_index=True)
        return _Remembered.of(ordered, self.kernel), starts, found

    @cached_property
    def _rescued(self) -> _Remembered | None:
        rescued = [trace for trace in self._counting if trace.rescued]
        return _Remembered.of(rescued, self.kernel) if rescued else None

    def adapt(
        self, alone: Readings, drawn: NDArray[np.float32], threshold: float | None
    ) -> Readings:
        """What N drawings say in the light of what is remembered.

        Args:
            alone: what the model says by itself.
            drawn: float32 (N, D), their :func:`points`.
            threshold: 0..1, digit score below which a drawing is rejected; None: none is.
        """
        known, starts, found = self._by_class
        alike = np.exp(np.maximum.reduceat(known.likeness(drawn), starts, axis=1))
        odds = alone.probabilities + _LEAST
        first = int(found[0] == NONE)
        odds[:, found[first:]] *= 1 + alike[:, first:]
        probabilities = odds / odds.sum(axis=1, keepdims=True)
        scores, rejected = alone.digit_scores, alone.rejected
        taught = self._rescued is not None or first
        if scores is not None and threshold is not None and taught:
            pro = contra = np.zeros(len(drawn), np.float32)
            if self._rescued is not None:
                pro = np.exp(self._rescued.likeness(drawn).max(axis=1))
            if first:
                contra = alike[:, 0]
            scores = (scores + pro) / (1 + pro + contra)
            rejected = scores < np.float64(threshold)
        return Readings(probabilities, scores, rejected)

    def left_out(self, probabilities: NDArray[np.float32], own: Sequence[int]) -> NDArray[np.int64]:
        """What some of the remembered drawings are read as by all the others.

        Args:
            probabilities: float32 (N, classes), what the model says of them by itself.
            own: their N places among the traces.

        Returns:
            int64 (N,), a class each.
        """
        known = _Remembered.of(self.traces, self.kernel)
        alike = known.likeness(known.points.T[own])
        alike[np.arange(len(own)), own] = -np.inf
        categories = np.array([trace.category for trace in self.traces])
        odds = probabilities + _LEAST
        for category in set(categories.tolist()) - {NONE}:
            odds[:, category] *= 1 + np.exp(alike[:, categories == category].max(axis=1))
        return np.asarray(odds.argmax(axis=1))


class _Remembered(NamedTuple):
    """M drawings: their points, (D, M), and what makes likeness of products with them."""

    points: NDArray[np.float32]
    near: np.float32
    steep: NDArray[np.float32]

    @classmethod
    def of(cls, traces: Sequence[Trace], kernel: Kernel) -> _Remembered:
        most = kernel.features + kernel.image
        peaks = np.array([trace.peak for trace in traces])
        steep = (peaks - _STEEPNESS * most).astype(np.float32)
        matrix = np.stack([trace.point for trace in traces]).T
        return cls(matrix, np.float32(kernel.reach - most), steep)

    def likeness(self, drawn: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of N drawings, (N, D), to each: its logarithm, (N, M)."""
        products = drawn @ self.points
        steep = products * np.float32(_STEEPNESS) + self.steep
        return np.asarray(np.maximum(products + self.near, steep))


def points(
    images: NDArray[np.float32], features: NDArray[np.float32] | None, kernel: Kernel
) -> NDArray[np.float32]:
    """Drawings as points whose products say how alike they are.

    Args:
        images: float32 (N, 28, 28), ink 1.0 on paper 0.0.
        features: float32 (N, F) by the model, or None.
        kernel: how much each counts.

    Returns:
        float32 (N, D).
    """
    half = SIZE // 2
    coarse = images.reshape(-1, half, 2, half, 2).mean(axis=(2, 4)).reshape(-1, half * half)
    parts = [_scaled(coarse, kernel.image)]
    if features is not None and kernel.features:
        parts.append(_scaled(features, kernel.features))
    return np.concatenate(parts, axis=1)


def _scaled(rows: NDArray[np.float32], square: float) -> NDArray[np.float32]:
    """Rows (N, D) with this square of their lengths; a row of zeros stays one."""
    lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows))
    scale = np.sqrt(square) / np.where(lengths > 0, lengths, 1)
    return np.asarray(rows * scale[:, None], dtype=np.float32)


def kernel_of(recognizer: Recognizer) -> Kernel:
    """How alike drawings are to a model."""
    return WITH_FEATURES if recognizer.has_features else IMAGE_ALONE


def seen(
    recognizer: Recognizer, images: NDArray[np.float32]
) -> tuple[Readings, NDArray[np.float32]]:
    """What a model says of N images, and their :func:`points`.

    Raises:
        ModelError: as of :meth:`Recognizer.read`.
    """
    if not recognizer.has_features:
        return recognizer.read(images), points(images, None, IMAGE_ALONE)
    readings, features = recognizer.read_with_features(images)
    return readings, points(images, features, WITH_FEATURES)


def traces(
    recognizer: Recognizer, images: NDArray[np.float32], labels: Sequence[str]
) -> list[Trace | None]:
    """What to remember of N labelled images; None for a label that the model does not have.

    Raises:
        ModelError: as of :meth:`Recognizer.read`.
    """
    readings, drawn = seen(recognizer, images)
    categories = {label: i for i, label in enumerate(recognizer.labels)} | {NOT_A_DIGIT: NONE}
    return [
        None if label not in categories else trace_of(readings, row, drawn[row], categories[label])
        for row, label in enumerate(labels)
    ]


def remember(recognizer: Recognizer, corrections: Iterable[Correction]) -> Memory:
    """What a model learns from corrections, the oldest first.

    Raises:
        ModelError: as of :meth:`Recognizer.read`.
    """
    pairs = [(c.image, c.label) for c in corrections if c.image is not None]
    images, labels = [image for image, _ in pairs], [label for _, label in pairs]
    known = traces(recognizer, np.stack(images), labels) if images else []
    return Memory(tuple(filter(None, known)), kernel_of(recognizer))


def trace_of(readings: Readings, row: int, point: NDArray[np.float32], category: int) -> Trace:
    """What to remember of one of N drawings.

    Args:
        readings: what the model says of the N drawings by itself.
        row: which one.
        point: float32 (D,), of :func:`points`.
        category: its class, or :data:`NONE`.
    """
    if category == NONE:
        return Trace(point, NONE, 0.0, rescued=False)
    odds = readings.probabilities[row] + _LEAST
    peak = float(np.log(odds.max() / odds[category])) + _BEYOND
    return Trace(point, category, peak, bool(readings.rejected[row]))
