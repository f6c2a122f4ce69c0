"""Averaged weights: they read better, and differ less from one epoch to the next, than the last."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Batches between two updates; copying the weights takes as long as a small batch.
_EVERY = 10


class Average:
    """Exponential moving average of a model's weights, normalisation statistics included.

    B. Polyak and A. Juditsky, "Acceleration of stochastic approximation by averaging" (1992).
    Attributes:
        weights: the average, as ``model.get_weights()`` lists them.
        updates: batches that went into it.
    """

    def __init__(self, model: Any, horizon: float) -> None:
        """Average over the last ``horizon`` batches or so; 0 follows the model itself."""
        self._model = model
        self._horizon = horizon
        self.updates = 0
        self.weights: list[NDArray[np.float32]] = model.get_weights()

    def update(self) -> None:
        self.updates += 1
        if self.updates % _EVERY:
            return
        # A quarter of the run so far at most, so that the first batches are soon forgotten.
        span = min(self._horizon, self.updates / 4)
        share = np.float32(min(1.0, _EVERY / max(span, 1.0)))
        for mean, now in zip(self.weights, self._model.get_weights(), strict=True):
            mean += share * (now - mean)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Let the model have the averaged weights for a while."""
        own = self._model.get_weights()
        self._model.set_weights(self.weights)
        try:
            yield
        finally:
            self._model.set_weights(own)
