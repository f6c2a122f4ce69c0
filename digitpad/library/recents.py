"""Recent drawings and what they were read as, in a file that never grows large.

While the file cannot be used, drawings wait in memory, and are in the list all the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from digitpad.image.normalize import Image, normalize_ink
from digitpad.ink.ink import Ink, InkError
from digitpad.library.schema import StoreError, transaction
from digitpad.library.store import Store

#: Most drawings kept, and most characters of ink; the oldest go first.
MAX_DRAWINGS, MAX_CHARACTERS = 200, 8_000_000

# Drawings from the newest back, until there are too many of them or too much ink.
_KEPT = """
SELECT id FROM (
    SELECT id, SUM(size) OVER (ORDER BY id DESC) AS size_so_far FROM recents
    ORDER BY id DESC LIMIT ?
) WHERE size_so_far <= ? ORDER BY id DESC"""
_TRIM = f"DELETE FROM recents WHERE id < (SELECT MIN(id) FROM ({_KEPT}))"  # noqa: S608  constants
_INSERT = "INSERT INTO recents (ink, label, probability, size) VALUES (?, ?, ?, ?)"
_REMOVE = "DELETE FROM recents WHERE id = ?"
_FIND = "SELECT ink, label, probability FROM recents WHERE id = ?"

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Recent:
    """One drawing that was read: its answer, and how probable it was, 0..1."""

    key: int
    ink: Ink
    label: str
    probability: float

    @cached_property
    def image(self) -> Image | None:
        """What the network saw, float32 (28, 28); None for an empty drawing."""
        return normalize_ink(self.ink)


class Recents:
    """The list of recent drawings, newest first. No method raises: see :attr:`notice`.

    Several instances may use one file.

    Args:
        path: the file, made when there is none; its folder too. None keeps the list in memory.
        max_drawings: most drawings kept.
        max_characters: most characters of ink, as JSON, kept.

    Attributes:
        notice: one sentence on what went wrong last, for the user; None where nothing did, and
            after what had to wait was written.
        enabled: whether :meth:`add` keeps anything.
    """

    def __init__(
        self,
        path: Path | None,
        max_drawings: int = MAX_DRAWINGS,
        max_characters: int = MAX_CHARACTERS,
    ) -> None:
        self._path, self._limits = path, (max_drawings, max_characters)
        self._store = Store(path, self._was_damaged)
        self._waiting: dict[str, Recent] = {}  # by their lines of JSON, the oldest first
        self._numbers = count(-1, -1)
        # What was read of the file, by key; None for what is no drawing.
        self._read: dict[int, Recent | None] = {}
        self._read_from: sqlite3.Connection | None = None
        self._is_held_up = False
        self.enabled = True
        self.notice: str | None = None
        self.entries()  # so that what is wrong with the file is known

    def add(self, ink: Ink, label: str, probability: float) -> None:
        """Put a drawing at the front; one that is there already moves there."""
        if not self.enabled or not ink:
            return
        text = ink.to_json()
        if len(text) > self._limits[1]:
            return
        # A label is what a model's file says; half a character of it is no text for SQLite.
        label = label.encode("utf-8", "replace").decode()
        self._waiting.pop(text, None)
        self._waiting[text] = Recent(next(self._numbers), ink, label, float(probability))
        if len(self._waiting) > self._limits[0]:
            del self._waiting[next(iter(self._waiting))]
        self._write()

    def entries(self) -> list[Recent]:
        """All drawings, newest first; what cannot be read as a drawing is left out.

        A drawing is read once: as long as it is in the list, it is the same object.
        """
        self._do(self._refresh, None)
        entries = (*reversed(self._waiting.values()), *self._read.values())
        return [entry for entry in entries if entry is not None][: self._limits[0]]

    def remove(self, key: int) -> None:
        """Take one drawing out."""
        if key < 0:
            self._waiting = {t: entry for t, entry in self._waiting.items() if entry.key != key}
        else:
            self._do(lambda database: database.execute(_REMOVE, (key,)), None)

    def clear(self) -> None:
        """Take all drawings out, so that nothing of them is left in the file."""

        def empty(database: sqlite3.Connection) -> None:
            database.execute("DELETE FROM recents")  # overwritten: see secure_delete
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        self._waiting.clear()
        self._do(empty, None)

    def close(self) -> None:
        """Write what had to wait, if that is possible now, and close the file."""
        self._write()
        self._store.close()

    def _write(self) -> None:
        """Write all that waits, or nothing."""
        if not self._waiting:
            return
        if self._do(self._put, False):
            self._waiting.clear()
            if self._is_held_up:
                self._is_held_up, self.notice = False, None

    def _put(self, database: sqlite3.Connection) -> bool:
        with transaction(database):
            for text, entry in self._waiting.items():
                database.execute("DELETE FROM recents WHERE ink = ?", (text,))
                database.execute(_INSERT, (text, entry.label, entry.probability, len(text)))
            database.execute(_TRIM, self._limits)
        return True

    def _refresh(self, database: sqlite3.Connection) -> None:
        if database is not self._read_from:  # another file has other drawings under the same keys
            self._read_from = database
            self._read.clear()
        known, self._read = self._read, {}
        for (key,) in database.execute(_KEPT, self._limits).fetchall():
            row = () if key in known else database.execute(_FIND, (key,)).fetchone()
            self._read[key] = _recent(key, *row) if row else known.get(key)

    def _do(self, work: Callable[[sqlite3.Connection], _Result], otherwise: _Result) -> _Result:
        try:
            return self._store.do(work)
        except StoreError as error:
            self._is_held_up = True
            self.notice = (
                f"Recent drawings stay in memory ({error}); digitpad keeps trying to use"
                f" {self._path}"
            )
            return otherwise

    def _was_damaged(self, sentence: str) -> None:
        self._is_held_up, self.notice = False, sentence


def _recent(key: int, text: Any, label: Any, probability: Any) -> Recent | None:
    with suppress(InkError):
        if isinstance(label, str) and isinstance(probability, float) and 0 <= probability <= 1:
            return Recent(key, Ink.from_json(str(text)), label, probability)
    return None
