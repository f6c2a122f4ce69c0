"""Makes the 28x28 image that a network sees of ink or a picture: the only such place.

MNIST's own recipe (http://yann.lecun.com/exdb/mnist): the ink is scaled to fit a 20x20 box with its
aspect kept, anti-aliased, and then moved by whole pixels so that its centre of mass comes to lie at
pixel index 14 of 28. Whole pixels, as in MNIST, keep the edges of the box on the pixel grid.

Pen strokes are scaled first and inked after, with a pen of constant width, so that neither the
size of a drawing nor the brush it was drawn with changes what the network sees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.ink import Ink
from digitpad.ink.path import interpolated

if TYPE_CHECKING:
    from digitpad.image.bitmap import FoundInk, Pixels

#: Side of the image, and of the box that the ink fits, in pixels.
SIZE, BOX = 28, 20
#: Pixel index, both ways, at which the ink's centre of mass comes to lie.
CENTRE = 14
#: Width of the pen in pixels of the image. Of 1.5 to 3.5 it is where validation writers' digits
#: have about as much ink as MNIST's, and are read best.
PEN_WIDTH = 2.5
#: Names this definition of model input; models record the one that they were trained for.
NORMALISATION = "mnist-1"

#: Distance between inked samples of a stroke, in pixels; costs less than 0.01 of grey.
_STEP = 0.25
#: Bounds time and memory for scribbles; only ink that covers the box many times over reaches it.
_MAX_SAMPLES = 20_000
#: Keeps a centre of mass that lies half-way between two pixels (every symmetric drawing) from
#: going either way by rounding errors.
_TIE = 1e-5

Image = NDArray[np.float32]


def normalize_ink(ink: Ink, pen_width: float = PEN_WIDTH) -> Image | None:
    """Normalise pen strokes.

    Args:
        ink: the drawing, in any unit and at any place.
        pen_width: width of the pen in pixels of the result, above 0 and below 20.

    Returns:
        float32 (28, 28), ink 1.0 on paper 0.0, or None when there is no ink.
    """
    bounds = ink.bounds()
    if bounds is None:
        return None
    left, top, right, bottom = bounds
    side = max(right - left, bottom - top)
    # A dot stays a dot: below rounding errors there is no shape to enlarge.
    is_dot = side <= 1e-9 * max(map(abs, bounds))
    scale = 0.0 if is_dot else (BOX - pen_width) / side
    origin = np.array((left, top))
    samples = _samples([stroke.points for stroke in ink.strokes], _STEP / scale if scale else 1.0)
    return _centred(_inked((samples - origin) * scale + pen_width / 2, pen_width))


def normalize_bitmap(pixels: Pixels) -> Image | None:
    """Normalise a picture of one digit, in any colours, after finding its paper and its ink.

    Args:
        pixels: (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA; uint8, or float 0..1.

    Returns:
        float32 (28, 28), ink 1.0 on paper 0.0, or None when the picture is blank.

    Raises:
        BitmapError: if the array is no picture.
    """
    from digitpad.image.bitmap import find_ink  # with Pillow, which a window need not wait for

    found = find_ink(pixels)
    return None if found is None else normalize_found(found)


def normalize_found(found: FoundInk) -> Image:
    """Normalise the digit that :func:`.bitmap.find_ink` has found: float32 (28, 28)."""
    ink = found.share
    longest = max(ink.shape)
    height, width = (_area_weights(n, BOX / longest) for n in ink.shape)
    # einsum, because a matrix product this small only wakes the threads of the BLAS library.
    narrow = np.einsum("hw,xw->hx", ink, width)
    grey = np.einsum("yh,hx->yx", height, narrow)
    return _centred(np.minimum(grey, np.float32(1)))  # a sum of weights may round to above 1


def _samples(strokes: list[NDArray[np.float64]], step: float) -> NDArray[np.float64]:
    """Points about ``step`` apart along all strokes, and every stroke's two ends: (n, 2).

    Equal distances make the number of points that the device reported irrelevant.
    """
    points = np.concatenate(strokes)
    first = np.cumsum([0, *map(len, strokes[:-1])])
    last = np.append(first[1:], len(points)) - 1
    x, y = np.ascontiguousarray(points.T)
    lengths = np.zeros(len(points))
    np.sqrt(np.square(np.diff(x)) + np.square(np.diff(y)), out=lengths[1:])
    lengths[first] = 0.0  # the pen moves to the next stroke without drawing
    along = np.cumsum(lengths)
    count = min(int(np.ceil(along[-1] / step)), _MAX_SAMPLES) + 1
    at = np.linspace(0.0, along[-1], count)
    between = interpolated(points, along, at)
    return np.concatenate([between, points[first], points[last]])


def _inked(samples: NDArray[np.float64], pen_width: float) -> Image:
    """Round, anti-aliased ink at each sample, on a 20x20 box (BOX, BOX).

    Grey is how far the edge of the pen reaches into a pixel, from the distance of the pixel's
    centre to the nearest sample: a distance field, evaluated only where the pen reaches.
    """
    reach = pen_width / 2 + 0.5
    span = np.arange(int(np.ceil(2 * reach)) + 1)
    first = np.floor(samples - reach).astype(np.intp)
    near = first[:, :, None] + span  # (n, 2, k) pixel indices around each sample
    squared = np.square(near + 0.5 - samples[:, :, None])
    distances = squared[:, 1, :, None] + squared[:, 0, None, :]  # (n, k rows, k columns)
    margin = len(span)  # pixels around the box that the pen may touch but does not ink
    width = BOX + 2 * margin
    cells = (near[:, 1, :, None] + margin) * width + near[:, 0, None, :] + margin
    field = np.full(width * width, np.inf)
    np.minimum.at(field, cells.ravel(), distances.ravel())
    inside = slice(margin, margin + BOX)
    distance = np.sqrt(field.reshape(width, width)[inside, inside])
    grey: Image = np.clip(reach - distance, 0.0, 1.0).astype(np.float32)
    return grey


def _area_weights(length: int, scale: float) -> Image:
    """Weights (BOX, length) that shrink or enlarge one axis by averaging over areas."""
    edges = np.arange(length + 1) * scale
    cells = np.arange(BOX)[:, None]
    overlap = np.minimum(edges[1:], cells + 1) - np.maximum(edges[:-1], cells)
    weights: Image = np.maximum(overlap, 0.0).astype(np.float32)
    return weights


def _centred(box: Image) -> Image:
    """Place the inked box in the image, its centre of mass at CENTRE, without cutting ink off."""
    image = np.zeros((SIZE, SIZE), dtype=np.float32)
    total = float(box.sum(dtype=np.float64))
    target = []
    source = []
    for axis in (0, 1):
        profile = box.sum(axis=1 - axis, dtype=np.float64)
        inked = np.flatnonzero(profile)
        start, stop = int(inked[0]), int(inked[-1]) + 1
        mass = float(profile @ np.arange(BOX)) / total
        shift = int(np.floor(CENTRE - mass + 0.5 - _TIE))
        # Ink so lopsided that centring would push it out of the image stays inside instead.
        shift = min(max(shift, -start), SIZE - stop)
        source.append(slice(start, stop))
        target.append(slice(start + shift, stop + shift))
    image[target[0], target[1]] = box[source[0], source[1]]
    return image
