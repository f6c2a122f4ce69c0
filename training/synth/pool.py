"""The synthetic pool: drawings inked before training begins, of which each epoch takes a part.

A stroke takes some 0.3 ms to distort and ink, as long as a training step takes for an image; so a
pool several epochs deep is made at once, on all cores. Its images depend on the seed alone, not
on the number of cores.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from digitpad.image.normalize import SIZE, Image, normalize_ink
from digitpad.ink.ink import Ink
from training.base.errors import BuildError
from training.base.parallel import parallel_map
from training.recipes import Mixture
from training.synth import forms, negatives
from training.synth.strokes import StrokeAugmenter, Strokes

#: The label of what is not a digit.
NOT_A_DIGIT = -1
#: The family that is made of pictures instead of strokes.
CLOTHES = "clothes"
#: Drawings that one task of a worker makes.
_TASK = 2_000
#: Drawings that take no longer than processes take to start.
FEW = 3_000
#: Digits that a mark is tried on for each that it is wanted on.
_TRIES = 20
#: The thinnest and thickest pen, in pixels.
_PEN = (1.1, 5.5)


class PoolError(BuildError):
    """A mixture that cannot be drawn; the message is one sentence."""


@dataclass(frozen=True)
class Writers:
    """What drawings are made from: digits, and pictures of clothes; any part may be empty.

    Attributes:
        pen: strokes of the training writers' digits, by label.
        images: the dataset's images, float32 (N, 28, 28), by label.
        clothes: pictures that are no digits, float32 (N, 28, 28), ink 1.0 on paper 0.0.
    """

    pen: dict[str, list[Strokes]]
    images: dict[str, NDArray[np.float32]]
    clothes: NDArray[np.float32]

    def families(self) -> dict[str, negatives.Family]:
        """Families of strokes that are no digit; two of them are made of the pen digits."""
        digits = [strokes for of_label in self.pen.values() for strokes in of_label]
        return negatives.FAMILIES | (negatives.of_digits(digits) if digits else {})


class Kind(NamedTuple):
    """One kind of drawing: what makes it, its name and label there, how many an epoch has."""

    source: str
    name: str
    label: int
    per_epoch: int


def kinds(mixture: Mixture, labels: Sequence[str], writers: Writers) -> list[Kind]:
    """All kinds that a mixture asks for and that there is something to make of."""
    found = [Kind("pen", d, labels.index(d), mixture.pen // len(writers.pen)) for d in writers.pen]
    for source, forms_of, per_epoch, of_labels in (
        ("glyph", forms.GLYPHS, mixture.per_glyph, labels),
        ("mark", forms.MARKS, mixture.per_mark, writers.pen),
        ("image mark", forms.IMAGE_MARKS, mixture.per_image_mark, writers.images),
    ):
        found += [
            Kind(source, name, labels.index(form.label), math.ceil(per_epoch * form.weight))
            for name, form in forms_of.items()
            if form.label in of_labels
        ]
    _check_held_out(mixture.held_out)
    weights = {name: family.weight for name, family in writers.families().items()}
    weights |= {CLOTHES: 1.0} if len(writers.clothes) else {}
    found += [
        Kind("family", name, NOT_A_DIGIT, math.ceil(mixture.per_family * weight))
        for name, weight in weights.items()
        if name not in mixture.held_out
    ]
    return [kind for kind in found if kind.per_epoch]


def _check_held_out(names: Sequence[str]) -> None:
    """A family whose name was mistyped would be trained on.

    Raises:
        PoolError: if there is no family of that name.
    """
    known = [*negatives.FAMILIES, *negatives.OF_DIGITS, CLOTHES]
    for name in names:
        if name not in known:
            raise PoolError(
                f'there is no family "{name}" to hold out; there are {", ".join(known)}'
            )


class SyntheticPool:
    """Inked drawings of all kinds, of which each epoch takes the next ones.

    Attributes:
        kinds: what there is.
        images: uint8 (N, 28, 28), ink 255 on paper 0, kind after kind.
        labels: int64 (N,), :data:`NOT_A_DIGIT` for what is none.
    """

    def __init__(self, found: Sequence[Kind], images: Sequence[NDArray[np.uint8]]) -> None:
        self.kinds = [kind for kind, drawn in zip(found, images, strict=True) if len(drawn)]
        drawn = [part for part in images if len(part)]
        self.images = np.concatenate(drawn or [np.zeros((0, SIZE, SIZE), np.uint8)])
        self._counts = [len(part) for part in drawn]
        self.labels = np.repeat([kind.label for kind in self.kinds], self._counts).astype(np.int64)

    def parts(self) -> list[NDArray[np.uint8]]:
        """The images of each kind, uint8 (n, 28, 28)."""
        return np.split(self.images, np.cumsum(self._counts)[:-1]) if self.kinds else []

    def epoch_indices(self, epoch: int) -> NDArray[np.int64]:
        """Indices of the drawings of an epoch (1, 2, ...): the next ones of each kind."""
        indices = []
        first = 0
        for kind, count in zip(self.kinds, self._counts, strict=True):
            at = (epoch - 1) * kind.per_epoch
            indices.append(first + np.arange(at, at + kind.per_epoch) % count)
            first += count
        return np.concatenate(indices) if indices else np.zeros(0, np.int64)


def draw_pool(
    mixture: Mixture, labels: Sequence[str], writers: Writers, console: Console
) -> SyntheticPool:
    """Draw everything that a mixture asks for, on all cores.

    Args:
        mixture: how many of what, and how they are distorted; its seed decides every drawing.
        labels: the dataset's labels.
        writers: what it is made from.
        console: shows the progress.
    """
    found = kinds(mixture, labels, writers)
    if not found:
        return SyntheticPool([], [])
    begun = time.monotonic()
    tasks = [
        (kind, min(_TASK, left), (mixture.seed, number, left))
        for number, kind in enumerate(found)
        for left in range(kind.per_epoch * mixture.epochs_apart, 0, -_TASK)
    ]
    drawn: dict[Kind, list[NDArray[np.uint8]]] = {kind: [] for kind in found}
    results = parallel_map(
        _draw,
        tasks,
        _start,
        (mixture, writers),
        few=sum(count for _, count, _ in tasks) <= FEW,
        title="Drawing strokes",
        console=console,
    )
    for (kind, _, _), images in zip(tasks, results, strict=True):
        drawn[kind].append(images)
    pool = SyntheticPool(found, [np.concatenate(drawn[kind]) for kind in found])
    seconds = time.monotonic() - begun
    console.print(f"Drew {len(pool.images):,} of {len(pool.kinds)} kinds in {seconds:.0f} s")
    return pool


# -- in the workers ------------------------------------------------------------------------------

_worker: _Worker


def _start(mixture: Mixture, writers: Writers) -> None:
    global _worker
    _worker = _Worker(mixture, writers)


def _draw(task: tuple[Kind, int, tuple[int, ...]]) -> NDArray[np.uint8]:
    return _worker.draw(*task)


class _Worker:
    def __init__(self, mixture: Mixture, writers: Writers) -> None:
        self._mixture, self._writers = mixture, writers
        self._families = writers.families()

    def draw(self, kind: Kind, count: int, seed: tuple[int, ...]) -> NDArray[np.uint8]:
        """Up to so many images of a kind, uint8 (N, 28, 28); fewer where a mark rarely fits."""
        rng = np.random.default_rng(seed)
        make = self._pictures if self._is_picture(kind) else self._strokes
        made = (make(kind, rng) for _ in range(count * _TRIES))
        images = list(islice((image for image in made if image is not None), count))
        grey = np.array(images, dtype=np.float32).reshape(-1, SIZE, SIZE)
        return np.rint(255 * grey).astype(np.uint8)

    @staticmethod
    def _is_picture(kind: Kind) -> bool:
        return kind.source == "image mark" or kind.name == CLOTHES

    def _pictures(self, kind: Kind, rng: np.random.Generator) -> Image | None:
        if kind.name == CLOTHES:
            clothes: Image = self._writers.clothes[rng.integers(len(self._writers.clothes))]
            return clothes
        mark = forms.IMAGE_MARKS[kind.name]
        images = self._writers.images[mark.label]
        return mark.apply(images[rng.integers(len(images))], rng)

    def _strokes(self, kind: Kind, rng: np.random.Generator) -> Image | None:
        strokes = self._drawn(kind, rng)
        if strokes is None:
            return None
        mixture = self._mixture
        augmented = StrokeAugmenter(mixture.strokes, rng)(strokes)
        spread = np.exp(mixture.pen_spread * rng.standard_normal())
        width = float(np.clip(mixture.pen_width * spread, *_PEN))
        return normalize_ink(Ink.from_points(augmented), width)

    def _drawn(self, kind: Kind, rng: np.random.Generator) -> Strokes | None:
        if kind.source == "glyph":
            return forms.GLYPHS[kind.name].draw(rng)
        if kind.source == "family":
            return self._families[kind.name].draw(rng)
        if kind.source == "pen":
            return _any(self._writers.pen[kind.name], rng)
        mark = forms.MARKS[kind.name]
        return mark.apply(_any(self._writers.pen[mark.label], rng), rng)


def _any(drawings: list[Strokes], rng: np.random.Generator) -> Strokes:
    return drawings[rng.integers(len(drawings))]
