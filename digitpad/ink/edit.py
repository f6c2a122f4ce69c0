"""Edits of ink: what a round eraser takes away, and drawings from elsewhere put on the page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.ink import Ink, Stroke
from digitpad.ink.path import interpolated, segment_lengths

Point = tuple[float, float]

#: Strokes are cut to within this share of the eraser's radius.
_PRECISION = 1 / 16
#: Bounds time and memory for strokes of many kilometres.
_MOST_SAMPLES = 50_000


def erase_strokes(ink: Ink, start: Point, end: Point, radius: float) -> Ink:
    """Take away every stroke that the eraser touches.

    Args:
        ink: the drawing.
        start: where the eraser's centre is.
        end: where it goes, in a straight line.
        radius: how far from its centre it reaches, above 0, in the units of the ink.

    Returns:
        The strokes that are left; ``ink`` itself where none was touched.
    """
    left = tuple(s for s in ink.strokes if _kept(s, start, end, radius) is None)
    return ink if len(left) == len(ink.strokes) else replace(ink, strokes=left)


def erase_parts(ink: Ink, start: Point, end: Point, radius: float) -> Ink:
    """Take away only what the eraser touches; arguments as of :func:`erase_strokes`.

    A stroke falls into pieces, which keep their times and pressures.
    """
    strokes: list[Stroke] = []
    touched = False
    for stroke in ink.strokes:
        kept = _kept(stroke, start, end, radius)
        touched = touched or kept is not None
        strokes += [stroke] if kept is None else _pieces(stroke, *kept)
    return replace(ink, strokes=tuple(strokes)) if touched else ink


def fitted(ink: Ink, side: float) -> Ink:
    """Ink on a square page from 0 to ``side``.

    What does not lie on it is moved into its middle, and shrunk where it is larger than 4/5 of it.
    """
    bounds = ink.bounds()
    if bounds is None:
        return ink
    left, top, right, bottom = bounds
    if min(left, top) >= 0 and max(right, bottom) <= side:
        return ink
    scale = min(1.0, 0.8 * side / max(right - left, bottom - top, 1e-9))
    middle = (left + right) / 2, (top + bottom) / 2
    return ink.transformed(scale, (side / 2 - middle[0] * scale, side / 2 - middle[1] * scale))


def _kept(
    stroke: Stroke, start: Point, end: Point, radius: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]] | None:
    """Close samples of a stroke as fractional indices of its points, and which stay; None: all."""
    low = np.minimum(start, end) - radius
    high = np.maximum(start, end) + radius
    points = stroke.points
    if (points.max(axis=0) < low).any() or (points.min(axis=0) > high).any():
        return None
    at = _samples(points, radius * _PRECISION)
    samples = interpolated(points, np.arange(len(points), dtype=np.float64), at)
    along = np.subtract(end, start)
    length = float(along @ along)
    share = np.clip((samples - start) @ along / length, 0, 1) if length else np.zeros(len(at))
    distance = np.hypot(*(samples - start - share[:, None] * along).T)
    stays = distance > radius
    return None if stays.all() else (at, stays)


def _samples(points: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Fractional indices, about ``step`` apart on the paper, with every point among them."""
    lengths = segment_lengths(points)
    step = max(step, float(lengths.sum()) / _MOST_SAMPLES)
    counts = np.maximum(np.ceil(lengths / step), 1).astype(np.intp)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    within = (np.arange(counts.sum()) - first) / np.repeat(counts, counts)
    return np.append(np.repeat(np.arange(len(counts)), counts) + within, len(points) - 1.0)


def _pieces(stroke: Stroke, at: NDArray[np.float64], stays: NDArray[np.bool_]) -> list[Stroke]:
    """The runs of samples that stay: their ends, and the stroke's own points between."""
    is_point = at == np.floor(at)
    edges = np.flatnonzero(np.diff(stays, prepend=False, append=False))
    pieces = []
    for first, after in edges.reshape(-1, 2).tolist():
        chosen = is_point[first:after].copy()
        chosen[[0, -1]] = True
        pieces.append(_between(stroke, at[first:after][chosen]))
    return pieces


def _between(stroke: Stroke, at: NDArray[np.float64]) -> Stroke:
    """The stroke through the given fractional indices of its points."""
    index = np.arange(len(stroke), dtype=np.float64)
    points = interpolated(stroke.points, index, at)
    t, pressure = (
        None if values is None else np.interp(at, index, values)
        for values in (stroke.t, stroke.pressure)
    )
    return Stroke(points, t, pressure)
