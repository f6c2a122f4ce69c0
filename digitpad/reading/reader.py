"""The reader: what window and command line ask what a drawing says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.inference.recognizer import Readings, Recognizer
from digitpad.reading.personal import Memory, seen


@dataclass(frozen=True)
class PersonalReadings(Readings):
    """What N images say in the light of what was learned.

    Attributes:
        alone: what the model says by itself.
    """

    alone: Readings

    @property
    def learned(self) -> NDArray[np.bool_]:
        """Whether learning changed the answer, (N,)."""
        before, after = self.alone, self
        changed: NDArray[np.bool_] = (
            before.probabilities.argmax(axis=1) != after.probabilities.argmax(axis=1)
        ) | (before.rejected != after.rejected)
        return changed


class Reader:
    """A recogniser, and what was learned from its user. Free of Qt, and deterministic.

    Without a memory it answers bit for bit what the recogniser answers.

    Args:
        recognizer: the model.
        memory: what was learned, for this model; None for nothing.
    """

    def __init__(self, recognizer: Recognizer, memory: Memory | None = None) -> None:
        self.recognizer = recognizer
        self.memory = memory

    def read(self, images: NDArray[np.float32]) -> Readings:
        """What N images, float32 (N, 28, 28), say: :class:`PersonalReadings` with a memory.

        Raises:
            ModelError: as of :meth:`Recognizer.read`.
        """
        if not self.memory or not len(images):
            return self.recognizer.read(images)
        alone, drawn = seen(self.recognizer, images)
        threshold = self.recognizer.digit_score_threshold
        changed = self.memory.adapt(alone, drawn, threshold)
        return PersonalReadings(
            changed.probabilities, changed.digit_scores, changed.rejected, alone
        )
