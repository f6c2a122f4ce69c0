"""Paths of points: how long they are, and the points between their points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


def segment_lengths(points: Points) -> Points:
    """The distances from each point of a path, (n, 2), to the next: (n - 1,)."""
    lengths: Points = np.hypot(*np.diff(points, axis=0).T)
    return lengths


def distances(points: Points) -> Points:
    """How far along a path, (n, 2), each of its points lies: (n,), from 0."""
    return np.concatenate([[0.0], np.cumsum(segment_lengths(points))])


def interpolated(points: Points, known: Points, at: Points) -> Points:
    """Points on the straight lines between the points of a path.

    Args:
        points: (n, 2).
        known: (n,), where they lie along the path, in any unit; rising.
        at: (m,), where the points that are wanted lie.

    Returns:
        (m, 2).
    """
    return np.stack([np.interp(at, known, axis) for axis in points.T], axis=1)
