"""A part of a total, with its 95 % interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

from training.measure.scores import wilson


@dataclass(frozen=True)
class Share:
    """A part of a total, with its 95 % interval."""

    part: int
    total: int

    @property
    def value(self) -> float:
        """0..1, or NaN of none."""
        return self.part / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval, 0..1."""
        return wilson(self.part, self.total) if self.total else (math.nan, math.nan)
