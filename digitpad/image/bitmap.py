"""Finds the ink in a picture: the colour of its paper, of its ink, and where the digit is.

Works on screenshots (exact colours), transparent pictures and photographs (shadows, ruled paper,
noise), dark on light or light on dark. It knows nothing of 28x28: :mod:`digitpad.image.normalize`
does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitpad.image.blobs import digit_only
from digitpad.image.paper import Plane, one_colour, surface
from digitpad.image.ruled_lines import without_ruled_lines

Pixels = NDArray[np.uint8] | NDArray[np.floating[Any]]
Box = tuple[float, float, float, float]

#: Pictures are averaged down to at most this many pixels a side before anything else.
_LONGEST = 512
#: Contrast, 0..1, below which a picture is blank paper.
_BLANK = 0.04
#: In a photograph, also below so many standard deviations of its noise, up to the last contrast.
_NOISES, _FAINTEST = 20, 0.15
#: On exact paper, fainter ink than this share of full ink does not widen the box (JPEG halos).
_FAINT = 0.05
#: In a photograph, what is fainter than the first share of full ink is paper, and than the second,
#: an edge: around one half, so that strokes keep their width.
_PAPER, _INK = 0.25, 0.75


class BitmapError(ValueError):
    """An array that is no picture; the message is one sentence."""


@dataclass(frozen=True, eq=False)
class FoundInk:
    """The digit of a picture.

    Attributes:
        share: float32 (h, w), how much of each pixel is ink, 0..1, cropped to the ink.
        box: where that lies in the picture: left, top, right, bottom, as shares 0..1 of its sides.
    """

    share: Plane
    box: Box


def find_ink(pixels: Pixels) -> FoundInk | None:
    """Find the digit in a picture, and crop to it.

    Args:
        pixels: (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA; uint8, or float 0..1.

    Returns:
        What was found; None when the picture is blank.

    Raises:
        BitmapError: if the array is no picture.
    """
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4) or 0 in pixels.shape:
        raise BitmapError("a picture has the shape (h, w), (h, w, 3) or (h, w, 4)")
    height, width = pixels.shape[:2]
    step = -(-max(height, width) // _LONGEST)
    colours = _opaque(_shrunk(_bytes_or_floats(pixels), step))
    paper = one_colour(colours)
    photograph = paper is None
    share = _share_of_ink(colours, surface(colours) if paper is None else paper, photograph)
    if share is None:
        return None
    faint = _FAINT
    unruled = without_ruled_lines(share)
    if photograph or unruled is not None:
        share, faint = _sharpened(share if unruled is None else unruled), 0.5
    if not share.max() > faint:
        return None
    rows, columns = (_extent(share, axis, faint) for axis in (0, 1))
    right, bottom = min(columns.stop * step / width, 1.0), min(rows.stop * step / height, 1.0)
    box = columns.start * step / width, rows.start * step / height, right, bottom
    return FoundInk(share[rows, columns], box)


def _bytes_or_floats(pixels: Pixels) -> NDArray[np.uint8] | Plane:
    """uint8, or float32 0..1."""
    if pixels.dtype == np.uint8:
        return pixels
    if not np.isfinite(pixels).all():
        raise BitmapError("a picture has only finite numbers")
    floats: Plane = np.clip(pixels, 0.0, 1.0).astype(np.float32)
    return floats


def _shrunk(pixels: NDArray[np.uint8] | Plane, step: int) -> Plane:
    """Averages of step x step blocks: float32 (h, w, channels), 0..1."""
    if step > 1:
        channels = pixels.shape[2]
        if channels > 1 and pixels.dtype != np.uint8:  # Pillow averages colours in bytes only
            pixels = np.rint(pixels * 255).astype(np.uint8)
        image = Image.fromarray(pixels if channels > 1 else pixels[:, :, 0]).reduce(step)
        pixels = np.asarray(image).reshape(image.height, image.width, channels)
    scale = np.float32(1 / 255) if pixels.dtype == np.uint8 else np.float32(1)
    floats: Plane = pixels * scale
    return floats


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


def _share_of_ink(colours: Plane, paper: Plane, photograph: bool) -> Plane | None:
    """How much of each pixel is ink, (h, w), 0..1; None on blank paper.

    Args:
        colours: (h, w, channels), 0..1.
        paper: its colour, or its colour at each pixel.
        photograph: the paper is lit unevenly, and has noise.
    """
    difference = colours - paper
    least = _BLANK
    if photograph:
        # Light falls on paper and ink alike: where paper is half as bright, so is the contrast.
        light = np.maximum(paper.mean(axis=2, keepdims=True), 0.1)
        difference *= light.mean() / light
        # Of noise, a quarter lies beyond 1.15 standard deviations; white paper may have none.
        noise = float(np.percentile(np.abs(difference[::3, ::3]), 75)) / 1.15
        least = max(_BLANK, min(_NOISES * noise, _FAINTEST))
    contrast = np.sqrt(np.einsum("ijc,ijc->ij", difference, difference) / difference.shape[2])
    smooth = _mean3(contrast) if photograph else contrast
    darkest = float(smooth.max())
    if darkest < least:
        return None
    # The colour of full ink, and each pixel's share of it: exact for anti-aliased edges.
    full = np.percentile(contrast[smooth > 0.5 * darkest], 95)
    colour = difference[contrast >= 0.9 * full].mean(axis=0)
    if not colour.any():
        return None
    share: Plane = np.einsum("ijc,c->ij", difference, colour / np.square(colour).sum())
    return np.clip(share, 0.0, 1.0)


def _sharpened(share: Plane) -> Plane:
    """The digit of a photograph, without faint remains of ruled lines, creases and shadows."""
    return digit_only(np.clip((share - _PAPER) / (_INK - _PAPER), 0, 1))


def _mean3(plane: Plane) -> Plane:
    """Means over 3x3 neighbourhoods."""
    padded = np.pad(plane, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    mean: Plane = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) * np.float32(1 / 9)
    return mean


def _extent(share: Plane, axis: int, faint: float) -> slice:
    """Where the ink begins and ends along one axis."""
    first, last = np.flatnonzero(share.max(axis=1 - axis) > faint)[[0, -1]]
    return slice(int(first), int(last) + 1)
