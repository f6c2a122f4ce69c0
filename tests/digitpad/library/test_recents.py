from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import process_time

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
    def traces() -> int:
        return sum(file.read_bytes().count(b'{"strokes"') for file in path.parent.iterdir())

    for seed in range(30):
        recents.add(scribble(seed, points=seed + 1), str(seed % 10), 0.5)
    for label in "137":
        recents.add(digit(label), label, 0.5)
    assert traces() > 30
    recents.remove(recents.entries()[1].key)
    assert labels(recents).startswith("719876")
    recents.clear()
    assert recents.entries() == []
    assert traces() == 0
    recents.close()
    assert traces() == 0


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


# The tables of the version before, and what it does to them.
VERSION_1 = """
CREATE TABLE recents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ink TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    probability REAL NOT NULL
);
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
"""
PUT_1 = "INSERT INTO recents (ink, label, probability) VALUES (?, ?, ?)"
KEPT_1 = """
SELECT id, ink, label, probability FROM (
    SELECT *, SUM(LENGTH(CAST(ink AS BLOB))) OVER (ORDER BY id DESC) AS ink_so_far FROM recents
    ORDER BY id DESC LIMIT ?
) WHERE ink_so_far <= ? ORDER BY id DESC"""


def test_a_list_of_the_version_before_is_taken_over_while_its_window_is_open(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as before:
        before.executescript(VERSION_1)
        for label in "137":
            before.execute(PUT_1, (digit(label).to_json(), label, 0.5))
        recents = Recents(path)
        assert labels(recents) == "731"
        recents.add(digit("0"), "0", 0.5)
        before.execute(PUT_1, (scribble(5).to_json(), "5", 0.5))
        assert [row[2] for row in before.execute(KEPT_1, (200, 8_000_000))] == [*"50731"]
        assert labels(recents) == "50731"
        recents.close()
    few = Recents(path, max_drawings=3)
    few.add(digit("1"), "1", 0.5)
    assert labels(few) == "150"
    few.close()


def test_putting_a_drawing_away_takes_as_long_however_many_there_are(path: Path) -> None:
    times: dict[int, list[float]] = {0: [], 199: []}
    recents = Recents(path)
    for count, taken in times.items():
        while len(recents.entries()) < count:
            recents.add(scribble(len(recents.entries()), points=200), "1", 0.5)
        for seed in range(15):
            ink = scribble(1_000 + count + seed, points=200)
            started = process_time()
            recents.add(ink, "1", 0.5)
            recents.entries()
            taken.append(process_time() - started)
    recents.close()
    assert min(times[199]) < 2 * min(times[0]) + 0.002
