"""The list of recent drawings on a file that is locked, full, gone or damaged."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from digitpad.library.recents import MAX_DRAWINGS, Recents
from tests.digitpad.library.test_recents import labels, path, recents  # noqa: F401  fixtures
from tests.support.damage import CASES, bounded, damaged, quick_folder  # noqa: F401  a fixture
from tests.support.drawings import digit, scribble


def test_a_locked_list_is_a_sentence_and_nothing_is_lost(recents: Recents, path: Path) -> None:
    recents.add(digit("0"), "0", 1.0)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    for label in "1371":
        recents.add(digit(label), label, 1.0)
    assert recents.notice is not None
    assert "locked" in recents.notice
    assert labels(recents) == "1730"
    recents.remove(recents.entries()[1].key)
    assert labels(recents) == "130"
    holder.rollback()
    holder.close()
    recents.add(digit("7"), "7", 1.0)
    assert labels(recents) == "7130"
    assert recents.notice is None
    recents.close()
    again = Recents(path)
    assert labels(again) == "7130"
    again.close()


def test_a_list_locked_at_the_start_is_read_and_written_later(recents: Recents, path: Path) -> None:
    recents.add(digit("0"), "0", 1.0)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    other = Recents(path)
    assert other.notice is None  # another one that writes keeps nobody from reading
    assert labels(other) == "0"
    other.add(digit("1"), "1", 1.0)
    assert "locked" in (other.notice or "")
    holder.rollback()
    recents.close()
    other.close()  # writes what had to wait
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    third = Recents(path)
    assert "locked" in (third.notice or "")
    third.add(digit("3"), "3", 1.0)
    assert labels(third) == "3"
    holder.rollback()
    holder.close()
    third.add(digit("7"), "7", 1.0)
    assert labels(third) == "7310"
    third.close()


def test_a_folder_that_cannot_be_is_a_sentence_and_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "recents.sqlite3"
    recents = Recents(path)
    assert recents.notice is not None
    assert "stay in memory" in recents.notice
    for label in "137":
        recents.add(digit(label), label, 1.0)
    assert labels(recents) == "731"
    (tmp_path / "file").unlink()
    recents.add(digit("0"), "0", 1.0)
    assert recents.notice is None
    recents.close()
    again = Recents(path)
    assert labels(again) == "0731"
    again.close()


def test_what_waits_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    recents = Recents(tmp_path / "file" / "r", max_drawings=5)
    for seed in range(9):
        recents.add(scribble(seed), str(seed), 1.0)
    assert labels(recents) == "87654"
    recents.clear()
    assert labels(recents) == ""
    recents.close()


def test_a_full_disk_is_a_sentence_and_nothing_is_lost(recents: Recents, path: Path) -> None:
    recents.add(digit("0"), "0", 1.0)
    database = recents._store._database
    assert database is not None
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages}")
    seeds = range(40)
    for seed in seeds:
        recents.add(scribble(seed, points=60), str(seed % 10), 1.0)
    assert "full" in (recents.notice or "")
    assert len(labels(recents)) == 41
    database.execute("PRAGMA max_page_count = 100000")
    recents.add(digit("7"), "7", 1.0)
    assert recents.notice is None
    recents.close()
    again = Recents(path)
    assert len(again.entries()) == 42
    assert again.entries()[0].label == "7"
    again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be taken away")
@pytest.mark.parametrize("how", ["deleted", "folder deleted", "replaced"])
def test_a_file_that_goes_while_it_is_open_is_begun_anew(
    recents: Recents, path: Path, tmp_path: Path, how: str
) -> None:
    recents.add(digit("0"), "0", 1.0)
    if how == "replaced":
        other = Recents(tmp_path / "other")
        other.add(digit("3"), "3", 1.0)
        other.close()
        (tmp_path / "other").replace(path)
    elif how == "deleted":
        path.unlink()
    else:
        shutil.rmtree(path.parent)
    recents.add(digit("1"), "1", 1.0)
    assert labels(recents) in ("1", "13", "10")  # what was in the write-ahead log may come along
    recents.close()
    again = Recents(path)
    assert again.entries()[0].label == "1"
    again.close()


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE VIEW recents AS WITH RECURSIVE r(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM r)"
        " SELECT id, 'x' AS ink, 'x' AS label, 1.0 AS probability FROM r",
        "CREATE TABLE recents (id INTEGER PRIMARY KEY, ink, label, probability);"
        "CREATE TRIGGER t AFTER INSERT ON recents BEGIN"
        " INSERT INTO recents (ink) SELECT randomblob(1e9); END",
    ],
    ids=["endless", "huge"],
)
def test_a_file_that_means_harm_is_set_aside(path: Path, schema: str) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as stranger:
        stranger.executescript(schema)
        stranger.execute("PRAGMA user_version = 1")
    with bounded(schema, seconds=5):
        recents = Recents(path)
        recents.add(digit("1"), "1", 1.0)
        assert labels(recents) == "1"
        assert "damaged" in (recents.notice or "")
        recents.close()


def test_what_can_be_read_of_a_damaged_list_is_taken_over(path: Path) -> None:
    recents = Recents(path)
    for seed in range(30):
        recents.add(scribble(seed), str(seed % 10), 1.0)
    recents.close()
    with path.open("r+b") as stream:  # a page of drawings, but not the first pages
        stream.seek(5 * 4096)
        stream.write(b"\xff" * 4096)
    again = Recents(path)
    again.add(digit("7"), "7", 0.5)
    assert "what could be read" in (again.notice or "")
    entries = again.entries()
    assert entries[0].label == "7"
    assert len(entries) > 5
    assert entries[1].ink.to_json() == scribble(29).to_json()
    again.close()


def test_a_list_of_a_later_version_is_left_alone(recents: Recents, path: Path) -> None:
    recents.add(digit("1"), "1", 1.0)
    recents.close()
    with sqlite3.connect(path) as later:
        later.execute("PRAGMA user_version = 7")
    later.close()
    old = Recents(path)
    assert "later version" in (old.notice or "")
    old.add(digit("7"), "7", 1.0)
    assert labels(old) == "7"
    old.close()
    with sqlite3.connect(path) as later:
        assert later.execute("SELECT COUNT(*) FROM recents").fetchone() == (1,)
    later.close()


@pytest.mark.parametrize("content", [b"seven", b"SQLite format 3\0" + bytes(5000)])
def test_a_damaged_list_is_set_aside(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    recents = Recents(path)
    assert "damaged" in (recents.notice or "")
    recents.add(digit("1"), "1", 1.0)
    recents.close()
    again = Recents(path)
    assert labels(again) == "1"
    again.close()
    assert path.with_name("recents.sqlite3.damaged-1").read_bytes() == content


def test_a_table_of_somebody_elses_is_set_aside(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as stranger:
        stranger.execute("CREATE TABLE recents (other TEXT)")
    stranger.close()
    recents = Recents(path)
    recents.add(digit("1"), "1", 1.0)
    assert labels(recents) == "1"
    recents.close()


def test_any_damage_is_a_list_or_a_sentence(quick_folder: Path) -> None:
    whole = Recents(quick_folder / "whole")
    for seed in range(20):
        whole.add(scribble(seed), "1", 1.0)
    whole.close()
    content = (quick_folder / "whole").read_bytes()
    for number, bad in enumerate(damaged([content], CASES)):
        path = quick_folder / str(number)
        path.write_bytes(bad)
        with bounded(bad):
            recents = Recents(path)
            recents.add(digit("1"), "1", 1.0)
            recents.add(digit("7"), "7", 1.0)
            entries = recents.entries()
            recents.close()
        assert [entry.label for entry in entries[:2]] == ["7", "1"]
        for left in quick_folder.glob(f"{number}*"):
            left.unlink()


# A window that puts one drawing away after the other, and says which are kept.
WRITER = """
import sys
from pathlib import Path
from digitpad.ink.ink import Ink
from digitpad.library.recents import Recents
recents = Recents(Path(sys.argv[1]))
for number in range(60):
    label = f"{sys.argv[2]}{number}"
    recents.add(Ink.from_points([[[ord(sys.argv[2]), number]]]), label, 1.0)
    if recents.notice is None:
        print(label, flush=True)
"""


def test_several_that_write_at_once_and_are_killed_lose_nothing(path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(path)]
    writers = [
        subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in "abc"
    ]
    kept = []
    for writer in writers:
        assert writer.stdout is not None
        kept += [writer.stdout.readline().strip() for _ in range(10)]
    for writer in writers:
        writer.kill()
        kept += writer.communicate()[0].split("\n")[:-1]
    recents = Recents(path, max_drawings=10_000)
    there = [entry.label for entry in recents.entries()]
    assert len(there) == len(set(there)) < MAX_DRAWINGS  # none was too many
    assert set(there) >= set(kept)
    recents.close()
