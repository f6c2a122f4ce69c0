"""The tables of the user's drawings, and how a file of an older version becomes one of this."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

#: Completes rows that know no size: in bytes, as the length of a text ends at its first zero.
MEASURE = "UPDATE recents SET size = LENGTH(CAST(ink AS BLOB)) WHERE size = 0"
# What brings a file from one version to the next; ``PRAGMA user_version`` counts those that it has
# had. A change of the tables is one more of them, and none is ever edited.
_MIGRATIONS = (
    (
        """CREATE TABLE IF NOT EXISTS recents (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            ink TEXT NOT NULL UNIQUE,
            label TEXT NOT NULL,
            probability REAL NOT NULL)""",
    ),
    (
        # With its index, so that nobody has to walk through the ink to know how much there is. The
        # version before can go on to write, which two windows may need.
        "ALTER TABLE recents ADD COLUMN size INTEGER NOT NULL DEFAULT 0",
        MEASURE,
        "CREATE INDEX recents_sizes ON recents (id, size)",
        """CREATE TABLE drafts (
            key INTEGER PRIMARY KEY,
            saved_at REAL NOT NULL,
            page TEXT NOT NULL)""",
        """CREATE TABLE draft_strokes (
            draft INTEGER NOT NULL,
            position INTEGER NOT NULL,
            start INTEGER NOT NULL,
            ink TEXT NOT NULL,
            PRIMARY KEY (draft, position, start)) WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE corrections (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            drawing TEXT NOT NULL UNIQUE,
            label TEXT NOT NULL,
            corrected_at REAL NOT NULL,
            model TEXT NOT NULL,
            read_as TEXT NOT NULL)""",
    ),
)
VERSION = len(_MIGRATIONS)
#: The columns of each table that are taken over from a damaged file, of whichever version.
COLUMNS = {
    "recents": "id, ink, label, probability",
    "drafts": "key, saved_at, page",
    "draft_strokes": "draft, position, start, ink",
    "corrections": "id, drawing, label, corrected_at, model, read_as",
}


class StoreError(Exception):
    """The file cannot be used at present; the message is the reason, half a sentence."""


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All that is written in the block, or nothing."""
    database.execute("BEGIN IMMEDIATE")
    with database:
        yield


def prepare(database: sqlite3.Connection) -> None:
    """Make the tables, or bring them up to date; where they are, nobody is waited for.

    Raises:
        StoreError: if the file is of a later version.
        sqlite3.Error: if it is damaged or locked.
    """
    version = _version(database)
    if version > VERSION:
        raise StoreError("it was written by a later version of digitpad")
    database.execute("PRAGMA journal_mode = WAL")
    # Where the disk sleeps at a power cut, the last edits may be missing, and no more.
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("PRAGMA secure_delete = ON")
    if version < VERSION:
        with transaction(database):
            for statements in _MIGRATIONS[_version(database) :]:  # another window may be quicker
                for statement in statements:
                    database.execute(statement)
            database.execute(f"PRAGMA user_version = {VERSION}")
    for table, columns in COLUMNS.items():
        database.execute(f"SELECT {columns} FROM {table} LIMIT 1").fetchall()  # noqa: S608  ours


def _version(database: sqlite3.Connection) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)
