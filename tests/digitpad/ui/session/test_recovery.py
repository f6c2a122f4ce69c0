"""Drawings that outlive their process: killed for good, damaged, in twos, and on a full disk."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from pytestqt.qtbot import QtBot

from digitpad.ink.ink import Stroke
from digitpad.library.document import Document
from digitpad.library.drafts import Draft
from digitpad.ui.session.recovery import Recovery
from tests.support.drawings import digit
from tests.support.old_drafts import write_old_draft

pytestmark = pytest.mark.usefixtures("qapp")

# A process that adds a stroke, and one more at every word on its standard input. The drawing's
# label has the words.
CHILD = """
import sys
if sys.platform != "win32":
    import resource
from dataclasses import replace
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QSocketNotifier
from digitpad.ink.ink import Ink
from digitpad.library.document import Document
from digitpad.ui.session.recovery import Recovery
app = QCoreApplication([])
document = Document()
def show(it):
    global document
    document = it
folder = Path(sys.argv[1])
recovery = Recovery(folder / "recent.sqlite", folder / "unsaved", lambda: document, show)
recovery.failed.connect(lambda sentence: print("failed:", sentence, flush=True))
print("told:", recovery.restore(), document.ink.label, len(document.ink.strokes), flush=True)
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
        ink = Ink.from_points([*(s.points for s in document.ink.strokes), [[1, 2], [3, 4]]])
        show(Document(replace(ink, label=(document.ink.label or "") + word)))
        recovery.save()
        print("drawn", flush=True)
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


def saved(folder: Path) -> str | None:
    """The label of the drawing that is written, in a copy of what a kill would leave."""
    draft = Draft(folder / "recent.sqlite", folder / "nobody", lambda _: None)
    found = draft.restore()
    draft.close(keep=True)
    return None if found is None else found[0].ink.label


def test_a_killed_process_leaves_its_drawing_and_a_living_one_keeps_its_own(
    tmp_path: Path,
) -> None:
    with child(tmp_path) as first:
        assert first.told == "told: None None 0"
        assert first.draw("a") == "drawn"
        with child(tmp_path) as second:
            assert second.told == "told: None None 0"  # the first one's is not taken
            second.draw("b")
        with child(tmp_path) as third:
            assert third.told == "told: Your last drawing is back. b 1"
            third.draw("c")
    with child(tmp_path) as latest:
        assert latest.told == "told: Your last drawing is back. bc 2"
        with child(tmp_path) as other:
            assert other.told == "told: Your last drawing is back. a 1"
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
        assert second.told == "told: None None 0"


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX's")
def test_a_full_disk_is_said_once_and_keeps_what_was_written(tmp_path: Path) -> None:
    with child(tmp_path) as one:
        one.draw("a")
        assert one.draw("full") == "full"
        assert "failed: Your drawing is not safe from a crash" in one.draw("b")
        assert one.read() == "drawn"
        assert one.draw("c") == "drawn"  # said only once
        assert saved(tmp_path) == "a"
        assert one.draw("free") == "free"
        one.draw("d")
        assert saved(tmp_path) == "abcd"


class Pad:
    """Stands in for the window."""

    def __init__(self, folder: Path) -> None:
        self.document = Document()
        self.recovery = Recovery(
            folder / "recent.sqlite", folder / "unsaved", lambda: self.document, self.show
        )
        self.said: list[str] = []
        self.recovery.failed.connect(self.said.append)

    def show(self, document: Document) -> None:
        self.document = document


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


def test_a_movement_is_written_by_itself_within_a_tenth_of_a_second(
    tmp_path: Path, make: Make, qtbot: QtBot
) -> None:
    pad = make()
    pad.document = Document(digit("1"))
    pad.recovery.save()
    pad.document = Document(digit("1").appended(digit("7").strokes[0]))
    started = perf_counter()
    pad.recovery.touch()

    def is_written() -> bool:
        draft = Draft(tmp_path / "recent.sqlite", tmp_path / "nobody", lambda _: None)
        found = draft.restore()
        draft.close(keep=True)
        return found is not None and len(found[0].ink.strokes) == 2

    qtbot.waitUntil(is_written, timeout=2000)
    assert perf_counter() - started < 0.1 + 0.5  # half a second for a busy machine


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
        pad.recovery.save()
        written.append(perf_counter() - started)
    assert min(touched) < 0.0005
    assert min(written[5:]) < 0.005


def test_a_drawing_that_cannot_be_shown_is_set_aside(tmp_path: Path, make: Make) -> None:
    pad = make()
    pad.document = Document(digit("1"))
    pad.recovery.save()
    pad.recovery.close(keep=True)

    def fail(_: Document) -> None:
        raise RuntimeError

    again = make()
    again.recovery._show = fail
    told = again.recovery.restore()
    assert told is not None
    assert "Your last drawing was damaged" in told
    assert str(tmp_path / "recent.sqlite.damaged-1") in told
    again.recovery.close(keep=True)
    assert make().recovery.restore() is None  # not at every start
    (tmp_path / "recent.sqlite.damaged-1").replace(tmp_path / "recent.sqlite")
    copy = make()
    assert copy.recovery.restore() == "Your last drawing is back."
    assert copy.document.ink == digit("1")


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
def test_a_damaged_drawing_of_the_version_before_is_set_aside(
    tmp_path: Path, make: Make, content: bytes
) -> None:
    file = write_old_draft(tmp_path / "unsaved", digit("1"))
    file.write_bytes(content)
    pad = make()
    told = pad.recovery.restore()
    assert told is not None
    assert "damaged" in told
    assert str(file.with_name("pad-1.json.damaged-1")) in told
    assert file.with_name("pad-1.json.damaged-1").read_bytes() == content
    assert not file.exists()
    assert not pad.document
    pad.document = Document(digit("1"))
    pad.recovery.save()
    assert pad.said == []


def test_a_drawing_of_the_version_before_comes_back_once(tmp_path: Path, make: Make) -> None:
    write_old_draft(tmp_path / "unsaved", digit("7"))
    pad = make()
    assert pad.recovery.restore() == "Your last drawing is back."
    assert pad.document.ink.strokes == digit("7").strokes
    assert make().recovery.restore() is None


def test_a_folder_that_cannot_be_made_is_said_once(tmp_path: Path, make: Make) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    pad = make(blocked)
    assert pad.recovery.restore() is None
    pad.document = Document(digit("1"))
    for _ in range(3):
        pad.recovery.save()
    assert len(pad.said) == 1
    assert str(blocked / "recent.sqlite") in pad.said[0]
    pad.recovery.close()


if getattr(os, "geteuid", int)():  # who is root may write anywhere, so that there is no such home

    def test_a_home_that_may_only_be_read_is_the_reason(tmp_path: Path, make: Make) -> None:
        tmp_path.chmod(0o500)
        pad = make()
        pad.document = Document(digit("1"))
        pad.recovery.save()
        assert "ermission denied" in pad.said[0]
        tmp_path.chmod(0o700)
