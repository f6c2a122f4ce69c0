"""Files that are there whole, or not at all: whatever happens while they are written."""

from __future__ import annotations

import os
from pathlib import Path


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
