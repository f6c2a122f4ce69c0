"""Files that are there whole, or as they were before; and damaged ones, which are renamed."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def replace_file(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Replace a file's content, as :func:`replacing` does."""
    with replacing(path, sync=sync) as stream:
        stream.write(content)


@contextmanager
def replacing(path: Path, *, sync: bool = True) -> Iterator[BinaryIO]:
    """A new file beside the one at a path, whose place it takes when the block ends without error.

    Several processes may do so at once; a link stays a link, and the file keeps its mode. Only a
    regular file is replaced: what stands for a pipe or a device would be one no more.

    Args:
        path: in a folder that exists; the file itself need not.
        sync: wait until the content is on the disk, so that a power failure, too, leaves either
            the old file or the new one.

    Raises:
        OSError: if it cannot be written, or is no regular file; what was there is there still, and
            nothing beside it.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "not a regular file")
    temporary = path.with_name(f".digitpad-{uuid4().hex}.new")
    try:
        with temporary.open("xb") as stream:
            yield stream
            stream.flush()
            if sync:
                os.fsync(stream.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remedy(error: OSError) -> str:
    """What to do about a file that cannot be written, as the middle of a sentence."""
    return "free some space" if error.errno in _FULL else "check that it may be written there"


def set_aside(path: Path) -> Path:
    """Rename a damaged file, so that a new one can take its place and nothing is lost.

    Returns:
        The new name.

    Raises:
        OSError: if the file cannot be renamed.
    """
    return path.rename(aside_name(path))


def aside_name(path: Path) -> Path:
    """What a damaged file is renamed to: ``a.ini.damaged-1``, or the first number that is free."""
    names = (path.with_name(f"{path.name}.damaged-{n}") for n in count(1))
    return next(name for name in names if not name.exists())
