"""Contact sheets: many small images on one page, to look at them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from digitpad.image.normalize import SIZE, Image
from training.data.datasets import FASHION_MNIST, MNIST, load_training
from training.data.pendigits import load_pendigits, training_only
from training.synth.forms import GLYPHS, IMAGE_MARKS, MARKS
from training.synth.forms.pen import AddedStrokes
from training.synth.negatives import FAMILIES, clothes, inked, of_digits
from training.synth.pool import SyntheticPool
from training.synth.strokes import Strokes

#: Drawings of each kind on a page, and of each family on one of its own.
SAMPLES, FAMILY_SAMPLES = 16, 192
#: White between two images, in pixels.
_GAP = 2
#: Height of the line of text above the images of one name, in pixels.
_TITLE = 20
#: No page is narrower than this, so that titles fit.
_NARROWEST = 480


def contact_sheet(
    rows: Mapping[str, Sequence[Image]], columns: int = 16, scale: int = 2
) -> NDArray[np.uint8]:
    """Images under the names that they belong to, black ink on white paper.

    Args:
        rows: float32 (28, 28) images, ink 1.0 on paper 0.0, by name; a name with more than
            ``columns`` images takes several lines.
        columns: images a line.
        scale: whole factor by which each image is enlarged.

    Returns:
        uint8 (H, W), 0 black to 255 white.
    """
    side = SIZE * scale + _GAP
    width = max(columns * side + _GAP, _NARROWEST)
    blocks = []
    for name, images in rows.items():
        lines = -(-len(images) // columns)
        block = np.full((_TITLE + lines * side, width), 255, dtype=np.uint8)
        cv2.putText(block, name, (4, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 0, 1, cv2.LINE_AA)
        for i, image in enumerate(images):
            top, left = _TITLE + i // columns * side, _GAP + i % columns * side
            grey = np.round(255 - 255 * image).astype(np.uint8)
            tile = np.kron(grey, np.ones((scale, scale), dtype=np.uint8))
            frame = block[top : top + side - _GAP, left : left + side - _GAP]
            frame[:] = np.minimum(tile, 244)
        blocks.append(block)
    return np.concatenate(blocks) if blocks else np.full((_GAP, width), 255, dtype=np.uint8)


def png(sheet: NDArray[np.uint8]) -> bytes:
    """A grey picture, uint8 (h, w), as a PNG file."""
    return bytes(cv2.imencode(".png", sheet)[1])


def sheet_pages(pool: SyntheticPool) -> dict[str, bytes]:
    """Samples of every kind of drawing, a page for each source, as PNG files by name."""
    rows: dict[str, dict[str, Sequence[Image]]] = {}
    for kind, part in zip(pool.kinds, pool.parts(), strict=True):
        images = list(part[:SAMPLES] / np.float32(255))
        rows.setdefault(kind.source, {})[kind.name] = images
    return {
        f"drawn-{source.replace(' ', '-')}.png": png(contact_sheet(rows[source]))
        for source in sorted(rows)
    }


def variant_pages(folder: Path, seed: int) -> dict[str, bytes]:
    """Samples of all handwriting variants, as PNG files by name.

    Args:
        folder: with the datasets; strokes are added to their training digits.
        seed: of the samples.

    Raises:
        DatasetError: if a dataset cannot be had.
    """
    rng = np.random.default_rng(seed)
    digits = training_only(load_pendigits(folder))
    train, _ = load_training(MNIST, folder, Console(stderr=True))

    def on_strokes(mark: AddedStrokes[Strokes]) -> Iterator[Image | None]:
        for at in rng.permutation([i for i, d in enumerate(digits) if d.ink.label == mark.label]):
            strokes = mark.apply([stroke.points for stroke in digits[at].ink.strokes], rng)
            yield inked(strokes) if strokes else None

    def on_images(mark: AddedStrokes[Image]) -> Iterator[Image | None]:
        for at in rng.permutation(np.flatnonzero(train.labels == MNIST.labels.index(mark.label))):
            yield mark.apply(train.images[at], rng)

    def first(images: Iterable[Image | None]) -> list[Image]:
        return list(islice((image for image in images if image is not None), SAMPLES))

    sheets = {
        "strokes": {g.name: [inked(g.draw(rng)) for _ in range(SAMPLES)] for g in GLYPHS.values()},
        "marks": {m.name: first(on_strokes(m)) for m in MARKS.values()},
        "images": {m.name: first(on_images(m)) for m in IMAGE_MARKS.values()},
    }
    return {f"forms-{name}.png": png(contact_sheet(rows)) for name, rows in sheets.items()}


def family_pages(folder: Path, seed: int) -> dict[str, bytes]:
    """Samples of each family of out-of-distribution drawings, as PNG files by name.

    Raises:
        DatasetError: if a dataset cannot be had.
    """
    console = Console(stderr=True)
    digits = training_only(load_pendigits(folder, console))
    families = FAMILIES | of_digits([[s.points for s in d.ink.strokes] for d in digits])
    drawn: dict[str, Sequence[Image]] = {}
    for family in families.values():
        rng = np.random.default_rng(seed)
        drawn[family.name] = [inked(family.draw(rng)) for _ in range(FAMILY_SAMPLES)]
    train, _ = load_training(FASHION_MNIST, folder, console)
    drawn["clothes"] = list(clothes(train.images[:FAMILY_SAMPLES]))
    return {
        f"{name.replace(' ', '-')}.png": png(contact_sheet({name: images}))
        for name, images in drawn.items()
    }
