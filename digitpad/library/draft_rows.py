"""A document as rows of the tables ``drafts`` and ``draft_strokes``, and back.

A stroke that grows has a row for each part that was added, with the index of its first point.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

import numpy as np

from digitpad.ink.ink import MAX_POINTS, Ink, InkError, Stroke
from digitpad.library.document import Document

_SAVE = "INSERT OR REPLACE INTO drafts (key, saved_at, page) VALUES (?, ?, ?)"
_SAVE_PART = "INSERT INTO draft_strokes (draft, position, start, ink) VALUES (?, ?, ?, ?)"
_CUT = "DELETE FROM draft_strokes WHERE draft = ? AND position >= ?"
_DELETE = "DELETE FROM drafts WHERE key = ?"
_PARTS = "SELECT position, ink FROM draft_strokes WHERE draft = ? ORDER BY position, start"


def write(
    database: sqlite3.Connection,
    key: int,
    document: Document,
    saved_at: float,
    written: Sequence[Stroke] = (),
) -> None:
    """Write a document under a key; an empty one leaves no rows.

    Args:
        saved_at: in seconds since the epoch.
        written: the strokes that are there; only what differs from them costs anything.
    """
    strokes = document.ink.strokes
    if not strokes and document.cells is None:
        database.execute(_DELETE, (key,))
        database.execute(_CUT, (key, 0))
        return
    page = replace(document, ink=replace(document.ink, strokes=()))
    database.execute(_SAVE, (key, saved_at, page.to_json()))
    pairs = list(zip(written, strokes, strict=False))
    same = next((n for n, (old, new) in enumerate(pairs) if old is not new), len(pairs))
    start = 0  # of what is new in the first stroke that differs
    if same < len(pairs) and _has_grown(*pairs[same]):
        start = len(written[same])
    keep = same + (start > 0)
    if keep < len(written):
        database.execute(_CUT, (key, keep))
    for position, stroke in enumerate(strokes[same:], same):
        text = Ink((_part(stroke, start),)).to_json()
        database.execute(_SAVE_PART, (key, position, start, text))
        start = 0


def read(database: sqlite3.Connection, key: int) -> tuple[Document, bool]:
    """What can be read of a document, and whether that is all of it."""
    is_whole = True
    strokes: list[Stroke] = []
    try:
        (page,) = database.execute("SELECT page FROM drafts WHERE key = ?", (key,)).fetchone()
        document = Document.from_json(str(page))
    except InkError:
        document, is_whole = Document(), False
    for _, parts in groupby(database.execute(_PARTS, (key,)), itemgetter(0)):
        try:
            stroke = _joined([Ink.from_json(str(text)) for _, text in parts])
            if sum(map(len, strokes)) + len(stroke) > MAX_POINTS:
                raise InkError("too many points")
            strokes.append(stroke)
        except InkError:
            is_whole = False
    return replace(document, ink=replace(document.ink, strokes=tuple(strokes))), is_whole


def _has_grown(stroke: Stroke, later: Stroke) -> bool:
    return len(later) > len(stroke) and _part(later, 0, len(stroke)) == stroke


def _part(stroke: Stroke, start: int, stop: int | None = None) -> Stroke:
    t, pressure = (None if v is None else v[start:stop] for v in (stroke.t, stroke.pressure))
    return Stroke(stroke.points[start:stop], t, pressure)


def _joined(parts: list[Ink]) -> Stroke:
    """The one stroke of which each drawing has a part."""
    strokes = [stroke for part in parts for stroke in part.strokes]
    if len(strokes) != len(parts):
        raise InkError("not a part of a stroke")
    t, pressure = (
        None if any(v is None for v in values) else np.concatenate(values)
        for values in zip(*((s.t, s.pressure) for s in strokes), strict=True)
    )
    return Stroke(np.concatenate([s.points for s in strokes]), t, pressure)
