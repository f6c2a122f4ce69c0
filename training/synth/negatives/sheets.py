"""Drawings of all families, to be looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.data.datasets import FASHION_MNIST, load_training
from training.data.pendigits import load_pendigits, training_only
from training.synth.negatives import FAMILIES, clothes, inked, of_digits

#: Drawings of each family.
_SAMPLES = 192


def pages(folder: Path, seed: int) -> dict[str, list[NDArray[np.float32]]]:
    """Drawings of each family, float32 (28, 28), ink 1.0 on paper 0.0, by its name.

    Raises:
        DatasetError: if a dataset cannot be had.
    """
    console = Console(stderr=True)
    digits = training_only(load_pendigits(folder, console))
    families = FAMILIES | of_digits([[s.points for s in d.ink.strokes] for d in digits])
    drawn = {}
    for family in families.values():
        rng = np.random.default_rng(seed)
        drawn[family.name] = [inked(family.draw(rng)) for _ in range(_SAMPLES)]
    train, _ = load_training(FASHION_MNIST, folder, console)
    return drawn | {"clothes": list(clothes(train.images[:_SAMPLES]))}
