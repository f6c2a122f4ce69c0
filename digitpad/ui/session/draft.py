"""A document as JSON-ready values for :mod:`digitpad.ui.session.recovery`, quickly, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from digitpad.ink.ink import MAX_POINTS, Ink, InkError, Stroke
from digitpad.library.document import Document


class Drafts:
    """Puts each stroke into words only once.

    So writing a long drawing down after every one of its strokes costs little.
    """

    def __init__(self) -> None:
        # By identity: strokes are immutable, and are kept here so that no other takes their place.
        self._known: dict[int, tuple[Stroke, str]] = {}

    def state(self, document: Document) -> dict[str, Any]:
        """What :func:`document_of` makes a document of; {} for an empty page."""
        known = self._known
        strokes = document.ink.strokes
        self._known = {id(s): known.get(id(s)) or (s, Ink((s,)).to_json()) for s in strokes}
        state: dict[str, Any] = {}
        if strokes:
            state["strokes"] = [self._known[id(s)][1] for s in strokes]
        if strokes and document.ink.label is not None:
            state["label"] = document.ink.label
        if document.cells is not None:
            state["cells"] = document.cells.tolist()
        if state and document.on_grid:
            state["on_grid"] = True
        return state


def document_of(state: Mapping[str, Any]) -> Document:
    """The document that :meth:`Drafts.state` has put into words.

    Raises:
        InkError: if it is anything else.
    """
    lines = state.get("strokes", [])
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise InkError("the strokes of a draft must be lines of JSON")
    strokes = tuple(stroke for line in lines for stroke in Ink.from_json(line).strokes)
    if sum(map(len, strokes)) > MAX_POINTS:
        raise InkError(f"a drawing may have at most {MAX_POINTS:,} points")
    rest = {key: state[key] for key in ("label", "cells", "on_grid") if key in state}
    document = Document.from_json(json.dumps({"strokes": [], **rest}))
    return replace(document, ink=replace(document.ink, strokes=strokes))
