"""Pairs of IDX files: images in one file, labels in another beside it."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.inference.contract import MAX_CLASSES
from digitpad.library.idx import IdxError, read_array
from training.data.own.arrays import Arrays, joined, names_beside
from training.data.own.labelled import MAX_BYTES, OwnDataError

#: Names of one pair: their files of images and labels.
Pair = tuple[Path, Path]

_IMAGES = re.compile(r"images([-.])idx3", re.IGNORECASE)
_EMNIST = re.compile(r"(emnist-\w+)-(?:train|test)", re.IGNORECASE)
#: Parts of one dataset, which have names of their own.
_PARTS = re.compile(r"train|t10k|test|valid(ation)?|val", re.IGNORECASE)


def is_images(name: str) -> bool:
    """Whether a file is called as IDX images are."""
    return not name.startswith(".") and _IMAGES.search(name) is not None


def with_labels(images: Path) -> Pair:
    """A file of images and the file of its labels beside it.

    Raises:
        OwnDataError: if there is none.
    """
    name = _IMAGES.sub(lambda match: f"labels{match[1]}idx1", images.name)
    plain = images.with_name(name.removesuffix(".gz"))
    for labels in (plain, plain.with_name(f"{plain.name}.gz")):
        if labels.is_file():
            return images, labels
    raise OwnDataError(f"{images} has no labels beside it; put {plain.name} there")


def pairs(folder: Path) -> list[Pair]:
    """The pairs of one dataset in a folder, such as training and test; none without IDX files.

    Raises:
        OwnDataError: if there are several datasets, or labels are missing.
        OSError: if the folder cannot be read.
    """
    files = sorted(p for p in folder.iterdir() if is_images(p.name) and p.is_file())
    single = {p.name.removesuffix(".gz"): p for p in files}  # packed and unpacked are the same
    datasets = {_PARTS.sub("", name, count=1) for name in single}
    if len(datasets) > 1:
        raise OwnDataError(
            f"{folder} holds several datasets; name the images file of one, such as {files[0]}"
        )
    return [with_labels(path) for path in single.values()]


def read(files: Sequence[Pair]) -> Arrays:
    """All images and labels of some pairs; ``labels.txt`` beside them may name the classes.

    Raises:
        OwnDataError: if they cannot be read safely.
        OSError: if they cannot be read.
    """
    place = files[0][0].name
    contents = [(_array(images, 3), _array(labels, 1)) for images, labels in files]
    images, labels = joined(contents, place)
    names = names_beside(files[0][0])
    if place.lower().startswith("emnist"):  # whose files have rows for columns
        images, names = images.transpose(0, 2, 1), names or _mapped(files[0][0])
    return Arrays(place, images, labels, names)


def _mapped(images: Path) -> tuple[str, ...] | None:
    """The names of EMNIST's classes, from the mapping beside: a number and a character's code."""
    part = _EMNIST.match(images.name)
    file = images.with_name(f"{part[1]}-mapping.txt") if part else images
    if part is None or not file.is_file() or file.stat().st_size > 2**16:
        return None
    try:
        lines = [line.split() for line in file.read_text("ascii").splitlines() if line.strip()]
        codes = {int(line[0]): chr(int(line[1])) for line in lines}
        if max(codes, default=0) >= MAX_CLASSES:
            raise ValueError("too many")
    except (ValueError, IndexError, OverflowError) as error:
        raise OwnDataError(f"{file} is no mapping of EMNIST; get it anew, or delete it") from error
    # The numbers of letters begin with 1.
    return tuple(codes.get(i, f"({i})") for i in range(max(codes, default=-1) + 1))


def _array(path: Path, axes: int) -> NDArray[np.uint8]:
    """A file's numbers; nothing is read that it does not declare, nor anything too large."""
    try:
        with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as stream:
            return read_array(stream, axes, MAX_BYTES)
    except IdxError as error:
        raise OwnDataError(f"{path} {error}") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise OwnDataError(f"{path} is truncated or damaged; get it anew") from error
