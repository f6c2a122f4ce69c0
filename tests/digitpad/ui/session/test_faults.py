"""Disk, home and database fail around a whole window: a sentence in it, and nothing is lost."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from digitpad.ink.ink import Ink
from digitpad.library.recents import Recents
from digitpad.ui.settings.settings import Settings, open_store
from tests.digitpad.ui.window.test_window import draw
from tests.support.drawings import digit
from tests.support.whole_pad import Open, home, start  # noqa: F401  fixtures

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps open files as they are")


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond a few bytes."""
    import resource

    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def drafts(home: Path) -> int:
    """How many drawings in hand are written down."""
    with closing(sqlite3.connect(home / "recent.sqlite")) as database:
        (count,) = database.execute("SELECT COUNT(*) FROM drafts").fetchone()
    return int(count)


def test_a_finished_stroke_is_written_before_it_is_read(start: Open, home: Path) -> None:
    pad = start()
    written: list[int] = []

    def look(*_: object) -> None:
        with closing(sqlite3.connect(home / "recent.sqlite")) as database:
            written.extend(*database.execute("SELECT COUNT(*) FROM draft_strokes"))

    pad.window.throttle.frame_ms = 0  # every event is read at once
    pad.window.read.connect(look)
    draw(pad.window, digit("1"))
    assert written[0] == 0
    assert written[-1] == 1


# -- disk and home -----------------------------------------------------------------------------


@posix
def test_a_full_disk(start: Open, home: Path, tmp_path: Path) -> None:
    pad = start()
    pad.draw("1")
    pad.write_down()
    saved = tmp_path / "mine.png"
    pad.session.import_export.save_file(saved)
    before = saved.read_bytes()
    with full_disk():
        pad.draw("7")
        pad.session.settings.theme = "dark"
        pad.write_down()
        pad.session.import_export.save_file(saved)
        pad.draw("3")
        assert pad.shown == "71"
    assert pad.says("not safe from a crash", "recent.sqlite")
    assert pad.says("settings cannot be saved")
    assert pad.says("Recent drawings stay in memory", "recent.sqlite")
    assert pad.says("mine.png cannot be saved")
    assert saved.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir() if file.name != "home"] == ["mine.png"]
    # There is room again.
    pad.draw("0")
    pad.session.settings.theme = "light"
    pad.write_down()
    assert drafts(home) == 1
    pad.close()
    again = start()
    assert again.shown == "0371"
    assert again.session.settings.theme == "light"
    assert not again.window.ink


def test_a_home_that_cannot_be_written(start: Open, home: Path) -> None:
    """A file where its folder should be: that binds whoever runs the test."""
    home.write_text("", encoding="utf-8")
    pad = start()
    assert pad.says("Recent drawings stay in memory", "recent.sqlite")
    for label in "173":
        pad.draw(label)
    pad.session.settings.theme = "dark"
    pad.write_down()
    assert pad.says("not safe from a crash")
    assert pad.says("settings cannot be saved")
    assert pad.shown == "71"
    assert pad.session.settings.theme == "dark"
    pad.window.undo()
    assert not pad.window.ink
    pad.window.undo()
    assert pad.window.answer.label == "7"
    count = len(pad.said)
    pad.draw("0")
    pad.write_down()
    assert not [sentence for sentence in pad.said[count:] if "cannot" in sentence]  # said once
    pad.close()
    assert home.read_text(encoding="utf-8") == ""


@posix
def test_a_home_that_is_deleted_while_digitpad_runs(start: Open, home: Path) -> None:
    pad = start()
    pad.draw("1")
    pad.draw("7")
    pad.write_down()
    shutil.rmtree(home)
    pad.draw("3")
    pad.session.settings.language = "ko"
    for _ in range(2):  # the first attempt may find out, and say, that the file is gone
        pad.write_down()
        pad.draw("0")
    pad.write_down()
    assert drafts(home) == 1
    assert pad.session.settings.language == "ko"
    pad.close()
    with closing(sqlite3.connect(home / "recent.sqlite")) as database:
        labels = [label for (label,) in database.execute("SELECT label FROM recents ORDER BY id")]
    assert labels[-1] == "0"
    assert "3" in labels
    assert Settings(open_store(home / "settings.ini")[0]).language == "ko"


# -- the database ------------------------------------------------------------------------------


def test_a_list_that_another_program_has_locked(start: Open, home: Path) -> None:
    pad = start()
    pad.draw("1")
    with closing(sqlite3.connect(home / "recent.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        pad.draw("7")
        pad.draw("3")
        assert pad.says("Recent drawings stay in memory", "locked")
        assert pad.shown == "71"
        other.rollback()
    pad.draw("0")
    assert pad.window.statusBar().currentMessage() == ""
    assert pad.shown == "371"
    pad.close()
    assert start().shown == "0371"


def test_the_window_waits_for_a_lock_for_no_more_than_a_moment(tmp_path: Path) -> None:
    recents = Recents(tmp_path / "recent.sqlite")
    database = recents._store._database
    assert database is not None
    assert database.execute("PRAGMA busy_timeout").fetchone() <= (200,)  # milliseconds
    recents.close()


@posix
@pytest.mark.parametrize("names", [("", "-wal"), ("", "-wal", "-shm")], ids=["file", "all"])
def test_a_list_that_is_damaged_while_it_is_open(
    start: Open, home: Path, names: tuple[str, ...]
) -> None:
    """SQLite may have all it needs in memory: then the damage is found at the next start."""
    pad = start()
    for label in "173":
        pad.draw(label)
    for name in names:
        file = home / f"recent.sqlite{name}"
        file.write_bytes(b"\xff" * file.stat().st_size)
    pad.draw("0")
    pad.draw("1")
    assert pad.shown.startswith("03")
    pad.close()
    again = start()
    damaged = "list of recent drawings was damaged", str(home / "recent.sqlite.damaged-1")
    assert pad.says(*damaged) != again.says(*damaged)
    assert (home / "recent.sqlite.damaged-1").is_file()
    again.draw("7")
    again.draw("3")
    assert again.shown.startswith("7")


# -- two at once ---------------------------------------------------------------------------------


def test_two_windows_share_a_home(start: Open, home: Path) -> None:
    one, two = start(), start()
    one.draw("1")
    two.draw("7")
    for pad in (one, two):
        pad.write_down()
    assert drafts(home) == 2
    one.session.settings.theme = "dark"
    two.session.settings.reduced_motion = True
    two.draw("3")
    one.draw("0")
    one.close()
    two.close()
    settings = Settings(open_store(home / "settings.ini")[0])
    assert (settings.theme, settings.reduced_motion) == ("dark", True)
    again = start()
    assert sorted(again.shown) == ["0", "1", "3", "7"]
    assert again.window.ink == Ink()
    assert drafts(home) == 0
