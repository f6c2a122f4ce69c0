from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from damage import damaged
from drawings import digit, scribble

from digitpad.recents import Recents


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "recents.sqlite3"


@pytest.fixture
def recents(path: Path) -> Iterator[Recents]:
    recents = Recents(path)
    yield recents
    recents.close()


def labels(recents: Recents) -> str:
    return "".join(entry.label for entry in recents.entries())


def test_drawings_come_back_newest_first_after_a_restart(recents: Recents, path: Path) -> None:
    for label in "137":
        recents.add(digit(label), label, 0.5)
    recents.close()
    again = Recents(path)
    assert labels(again) == "731"
    assert again.entries()[0].ink == digit("7")
    assert again.entries()[0].probability == 0.5
    assert again.notice is None
    again.close()


def test_the_same_drawing_moves_to_the_front(recents: Recents) -> None:
    for label in "1371":
        recents.add(digit(label), label, 0.5)
    assert labels(recents) == "173"


def test_one_goes_and_all_go_without_a_trace(recents: Recents, path: Path) -> None:
    for label in "137":
        recents.add(digit(label), label, 0.5)
    recents.remove(recents.entries()[1].key)
    assert labels(recents) == "71"
    recents.clear()
    assert recents.entries() == []
    recents.close()
    left = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"strokes" not in left


def test_the_oldest_go_when_there_are_too_many_or_too_much(path: Path) -> None:
    few = Recents(path, max_drawings=5)
    for seed in range(9):
        few.add(scribble(seed), str(seed), 1.0)
    assert labels(few) == "87654"
    few.close()
    size = len(scribble(8).to_json())
    small = Recents(path, max_characters=int(2.5 * size))
    small.add(scribble(9), "9", 1.0)
    assert labels(small) == "98"
    small.add(scribble(1, strokes=50), "x", 1.0)  # larger than all that is kept
    assert labels(small) == "98"
    small.close()


def test_switched_off_nothing_is_kept(recents: Recents) -> None:
    recents.enabled = False
    recents.add(digit("1"), "1", 1.0)
    assert recents.entries() == []


def test_without_a_file_the_list_lives_in_memory() -> None:
    recents = Recents(None)
    recents.add(digit("1"), "1", 1.0)
    assert labels(recents) == "1"
    recents.close()


def test_two_instances_share_the_list(recents: Recents, path: Path) -> None:
    other = Recents(path)
    for label in "0137":
        (recents if label in "03" else other).add(digit(label), label, 1.0)
    assert labels(recents) == labels(other) == "7310"
    other.close()


def test_a_locked_list_is_a_sentence_and_works_again_later(recents: Recents, path: Path) -> None:
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    recents.add(digit("1"), "1", 1.0)
    assert recents.notice is not None
    assert "locked" in recents.notice
    holder.rollback()
    holder.close()
    recents.add(digit("7"), "7", 1.0)
    assert labels(recents) == "7"


def test_a_folder_that_cannot_be_is_a_sentence_and_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    recents = Recents(tmp_path / "file" / "recents.sqlite3")
    assert recents.notice is not None
    assert "until digitpad closes" in recents.notice
    recents.add(digit("1"), "1", 1.0)
    assert labels(recents) == "1"
    recents.close()


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
    assert path.with_name("recents.sqlite3.damaged").read_bytes() == content


def test_a_table_of_somebody_elses_is_set_aside(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as stranger:
        stranger.execute("CREATE TABLE recents (other TEXT)")
    stranger.close()
    recents = Recents(path)
    recents.add(digit("1"), "1", 1.0)
    assert labels(recents) == "1"
    recents.close()


def test_rows_that_are_no_drawings_are_left_out(recents: Recents, path: Path) -> None:
    recents.add(digit("1"), "1", 1.0)
    with sqlite3.connect(path) as stranger:
        rows = [("{", "1", 1.0), (b"\xff", "1", 1.0), ('{"strokes": []}', b"\xff", "x")]
        stranger.executemany("INSERT INTO recents (ink, label, probability) VALUES (?, ?, ?)", rows)
    stranger.close()
    assert labels(recents) == "1"


def test_any_damage_is_a_list_or_a_sentence(tmp_path: Path) -> None:
    whole = Recents(tmp_path / "whole")
    for seed in range(20):
        whole.add(scribble(seed), "1", 1.0)
    whole.close()
    content = (tmp_path / "whole").read_bytes()
    for number, bad in enumerate(damaged([content])):
        path = tmp_path / str(number)
        path.write_bytes(bad)
        recents = Recents(path)
        recents.add(digit("1"), "1", 1.0)
        recents.add(digit("7"), "7", 1.0)
        entries = recents.entries()
        assert recents.notice or entries[0].label == "7"
        recents.close()
        for left in tmp_path.glob(f"{number}*"):
            left.unlink()
