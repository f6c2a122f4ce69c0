"""Drawings in hand as the version before wrote them: journals of JSON, ``unsaved/pad-N.json``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from digitpad.ink.ink import Ink
from tests.support.drawings import digit, scribble


def old_journal() -> bytes:
    """As it was written after several edits, the last of which shows a grid, and keeps strokes."""
    one, seven = (line(digit(label)) for label in "17")
    strokes = [Ink((stroke,)).to_json() for stroke in scribble(1).strokes]
    cells = np.eye(28, dtype=np.float32).tolist()
    states = [
        {"strokes": [one]},
        {"strokes": {"keep": 1, "add": [seven, seven]}},
        {"strokes": {"keep": 0, "add": strokes}, "label": "7"},
        {"cells": cells, "on_grid": True},
        {"on_grid": None},
        {"cells": None},
        {"cells": cells, "on_grid": True},
    ]
    return b"".join(json.dumps(state).encode() + b"\n" for state in states)


def line(ink: Ink) -> str:
    return Ink(ink.strokes).to_json()


def write_old_draft(folder: Path, ink: Ink, number: int = 1) -> Path:
    """A drawing that a killed window has left."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"pad-{number}.lock").touch()
    file = folder / f"pad-{number}.json"
    state = {"strokes": [Ink((stroke,)).to_json() for stroke in ink.strokes]}
    file.write_bytes(json.dumps(state).encode() + b"\n")
    return file
