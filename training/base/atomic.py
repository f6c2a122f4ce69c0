"""Files that are there whole, or not at all: whatever happens while they are written."""

from __future__ import annotations

import errno
import os
from pathlib import Path

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def remedy(error: OSError) -> str:
    """What to do about a file that cannot be written."""
    return "free some space" if error.errno in _FULL else "check that it may be written there"


def replace_file(path: Path, content: bytes) -> None:
    """Write a file beside the one that is to be replaced, and then take its place.

    The bytes are on the disk before the name is, so that a power failure, too, leaves either the
    old file or the new one.

    Raises:
        OSError: if it cannot be written; the one that was there is there still.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
