"""Random hands: each batch of digits, drawn again as other people might have drawn it.

Affine and elastic distortion after P. Simard, D. Steinkraus and J. Platt, "Best practices for
convolutional neural networks applied to visual document analysis" (ICDAR 2003), and thicker or
thinner pens by grey-scale morphology. At serving time every drawing is normalised, so distorted
digits fill the 20x20 box around their centre of mass again, as :mod:`digitpad.normalize` would
leave them; only small errors of that remain as jitter.

Everything is vectorised over the batch: one bank of smooth fields, one ``cv2.remap``.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digitpad.normalize import BOX, CENTRE, SIZE
from training.recipes import Augmentation

Images = NDArray[np.float32]

#: Smooth displacement fields drawn once; each image takes one of them, mirrored and scaled.
_BANK = 512
#: Blank rows and columns around each image, so that neighbours in a batch cannot bleed.
_MARGIN = 4
_TILE = SIZE + 2 * _MARGIN
#: Images per remap: OpenCV refuses pictures of 32,768 rows or more.
_CHUNK = 32_000 // _TILE
#: Every pixel's (x, y) from the centre: (784, 2).
_GRID = np.indices((SIZE, SIZE), dtype=np.float32)[::-1].reshape(2, -1).T - CENTRE


class Augmenter:
    """Distorts batches; the same seed gives the same distortions in the same order."""

    def __init__(self, strengths: Augmentation, seed: int) -> None:
        self._strengths = strengths
        self._rng = np.random.default_rng(seed)
        self._bank = _smooth_fields(self._rng, strengths.smoothness)

    def reseed(self, seed: int | tuple[int, ...]) -> None:
        """Go on from another seed; the smooth fields stay."""
        self._rng = np.random.default_rng(seed)

    def __call__(self, images: Images) -> Images:
        """Distort a batch.

        Args:
            images: float32 (N, 28, 28), 0..1 on a 0 background, centre of mass at pixel 14.

        Returns:
            float32 (N, 28, 28), 0..1, a new array.
        """
        parts = [self._distorted(images[i : i + _CHUNK]) for i in range(0, len(images), _CHUNK)]
        return np.concatenate(parts) if parts else images.copy()

    def _distorted(self, images: Images) -> Images:
        count = len(images)
        forward = self._fitted(self._linear(count), images)
        maps = _sampling_maps(np.linalg.inv(forward), self._displacements(count))
        tall = np.pad(images, ((0, 0), (_MARGIN, _MARGIN), (_MARGIN, _MARGIN)))
        tall = self._inked(tall).reshape(count * _TILE, _TILE)
        maps += _MARGIN
        np.clip(maps, 0, _TILE - 1, out=maps)
        maps[:, :, :, 1] += np.arange(0, count * _TILE, _TILE)[:, None, None]
        x, y = np.moveaxis(maps.reshape(count * SIZE, SIZE, 2), 2, 0)
        warped = cv2.remap(tall, np.ascontiguousarray(x), np.ascontiguousarray(y), cv2.INTER_LINEAR)
        return np.asarray(warped, dtype=np.float32).reshape(count, SIZE, SIZE)

    def _linear(self, count: int) -> Images:
        """Random rotation, slant and aspect: (N, 2, 2) acting on (x, y)."""
        strengths, normal = self._strengths, self._rng.standard_normal
        angle = np.deg2rad(strengths.rotation) * normal(count)
        shear = np.tan(np.deg2rad(strengths.slant) * normal(count).clip(-3, 3))
        stretch = np.exp(strengths.aspect * normal(count) / 2)
        matrices = np.zeros((count, 2, 2))
        matrices[:, 0, 0], matrices[:, 0, 1] = stretch, shear * stretch
        matrices[:, 1, 1] = 1 / stretch
        cos, sin = np.cos(angle), np.sin(angle)
        rotations = np.moveaxis(np.array([[cos, -sin], [sin, cos]]), 2, 0)
        return (rotations @ matrices).astype(np.float32)

    def _fitted(self, matrices: Images, images: Images) -> Images:
        """Scale each map so that the longest side of its digit is about 20 pixels again."""
        jitter = 1 + self._strengths.scale * self._rng.uniform(-1, 1, len(images))
        scale = BOX * jitter.astype(np.float32) / _longest_side(matrices, images)
        fitted: Images = matrices * scale[:, None, None]
        return fitted

    def _displacements(self, count: int) -> Images:
        """Random elastic fields plus a translation: (N, 28, 28, 2) in pixels."""
        amplitude = self._strengths.elastic * self._rng.uniform(-1, 1, (count, 1, 1, 2))
        shift = self._strengths.shift * self._rng.standard_normal((count, 1, 1, 2)).clip(-3, 3)
        fields = self._bank[self._rng.integers(_BANK, size=count)]
        fields *= amplitude.astype(np.float32)
        fields += shift.astype(np.float32)
        return fields

    def _inked(self, tall: Images) -> Images:
        """Blend every image with its erosion (a thinner pen) or its dilation (a thicker one)."""
        cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
        count = len(tall)
        flat = tall.reshape(count * _TILE, _TILE)
        thin, thick = (
            np.asarray(morph(flat, cross), dtype=np.float32).reshape(tall.shape)
            for morph in (cv2.erode, cv2.dilate)
        )
        pressure = self._rng.uniform(-1, 1, (count, 1, 1)).astype(np.float32)
        thinner = np.maximum(-pressure, 0) * np.float32(self._strengths.thinner)
        thicker = np.maximum(pressure, 0) * np.float32(self._strengths.thicker)
        inked: Images = tall + thinner * (thin - tall) + thicker * (thick - tall)
        return inked


def _smooth_fields(rng: np.random.Generator, smoothness: float) -> Images:
    """Smoothed white noise of zero mean and root mean square 1: (_BANK, 28, 28, 2)."""
    noise = rng.uniform(-1, 1, (_BANK, 2, SIZE, SIZE))
    blurred = np.array(
        [[cv2.GaussianBlur(axis, (0, 0), smoothness) for axis in field] for field in noise]
    )
    blurred -= blurred.mean(axis=(2, 3), keepdims=True)
    blurred /= np.sqrt(np.square(blurred).mean(axis=(2, 3), keepdims=True))
    return np.ascontiguousarray(np.moveaxis(blurred, 1, 3), dtype=np.float32)


def _sampling_maps(inverse: Images, displacements: Images) -> Images:
    """Where each target pixel takes its grey from: (N, 28, 28, 2) as (x, y) in pixels."""
    sources = (_GRID @ inverse.transpose(0, 2, 1)).reshape(displacements.shape)
    sources += displacements
    sources += CENTRE
    return sources


def _longest_side(matrices: Images, images: Images) -> Images:
    """Longest side of each digit's bounding box after its linear map, in pixels: (N,)."""
    moved = matrices @ _GRID.T
    paper = np.where(images.reshape(len(images), 1, -1) > 0, np.float32(0), np.float32(np.inf))
    sides = ((moved - paper).max(axis=2) - (moved + paper).min(axis=2)).max(axis=1) + 1
    longest: Images = np.where(np.isfinite(sides), sides, np.float32(BOX))
    return longest
