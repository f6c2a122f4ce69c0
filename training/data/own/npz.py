"""``.npz`` files, trusted no further than a stranger's upload.

What a file declares is checked before it is read, and nothing in it is executed: a pickle is not
read. The format: ``numpy.lib.format``.
"""

from __future__ import annotations

import math
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from digitpad.inference.contract import MAX_CLASSES
from training.data.own.arrays import Arrays, joined, names_beside
from training.data.own.labelled import MAX_BYTES, OwnDataError

#: What images and labels are called; of one row all that are there are taken.
_NAMES = (
    (("x_train", "y_train"), ("x_val", "y_val"), ("x_test", "y_test")),
    (
        ("train_images", "train_labels"),
        ("val_images", "val_labels"),
        ("test_images", "test_labels"),
    ),
    (("images", "labels"),),
    (("x", "y"),),
    (("data", "target"),),
    (("data", "labels"),),
)
#: What the names of the classes are called.
_CLASS_NAMES = ("labels", "class_names")
#: Of other methods, zipfile decompresses more than it is asked for.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


def read(path: Path) -> Arrays:
    """The images and labels of a file, and the names of the classes, there or in ``labels.txt``.

    Raises:
        OwnDataError: if there are none, or if they cannot be read safely.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _arrays(archive, path)
    except _DAMAGED as error:
        raise OwnDataError(f"{path} is no .npz file, or a damaged one; save it anew") from error


def _arrays(archive: zipfile.ZipFile, path: Path) -> Arrays:
    members = {
        info.filename.removesuffix(".npy").lower(): info
        for info in archive.infolist()
        if info.filename.endswith(".npy")
    }
    for row in _NAMES:
        pairs = [pair for pair in row if set(pair) <= set(members)]
        if pairs:
            break
    else:
        raise OwnDataError(
            f"{path} has no arrays x_train and y_train, images and labels, or x and y; save it with"
            " numpy.savez(FILE, x=IMAGES, y=LABELS)"
        )
    wanted = [name for pair in pairs for name in pair]
    named = [name for name in _CLASS_NAMES if name in members and name not in wanted][:1]
    if sum(members[name].file_size for name in [*wanted, *named]) > MAX_BYTES:
        raise OwnDataError(f"{path} is larger than {MAX_BYTES >> 20:,} MB; train with a part of it")
    read = {name: _read(archive, members[name], path) for name in [*wanted, *named]}
    images, labels = joined([(read[x], read[y]) for x, y in pairs], path.name)
    return Arrays(path.name, images, labels, _names(read, named, path) or names_beside(path))


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> NDArray[Any]:
    """One array, after its header."""
    if member.compress_type not in _METHODS:
        raise zipfile.BadZipFile(f"method {member.compress_type}")
    try:
        with archive.open(member) as stream, warnings.catch_warnings(action="ignore"):
            shape, dtype = _header(stream)
            start = stream.tell()
        if dtype.kind not in "biufUS":
            raise OwnDataError(
                f"{member.filename} in {path} holds neither numbers nor texts; save plain arrays,"
                " and images of different sizes as pictures in folders"
            )
        declared = dtype.itemsize * math.prod(shape)
        if declared != member.file_size - start or not dtype.itemsize:
            raise zipfile.BadZipFile("other sizes than declared")
        with archive.open(member) as stream, warnings.catch_warnings(action="ignore"):
            array: NDArray[Any] = npy.read_array(stream, allow_pickle=False)
    except ValueError as error:
        raise zipfile.BadZipFile(str(error)) from error
    return array


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """The shape and type that an array declares.

    Raises:
        ValueError: if it cannot be read.
    """
    read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    try:
        shape, _, dtype = read[npy.read_magic(stream)](stream)
    # A header is a piece of Python, which is parsed and not run: SyntaxError, TokenError,
    # RecursionError, MemoryError ...
    except Exception as error:
        raise ValueError("a damaged header") from error
    return shape, dtype


def _names(
    read: Mapping[str, NDArray[Any]], named: list[str], path: Path
) -> tuple[str, ...] | None:
    """The names of the classes that the file itself holds."""
    if not named:
        return None
    names = read[named[0]]
    if names.ndim != 1 or names.dtype.kind not in "US" or len(names) > MAX_CLASSES:
        raise OwnDataError(
            f"{named[0]} in {path} is not a list of up to {MAX_CLASSES} texts; let it name the"
            " classes, or leave it out"
        )
    return tuple(np.char.decode(names, "utf-8", "replace") if names.dtype.kind == "S" else names)
