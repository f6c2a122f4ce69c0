"""Contact sheets of all forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from digitpad.image.normalize import PEN_WIDTH, SIZE, Image, normalize_ink
from digitpad.ink.ink import Ink
from training.data.datasets import MNIST, load_training
from training.data.pendigits import load_pendigits, training_only
from training.synth.contact_sheet import contact_sheet
from training.synth.forms import GLYPHS, IMAGE_MARKS, MARKS
from training.synth.forms.pen import Strokes

#: Samples in a row of a sheet.
SAMPLES = 16

_Digit = TypeVar("_Digit", Strokes, Image)
_Apply = Callable[[_Digit, np.random.Generator], _Digit | None]


def sheets(folder: Path, seed: int = 0) -> dict[str, NDArray[np.uint8]]:
    """Contact sheets of all forms.

    Args:
        folder: with the datasets in it; marks are shown on their training digits.
        seed: of the samples.

    Returns:
        grey pictures, uint8 (h, w): ``"strokes"``, ``"marks"`` and ``"images"``.

    Raises:
        DatasetError: if a dataset cannot be had.
    """
    rng = np.random.default_rng(seed)
    digits = training_only(load_pendigits(folder))
    train, _ = load_training(MNIST, folder, Console(stderr=True))

    def on_strokes(label: str, apply: _Apply[Strokes]) -> Iterable[Image | None]:
        for at in rng.permutation([i for i, d in enumerate(digits) if d.ink.label == label]):
            strokes = apply([stroke.points for stroke in digits[at].ink.strokes], rng)
            yield _image(strokes) if strokes else None

    def on_images(label: str, apply: _Apply[Image]) -> Iterable[Image | None]:
        for at in rng.permutation(np.flatnonzero(train.labels == MNIST.labels.index(label))):
            yield apply(train.images[at], rng)

    return {
        "strokes": contact_sheet(
            {g.name: [_image(g.draw(rng)) for _ in range(SAMPLES)] for g in GLYPHS.values()}
        ),
        "marks": contact_sheet(
            {m.name: _first(on_strokes(m.label, m.apply)) for m in MARKS.values()}
        ),
        "images": contact_sheet(
            {m.name: _first(on_images(m.label, m.apply)) for m in IMAGE_MARKS.values()}
        ),
    }


def _image(strokes: Strokes) -> Image:
    image = normalize_ink(Ink.from_points(strokes), PEN_WIDTH)
    return np.zeros((SIZE, SIZE), np.float32) if image is None else image


def _first(images: Iterable[Image | None]) -> list[Image]:
    """The first samples of those that a mark applies to."""
    applied = (image for image in images if image is not None)
    return list(islice(applied, SAMPLES))
