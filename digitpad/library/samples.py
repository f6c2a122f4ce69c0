"""One random image of a dataset's test set, where the dataset is on this machine."""

from __future__ import annotations

import gzip
import os
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np

from digitpad.image.normalize import SIZE, Image
from digitpad.library.idx import IdxError, read_shape

#: The environment variable that names the data folder.
VARIABLE = "DIGITPAD_DATA_DIR"
#: Folders of datasets inside the data folder.
MNIST, FASHION_MNIST = "mnist", "fashion-mnist"

_IMAGES, _LABELS = "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"
_MOST = 100_000


@dataclass(frozen=True, eq=False)
class Sample:
    """An image of a test set.

    Attributes:
        image: float32 (28, 28), ink 1.0 on paper 0.0.
        label: what it shows, as an index into the dataset's classes.
        index: its place in the test set.
    """

    image: Image
    label: int
    index: int


def data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where training keeps datasets: ``DIGITPAD_DATA_DIR``, else a folder in the user's cache.

    The cache is where the package platformdirs has it, which the app is installed without.
    """
    if named := environment.get(VARIABLE):
        return Path(named)
    if sys.platform == "win32":
        cache = Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        return cache / "digitpad" / "digitpad" / "Cache" / "data"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "digitpad" / "data"
    cache = Path(environment.get("XDG_CACHE_HOME", "").strip() or Path.home() / ".cache")
    return cache / "digitpad" / "data"


def random_sample(dataset: str, folder: Path, random: Random | None = None) -> Sample | None:
    """A random image of a test set; None where the dataset is not there, or is damaged.

    Only as much of the files is read as lies before that image.

    Args:
        dataset: ``MNIST`` or ``FASHION_MNIST``.
        folder: the data folder.
        random: chooses the image.
    """
    try:
        with (
            gzip.open(folder / dataset / _IMAGES) as images,
            gzip.open(folder / dataset / _LABELS) as labels,
        ):
            count, height, width = read_shape(images, 3)
            (labelled,) = read_shape(labels, 1)
            if (height, width) != (SIZE, SIZE) or not 0 < count == labelled <= _MOST:
                return None
            index = (random or Random()).randrange(count)  # noqa: S311  no secret
            images.seek(index * SIZE * SIZE, os.SEEK_CUR)
            labels.seek(index, os.SEEK_CUR)
            pixels, label = images.read(SIZE * SIZE), labels.read(1)
    except (OSError, EOFError, IdxError, zlib.error):
        return None
    if len(pixels) < SIZE * SIZE or not label:
        return None
    image = np.frombuffer(pixels, dtype=np.uint8).reshape(SIZE, SIZE).astype(np.float32)
    return Sample(image / np.float32(255), label[0], index)
