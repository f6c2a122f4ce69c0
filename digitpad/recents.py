"""Recent drawings and what they were read as, in an SQLite file that never grows large."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from digitpad.ink import Ink, InkError

#: Most drawings kept, and most characters of ink; the oldest go first.
MAX_DRAWINGS, MAX_CHARACTERS = 200, 8_000_000

_VERSION = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS recents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ink TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    probability REAL NOT NULL
)"""
# Drawings from the newest back, until there are too many of them or too much ink.
_TRIM = """
DELETE FROM recents WHERE id NOT IN (
    SELECT id FROM (
        SELECT id, SUM(LENGTH(ink)) OVER (ORDER BY id DESC) AS ink_so_far FROM recents
        ORDER BY id DESC LIMIT ?
    ) WHERE ink_so_far <= ?
)"""
#: How long to wait for another instance that is writing, in seconds.
_PATIENCE = 0.25

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Recent:
    """One drawing that was read: its answer, and how probable it was, 0..1."""

    key: int
    ink: Ink
    label: str
    probability: float


class Recents:
    """The list of recent drawings, newest first. No method raises: see :attr:`notice`.

    Several instances may use one file. A damaged file is set aside under another name; where none
    can be used, the list lives in memory, as long as the program.

    Args:
        path: the file, made when there is none; its folder too. None keeps the list in memory.
        max_drawings: most drawings kept.
        max_characters: most characters of ink, as JSON, kept.

    Attributes:
        notice: one sentence on what went wrong last, for the user; None where nothing ever did.
        enabled: whether :meth:`add` keeps anything.
    """

    def __init__(
        self,
        path: Path | None,
        max_drawings: int = MAX_DRAWINGS,
        max_characters: int = MAX_CHARACTERS,
    ) -> None:
        self._path = path
        self._limits = max_drawings, max_characters
        self.enabled = True
        self.notice: str | None = None
        self._database = self._opened()

    def add(self, ink: Ink, label: str, probability: float) -> None:
        """Put a drawing at the front; one that is there already moves there."""
        if not self.enabled or not ink:
            return
        text = ink.to_json()
        if len(text) > self._limits[1]:
            return

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.execute("BEGIN IMMEDIATE")
                database.execute("DELETE FROM recents WHERE ink = ?", (text,))
                row = text, label, float(probability)
                database.execute(
                    "INSERT INTO recents (ink, label, probability) VALUES (?, ?, ?)", row
                )
                database.execute(_TRIM, self._limits)

        self._do(write, None)

    def entries(self) -> list[Recent]:
        """All drawings, newest first; what cannot be read as a drawing is left out."""

        def read(database: sqlite3.Connection) -> list[tuple[object, ...]]:
            limit = self._limits[0]
            return database.execute(
                "SELECT id, ink, label, probability FROM recents"
                " WHERE LENGTH(ink) <= ? ORDER BY id DESC LIMIT ?",
                (self._limits[1], limit),
            ).fetchall()

        rows: list[tuple[object, ...]] = []
        return [recent for row in self._do(read, rows) if (recent := _recent(row)) is not None]

    def remove(self, key: int) -> None:
        """Take one drawing out."""
        self._do(
            lambda database: database.execute("DELETE FROM recents WHERE id = ?", (key,)), None
        )

    def clear(self) -> None:
        """Take all drawings out, so that nothing of them is left in the file."""

        def empty(database: sqlite3.Connection) -> None:
            database.execute("DELETE FROM recents")
            database.execute("VACUUM")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        self._do(empty, None)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _do(self, work: Callable[[sqlite3.Connection], _Result], otherwise: _Result) -> _Result:
        try:
            return work(self._database)
        except sqlite3.OperationalError as error:
            self.notice = f"The recent drawings cannot be used just now ({error}); try again later."
        except (sqlite3.DatabaseError, OverflowError, UnicodeError):
            self._database.close()
            self._database = self._replaced()
        return otherwise

    def _opened(self) -> sqlite3.Connection:
        if self._path is None:
            return _in_memory()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return _prepared(sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None))
        except sqlite3.OperationalError as error:
            reason = str(error)
        except sqlite3.DatabaseError:
            return self._replaced()
        except OSError as error:
            reason = error.strerror or str(error)
        self.notice = (
            f"Recent drawings are kept only until digitpad closes: {self._path} cannot be used"
            f" ({reason})."
        )
        return _in_memory()

    def _replaced(self) -> sqlite3.Connection:
        """A new, empty file after the damaged one was set aside."""
        if self._path is None:
            return _in_memory()
        aside = self._path.with_name(f"{self._path.name}.damaged")
        try:
            self._path.replace(aside)
            for suffix in ("-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            database = _prepared(
                sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None)
            )
        except (OSError, sqlite3.Error):
            database = _in_memory()
        self.notice = (
            f"The list of recent drawings was damaged: a new one was begun, the old one is {aside}."
        )
        return database


def _in_memory() -> sqlite3.Connection:
    return _prepared(sqlite3.connect(":memory:", isolation_level=None))


def _prepared(database: sqlite3.Connection) -> sqlite3.Connection:
    """The database with its table.

    Raises:
        sqlite3.Error: if it is damaged, locked, or of a later version of digitpad.
    """
    try:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version not in (0, _VERSION):
            raise sqlite3.OperationalError("it was written by a later version of digitpad")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA secure_delete = ON")
        database.execute(_TABLE)
        database.execute("SELECT id, ink, label, probability FROM recents LIMIT 1").fetchall()
        database.execute(f"PRAGMA user_version = {_VERSION}")
    except sqlite3.Error as error:
        database.close()
        if "no such column" in str(error):  # a table of somebody else's
            raise sqlite3.DatabaseError(str(error)) from error
        raise
    return database


def _recent(row: tuple[object, ...]) -> Recent | None:
    key, text, label, probability = row
    with suppress(InkError):
        if isinstance(text, str) and isinstance(label, str) and isinstance(probability, float):
            return Recent(int(str(key)), Ink.from_json(text), label, probability)
    return None
