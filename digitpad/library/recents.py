"""Recent drawings and what they were read as, in a file that never grows large.

While the file cannot be used, drawings wait in memory, and are in the list all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from digitpad.ink.ink import Ink, InkError
from digitpad.library.recents_file import DamagedError, RecentsFile, Row, UnusableError

#: Most drawings kept, and most characters of ink; the oldest go first.
MAX_DRAWINGS, MAX_CHARACTERS = 200, 8_000_000

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

    Several instances may use one file. A damaged file is set aside under another name, and what can
    be read of it is taken over.

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
        self._file = RecentsFile(path, max_drawings, max_characters)
        self._waiting: list[Row] = []  # newest first
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
        self._waiting = self._kept([(text, label, float(probability)), *self._waiting])
        self._write()

    def entries(self) -> list[Recent]:
        """All drawings, newest first; what cannot be read as a drawing is left out."""
        stored: list[tuple[object, ...]] = []
        stored = self._do(self._file.rows, stored)
        texts = {text for text, *_ in self._waiting}
        rows = chain(
            ((~place, *row) for place, row in enumerate(self._waiting)),
            (row for row in stored if row[1] not in texts),
        )
        return list(islice(filter(None, map(_recent, rows)), self._limits[0]))

    def remove(self, key: int) -> None:
        """Take one drawing out, by the key that it has in the latest :meth:`entries`."""
        if key < 0:
            del self._waiting[~key]
        else:
            self._do(lambda: self._file.remove(key), None)

    def clear(self) -> None:
        """Take all drawings out, so that nothing of them is left in the file."""
        self._waiting.clear()
        self._do(self._file.clear, None)

    def close(self) -> None:
        """Write what had to wait, if that is possible now, and close the file."""
        self._write()
        self._file.close()

    def _write(self) -> None:
        """Write all that waits."""

        def write() -> None:
            self._file.put(self._waiting)
            self._waiting.clear()
            if self._is_held_up:
                self._is_held_up, self.notice = False, None

        if self._waiting:
            self._do(write, None)

    def _do(self, work: Callable[[], _Result], otherwise: _Result) -> _Result:
        """Work on the file, and once more where it had to be replaced."""
        try:
            try:
                return work()
            except DamagedError:
                self._replace()
            return work()
        except UnusableError as error:
            reason = str(error)
        except DamagedError:
            reason = "it is damaged again"
        self._is_held_up = True
        self.notice = (
            f"Recent drawings stay in memory ({reason}); digitpad keeps trying to use {self._path}"
        )
        return otherwise

    def _replace(self) -> None:
        """Begin a new file with what can be read of the damaged one."""
        found = self._file.set_aside()
        if found is None:
            return
        aside, rows = found
        self._waiting = self._kept([*self._waiting, *rows])
        self._is_held_up = False
        self.notice = (
            "The list of recent drawings was damaged; what could be read is here, and the old list"
            f" is {aside}"
        )

    def _kept(self, rows: Iterable[Row]) -> list[Row]:
        """Rows, newest first, without those that are there already or too many."""
        kept: dict[str, Row] = {}
        room = self._limits[1]
        for row in rows:
            room -= 0 if row[0] in kept else len(row[0])
            if room < 0 or len(kept) == self._limits[0]:
                break
            kept.setdefault(row[0], row)
        return list(kept.values())


def _recent(row: tuple[object, ...]) -> Recent | None:
    key, text, label, probability = row
    with suppress(InkError):
        if (
            isinstance(key, int)
            and isinstance(text, str)
            and isinstance(label, str)
            and isinstance(probability, float)
            and 0 <= probability <= 1
        ):
            return Recent(key, Ink.from_json(text), label, probability)
    return None
