"""Drawn outlines as people might have written them: bent, trembling and with rounded corners."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.synth.strokes import Points, Strokes, framed, resampled

#: Distance between the points of a written stroke, where the whole drawing has size 1.
_SPACING = 0.02
#: Length of stroke over which the writer's error changes.
_TREMOR_LENGTH = 0.3


def smoothed(stroke: Points, width: float) -> Points:
    """A stroke of equal steps with its corners rounded by a Gaussian, its ends kept.

    Args:
        stroke: float64 (n, 2).
        width: standard deviation of the Gaussian, in points.
    """
    reach = min(int(np.ceil(2.5 * width)), len(stroke) - 1)
    if reach < 1 or width <= 0:
        return stroke
    kernel = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / width))
    kernel /= kernel.sum()
    # Continued point-symmetrically, so that the two ends stay where they are.
    before = 2 * stroke[0] - stroke[reach:0:-1]
    after = 2 * stroke[-1] - stroke[-2 : -reach - 2 : -1]
    longer = np.concatenate([before, stroke, after])
    return np.stack([np.convolve(axis, kernel, "valid") for axis in longer.T], axis=1)


def written(
    strokes: Sequence[Points], rng: np.random.Generator, care: float = 0.0, rounding: float = 0.04
) -> Strokes:
    """One drawing as somebody might have written it.

    Args:
        strokes: at least one, each float64 (n, 2); any size.
        rng: where chance comes from.
        care: 0 to 1, how much less every stroke goes its own way than it could. At 1 the strokes
            are only bent together, so that two lines side by side stay side by side.
        rounding: largest standard deviation of the Gaussian that rounds corners, for size 1.

    Returns:
        float64 (n, 2) strokes of about unit size, with dense points.
    """
    stretch = np.exp(rng.normal(0.0, 0.1, 2))
    freedom = (1.0 - care) * rng.uniform(0.3, 1.0)
    width = rounding / _SPACING * rng.uniform(0.4, 1.0)
    waves = rng.normal(0.0, 0.03, (2, 2)), rng.uniform(-1.0, 1.0, (2, 2)), rng.uniform(0, 7, 2)
    return [
        _bent(_own_way(resampled(stroke, _SPACING), rng, freedom, width), *waves) * stretch
        for stroke in framed(strokes)
    ]


def _own_way(stroke: Points, rng: np.random.Generator, freedom: float, width: float) -> Points:
    """One stroke, misplaced a little, trembling, with rounded corners."""
    place = rng.normal(0.0, 0.02 * freedom, 2)
    if len(stroke) < 4:
        return stroke + place
    knots = 2 + int(len(stroke) * _SPACING / _TREMOR_LENGTH)
    at = np.linspace(0, knots - 1, len(stroke))
    errors = rng.normal(0.0, 0.025 * freedom, (2, knots))
    tremor = np.stack([np.interp(at, np.arange(knots), axis) for axis in errors], axis=1)
    return smoothed(stroke + place + tremor, min(width, len(stroke) / 8))


def _bent(stroke: Points, size: Points, wave: Points, phase: Points) -> Points:
    """The paper's plane bent by two slow waves, the same for all strokes."""
    return stroke + np.sin(np.pi * (stroke @ wave) + phase) @ size
