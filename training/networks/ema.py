"""Averaged weights: they read better, and differ less from one epoch to the next, than the last."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = list[NDArray[np.float32]]

#: Most batches between two updates; copying the weights takes as long as a small batch.
_EVERY = 10


class Average:
    """Exponential moving average of a model's weights, normalisation statistics included.

    B. Polyak and A. Juditsky, "Acceleration of stochastic approximation by averaging" (1992).

    Attributes:
        updates: batches that went into it.
    """

    def __init__(self, model: Any, horizon: float) -> None:
        """Average over the last ``horizon`` batches or so; 0 is the model itself."""
        self._model = model
        self._horizon = horizon
        # Where an epoch is only a few batches long, every one of them counts.
        self._every = max(1, min(_EVERY, int(horizon / 10)))
        self._mean: Weights = model.get_weights()
        self.updates = 0

    @property
    def weights(self) -> Weights:
        """The average, as ``model.get_weights()`` lists them."""
        return self._mean if self._horizon else self._model.get_weights()

    @weights.setter
    def weights(self, weights: Weights) -> None:
        self._mean = weights

    def update(self) -> None:
        """Take in the weights after another batch."""
        self.updates += 1
        if not self._horizon or self.updates % self._every:
            return
        # A quarter of the run so far at most, so that the first batches are soon forgotten.
        span = min(self._horizon, self.updates / 4)
        share = np.float32(min(1.0, self._every / max(span, 1.0)))
        for mean, now in zip(self._mean, self._model.get_weights(), strict=True):
            mean += share * (now - mean)
