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

from digitpad.ink.ink import MAX_POINTS, Ink
from digitpad.library.atomic import set_aside
from digitpad.library.document import Document
from digitpad.library.drafts import Draft, locked

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
    """The last state that was written whole; whatever it raises, there is none."""
    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        raise ValueError("no file, or too large")
    first, *rest = path.read_bytes().split(b"\n")
    state = json.loads(first)
    for line in rest[:-1]:  # after the last line end comes nothing, or half a line
        for key, value in json.loads(line).items():
            state[key] = _changed(state.get(key), value) if isinstance(value, dict) else value
    strokes = [s for line in state.pop("strokes", None) or () for s in Ink.from_json(line).strokes]
    if sum(map(len, strokes)) > MAX_POINTS:
        raise ValueError("too many points")
    page = {key: value for key, value in state.items() if value is not None}
    document = Document.from_json(json.dumps({"strokes": [], **page}))
    return replace(document, ink=replace(document.ink, strokes=tuple(strokes)))


def _changed(items: list[Any], change: dict[str, Any]) -> list[Any]:
    keep = change["keep"]
    if not 0 <= keep <= len(items):
        raise ValueError("not a change")
    return [*items[:keep], *change["add"]]
