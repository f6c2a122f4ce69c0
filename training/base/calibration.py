"""Calibration after training, on validation data: a temperature and a rejection threshold.

With the temperature, what the model calls 90 % is right in nine of ten cases (C. Guo et al., "On
calibration of modern neural networks", ICML 2017).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.float32]

#: Share of the digits of each validation set that the threshold may reject, 0..1.
REJECTED = 0.003

_GOLDEN = (np.sqrt(5) - 1) / 2
#: Bounds of the temperature, and how closely it is found.
_TEMPERATURES, _PRECISION = (0.2, 5.0), 1e-3


class Outputs(NamedTuple):
    """A model's outputs for digits, and their labels."""

    probabilities: Probabilities  #: float32 (N, classes)
    #: Float32 (N,), 0..1, or None for a model without them.
    digit_scores: NDArray[np.float32] | None
    labels: NDArray[np.int64]  #: int64 (N,)


class Calibration(NamedTuple):
    """A temperature and a rejection threshold."""

    temperature: float  #: above 0; the logits are to be divided by it
    #: Digit score, 0..1, below which a drawing is rejected; None for a model without.
    threshold: float | None


def fit(outputs: Iterable[Outputs]) -> Calibration:
    """Fit both on validation sets."""
    sets = list(outputs)
    return Calibration(fit_temperature(sets), fit_threshold(sets))


def apply_temperature(probabilities: Probabilities, temperature: float) -> Probabilities:
    """The probabilities that logits divided by a temperature give: float32 (N, classes)."""
    logits = np.log(np.maximum(probabilities.astype(np.float64), 1e-30)) / temperature
    logits -= logits.max(axis=1, keepdims=True)
    scaled = np.exp(logits)
    result: Probabilities = (scaled / scaled.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


def fit_temperature(sets: Sequence[Outputs]) -> float:
    """The temperature with the lowest cross-entropy, each set counting alike.

    By golden-section search, as the cross-entropy has a single minimum.
    """

    def loss(logarithm: float) -> float:
        return sum(_cross_entropy(each, float(np.exp(logarithm))) for each in sets)

    low, high = np.log(_TEMPERATURES)
    while high - low > _PRECISION:
        span = _GOLDEN * (high - low)
        if loss(high - span) < loss(low + span):
            high = low + span
        else:
            low = high - span
    return round(float(np.exp((low + high) / 2)), 3)


def _cross_entropy(outputs: Outputs, temperature: float) -> float:
    scaled = apply_temperature(outputs.probabilities, temperature)
    right = scaled[np.arange(len(scaled)), outputs.labels]
    return float(-np.log(np.maximum(right, 1e-12)).mean())


def fit_threshold(sets: Sequence[Outputs]) -> float | None:
    """The highest threshold, 0..1, that rejects at most :data:`REJECTED` of each set; a score is
    rejected when it is below. None for a model without digit scores.
    """
    spared = [
        float(np.sort(scores)[int(REJECTED * len(scores))])
        for _, scores, _ in sets
        if scores is not None
    ]
    # Rounded down, since onnxruntime computes the last digits otherwise.
    return math.floor(1_000 * min(spared)) / 1_000 if spared else None
