"""States of one thing in a file, one line for each: what changed since the line before.

So writing costs what has changed, and nothing that was written is ever touched again: a process
that is killed while it writes leaves all states before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from digitpad.ui.settings.folders import write_atomically

#: Largest file that is read, in bytes: more than the largest drawing takes.
MAX_BYTES = 64 * 2**20
#: So many bytes of changes are written before the file begins anew.
MAX_CHANGES = 4 * 2**20

State = Mapping[str, Any]


class Journal:
    """Writes states, which are JSON-ready objects without objects in them.

    In a line, a value is the new one; an object ``{"keep": n, "add": [...]}`` is a list of which
    the first n items stay; null takes a value away.

    Args:
        path: the file; what is in it is replaced by the first state.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._state: dict[str, Any] = {}
        self._whole = self._size = 0  # bytes of the first line, and of all

    def write(self, state: State) -> None:
        """Write the state that now stands; {} leaves no file.

        Raises:
            OSError: if it cannot be written; the states before stay.
        """
        if not state:
            self.path.unlink(missing_ok=True)
            self._whole = self._size = 0
        elif self._is_new() or self._size - self._whole > MAX_CHANGES:
            line = _line(state)
            write_atomically(self.path, line)
            self._whole = self._size = len(line)
        elif changes := _changes(self._state, state):
            self._append(_line(changes))
        self._state = {k: [*v] if isinstance(v, list) else v for k, v in state.items()}

    def _is_new(self) -> bool:
        """Whether this journal has no file, or somebody has taken it away."""
        return not self._size or not self.path.exists()

    def _append(self, line: bytes) -> None:
        # Until all of it is written, nothing is known of the file: it would begin anew.
        size, self._size = self._size + len(line), 0
        with self.path.open("r+b") as file:
            file.seek(0, os.SEEK_END)
            file.write(line)
        self._size = size


def read(path: Path) -> dict[str, Any]:
    """The last state in a file that was written whole.

    Raises:
        ValueError: if there is none, or the file is no journal.
        OSError: if the file cannot be read.
    """
    if path.stat().st_size > MAX_BYTES:
        raise ValueError("too large")
    first, *rest = path.read_bytes().split(b"\n")
    state = _object(first)
    for line in rest[:-1]:  # after the last line end comes nothing, or half a line
        for key, value in _object(line).items():
            _change(state, key, value)
    return state


def _line(values: State) -> bytes:
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"


def _changes(before: State, after: State) -> dict[str, Any]:
    changes: dict[str, Any] = {key: None for key in before if key not in after}
    for key, value in after.items():
        old = before.get(key)
        if isinstance(value, list) and isinstance(old, list):
            if value != old:
                keep = _common(old, value)
                changes[key] = {"keep": keep, "add": value[keep:]}
        elif value != old:
            changes[key] = value
    return changes


def _common(one: list[Any], other: list[Any]) -> int:
    """How many first items two lists have in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _change(state: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        state.pop(key, None)
    elif isinstance(value, dict):
        old, keep, add = state.get(key), value.get("keep"), value.get("add")
        if not (isinstance(old, list) and isinstance(keep, int) and isinstance(add, list)):
            raise ValueError("not a change")
        if not 0 <= keep <= len(old):
            raise ValueError("not a change")
        state[key] = old[:keep] + add
    else:
        state[key] = value


def _object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value
