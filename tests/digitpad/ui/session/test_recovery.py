"""Drawings that outlive their process: killed for good, damaged, in twos, and on a full disk."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from pytestqt.qtbot import QtBot

from digitpad.ink.ink import Ink, InkError, Stroke
from digitpad.library.document import Document
from digitpad.ui.session import journal
from digitpad.ui.session.draft import Drafts, document_of
from digitpad.ui.session.journal import Journal
from digitpad.ui.session.recovery import Recovery
from tests.support.drawings import digit, scribble

pytestmark = pytest.mark.usefixtures("qapp")

# A process that draws a line, and one more at every line on its standard input.
CHILD = """
import sys
if sys.platform != "win32":
    import resource
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QSocketNotifier, QTimer
from digitpad.ui.session.recovery import Recovery
app = QCoreApplication([])
drawing = {"lines": []}
recovery = Recovery(Path(sys.argv[1]), lambda: drawing, drawing.update)
recovery.failed.connect(lambda sentence: print("failed:", sentence, flush=True))
print("told:", recovery.bring_back(), drawing["lines"], flush=True)
def draw():
    word = sys.stdin.readline().strip()
    if word == "quit":
        recovery.close()
        app.quit()
    elif word == "full":
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))
        print("full", flush=True)
    elif word == "free":
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        print("free", flush=True)
    else:
        drawing["lines"].append(word)
        recovery.touch()
        QTimer.singleShot(400, lambda: print("drawn", flush=True))
notifier = QSocketNotifier(0, QSocketNotifier.Type.Read)
notifier.activated.connect(draw)
app.exec()
"""


class Child:
    """Another digitpad, as a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.told = self.read()

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def say(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def draw(self, line: str) -> str:
        """Draw, and wait until the moment by which it must be written."""
        self.say(line)
        return self.read()


@contextmanager
def child(folder: Path) -> Iterator[Child]:
    one = Child(folder)
    try:
        yield one
    finally:
        one.process.kill()  # SIGKILL, where there is one
        one.process.communicate()


def test_a_killed_process_leaves_its_drawing_and_a_living_one_keeps_its_own(
    tmp_path: Path,
) -> None:
    with child(tmp_path) as first:
        assert first.told == "told: None []"
        assert first.draw("a") == "drawn"
        with child(tmp_path) as second:
            assert second.told == "told: None []"  # the first one's is not taken
            second.draw("b")
        with child(tmp_path) as third:
            assert third.told == "told: Your last drawing is back. ['b']"
            third.draw("c")
    with child(tmp_path) as latest:
        assert "['b', 'c']" in latest.told or "['a']" in latest.told
        with child(tmp_path) as other:
            assert {latest.told, other.told} == {
                "told: Your last drawing is back. ['b', 'c']",
                "told: Your last drawing is back. ['a']",
            }
            other.say("quit")
            other.process.wait()
    with child(tmp_path) as again:  # what was brought back and killed at once is still there
        assert again.told == latest.told


def test_a_normal_end_leaves_nothing(tmp_path: Path) -> None:
    with child(tmp_path) as first:
        first.draw("a")
        first.say("quit")
        assert first.process.wait() == 0
    with child(tmp_path) as second:
        assert second.told == "told: None []"


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX's")
def test_a_full_disk_is_said_once_and_keeps_what_was_written(tmp_path: Path) -> None:
    with child(tmp_path) as one:
        one.draw("before")
        assert one.draw("full") == "full"
        assert "failed: Your drawing is not safe from a crash" in one.draw("lost?")
        assert one.read() == "drawn"
        assert one.draw("still") == "drawn"  # said only once
        (file,) = tmp_path.glob("pad-*.json*")
        assert journal.read(file) == {"lines": ["before"]}
        assert one.draw("free") == "free"
        one.draw("after")
        assert journal.read(file) == {"lines": ["before", "lost?", "still", "after"]}


class Pad:
    """Stands in for the window."""

    def __init__(self, folder: Path) -> None:
        self.document = Document()
        self.drafts = Drafts()
        self.recovery = Recovery(folder, lambda: self.drafts.state(self.document), self.show)
        self.said: list[str] = []
        self.recovery.failed.connect(self.said.append)

    def show(self, state: Mapping[str, Any]) -> None:
        self.document = document_of(state)


Make = Callable[..., Pad]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes pads, and ends them."""
    pads: list[Pad] = []

    def new(folder: Path = tmp_path) -> Pad:
        pads.append(Pad(folder))
        return pads[-1]

    yield new
    for one in pads:
        one.recovery.close(keep=True)


@pytest.mark.parametrize(
    "document",
    [
        Document(digit("3")),
        Document(scribble(1)),
        Document(Ink((Stroke(np.array([[1.0, 2.0]]), np.array([0.5]), np.array([0.25])),))),
        Document(digit("1").appended(digit("7").strokes[0]).appended(digit("7").strokes[0])),
        Document.from_image(np.eye(28, dtype=np.float32)),
        Document(digit("1")).with_cells(np.eye(28, dtype=np.float32)).toggled(),
    ],
    ids=["digit", "scribble", "pressed dot", "three strokes", "cells", "both"],
)
def test_every_document_comes_back(make: Make, document: Document) -> None:
    pad = make()
    pad.document = document
    pad.recovery.flush()
    pad.recovery.close(keep=True)
    again = make()
    assert again.recovery.bring_back()
    assert again.document.to_json() == document.to_json()


def test_an_empty_page_leaves_no_file(tmp_path: Path, make: Make) -> None:
    pad = make()
    pad.document = Document(digit("1"))
    pad.recovery.flush()
    pad.document = pad.document.cleared()
    pad.recovery.flush()
    assert not list(tmp_path.glob("*.json"))


def test_edits_are_written_by_themselves_within_half_a_second(
    tmp_path: Path, make: Make, qtbot: QtBot
) -> None:
    pad = make()
    pad.document = Document(digit("1"))
    started = perf_counter()
    pad.recovery.touch()
    qtbot.waitUntil(lambda: bool(list(tmp_path.glob("*.json"))), timeout=2000)
    assert perf_counter() - started < 0.5 + 0.5  # half a second for a busy machine


def test_touching_and_one_more_stroke_are_cheap(make: Make) -> None:
    """A stroke of 200 points on a drawing of 2,000."""
    pad = make()
    rng = np.random.default_rng(0)
    touched, written = [], []
    for _ in range(10):
        stroke = Stroke(rng.random((200, 2)) * 480, np.arange(200) / 100, rng.random(200))
        pad.document = pad.document.with_ink(pad.document.ink.appended(stroke))
        started = perf_counter()
        pad.recovery.touch()
        touched.append(perf_counter() - started)
        started = perf_counter()
        pad.drafts.state(pad.document)
        written.append(perf_counter() - started)
    assert min(touched) < 0.0005
    assert min(written[5:]) < 0.005


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b"[1]",
        b"[" * 100_000,
        b'{"strokes": 3}',
        b'{"strokes": ["nonsense"]}',
        b'{"strokes": ["{\\"strokes\\": [[[1e99, 2]]]}"]}',
        b'{"cells": [[1, 2]]}',
        b'{"cells": "x", "on_grid": true}',
        b"\xff\xfe",
        b'{"strokes": []}\n[1]\n',
        b'{"strokes": []}\n{"strokes": {"keep": 1, "add": []}}\n',
        b'{"strokes": []}\n{"strokes": {"keep": -1, "add": []}}\n',
        b'{"strokes": []}\n{"strokes": {"keep": "0", "add": []}}\n',
        b'{"strokes": []}\n{"cells": {"keep": 0, "add": []}}\n',
    ],
)
def test_a_damaged_drawing_is_set_aside(tmp_path: Path, make: Make, content: bytes) -> None:
    (tmp_path / "pad-1.json").write_bytes(content)
    pad = make()
    told = pad.recovery.bring_back()
    assert told is not None
    assert "damaged" in told
    assert str(tmp_path / "pad-1.json.damaged-1") in told
    assert (tmp_path / "pad-1.json.damaged-1").read_bytes() == content
    assert not pad.document
    pad.document = Document(digit("1"))
    pad.recovery.flush()
    assert (tmp_path / "pad-1.json").exists()
    assert pad.said == []


def test_a_folder_that_cannot_be_made_is_said_once(tmp_path: Path, make: Make) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    pad = make(blocked / "unsaved")
    assert pad.recovery.bring_back() is None
    pad.document = Document(digit("1"))
    for _ in range(3):
        pad.recovery.flush()
    assert len(pad.said) == 1
    assert str(blocked / "unsaved") in pad.said[0]
    pad.recovery.close()


STATES: list[Mapping[str, Any]] = [
    {"strokes": ["a"]},
    {"strokes": ["a", "b"], "label": "7"},
    {"strokes": ["a", "b"], "label": "7"},
    {"strokes": ["a", "c", "d"]},
    {"strokes": ["a"], "cells": [[0, 1], [1, 0]], "on_grid": True},
    {"strokes": ["a"], "cells": [[0, 1], [1, 1]], "on_grid": True},
    {"cells": [[0, 1]]},
    {"strokes": ["x"]},
]


def test_the_last_state_is_read_whatever_changed(tmp_path: Path) -> None:
    written = Journal(tmp_path / "states")
    for state in STATES:
        written.write(state)
        assert journal.read(written.path) == state
    written.write({})
    assert not written.path.exists()
    written.write(STATES[1])
    assert journal.read(written.path) == STATES[1]


def test_a_kill_in_the_middle_of_a_line_leaves_the_state_before(tmp_path: Path) -> None:
    path = tmp_path / "states"
    written = Journal(path)
    written.write(STATES[0])
    first = path.stat().st_size
    written.write(STATES[1])
    whole = path.read_bytes()
    for size in range(first, len(whole)):
        path.write_bytes(whole[:size])
        assert journal.read(path) == STATES[0]
    path.write_bytes(whole)
    assert journal.read(path) == STATES[1]


def test_only_what_is_new_is_written(tmp_path: Path) -> None:
    """One more stroke on a drawing of 10,000 points."""
    written, drafts = Journal(tmp_path / "states"), Drafts()
    ink = scribble(0, strokes=50, points=200)
    written.write(drafts.state(Document(ink)))
    size = written.path.stat().st_size
    stroke = scribble(1, strokes=1, points=20).strokes[0]
    state = drafts.state(Document(ink.appended(stroke)))
    written.write(state)
    assert journal.read(written.path) == state
    assert written.path.stat().st_size - size < size / 100
    inode = written.path.stat().st_ino
    written.write(drafts.state(Document(ink)))  # undone
    assert written.path.stat().st_size - size < size / 100
    assert written.path.stat().st_ino == inode  # not another file: renaming may take long
    assert journal.read(written.path) == drafts.state(Document(ink))


def test_a_file_that_has_grown_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MAX_CHANGES", 1000)
    written = Journal(tmp_path / "states")
    sizes = []
    for count in range(100):
        state = {"strokes": [f"{count} {'x' * 100}"]}
        written.write(state)
        sizes.append(written.path.stat().st_size)
        assert journal.read(written.path) == state
    assert max(sizes) < 1500


def test_a_file_that_somebody_deletes_is_written_again(tmp_path: Path) -> None:
    written = Journal(tmp_path / "states")
    written.write(STATES[0])
    written.path.unlink()
    written.write(STATES[1])
    assert journal.read(written.path) == STATES[1]


def test_words_that_are_no_draft() -> None:
    with pytest.raises(InkError):
        document_of({"strokes": [1]})
    assert not document_of({})
