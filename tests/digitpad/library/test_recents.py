from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitpad.library.recents import Recents
from tests.support.damage import CASES, bounded, damaged, quick_folder  # noqa: F401  a fixture
from tests.support.drawings import digit, scribble


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


def test_half_a_character_in_a_label_is_no_damage(recents: Recents) -> None:
    recents.add(digit("1"), "a\ud800", 1.0)
    assert labels(recents) == "a?"
    assert recents.notice is None


def test_rows_that_are_no_drawings_are_left_out(recents: Recents, path: Path) -> None:
    recents.add(digit("1"), "1", 1.0)
    with sqlite3.connect(path) as stranger:
        rows = [("{", "1", 1.0), (b"\xff", "1", 1.0), ('{"strokes": []}', b"\xff", "x")]
        stranger.executemany("INSERT INTO recents (ink, label, probability) VALUES (?, ?, ?)", rows)
    stranger.close()
    assert labels(recents) == "1"
