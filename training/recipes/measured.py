"""What was measured of the recipes: the commands stand in README.md, section "Recipes"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """The test accuracy of a recipe.

    Attributes:
        parameters: of the network.
        accuracy: mean over the seeds, 0..1.
        deviation: standard deviation over the seeds.
        seeds: how many.
        seconds: that training took, mean over the seeds.
    """

    parameters: int
    accuracy: float
    deviation: float
    seeds: int
    seconds: float

    @property
    def stated(self) -> str:
        """Such as ``"91.25 % ± 0.20 (5)"``."""
        return f"{100 * self.accuracy:.2f} % ± {100 * self.deviation:.2f} ({self.seeds})"

    @property
    def duration(self) -> str:
        """Such as ``"41 s"`` or ``"50 min"``."""
        if self.seconds < 100:
            return f"{self.seconds:.0f} s"
        return f"{self.seconds / 60:.0f} min"


MEASURED: dict[str, Measured] = {}
