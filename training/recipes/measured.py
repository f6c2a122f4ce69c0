"""What was measured of the recipes: the commands stand in README.md, section "Recipes"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """The test accuracy of a recipe.

    Attributes:
        parameters: of the network.
        accuracy: mean over the seeds, 0..1.
        deviation: standard deviation over the seeds; None of a single one.
        seeds: how many.
        seconds: that training took, mean over the seeds.
    """

    parameters: int
    accuracy: float
    deviation: float | None
    seeds: int
    seconds: float

    @property
    def stated(self) -> str:
        """Such as ``"91.25 % ± 0.20 (5)"``."""
        spread = "" if self.deviation is None else f" ± {100 * self.deviation:.2f}"
        return f"{100 * self.accuracy:.2f} %{spread} ({self.seeds})"

    @property
    def duration(self) -> str:
        """Such as ``"41 s"`` or ``"50 min"``."""
        if self.seconds < 100:
            return f"{self.seconds:.0f} s"
        return f"{self.seconds / 60:.0f} min"


MEASURED: dict[str, Measured] = {
    # One network, without teachers; the mean of these three: 99.61 %. Three at once took some 75 s
    # an epoch on two cores with AMX.
    "digits": Measured(162_379, 0.9954, 0.0005, 3, 40 * 50),
    # Epochs that nothing disturbed took 47 s; many of those of these seeds were.
    "fashion": Measured(373_634, 0.9456, 0.0010, 2, 40 * 47),
    "tfjs-cnn": Measured(5_994, 0.9829, 0.0020, 5, 67),
    "tf-basic": Measured(101_770, 0.8728, 0.0062, 5, 12),
    "mygrad-cnn": Measured(10_760, 0.9759, 0.0022, 5, 17),
    "keras-dense": Measured(101_770, 0.9782, 0.0009, 5, 66),
    "fashion-cnn": Measured(333_526, 0.9146, 0.0022, 5, 417),
}
