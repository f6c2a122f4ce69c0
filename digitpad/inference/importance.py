"""Measures which ink mattered for an answer, by leaving some out.

Two ways, in one batch: small patches of the image are blanked one after the other ("occlusion",
M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks", 2014), and each
stroke is left out of the drawing.

What ink is worth is measured in bits: by how many times 2 the odds of the answer, p / (1 - p), fall
when it is left out ("weight of evidence", M. Robnik-Šikonja and I. Kononenko, "Explaining
Classifications for Individual Instances", 2008). Above 0, the ink speaks for the answer; below, it
speaks against it. Odds and not probabilities, because a sure answer stays at nearly 100 % whatever
is left out, and yet some of its ink says more than other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digitpad.image.normalize import SIZE, Image, normalize_ink
from digitpad.inference.recognizer import Readings
from digitpad.ink.ink import Ink
from digitpad.ink.path import segment_lengths

#: So many patches show every detail; a few of so many, roughly where.
MOST_PATCHES, FEWEST_PATCHES = 100, 16
#: So many strokes are left out one by one, the longest ones.
MOST_STROKES = 4

#: Side of the patches and the step from one to the next, in pixels, finest first. A patch must cut
#: through a pen's stroke, 2.5 pixels wide.
_GRIDS = ((4, 2), (4, 3), (4, 4), (5, 5), (7, 7))
#: A patch with less ink than this, in pixels, is blank; a pixel below this grey, too.
_LITTLE, _FAINT = 0.5, 0.05
#: Odds beyond one to this many are as good as certain: coarse models answer with 0 and 1.
_CERTAIN = 2.0**30


@dataclass(frozen=True)
class Without:
    """What is read without some of the ink.

    Attributes:
        winner: the class that the rest is taken for.
        probability: 0..1, of that class.
        share: 0..1, what is left of the probability of the class that the whole is taken for.
        bits: what the ink that was left out is worth.
        rejected: whether the rest is not taken for a digit at all.
    """

    winner: int
    probability: float
    share: float
    bits: float
    rejected: bool


@dataclass(frozen=True)
class Patch(Without):
    """A patch of the image: where its ink lies in the square around all ink, 0..1."""

    row: float
    column: float


@dataclass(frozen=True)
class Omission(Without):
    """A stroke of the drawing: which one, in the order they were drawn, from 0."""

    stroke: int


@dataclass(frozen=True, eq=False)
class Importance:
    """What the ink of one drawing is worth.

    Attributes:
        winner: the class that the drawing is taken for.
        probability: 0..1, of that class.
        rejected: whether it is not taken for a digit at all.
        bits: float32 (28, 28), of every pixel: the mean of the patches that it lies in; 0 on paper.
        best: the patch that speaks most for the winner; None where none does.
        worst: the patch that speaks most against it; None where none does.
        strokes: those that were left out, in the order they were drawn; none where there is only
            one.
        images: how many images were read.
    """

    winner: int
    probability: float
    rejected: bool
    bits: NDArray[np.float32]
    best: Patch | None
    worst: Patch | None
    strokes: tuple[Omission, ...]
    images: int


def importance(
    read: Callable[[Image], Readings],
    image: Image,
    ink: Ink | None = None,
    patches: int = MOST_PATCHES,
) -> Importance | None:
    """What the ink of a drawing is worth, from one run of the model.

    Args:
        read: such as :meth:`digitpad.inference.recognizer.Recognizer.read`; called once.
        image: float32 (28, 28), ink 1.0 on paper 0.0, with some ink.
        ink: the strokes that the image was made of; None for a picture.
        patches: about how many patches may be tried; each costs as much as one reading.

    Returns:
        None where the model's answer is not a number.

    Raises:
        ModelError: whatever ``read`` raises.
    """
    masks = _patches(image, patches)
    omitted = [] if ink is None else _longest(ink)
    rests = [] if ink is None else [normalize_ink(_without(ink, stroke)) for stroke in omitted]
    others = [rest[None] for rest in rests if rest is not None]
    batch = np.concatenate([image[None], np.where(masks, np.float32(0), image), *others])
    readings = read(batch)
    probabilities = readings.probabilities
    if not np.isfinite(probabilities).all():
        return None
    winner = int(probabilities[0].argmax())
    odds = _odds(probabilities, winner)
    bits = odds[0] - odds
    said = _answers(readings, winner, bits)
    count = len(masks)
    return Importance(
        winner,
        float(probabilities[0, winner]),
        bool(readings.rejected[0]),
        _spread(bits[1 : count + 1], masks, image),
        *_extremes(said[1 : count + 1], masks, image),
        strokes=tuple(
            Omission(**vars(without), stroke=stroke)
            for without, stroke in zip(said[count + 1 :], omitted, strict=True)
        ),
        images=len(batch),
    )


def _answers(readings: Readings, winner: int, bits: NDArray[np.float64]) -> list[Without]:
    """What is read of each image of the batch, and what that is worth to the winner."""
    rows = zip(readings.probabilities, bits.tolist(), readings.rejected.tolist(), strict=True)
    return [
        Without(int(row.argmax()), float(row.max()), float(row[winner]), worth, rejected)
        for row, worth, rejected in rows
    ]


def _patches(image: Image, most: int) -> NDArray[np.bool_]:
    """Patches with ink, and with ink around them, (P, 28, 28), as fine as their number allows."""
    inked = image > _FAINT
    total = float(image.sum())
    pixels = np.arange(SIZE)
    within: list[NDArray[np.bool_]] = []
    has_ink = np.zeros((0, 0), dtype=np.bool_)
    for side, step in _GRIDS:
        within = []
        for axis in (1, 0):
            at = np.flatnonzero(inked.any(axis=axis))
            # The first and the last patch reach over the ink by as much as patches overlap.
            first, last = (int(at[0]), int(at[-1])) if len(at) else (0, -1)
            starts = np.arange(first - side + step, last + 1, step)[:, None]
            within.append((starts <= pixels) & (pixels < starts + side))
        rows, columns = within
        # einsum, because a matrix product this small only wakes the threads of the BLAS library.
        amount = np.einsum("yc,xc->yx", np.einsum("yr,rc->yc", rows, image), columns)
        has_ink = (amount >= _LITTLE) & (amount <= total - _LITTLE)
        if np.count_nonzero(has_ink) <= most:
            break
    down, across = np.nonzero(has_ink)
    masks: NDArray[np.bool_] = within[0][down][:, :, None] & within[1][across][:, None, :]
    return masks


def _longest(ink: Ink) -> list[int]:
    """Which strokes to leave out, one by one."""
    if len(ink.strokes) < 2:
        return []
    lengths = [segment_lengths(stroke.points).sum() for stroke in ink.strokes]
    return sorted(np.argsort(lengths, kind="stable")[::-1][:MOST_STROKES].tolist())


def _without(ink: Ink, stroke: int) -> Ink:
    """The drawing as if one stroke had never been drawn."""
    return replace(ink, strokes=ink.strokes[:stroke] + ink.strokes[stroke + 1 :])


def _odds(probabilities: NDArray[np.float32], winner: int) -> NDArray[np.float32]:
    """The odds of one class in bits, (N,).

    Against the sum of the others: 1 - p would be 0 long before they are.
    """
    others = np.delete(probabilities, winner, axis=1).sum(axis=1)
    least = np.float32(1 / _CERTAIN)
    odds = np.log2(np.maximum(probabilities[:, winner], least) / np.maximum(others, least))
    result: NDArray[np.float32] = odds.astype(np.float32)
    return result


def _spread(
    bits: NDArray[np.float32], masks: NDArray[np.bool_], image: Image
) -> NDArray[np.float32]:
    """What patches are worth, (P,), as what pixels of ink are worth, (28, 28)."""
    total = np.einsum("p,pyx->yx", bits, masks)
    mean: NDArray[np.float32] = total / np.maximum(masks.sum(axis=0), 1)
    return np.where(image > _FAINT, mean, 0).astype(np.float32)


def _extremes(
    said: list[Without], masks: NDArray[np.bool_], image: Image
) -> tuple[Patch | None, Patch | None]:
    """The patches that speak most for and most against the winner."""
    if not said:
        return None, None
    order = sorted(range(len(said)), key=lambda i: said[i].bits)
    worst, best = order[0], order[-1]
    inked = np.argwhere(image > _FAINT)
    first, last = inked.min(axis=0), inked.max(axis=0)
    side = (last - first).max() + 1
    corner = (first + last + 1 - side) / 2

    def patch(i: int) -> Patch:
        middle = np.average(np.argwhere(masks[i]), axis=0, weights=image[masks[i]]) + 0.5
        row, column = ((middle - corner) / side).tolist()
        return Patch(**vars(said[i]), row=row, column=column)

    return (
        patch(best) if said[best].bits > 0 else None,
        patch(worst) if said[worst].bits < 0 else None,
    )
