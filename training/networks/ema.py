"""Exponential moving average (EMA) of a network's weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = list[NDArray[np.float32]]

#: Most batches between two updates; copying the weights takes as long as a small batch.
_EVERY = 10


class EMA:
    """Average of a network's weights over the last batches, normalisation statistics included.

    It reads better, and differs less from one epoch to the next, than the weights of the last batch
    (B. Polyak and A. Juditsky, "Acceleration of stochastic approximation by averaging", 1992). That
    of Keras' optimisers leaves out normalisation statistics, and has one decay from the first batch
    on. Here the decay of a batch is ``1 - 1 / batches``; 0 means no average. ``updates`` batches
    went into it.
    """

    def __init__(self, network: Any, batches: float) -> None:
        self._network, self._batches = network, batches
        # Where an epoch is only a few batches long, every one of them counts.
        self._every = max(1, min(_EVERY, int(batches / 10)))
        self._mean: Weights = network.get_weights()
        self.updates = 0

    @property
    def weights(self) -> Weights:
        """The average, as ``network.get_weights()`` lists them."""
        return self._mean if self._batches else self._network.get_weights()

    @weights.setter
    def weights(self, weights: Weights) -> None:
        self._mean = weights

    def update(self) -> None:
        """Take in the weights after another batch."""
        self.updates += 1
        if not self._batches or self.updates % self._every:
            return
        # A quarter of the run so far at most, so that the first batches are soon forgotten.
        batches = min(self._batches, self.updates / 4)
        complement_of_decay = np.float32(min(1.0, self._every / max(batches, 1.0)))
        for mean, now in zip(self._mean, self._network.get_weights(), strict=True):
            mean += complement_of_decay * (now - mean)
