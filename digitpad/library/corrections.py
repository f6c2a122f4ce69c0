"""Labelled drawings: what a person said that a drawing is, in the file of the user's drawings.

While the file cannot be used, what is added waits in memory, and counts all the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from time import time
from typing import Any, TypeVar

from digitpad.ink.ink import InkError
from digitpad.library.correction import MAX_CORRECTIONS, Correction
from digitpad.library.document import Document
from digitpad.library.schema import StoreError, transaction
from digitpad.library.store import Store

_COLUMNS = "drawing, label, corrected_at, model, read_as"
_INSERT = f"INSERT OR REPLACE INTO corrections ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)"  # noqa: S608
_KEPT = "SELECT id FROM corrections ORDER BY id DESC LIMIT ?"
_TRIM = f"DELETE FROM corrections WHERE id < (SELECT MIN(id) FROM ({_KEPT}))"  # noqa: S608
_FIND = f"SELECT {_COLUMNS} FROM corrections WHERE id = ?"  # noqa: S608

_Result = TypeVar("_Result")


class Corrections:
    """All corrections, which several windows may share. No method raises: see :attr:`notice`.

    Args:
        path: the file, made when there is none; its folder too. None keeps them in memory.
        most: most corrections kept; the oldest go first.

    Attributes:
        notice: one sentence on what went wrong last, for the user; None where nothing did.
    """

    def __init__(self, path: Path | None, most: int = MAX_CORRECTIONS) -> None:
        self._path, self._most = path, most
        self._store = Store(path, self._was_damaged)
        self._waiting: dict[str, Correction] = {}  # by their lines of JSON, the oldest first
        self._removed: set[int] = set()  # which the file still has
        self._numbers = count(-1, -1)
        self._read: dict[int, Correction | None] = {}  # by key; None for what is no drawing
        self._read_from: sqlite3.Connection | None = None
        self._is_held_up = False
        self.notice: str | None = None

    def add(self, corrections: Iterable[Correction]) -> None:
        """Keep corrections, the oldest first; one of the same drawing takes the other's place."""
        for each in corrections:
            self._waiting.pop(each.drawing, None)
            dated = replace(each, corrected_at=each.corrected_at or time())
            self._waiting[each.drawing] = replace(dated, key=next(self._numbers))
        for drawing in list(self._waiting)[: -self._most]:
            del self._waiting[drawing]
        self._write()

    def remove(self, keys: Iterable[int]) -> None:
        """Forget corrections by their keys, so that nothing of them is left in the file."""
        gone = set(keys)
        self._waiting = {text: c for text, c in self._waiting.items() if c.key not in gone}
        self._removed |= {key for key in gone if key > 0}
        self._write()

    def find(self, document: Document) -> Correction | None:
        """What was said of this very drawing."""
        drawing = Correction(document, "").drawing
        return next((each for each in self.entries() if each.drawing == drawing), None)

    def entries(self) -> list[Correction]:
        """All corrections, newest first; what cannot be read as one is left out.

        A correction is read once: as long as it is there, it is the same object.
        """
        self._do(self._refresh, None)
        stored = (c for c in self._read.values() if c is not None)
        left = [c for c in stored if c.key not in self._removed and c.drawing not in self._waiting]
        return [*reversed(self._waiting.values()), *left][: self._most]

    def close(self) -> None:
        """Write what had to wait, if that is possible now, and close the file."""
        self._write()
        self._store.close()

    def _write(self) -> None:
        if not (self._waiting or self._removed):
            return
        if self._do(self._put, False):
            self._waiting.clear()
            self._removed.clear()
            if self._is_held_up:
                self._is_held_up, self.notice = False, None

    def _put(self, database: sqlite3.Connection) -> bool:
        """Write all that waits, or nothing."""
        with transaction(database):
            removed = [(key,) for key in self._removed]
            database.executemany("DELETE FROM corrections WHERE id = ?", removed)
            rows = [
                (c.drawing, c.label, c.corrected_at, c.model, c.read_as)
                for c in self._waiting.values()
            ]
            database.executemany(_INSERT, rows)
            database.execute(_TRIM, (self._most,))
        if removed:  # nothing is left of them: see secure_delete
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return True

    def _refresh(self, database: sqlite3.Connection) -> None:
        if database is not self._read_from:  # another file has other drawings under the same keys
            self._read_from = database
            self._read.clear()
        known, self._read = self._read, {}
        for (key,) in database.execute(_KEPT, (self._most,)).fetchall():
            row = () if key in known else database.execute(_FIND, (key,)).fetchone()
            self._read[key] = _correction(key, *row) if row else known.get(key)

    def _do(self, work: Callable[[sqlite3.Connection], _Result], otherwise: _Result) -> _Result:
        try:
            return self._store.do(work)
        except StoreError as error:
            self._is_held_up = True
            self.notice = (
                f"What you taught stays in memory ({error}); digitpad keeps trying to use"
                f" {self._path}"
            )
            return otherwise

    def _was_damaged(self, sentence: str) -> None:
        self._is_held_up, self.notice = False, sentence


def _correction(key: int, *values: Any) -> Correction | None:
    drawing, label, corrected_at, model, read_as = values
    texts = drawing, label, model, read_as
    if all(isinstance(text, str) for text in texts) and isinstance(corrected_at, float):
        with suppress(InkError):
            document = Document.from_json(drawing)
            if document and label:
                return Correction(document, label, read_as, model, corrected_at, key)
    return None
