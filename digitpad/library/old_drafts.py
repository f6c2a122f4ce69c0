"""Takes over the drawings that killed windows of the version before have left, as journals.

Each is a file ``pad-N.json``, whose window holds the lock of ``pad-N.lock``. Its first line is a
state of the drawing, and every other line what changed: a value is the new one, an object
``{"keep": n, "add": [...]}`` is a list of which the first n items stay, null takes a value away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from digitpad.ink.ink import MAX_POINTS, Ink, InkError
from digitpad.library.damaged import set_aside
from digitpad.library.document import Document
from digitpad.library.drafts import Draft
from digitpad.library.locks import locked

#: Largest file that is read, in bytes: more than the largest drawing takes.
MAX_BYTES = 64 * 2**20


def take_over(folder: Path, draft: Draft) -> Iterator[Path]:
    """Bring all drawings into the file of drawings.

    Yields:
        The new name of each file that is damaged.

    Raises:
        StoreError: if they cannot be written there; the files stay.
        OSError: if a file can neither be read nor renamed.
    """
    for file in sorted(folder.glob("pad-*.json")):
        lock = locked(file.with_suffix(".lock"))
        if lock is None:  # its window is open
            continue
        with lock:
            try:
                document, saved_at = _read(file), file.stat().st_mtime
            except Exception:  # whatever is wrong with it
                yield set_aside(file)
                continue
            draft.add(document, saved_at)
            file.unlink()


def _read(path: Path) -> Document:
    """The last state that was written whole.

    Raises:
        ValueError: if there is none.
        OSError: if the file cannot be read.
    """
    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        raise ValueError("no file, or too large")
    first, *rest = path.read_bytes().split(b"\n")
    state = _object(first)
    for line in rest[:-1]:  # after the last line end comes nothing, or half a line
        for key, value in _object(line).items():
            _change(state, key, value)
    lines = state.pop("strokes", [])
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise InkError("the strokes of a draft must be lines of JSON")
    strokes = tuple(stroke for line in lines for stroke in Ink.from_json(line).strokes)
    if sum(map(len, strokes)) > MAX_POINTS:
        raise InkError("too many points")
    page = Document.from_json(json.dumps({**state, "strokes": []}))
    return replace(page, ink=replace(page.ink, strokes=strokes))


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
