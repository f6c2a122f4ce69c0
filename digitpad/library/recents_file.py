"""The SQLite file of recent drawings, which may be locked, gone, full or damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

_VERSION = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS recents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ink TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    probability REAL NOT NULL
)"""
# Drawings from the newest back, until there are too many of them or too much ink. In bytes, because
# the length of a text ends at its first zero.
_KEPT = """
SELECT id, ink, label, probability FROM (
    SELECT *, SUM(LENGTH(CAST(ink AS BLOB))) OVER (ORDER BY id DESC) AS ink_so_far FROM recents
    ORDER BY id DESC LIMIT ?
) WHERE ink_so_far <= ? ORDER BY id DESC"""
_TRIM = f"DELETE FROM recents WHERE id NOT IN (SELECT id FROM ({_KEPT}))"  # noqa: S608  constants
_INSERT = "INSERT INTO recents (ink, label, probability) VALUES (?, ?, ?)"
#: How long to wait for another instance that is writing, in seconds: the window stands still.
_PATIENCE = 0.1
#: Longest value in bytes, and most steps of SQLite's machine for one statement: far more than is
#: ever needed, and little enough for files that were made to take more.
_LONGEST, _MOST_STEPS = 2**25, 5_000_000
#: Errors that come from around the file, and may pass; all others are the file's own.
_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}

#: A drawing's line of JSON, its label, and its probability.
Row = tuple[str, str, float]
_Result = TypeVar("_Result")


class UnusableError(Exception):
    """The file cannot be used at present; the message is the reason, half a sentence."""


class DamagedError(Exception):
    """The file is none of digitpad's, or no longer."""


class RecentsFile:
    """Opens its file when it is needed, and anew when another one, or none, is in its place.

    All methods but :meth:`close` raise ``UnusableError`` and ``DamagedError``.

    Args:
        path: the file, made when there is none; its folder too. None keeps everything in memory.
        max_drawings: most drawings kept.
        max_characters: most characters of ink kept.
    """

    def __init__(self, path: Path | None, max_drawings: int, max_characters: int) -> None:
        self._path, self._limits = path, (max_drawings, max_characters)
        self._database: sqlite3.Connection | None = None
        self._opened_on: tuple[int, int] | None = None

    def rows(self) -> list[tuple[object, ...]]:
        """Key, ink, label and probability of all drawings, newest first, whatever their types."""
        return self._do(lambda database: database.execute(_KEPT, self._limits).fetchall())

    def put(self, rows: Sequence[Row]) -> None:
        """Put all drawings, newest first, to the front, or none; the oldest go where it is full."""

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.execute("BEGIN IMMEDIATE")
                for row in reversed(rows):
                    database.execute("DELETE FROM recents WHERE ink = ?", row[:1])
                    database.execute(_INSERT, row)
                database.execute(_TRIM, self._limits)

        self._do(write)

    def remove(self, key: int) -> None:
        """Take one drawing out."""
        self._do(lambda database: database.execute("DELETE FROM recents WHERE id = ?", (key,)))

    def clear(self) -> None:
        """Take all drawings out, so that nothing of them is left in the file."""

        def empty(database: sqlite3.Connection) -> None:
            database.execute("DELETE FROM recents")
            database.execute("VACUUM")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        self._do(empty)

    def close(self) -> None:
        """Close the file."""
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
        self._database = self._opened_on = None

    def set_aside(self) -> tuple[Path, list[Row]] | None:
        """Rename the damaged file.

        Returns:
            The new name, and the drawings that can be read, newest first; None where another
            instance was quicker.

        Raises:
            UnusableError: if it cannot be renamed.
        """
        opened_on = self._opened_on
        self.close()
        if self._path is None or opened_on not in (None, _identity(self._path)):
            return None
        aside = self._path.with_name(f"{self._path.name}.damaged")
        try:
            for suffix in ("-wal", "-shm", ""):  # SQLite knows them as one by their names
                file = self._path.with_name(self._path.name + suffix)
                if file.exists():
                    file.replace(aside.with_name(aside.name + suffix))
        except OSError as error:
            raise UnusableError(error.strerror or str(error)) from error
        return aside, list(_readable(aside, self._limits))

    def _do(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        try:
            return work(self._open())
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _PASSING:
                raise UnusableError(str(error)) from error
            raise DamagedError from error
        except UnicodeError as error:  # in the message of an error
            raise DamagedError from error
        except MemoryError as error:
            raise UnusableError("not enough memory") from error
        except OSError as error:
            raise UnusableError(error.strerror or str(error)) from error

    def _open(self) -> sqlite3.Connection:
        if self._database is not None and self._opened_on == _identity(self._path):
            return self._database
        self.close()
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        database = _connected(self._path)
        try:
            # Where the disk sleeps at a power cut, the last drawing may be missing, and no more.
            database.execute("PRAGMA synchronous = NORMAL")
            _prepare(database)
        except BaseException:
            database.close()
            raise
        self._database, self._opened_on = database, _identity(self._path)
        return database


def _connected(path: Path | None) -> sqlite3.Connection:
    database = sqlite3.connect(path or ":memory:", timeout=_PATIENCE, isolation_level=None)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    database.set_progress_handler(lambda: 1, _MOST_STEPS)
    database.text_factory = lambda text: text.decode("utf-8", "replace")
    return database


def _prepare(database: sqlite3.Connection) -> None:
    """Make the table, where there is none; without waiting for anybody, where there is one.

    Raises:
        UnusableError: if the file is of a later version of digitpad.
        sqlite3.Error: if it is damaged or locked.
    """
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version not in (0, _VERSION):
        raise UnusableError("it was written by a later version of digitpad")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA secure_delete = ON")
    if version == 0:
        database.execute(_TABLE)
        database.execute(f"PRAGMA user_version = {_VERSION}")
    database.execute("SELECT id, ink, label, probability FROM recents LIMIT 1").fetchall()


def _readable(path: Path, limits: tuple[int, int]) -> Iterator[Row]:
    """The drawings of a damaged file, newest first, as far as they can be read."""
    with suppress(sqlite3.Error, UnicodeError, MemoryError), closing(_connected(path)) as database:
        for _, ink, label, probability in database.execute(_KEPT, limits):
            if isinstance(ink, str) and isinstance(label, str) and isinstance(probability, float):
                yield ink, label, probability


def _identity(path: Path | None) -> tuple[int, int] | None:
    """What tells a file from another one of the same name; None where there is none."""
    with suppress(OSError):
        if path is not None:
            status = path.stat()
            return status.st_dev, status.st_ino
    return None
