"""Locks of files that end with the process that holds them, however it ends."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO


def locked(path: Path) -> IO[bytes] | None:
    """An open file, made where there is none, with a lock until it is closed.

    Returns:
        The file; None where somebody else has the lock.

    Raises:
        OSError: if the file cannot be opened.
    """
    if path.exists() and not path.is_file():  # opening a pipe could take for ever
        raise OSError("not a regular file")
    file = path.open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
