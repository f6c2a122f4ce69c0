"""Finds the colour of a picture's paper at every pixel, under uneven light and shadows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Plane = NDArray[np.float32]

#: Longest side of the copy in which colours are counted.
_COUNTED = 128
#: A crop to the ink leaves little paper, but at least this share of the picture.
_LEAST = 0.08
#: Where more than this share of what is not white is within so many of 256 levels of it, white
#: fades into grey: it is where a camera had too much light, and no exact colour.
_FADING, _NEARLY = 0.12, 6
#: Longest side of the copy on which light and shadows are followed.
_FOLLOWED = 160
#: Strokes are narrower than this share of a picture's longest side; what is wider is a shadow.
_STROKE = 0.2


def one_colour(colours: Plane) -> Plane | None:
    """The one exact colour of the paper, as in a screenshot; None where it varies.

    Of the two most common colours it is the one that more of the picture and of its border has. An
    exact colour is a lone peak: much more frequent than the colours next to it.

    Args:
        colours: float32 (h, w, channels), 0..1.

    Returns:
        float32 (channels,), 0..1.
    """
    step = max(1, max(colours.shape) // _COUNTED)
    levels = np.rint(colours[::step, ::step] * 255).astype(np.int32)
    border = np.ones(levels.shape[:2], dtype=bool)
    rim = max(1, min(border.shape) // 20)
    border[rim:-rim, rim:-rim] = False
    powers = 256 ** np.arange(levels.shape[2])
    codes, counts = np.unique(levels @ powers, return_counts=True)
    paper, most = None, 0.0
    for code in codes[np.argsort(counts)[-2:]]:
        colour = code // powers % 256
        distance = np.abs(levels - colour).max(axis=2)
        same = distance == 0
        exact = same.mean() > _LEAST and same.sum() > 2 * _within(distance, 2)
        if max(colours.shape) >= _COUNTED and colour.min() >= 255 - _NEARLY:
            exact &= _within(distance, _NEARLY) <= _FADING * (~same).sum()
        often = float(same.mean() + same[border].mean())
        if exact and often > most:
            paper, most = (colour / 255).astype(np.float32), often
    return paper


def surface(colours: Plane) -> Plane:
    """The paper's colour at each pixel of a photograph, float32 (h, w, channels).

    A morphological closing (an opening, for light ink) takes out what is narrower than a square;
    slopes of light and shadows, however sharp their edges, are wider and stay. On such an edge,
    where the paper has several colours, it has the one that is nearest to the pixel's own.
    """
    height, width, channels = colours.shape
    step = -(-max(height, width) // _FOLLOWED)
    coarse = np.stack(
        [_resized(colours[:, :, c], -(-width // step), -(-height // step)) for c in range(channels)]
    )
    grey = coarse.mean(axis=0)
    sign = np.float32(1 if _is_ink_dark(grey) else -1)
    paper = sign * _closed(sign * coarse, max(2, round(_STROKE * max(grey.shape))))
    # Noise makes the upper envelope too bright, or the lower one too dark.
    paper += np.median(coarse - paper, axis=(1, 2), keepdims=True)
    around = np.pad(paper, ((0, 0), (1, 1), (1, 1)), mode="edge")
    low, high = (
        running(running(around, 3, 1, choose), 3, 2, choose) for choose in (np.minimum, np.maximum)
    )
    return np.stack(
        [
            np.clip(colours[:, :, c], *(_resized(p[c], width, height) for p in (low, high)))
            for c in range(channels)
        ],
        axis=2,
    )


def running(plane: Any, size: int, axis: int, choose: Callable[[Any, Any], Any]) -> Any:
    """``np.maximum`` or ``np.minimum`` over every ``size`` neighbours, in log(size) steps.

    The result is size - 1 shorter along the axis.
    """
    result = np.moveaxis(plane, axis, 0)
    width = 1
    while width < size:
        more = min(width, size - width)
        result = choose(result[:-more], result[more:])
        width += more
    return np.moveaxis(result, 0, axis)


def _within(distance: NDArray[np.int32], levels: int) -> int:
    """How many pixels are at most so far away, and not at 0."""
    return int(np.count_nonzero((distance > 0) & (distance <= levels)))


def _is_ink_dark(grey: Plane) -> bool:
    """Whether what stands out is darker than what is around it: the skewness of the contrast."""
    height, width = grey.shape
    around = _resized(_resized(grey, 7, 7), width, height)
    contrast = grey / np.maximum(around, 0.05)
    return bool(np.power(contrast - np.median(contrast), 3).sum() <= 0)


def _closed(planes: Plane, size: int) -> Plane:
    """Fill what is darker and narrower than a square of this side; edges of wider things stay."""
    # Reflected so that a slope goes on beyond the frame.
    margin = [(0, 0), (size - 1, size - 1), (size - 1, size - 1)]
    closed: Plane = np.pad(planes, margin, mode="reflect", reflect_type="odd")
    for choose in (np.maximum, np.minimum):
        for axis in (1, 2):
            closed = running(closed, size, axis, choose)
    return closed


def _resized(plane: Plane, width: int, height: int) -> Plane:
    """Averaged down, or interpolated up."""
    image = Image.fromarray(np.ascontiguousarray(plane))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))
