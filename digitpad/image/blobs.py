"""Keeps the digit of a photograph's ink: not specks, and not what stands beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitpad.image.paper import Plane, running

#: Blobs are told apart on a copy of at most this many pixels a side.
_SIDE = 128
#: A blob is next to the digit when the gap is at most this share of the digit's longest side,
_NEAR = 0.25
#: and a speck when it has less than this share of the largest one's area.
_SPECK = 0.02
#: What touches the picture's edge counts this much of its area: it may be of something else.
_CUT_OFF = 0.25


def digit_only(share: Plane) -> Plane:
    """Keep the largest blob and those next to it, and drop the rest.

    Args:
        share: float32 (h, w), how much of each pixel is ink, 0..1.
    """
    step = -(-max(share.shape) // _SIDE)
    coarse = _block_max(share, step)
    blobs = labelled(coarse > 0.5)
    count = int(blobs.max()) + 1
    if not count:
        return share
    # The edges of strokes are fainter and belong to their blob.
    around = np.pad(np.append(_of_digit(blobs, count), False)[blobs], 1)
    for axis in (0, 1):
        around = running(around, 3, axis, np.maximum)
    kept = around.repeat(step, 0).repeat(step, 1)[: share.shape[0], : share.shape[1]]
    return np.where(kept, share, np.float32(0))


def labelled(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Connected regions, with eight neighbours: numbered from 0, -1 elsewhere.

    Every pixel takes the smallest number around it, and then that pixel's own, until none changes.
    """
    nowhere = mask.size
    labels = np.where(mask, np.arange(nowhere).reshape(mask.shape), nowhere)
    while True:
        least = np.pad(labels, 1, constant_values=nowhere)
        for axis in (0, 1):
            least = running(least, 3, axis, np.minimum)
        least = np.where(mask, least, nowhere)
        parents = np.arange(nowhere + 1)
        np.minimum.at(parents, labels[mask], least[mask])
        while (parents[parents] != parents).any():
            parents = parents[parents]
        following = parents[labels]
        if (following == labels).all():
            labels[mask] = np.unique(labels[mask], return_inverse=True)[1]
            return np.where(mask, labels, -1)
        labels = following


def _of_digit(blobs: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    """Which blobs are the digit: grows from the largest, preferably one inside the picture."""
    at = np.stack(np.nonzero(blobs >= 0), axis=1)
    which = blobs[blobs >= 0]
    low, high = np.full((count, 2), max(blobs.shape)), np.zeros((count, 2), dtype=np.int64)
    np.minimum.at(low, which, at)
    np.maximum.at(high, which, at)
    areas = np.bincount(which)
    inside: NDArray[np.bool_] = np.all((low > 0) & (high < np.array(blobs.shape) - 1), axis=1)
    largest = int((areas * np.where(inside, 1.0, _CUT_OFF)).argmax())
    may_belong = (areas >= _SPECK * areas[largest]) & (inside | ~inside[largest])
    kept = np.zeros(count, dtype=bool)
    kept[largest] = True
    reach = _NEAR * (high[largest] - low[largest]).max()
    while True:
        first, last = low[kept].min(axis=0), high[kept].max(axis=0)
        gaps = np.maximum(low - last, first - high).max(axis=1)
        near = may_belong & (gaps <= reach)
        if not (near & ~kept).any():
            return kept
        kept |= near


def _block_max(plane: Plane, step: int) -> Plane:
    """The largest of each step x step block."""
    height, width = plane.shape
    padded = np.pad(plane, ((0, -height % step), (0, -width % step)))
    # Slices: reducing the short axes of a reshaped array takes five times as long.
    rows = np.maximum.reduce([padded[k::step] for k in range(step)])
    largest: Plane = np.maximum.reduce([rows[:, k::step] for k in range(step)])
    return largest
