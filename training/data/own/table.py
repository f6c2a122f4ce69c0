"""CSV files with an image a row, as Kaggle has MNIST: its label, and then its pixels."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.own.arrays import Arrays, names_beside
from training.data.own.labelled import MAX_BYTES, OwnDataError

#: What the column of labels may be called; without a header it is the first.
_LABEL = ("label", "class", "target", "y")
_FIRST_LINE = 2**16


def read(path: Path) -> Arrays:
    """The images, (N, pixels), and labels of a file.

    Raises:
        OwnDataError: if it is no such table, or too large.
        OSError: if it cannot be read.
    """
    if path.stat().st_size > MAX_BYTES:
        raise OwnDataError(f"{path} is larger than {MAX_BYTES >> 20:,} MB; train with a part of it")
    header = _header(path)
    try:
        with warnings.catch_warnings(action="ignore"):  # no rows
            numbers: NDArray[np.float32] = np.loadtxt(
                path, np.float32, delimiter=",", skiprows=len(header[:1]), ndmin=2, encoding="utf-8"
            )
    except (ValueError, OverflowError, MemoryError) as error:
        raise OwnDataError(
            f"{path} is not a table of numbers; each line is a label and the pixels of its image,"
            " with commas between"
        ) from error
    at = next((i for i, name in enumerate(header) if name in _LABEL), 0)
    if numbers.shape[1] < 2:
        raise OwnDataError(f"{path} has no columns of pixels beside the label")
    images = np.delete(numbers, at, axis=1)
    if np.array_equal(images, np.floor(images)) and images.min() >= 0 and images.max() <= 255:
        images = images.astype(np.uint8)
    return Arrays(path.name, images, numbers[:, at], names_beside(path))


def _header(path: Path) -> list[str]:
    """The names of the columns; none where the first line has numbers."""
    with path.open("rb") as stream:
        line = stream.readline(_FIRST_LINE).decode("utf-8-sig", "replace")
    try:
        names = [name.strip().lower() for name in next(csv.reader([line]), [])]
        float(names[-1])
    except (csv.Error, IndexError):
        return []
    except ValueError:
        return names
    return []
