"""The drawing in hand outlives its process: kept while it is drawn, a row a stroke.

Every window that draws has a key of its own and holds the lock of the file ``pad-KEY.lock``, which
the system takes from a process that dies, however it dies. So a draft whose lock is free was left
by a crash, and nobody takes the drawing of a living window.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import time
from typing import IO

from digitpad.ink.ink import Stroke
from digitpad.library import draft_rows
from digitpad.library.atomic import aside_name
from digitpad.library.document import Document
from digitpad.library.schema import StoreError, transaction
from digitpad.library.store import Store

#: So many windows at once have a draft.
MAX_DRAFTS = 64


class Draft:
    """What one window draws, as it is written down. All methods but ``close`` raise ``StoreError``.

    Args:
        path: the file of the user's drawings.
        folder: where the locks are; made where there is none.
        tell: gets a sentence for the user when a damaged file was set aside.
    """

    def __init__(self, path: Path, folder: Path, tell: Callable[[str], None]) -> None:
        self._path, self._folder = path, folder
        self._store = Store(path, tell)
        self._lock: IO[bytes] | None = None
        self._key = 0
        # What is written, and where; None where that is not known.
        self._strokes: tuple[Stroke, ...] = ()
        self._database: sqlite3.Connection | None = None

    def save(self, document: Document) -> None:
        """Write what has changed since the last time: all of it, or nothing.

        A stroke that has only grown costs the part that was added. An empty page leaves nothing.
        """
        self._store.do(partial(self._save, document))

    def restore(self) -> tuple[Document, bool] | None:
        """Take over the drawing that a killed window has left, the latest of several.

        Returns:
            What can be read of it, and whether that is all of it; None where none was left.
        """
        return self._store.do(self._restore)

    def set_aside(self) -> Path:
        """Copy the file, before something is written in the place of a drawing that is damaged.

        Returns:
            The name of the copy.
        """
        aside = aside_name(self._path)
        self._store.do(lambda database: database.execute("VACUUM INTO ?", (str(aside),)))
        self._database = None
        return aside

    def add(self, document: Document, saved_at: float) -> None:
        """Write a drawing that another window has left, for :meth:`restore`.

        Args:
            saved_at: when it was last written, in seconds since the epoch.
        """

        def write(database: sqlite3.Connection) -> None:
            with transaction(database):
                key = max(_keys(database), default=0) + 1
                draft_rows.write(database, key, document, saved_at)

        self._store.do(write)

    def close(self, *, keep: bool = False) -> None:
        """Let go of the drawing, and remove it; or keep it for the next start."""
        if self._lock is not None:
            if not keep:
                with suppress(StoreError):  # else the drawing comes back once more
                    self.save(Document())
            self._lock.close()
            self._lock = None
        self._store.close()

    def _save(self, document: Document, database: sqlite3.Connection) -> None:
        is_other = database is not self._database
        if is_other and self._lock is not None:  # in the same folder, or in a new one of its name
            self._lock.close()
            self._lock = locked(self._lock_file(self._key))
        if self._lock is None:
            if not document.ink and document.cells is None:
                return
            taken = _keys(database)
            if not self._claim(key for key in range(1, MAX_DRAFTS) if key not in taken):
                raise OSError(f"{MAX_DRAFTS} drawings are open")
        with transaction(database):
            if is_other:
                draft_rows.write(database, self._key, Document(), 0.0)
                self._strokes = ()
            draft_rows.write(database, self._key, document, time(), self._strokes)
        self._database, self._strokes = database, document.ink.strokes

    def _restore(self, database: sqlite3.Connection) -> tuple[Document, bool] | None:
        if not self._claim(_keys(database)):
            return None
        document, is_whole = draft_rows.read(database, self._key)
        self._database, self._strokes = database, document.ink.strokes
        return document, is_whole

    def _claim(self, keys: Iterable[int]) -> bool:
        """Take the first key whose lock is free."""
        for key in keys:
            self._lock = locked(self._lock_file(key))
            if self._lock is not None:
                self._key = key
                return True
        return False

    def _lock_file(self, key: int) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"pad-{key}.lock"


def _keys(database: sqlite3.Connection) -> list[int]:
    """Of all drafts, the latest first."""
    rows = database.execute("SELECT key FROM drafts ORDER BY saved_at DESC")
    return [key for (key,) in rows if isinstance(key, int)]  # it becomes a file's name


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
