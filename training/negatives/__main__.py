"""Contact sheets of the families in :mod:`training.negatives`, to be looked at."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.contact_sheet import contact_sheet
from training.datasets import FASHION_MNIST, data_folder, load_training
from training.errors import BuildError
from training.negatives import FAMILIES, clothes, inked, of_digits
from training.pendigits import load_pendigits, training_only
from training.publish import make_folders

#: Drawings of each family.
_SAMPLES = 192


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a contact sheet for each family; the exit code: 0, or 2 after an error."""
    parser = argparse.ArgumentParser(
        prog="python -m training.negatives",
        description="Write a contact sheet for each family of drawings that are no digit.",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--data-dir", type=Path, metavar="FOLDER", help="where the datasets lie")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="(%(default)s)")
    options = parser.parse_args(arguments)
    try:
        make_folders(options.output)
        for name, images in _pages(data_folder(options.data_dir), options.seed).items():
            path = options.output / f"{name.replace(' ', '-')}.png"
            sheet = contact_sheet({name: images})
            path.write_bytes(cv2.imencode(".png", sheet)[1].tobytes())
            print(path)
    except (BuildError, OSError) as error:
        print(f"training.negatives: {error}", file=sys.stderr)
        return 2
    return 0


def _pages(folder: Path, seed: int) -> dict[str, list[NDArray[np.float32]]]:
    console = Console(stderr=True)
    digits = training_only(load_pendigits(folder, console))
    families = FAMILIES | of_digits([[s.points for s in d.ink.strokes] for d in digits])
    pages = {}
    for family in families.values():
        rng = np.random.default_rng(seed)
        pages[family.name] = [inked(family.draw(rng)) for _ in range(_SAMPLES)]
    train, _ = load_training(FASHION_MNIST, folder, console)
    return pages | {"clothes": list(clothes(train.images[:_SAMPLES]))}


if __name__ == "__main__":
    sys.exit(main())
