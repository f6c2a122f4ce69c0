"""How long tests look for what breaks: few examples in CI, many where somebody has a night."""

from __future__ import annotations

import os

#: By how much the number of random examples is multiplied: DIGITPAD_FUZZ=20 for a long night.
FUZZ = float(os.environ.get("DIGITPAD_FUZZ", "1"))


def examples(count: int) -> int:
    """So many random examples, or as often as that as was asked for."""
    return max(1, round(count * FUZZ))
