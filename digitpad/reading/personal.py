"""What was learned from one writer: labelled drawings, remembered by the model's features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: What the nearest remembered drawing adds to its class's log-probability, and how fast that fades
#: with the distance (1 - cosine) of the features.
WEIGHT, SHARPNESS = 10.0, 10.0
_LEAST = np.float32(1e-9)


@dataclass(frozen=True, eq=False)
class Memory:
    """Remembered drawings. Immutable: what is forgotten is left out of the next one.

    Attributes:
        features: float32 (M, D), rows of length 1.
        classes: int64 (M,), the class of each, in the order of the model's labels.
    """

    features: NDArray[np.float32]
    classes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.classes)

    def adapt(
        self, probabilities: NDArray[np.float32], features: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Class probabilities of N drawings, in the light of what is remembered.

        Args:
            probabilities: float32 (N, classes), by the model.
            features: float32 (N, D), of any length.

        Returns:
            float32 (N, classes), rows that sum to 1.
        """
        near = np.exp(SHARPNESS * (unit(features) @ self.features.T - 1))
        speaks_for = np.eye(probabilities.shape[1], dtype=np.float32)[self.classes]
        logits = np.log(probabilities + _LEAST) + WEIGHT * (near @ speaks_for)
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        adapted: NDArray[np.float32] = (shares / shares.sum(axis=1, keepdims=True)).astype(
            np.float32
        )
        return adapted


def unit(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows (N, D) scaled to length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(features / np.where(lengths > 0, lengths, 1), dtype=np.float32)
