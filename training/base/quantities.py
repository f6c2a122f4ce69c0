"""Numbers as people read them, the same on pages, in windows and in terminals."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

#: Endings of a number of bytes, each a thousand times the one before.
_UNITS = ("bytes", "kB", "MB", "GB")


@dataclass(frozen=True)
class Spread:
    """A figure over several seeds."""

    mean: float  #: of them
    deviation: float | None  #: their standard deviation, with n - 1; None of one alone
    n: int  #: how many have this figure, one or more

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Mean and deviation; NaN where one of the values is no number."""
        alone = len(values) == 1
        if not all(map(math.isfinite, values)):  # which statistics refuses
            return cls(math.nan, None if alone else math.nan, len(values))
        deviation = None if alone else statistics.stdev(values)
        return cls(statistics.fmean(values), deviation, len(values))

    @property
    def stated(self) -> str:
        """Of a share, 0..1, as people read it: ``"99.51 ± 0.06 % (n = 3)"``."""
        deviation = "" if self.deviation is None else f" ± {100 * self.deviation:.2f}"
        return f"{100 * self.mean:.2f}{deviation} % (n = {self.n})"


def percent(share: float | None, decimals: int = 2) -> str:
    """A share, 0..1, as ``"98.73 %"``; "–" where there is none. Only what is everything has 100."""
    if share is None or not math.isfinite(share):
        return "–"
    shown = f"{100 * share:.{decimals}f}"
    if share < 1 and float(shown) >= 100:
        shown = f"{100 - 10**-decimals:.{decimals}f}"
    return f"{shown} %"


def duration(seconds: float) -> str:
    """How long something took: ``"4.8 s"``, ``"48 s"``, ``"3 min 05 s"``, ``"2 h 07 min"``."""
    if not math.isfinite(seconds):
        return "–"
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"


def about(seconds: float) -> str:
    """How long something will take: ``"40 s"``, ``"3 min"``, ``"2 h 10 min"``."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02} min"


def size(count: float) -> str:
    """Bytes as people read them: ``"252 kB"``."""
    unit = 0
    while count >= 1000 and unit < len(_UNITS) - 1:
        count, unit = count / 1000, unit + 1
    return f"{count:.3g} {_UNITS[unit]}" if unit else f"{count:.0f} {_UNITS[unit]}"


def points(hundredths: float) -> str:
    """A difference in points of a hundred, with its sign."""
    # Adding 0 turns the -0.0 of rounding into 0.0.
    return f"{round(hundredths, 2) + 0.0:+.2f}".replace("-", "−").replace("+0.00", "0.00")


def p_value(value: float) -> str:
    """A p-value with two digits that count: ``"p = 0.031"``."""
    return "p < 0.0001" if value < 0.0001 else f"p = {value:.2g}"
