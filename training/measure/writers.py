"""Accuracy by writer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.measure.share import Share

#: Digits of a writer below which a share would say little.
FEWEST = 10
#: Share of a writer's digits, 0..1, that is to be read.
WANTED = 0.95
#: Writers that are named.
WORST = 10


@dataclass(frozen=True)
class WriterScore:
    """The accuracy on one writer's digits."""

    name: str
    read: Share


@dataclass(frozen=True)
class WriterScores:
    """Accuracy by writer of at least :data:`FEWEST` digits, the worst first; never empty."""

    ranked: tuple[WriterScore, ...]

    @property
    def median(self) -> float:
        """Share, 0..1, read of the middle one."""
        return float(np.median([writer.read.value for writer in self.ranked]))

    @property
    def below(self) -> Share:
        """How many of the writers have less than :data:`WANTED` of their digits read."""
        poorly = [writer for writer in self.ranked if writer.read.value < WANTED]
        return Share(len(poorly), len(self.ranked))

    @property
    def worst(self) -> tuple[WriterScore, ...]:
        """Up to :data:`WORST` of those with a mistake."""
        return tuple(w for w in self.ranked[:WORST] if w.read.part < w.read.total)


def by_writer(names: NDArray[np.str_], correct: NDArray[np.bool_]) -> WriterScores | None:
    """Count by writer whether each digit was read, (N,); None where nobody wrote enough."""
    found = [
        WriterScore(str(name), Share(int(own.sum()), len(own)))
        for name in np.unique(names)
        if len(own := correct[names == name]) >= FEWEST
    ]
    ranked = sorted(found, key=lambda writer: (writer.read.value, writer.name))
    return WriterScores(tuple(ranked)) if ranked else None
