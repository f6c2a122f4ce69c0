"""The SQLite file of the user's drawings, which may be locked, gone, full or damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeVar

from digitpad.library.atomic import aside_name
from digitpad.library.schema import COLUMNS, MEASURE, StoreError, prepare, transaction

#: How long to wait for another window that is writing, in seconds: this one stands still.
_PATIENCE = 0.1
#: Longest value in bytes, most steps of SQLite's machine for one statement, and most bytes that are
#: taken over from a damaged file: far more than is ever needed, and little enough for files that
#: were made to take more.
_LONGEST, _MOST_STEPS, _MOST_BYTES = 2**25, 5_000_000, 2**26
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

_Result = TypeVar("_Result")


class _DamagedError(Exception):
    """The file is none of digitpad's, or no longer."""


class Store:
    """One connection to the file, of which several windows may have one each.

    It is opened when it is needed, and anew when another file, or none, is in its place. A damaged
    file is set aside under another name, and what can be read of it is taken over.

    Args:
        path: the file, made when there is none; its folder too. None keeps everything in memory.
        tell: gets a sentence for the user when a damaged file was set aside.
    """

    def __init__(self, path: Path | None, tell: Callable[[str], None]) -> None:
        self._path, self._tell = path, tell
        self._database: sqlite3.Connection | None = None
        self._opened_on: tuple[int, int] | None = None

    def do(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Call a function with the open file, and once more where that had to be replaced.

        Another connection than before means another file, in which nothing may be left.

        Raises:
            StoreError: if the file cannot be used.
        """
        try:
            try:
                return self._attempt(lambda: work(self._open()))
            except _DamagedError:
                self._attempt(self._replace)
            return self._attempt(lambda: work(self._open()))
        except _DamagedError as error:
            raise StoreError("it is damaged again") from error

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
        self._database = self._opened_on = None

    def _attempt(self, work: Callable[[], _Result]) -> _Result:
        try:
            return work()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _PASSING:
                raise _DamagedError from error
            raise StoreError(str(error)) from error
        except UnicodeError as error:  # in the message of an error
            raise _DamagedError from error
        except MemoryError as error:
            raise StoreError("not enough memory") from error
        except OSError as error:
            raise StoreError(error.strerror or str(error)) from error

    def _open(self) -> sqlite3.Connection:
        if self._database is not None and self._opened_on == _identity(self._path):
            return self._database
        self.close()
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        self._opened_on = _identity(self._path)
        database = _connected(self._path)
        try:
            prepare(database)
        except BaseException:
            database.close()
            raise
        self._database, self._opened_on = database, _identity(self._path)
        return database

    def _replace(self) -> None:
        """Rename the damaged file, unless another window was quicker, and take over its content."""
        opened_on = self._opened_on
        self.close()
        if self._path is None or opened_on != _identity(self._path):
            return
        aside = aside_name(self._path)
        for suffix in ("-wal", "-shm", ""):  # SQLite knows them as one by their names
            file = self._path.with_name(self._path.name + suffix)
            if file.exists():
                file.rename(aside.with_name(aside.name + suffix))
        self._tell(
            "The list of recent drawings was damaged; what could be read is here, and the old list"
            f" is {aside}"
        )
        database = self._open()
        with transaction(database):
            for table, columns in COLUMNS.items():
                places = ", ".join("?" * len(columns.split(",")))
                insert = f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({places})"  # noqa: S608  ours
                database.executemany(insert, _readable(aside, table, columns))
            database.execute(MEASURE)


def _connected(path: Path | None) -> sqlite3.Connection:
    if path is not None and path.exists() and not path.is_file():
        raise sqlite3.DatabaseError("not a regular file")
    database = sqlite3.connect(path or ":memory:", timeout=_PATIENCE, isolation_level=None)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    database.set_progress_handler(lambda: 1, _MOST_STEPS)
    database.text_factory = lambda text: text.decode("utf-8", "replace")
    return database


def _readable(path: Path, table: str, columns: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a damaged file's table, the newest first, as far as they can be read."""
    room = _MOST_BYTES
    with suppress(sqlite3.Error, UnicodeError, MemoryError), closing(_connected(path)) as file:
        for row in file.execute(f"SELECT {columns} FROM {table} ORDER BY 1 DESC"):  # noqa: S608  ours
            room -= sum(len(value) for value in row if isinstance(value, str | bytes))
            if room < 0:
                return
            yield row


def _identity(path: Path | None) -> tuple[int, int] | None:
    """What tells a file from another one of the same name; None where there is none."""
    with suppress(OSError):
        if path is not None:
            status = path.stat()
            return status.st_dev, status.st_ino
    return None
