"""Takes the ruled lines of paper off the ink, and leaves what is written over them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitpad.image.paper import Plane, running

#: In pictures whose shorter side is below this, a ruled line is no different from a thin stroke.
_LEAST = 128
#: A ruled line is at most this share of the picture's longest side wide,
_WIDE = 0.025
#: darker than the first share of full ink and fainter than the second,
_FAINTEST, _DARKEST = 0.12, 0.8
#: and turned from the picture's sides by a slope of at most this.
_STEEPEST = 0.4
#: It covers this share of half the picture; the rest are gaps, and the digit. It may be bent: of
#: so many parts of the picture, any two neighbours are a half.
_COVERED, _PARTS = 0.75, 4
#: Every so many pixels along a line are looked at.
_SKIP = 8


def without_ruled_lines(share: Plane) -> Plane | None:
    """Take the ruled lines of the paper off; what is written over them stays.

    Args:
        share: float32 (h, w), how much of each pixel is ink, 0..1.

    Returns:
        The same without ruled lines, of which corners may hold remains; None where there
        are none.
    """
    if min(share.shape) < _LEAST:
        return None
    wide = max(3, round(_WIDE * max(share.shape))) | 1
    level = _without_level_lines(share, wide)
    upright = _without_level_lines((share if level is None else level).T, wide)
    return level if upright is None else upright.T


def _without_level_lines(share: Plane, wide: int) -> Plane | None:
    """Take off the lines that run from left to right; None where there are none."""
    few = share[:, ::_SKIP]
    around = running(np.pad(few, ((wide // 2, wide // 2), (0, 0))), wide, 0, np.maximum)
    ridge = (few > _FAINTEST) & (around < _DARKEST) & (_opened(few, wide) < 0.5 * few)
    if ridge.any(axis=0).mean() < _COVERED / 2:
        return None
    lines = _lines(ridge, share.shape[1])
    levels = few[ridge & lines[:, ::_SKIP]]
    if not levels.size:
        return None
    grey = np.percentile(levels, 95)
    return np.where(lines, np.maximum(share - grey, 0) / (1 - grey), share)


def _lines(ridge: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """Where straight lines, at any slope, follow a ridge: (h, width).

    Args:
        ridge: (h, w), of every ``_SKIP``-th column only.
    """
    height, few = ridge.shape
    part = few // _PARTS
    columns = np.arange(width)
    reach = round(_STEEPEST * width / 2) + 1  # a line's middle may lie so far outside the picture
    # Two pixels to either side are near enough for lines in steps of two, and slopes in steps of
    # four at both ends.
    near = running(np.pad(ridge, ((2 * reach + 2, 2 * reach + 2), (0, 0))), 5, 0, np.maximum)
    found = np.zeros((len(near), width), dtype=bool)
    middles = np.arange(reach, len(near) - reach, 2)[:, None]
    for slope in np.arange(-_STEEPEST, _STEEPEST, 8 / width):
        rise = np.rint(slope * (columns - width / 2)).astype(np.int64)
        followed = near[middles + rise[::_SKIP], columns[:few]]
        parts = followed[:, : part * _PARTS].reshape(-1, _PARTS, part).mean(axis=2)
        covered = parts[:, 1:] + parts[:, :-1] >= 2 * _COVERED
        for first in np.flatnonzero(covered.any(axis=0)):
            last = width if first == _PARTS - 2 else (first + 2) * part * _SKIP
            half = columns[first * part * _SKIP : last]
            found[middles[covered[:, first]] + rise[half], half] = True
    # A ridge is at most two pixels away, and its edge is one more.
    lines: NDArray[np.bool_] = running(found, 7, 0, np.maximum)
    return lines[2 * reach - 3 : 2 * reach - 3 + height]


def _opened(plane: Plane, size: int) -> Plane:
    """Morphological opening down the columns: what is narrower than ``size`` goes."""
    padded = np.pad(plane, ((size - 1, size - 1), (0, 0)))
    opened: Plane = running(running(padded, size, 0, np.minimum), size, 0, np.maximum)
    return opened
