"""Finding the ink in a picture: which colour is paper, which is ink, and where the ink is.

Works on screenshots (exact colours), transparent pictures and photographs (uneven light, noise),
dark on light or light on dark. It knows nothing of 28x28: :mod:`digitpad.normalize` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8] | NDArray[np.floating[Any]]
Plane = NDArray[np.float32]

#: Pictures are averaged down to at most this many pixels a side before anything else.
_LONGEST = 512
#: Contrast, 0..1, below which a picture is blank paper.
_BLANK = 0.04
#: Paper noise (standard deviation, 0..1) above which a picture counts as a photograph.
_NOISY = 0.004
#: Ink fainter than this share of full ink does not widen the box (JPEG halos, scanner dust).
_FAINT = 0.05
#: In a photograph, this share of the ink at each edge may be specks outside the box.
_SPECKS = 0.002


Box = tuple[float, float, float, float]


class BitmapError(ValueError):
    """An array that is no picture; the message is one sentence."""


@dataclass(frozen=True, eq=False)
class FoundInk:
    """The ink of a picture.

    Attributes:
        share: float32 (h, w), how much of each pixel is ink, 0..1, cropped to the ink.
        box: where that lies in the picture: left, top, right, bottom, as shares 0..1 of its sides.
    """

    share: Plane
    box: Box


def find_ink(pixels: Pixels) -> FoundInk | None:
    """Find the ink of a picture, and crop to it.

    Args:
        pixels: (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA; uint8, or float 0..1.

    Returns:
        What was found; None when the picture is blank.

    Raises:
        BitmapError: if the array is no picture.
    """
    colours = _opaque(_shrunk(_as_floats(pixels)))
    paper = _paper(colours)
    # Light falls on paper and ink alike: where the paper is half as bright, so is the contrast.
    light = np.maximum(paper.mean(axis=2, keepdims=True), 0.1)
    difference = (colours - paper) * (light.mean() / light)
    noise = _noise(difference)
    photograph = noise > _NOISY
    contrast = np.sqrt(np.square(difference).mean(axis=2))
    if photograph:
        contrast = _median3(contrast)
    darkest = float(contrast.max())
    if darkest < max(_BLANK, 5 * noise if photograph else 0.0):
        return None
    # The colour of full ink, and each pixel's share of it: exact for anti-aliased edges.
    inky = contrast > 0.5 * darkest
    full = np.percentile(contrast[inky], 95)
    colour = difference[contrast >= 0.9 * full].mean(axis=0)
    if not colour.any():
        return None
    share = np.einsum("ijc,c->ij", difference, colour / np.square(colour).sum())
    share = np.clip(share, 0.0, 1.0)
    if photograph:
        share = _median3(share)
        share[share < min(0.3, 3 * noise / full)] = 0.0
    if not share.max() > _FAINT:
        return None
    rows, columns = (_extent(share, axis, photograph) for axis in (0, 1))
    height, width = share.shape
    bottom, right = min(rows.stop, height), min(columns.stop, width)
    box = columns.start / width, rows.start / height, right / width, bottom / height
    return FoundInk(share[rows, columns], box)


def _as_floats(pixels: Pixels) -> Plane:
    """(h, w, 1, 3 or 4), 0..1."""
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4) or 0 in pixels.shape:
        raise BitmapError("a picture has the shape (h, w), (h, w, 3) or (h, w, 4)")
    if pixels.dtype == np.uint8:
        return pixels * np.float32(1 / 255)
    if not np.isfinite(pixels).all():
        raise BitmapError("a picture has only finite numbers")
    return np.clip(pixels.astype(np.float32), 0.0, 1.0)


def _shrunk(pixels: Plane) -> Plane:
    """Average whole blocks so that the longest side is at most _LONGEST."""
    height, width, channels = pixels.shape
    factor = -(-max(height, width) // _LONGEST)
    if factor == 1:
        return pixels
    padded = np.pad(pixels, ((0, -height % factor), (0, -width % factor), (0, 0)), mode="edge")
    blocks = padded.reshape(
        padded.shape[0] // factor, factor, padded.shape[1] // factor, factor, channels
    )
    mean: Plane = blocks.mean(axis=(1, 3))
    return mean


def _opaque(pixels: Plane) -> Plane:
    """Lay a transparent picture on paper: (h, w, 1 or 3).

    Where all that is visible has one colour, the transparency is the drawing, and the paper is
    whichever of black and white is further from that colour. Else the paper is the most common
    visible colour, so that transparent corners vanish.
    """
    if pixels.shape[2] < 4:
        return pixels
    colours, alpha = pixels[:, :, :3], pixels[:, :, 3:]
    visible = alpha[:, :, 0] > 0.5
    if not visible.any():
        return np.zeros_like(colours)
    seen = colours[visible]
    typical = np.median(seen, axis=0)
    one_colour = np.abs(seen - typical).max(axis=1) < 0.1
    if one_colour.mean() > 0.95:
        typical = np.full(3, 0.0 if typical.mean() > 0.5 else 1.0)
    laid: Plane = colours * alpha + typical * (1 - alpha)
    return laid


def _paper(colours: Plane) -> Plane:
    """The paper's colour at each pixel, broadcastable to (h, w, channels).

    One exact colour where most of the picture has it; else, as under uneven light, a surface of
    the third degree fitted to the pixels that agree with it, again and again.
    """
    height, width, channels = colours.shape
    step = max(1, max(height, width) // 128)
    few = colours[::step, ::step]
    border = np.ones(few.shape[:2], dtype=bool)
    rim = max(1, min(border.shape) // 20)
    border[rim:-rim, rim:-rim] = False
    paper = np.median(few[border], axis=0)
    agrees = np.abs(few - paper).max(axis=2) < 0.01
    if agrees.mean() > 0.4:
        return paper.reshape(1, 1, channels)
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    terms = np.stack([x**i * y**j for i in range(4) for j in range(4 - i)], axis=2)
    sample = few.reshape(-1, channels)
    basis = terms[::step, ::step].reshape(-1, terms.shape[2])
    inlier = border.ravel()
    surface = np.tile(paper, (len(sample), 1))
    for _ in range(8):
        coefficients, *_rest = np.linalg.lstsq(basis[inlier], sample[inlier], rcond=None)
        surface = basis @ coefficients
        error = np.abs(sample - surface).max(axis=1)
        inlier = error <= max(0.02, 2.5 * float(np.median(error)))
    fitted: Plane = terms @ coefficients
    return fitted


def _noise(difference: Plane) -> float:
    """Standard deviation of the paper, from the median absolute deviation of all pixels."""
    return 1.4826 * float(np.median(np.abs(difference)))


def _median3(plane: Plane) -> Plane:
    """Median over 3x3 neighbourhoods: removes specks, keeps edges."""
    padded = np.pad(plane, 1, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    median: Plane = np.median(windows.reshape(*plane.shape, 9), axis=2)
    return median


def _extent(share: Plane, axis: int, photograph: bool) -> slice:
    """Where the ink begins and ends along one axis."""
    if photograph:
        mass = np.cumsum(share.sum(axis=1 - axis))
        first = np.searchsorted(mass, _SPECKS * mass[-1], side="right")
        last = np.searchsorted(mass, (1 - _SPECKS) * mass[-1])
        return slice(int(first), int(last) + 1)
    first, last = np.flatnonzero(share.max(axis=1 - axis) > _FAINT)[[0, -1]]
    return slice(int(first), int(last) + 1)
