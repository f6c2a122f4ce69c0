"""Compares two models on the same drawings: difference, its interval, and a significance test."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.measure.scores import wilson


@dataclass(frozen=True)
class Pairs:
    """How many drawings two models read rightly, drawing by drawing; at least one in all."""

    both: int
    only_first: int
    only_second: int
    neither: int

    @classmethod
    def count(cls, first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Pairs:
        """From whether each drawing was read rightly: two of shape (N,), N >= 1."""
        return cls(
            int((first & second).sum()),
            int((first & ~second).sum()),
            int((~first & second).sum()),
            int((~first & ~second).sum()),
        )

    @property
    def total(self) -> int:
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def difference(self) -> float:
        """Accuracy of the first less that of the second, -1..1."""
        return (self.only_first - self.only_second) / self.total

    def interval(self) -> tuple[float, float]:
        """95 % interval of the difference, -1..1.

        R. G. Newcombe, "Improved confidence intervals for the difference between binomial
        proportions based on paired data", Statistics in Medicine 17 (1998), method 10: Wilson's
        intervals of the two shares, joined by their correlation.
        """
        first, second = self.both + self.only_first, self.both + self.only_second
        share1, share2 = first / self.total, second / self.total
        (low1, high1), (low2, high2) = wilson(first, self.total), wilson(second, self.total)
        correlation = self._correlation()

        def joined(a: float, b: float) -> float:
            return math.sqrt(max(0.0, a * a - 2 * correlation * a * b + b * b))

        return (
            self.difference - joined(share1 - low1, high2 - share2),
            self.difference + joined(high1 - share1, share2 - low2),
        )

    def mcnemar(self) -> float:
        """Two-sided p-value of the exact test that both models read equally well, 0..1.

        Q. McNemar, "Note on the sampling error of the difference between correlated proportions or
        percentages", Psychometrika 12 (1947), with the binomial distribution in full: under the
        hypothesis each drawing that only one model reads is a toss of a fair coin.
        """
        tosses = self.only_first + self.only_second
        fewer = min(self.only_first, self.only_second)
        tail = sum(math.comb(tosses, k) for k in range(fewer + 1))
        return min(1.0, 2 * tail / (1 << tosses))

    def _correlation(self) -> float:
        """Newcombe's phi, corrected for continuity; 0 where a margin of the table is empty."""
        margins = (
            (self.both + self.only_first)
            * (self.only_second + self.neither)
            * (self.both + self.only_second)
            * (self.only_first + self.neither)
        )
        if margins == 0:
            return 0.0
        product = self.both * self.neither - self.only_first * self.only_second
        corrected = product if product < 0 else max(product - self.total / 2, 0.0)
        return corrected / math.sqrt(margins)
