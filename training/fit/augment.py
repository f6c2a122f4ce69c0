"""Random hands: each batch of digits, drawn again as other people might have drawn it.

Affine and elastic distortion after P. Simard, D. Steinkraus and J. Platt, "Best practices for
convolutional neural networks applied to visual document analysis" (ICDAR 2003), and thicker or
thinner pens by grey-scale morphology. At serving time every drawing is normalised, so distorted
digits fill the 20x20 box around their centre of mass again, as :mod:`digitpad.image.normalize`
would leave them; only small errors of that remain as jitter.

Everything is vectorised over the batch: one bank of smooth fields, one ``cv2.remap``.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from digitpad.image.normalize import BOX, CENTRE, SIZE
from training.recipes import Augmentation

Images = NDArray[np.float32]

#: Smooth displacement fields drawn once; each image takes one of them, mirrored and scaled.
_BANK = 512
#: Blank rows and columns around each image, so that neighbours in a batch cannot bleed.
_MARGIN = 4
_TILE = SIZE + 2 * _MARGIN
#: Images per remap: OpenCV refuses pictures of 32,768 rows or more.
_CHUNK = 32_000 // _TILE
#: Shortest and longest side of what is erased, in pixels.
_ERASED = (4, 12)
#: Every pixel's x and y from the centre: (2, 784).
_GRID = np.indices((SIZE, SIZE), dtype=np.float32)[::-1].reshape(2, -1) - CENTRE
#: Powers of two, rising and falling along a row: (28, 2).
_BINARY = np.exp2(np.stack([np.arange(SIZE), np.arange(SIZE)[::-1]], axis=1))
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


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
        """Distort a batch: float32 (N, 28, 28), 0..1 on a 0 background, centre of mass at pixel 14;
        the same in a new array.
        """
        parts = [self._distorted(images[i : i + _CHUNK]) for i in range(0, len(images), _CHUNK)]
        return np.concatenate(parts) if parts else images.copy()

    def _distorted(self, images: Images) -> Images:
        count = len(images)
        images = self._mirrored(images)
        forward = self._linear(count)
        if self._strengths.fitted:
            forward = self._fitted(forward, images)
        maps = _sampling_maps(np.linalg.inv(forward), self._displacements(count))
        tall = np.zeros((count, _TILE, _TILE), dtype=np.float32)
        tall[:, _MARGIN : _MARGIN + SIZE, _MARGIN : _MARGIN + SIZE] = images
        self._ink(tall)
        maps += _MARGIN
        np.clip(maps, 0, _TILE - 1, out=maps)
        maps[1] += np.arange(0, count * _TILE, _TILE, dtype=np.float32)[:, None]
        x, y = maps.reshape(2, count * SIZE, SIZE)
        warped = cv2.remap(tall.reshape(count * _TILE, _TILE), x, y, cv2.INTER_LINEAR)
        return self._erased(np.asarray(warped, dtype=np.float32).reshape(count, SIZE, SIZE))

    def _mirrored(self, images: Images) -> Images:
        if not self._strengths.mirrored:
            return images
        chosen = self._rng.random((len(images), 1, 1)) < self._strengths.mirrored
        return np.where(chosen, images[:, :, ::-1], images)

    def _erased(self, images: Images) -> Images:
        if not self._strengths.erased:
            return images
        count, rng = len(images), self._rng
        sides = rng.integers(*_ERASED, (count, 2), endpoint=True)
        starts = rng.integers(0, SIZE - sides + 1)
        starts[rng.random(count) >= self._strengths.erased] = SIZE
        at = np.arange(SIZE)
        rows, columns = (
            (at >= starts[:, i, None]) & (at < (starts + sides)[:, i, None]) for i in (0, 1)
        )
        hidden = rows[:, :, None] & columns[:, None, :]
        noise: Images = rng.random((count, SIZE, SIZE), dtype=np.float32)
        return np.where(hidden, noise, images)

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
        """Random elastic fields plus a translation: (2, N, 784), x and y in pixels."""
        amplitude = self._strengths.elastic * self._rng.uniform(-1, 1, (count, 2))
        shift = self._strengths.shift * self._rng.standard_normal((count, 2)).clip(-3, 3)
        if not self._strengths.fitted:
            shift = np.rint(shift)
        fields = self._bank[:, self._rng.integers(_BANK, size=count)]
        fields *= amplitude.T[:, :, None].astype(np.float32)
        fields += shift.T[:, :, None].astype(np.float32)
        return fields

    def _ink(self, tall: Images) -> None:
        """Blend every image with its erosion (a thinner pen) or its dilation, in place."""
        pressure = self._rng.uniform(-1, 1, len(tall)).astype(np.float32)
        for morph, chosen, most in (
            (cv2.erode, pressure < 0, self._strengths.thinner),
            (cv2.dilate, pressure >= 0, self._strengths.thicker),
        ):
            if not most or not chosen.any():
                continue
            before = tall[chosen]
            morphed = morph(before.reshape(-1, _TILE), _CROSS).reshape(before.shape)
            after: Images = np.asarray(morphed, dtype=np.float32)
            after -= before
            after *= np.abs(pressure[chosen])[:, None, None] * np.float32(most)
            after += before
            tall[chosen] = after


def _smooth_fields(rng: np.random.Generator, smoothness: float) -> Images:
    """Smoothed white noise of zero mean and root mean square 1: (2, _BANK, 784)."""
    noise = rng.uniform(-1, 1, (_BANK, 2, SIZE, SIZE))
    blurred = np.array(
        [[cv2.GaussianBlur(axis, (0, 0), smoothness) for axis in field] for field in noise]
    )
    blurred -= blurred.mean(axis=(2, 3), keepdims=True)
    blurred /= np.sqrt(np.square(blurred).mean(axis=(2, 3), keepdims=True))
    planes = np.moveaxis(blurred, 1, 0).reshape(2, _BANK, SIZE * SIZE)
    return np.ascontiguousarray(planes, dtype=np.float32)


def _sampling_maps(inverse: Images, displacements: Images) -> Images:
    """Where each target pixel takes its grey from: (2, N, 784), x and y in pixels."""
    displacements += np.matmul(np.ascontiguousarray(inverse.transpose(1, 0, 2)), _GRID)
    displacements += CENTRE
    return displacements


def _longest_side(matrices: Images, images: Images) -> Images:
    """Longest side of each digit's bounding box after its linear map, in pixels: (N,).

    A linear map takes the leftmost and the rightmost ink of a row to the ends of a line, so no
    other ink of that row can be further out.
    """
    # As binary numbers, written in both directions, rows tell where their first ink is.
    _, bits = np.frexp((images > 0).astype(np.float64) @ _BINARY)
    rows = bits[:, :, 0] > 0
    x = (bits - 1 - CENTRE).astype(np.float32)  # (N, 28, 2)
    x[:, :, 1] = (SIZE - bits[:, :, 1]) - CENTRE
    y = (np.arange(SIZE, dtype=np.float32) - CENTRE)[:, None]
    blank = np.where(rows, np.float32(0), np.float32(np.inf))[:, :, None]
    longest = np.zeros(len(images), dtype=np.float32)
    for to in (0, 1):
        moved = matrices[:, to, 0, None, None] * x + matrices[:, to, 1, None, None] * y
        side = (moved - blank).max(axis=(1, 2)) - (moved + blank).min(axis=(1, 2)) + 1
        np.maximum(longest, side, out=longest)
    fitting: Images = np.where(rows.any(axis=1), longest, np.float32(BOX))
    return fitting
