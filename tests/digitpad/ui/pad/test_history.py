from __future__ import annotations

import tracemalloc

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

import numpy as np

from digitpad.ink.ink import Stroke
from digitpad.library.document import Document
from digitpad.ui.pad.history import History


def test_undo_and_redo_go_all_the_way_and_no_further() -> None:
    history = History(0)
    for state in range(1, 1001):
        history.push(state)
    assert [history.undo() for _ in range(1001)] == [*range(999, -1, -1), 0]
    assert not history.can_undo
    assert [history.redo() for _ in range(1001)] == [*range(1, 1001), 1000]
    assert not history.can_redo


def test_an_edit_forgets_what_was_undone() -> None:
    history = History("a")
    history.push("b")
    history.undo()
    history.push("c")
    assert not history.can_redo
    assert history.undo() == "a"


def test_another_view_is_no_step_and_keeps_redo() -> None:
    history = History("a")
    history.push("b")
    history.push("c")
    history.undo()
    history.replace("B")
    assert history.redo() == "c"
    assert history.undo() == "B"
    assert history.undo() == "a"


def test_states_share_their_strokes() -> None:
    document = Document()
    history = History(document)
    tracemalloc.start()
    for _ in range(300):
        document = document.with_ink(document.ink.appended(Stroke(np.zeros((200, 2)))))
        history.push(document)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 300 * 200 * 2 * 8 * 2.5  # every point once, and a little
