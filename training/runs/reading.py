"""Files of a run's folder, which a stranger may have made: read with care."""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from training.base.errors import BuildError
from training.runs.records import Pictures, checked_pictures

#: No file of numbers that training writes is larger, in bytes when unpacked.
_LARGEST = 2**30
#: What reading an archive of arrays raises, when somebody has damaged it.
DAMAGED = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    tokenize.TokenError,
)

T = TypeVar("T")


class RunError(BuildError):
    """A run's folder that cannot be used; the message is one sentence."""


def read_json(path: Path, kind: type[T]) -> T:
    """A file of JSON as a value of a type. Raises RunError if it cannot be read, or is none."""
    try:
        return TypeAdapter(kind).validate_json(path.read_bytes())
    except OSError as error:
        raise RunError(f"cannot read {path} ({error.strerror})") from error
    except ValidationError as error:
        raise RunError(f"{path} is damaged, or of another version of this program") from error


def check_links(folder: Path) -> None:
    """Make sure that what is written into a folder stays there. Raises RunError if there is a link
    that leads out of it.
    """
    inside = folder.resolve()
    for path in folder.rglob("*"):
        if path.is_symlink() and not path.resolve().is_relative_to(inside):
            raise RunError(
                f"{path} is a link out of the folder of its run; put there what it leads to, or"
                " begin another run"
            )


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of an ``.npz`` file, by name. Raises one of :data:`DAMAGED` if it is none, holds
    objects, or is too large.
    """
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
            raise ValueError("too large")
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def read_pictures(path: Path) -> Pictures | None:
    """Images of an ``.npz`` file; None where there is no such file. Raises RunError if it is
    damaged.
    """
    if not path.is_file():
        return None
    try:
        return checked_pictures(read_arrays(path))
    except DAMAGED as error:
        raise RunError(f"{path} is damaged, or of another version of this program") from error
