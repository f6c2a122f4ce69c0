from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from digitpad.ink.ink import Ink
from digitpad.library.correction import Correction, read_lines
from digitpad.library.corrections import Corrections
from digitpad.library.document import Document
from digitpad.library.recents import Recents
from tests.support.damage import CASES, bounded, damaged, quick_folder  # noqa: F401  a fixture
from tests.support.drawings import digit, scribble


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "drawings.sqlite3"


@pytest.fixture
def corrections(path: Path) -> Iterator[Corrections]:
    corrections = Corrections(path)
    yield corrections
    corrections.close()


def said(label: str, drawn: str = "7", read_as: str = "") -> Correction:
    return Correction(Document(digit(drawn)), label, read_as, "digits")


def labels(corrections: Corrections) -> str:
    return " ".join(each.label for each in corrections.entries())


def test_what_was_said_is_there_after_a_restart(corrections: Corrections, path: Path) -> None:
    corrections.add([said("1", read_as="7"), said("3", drawn="3")])
    again = Corrections(path)
    newest, oldest = again.entries()
    assert (newest.label, oldest.label, oldest.read_as, oldest.model) == ("3", "1", "7", "digits")
    assert oldest.document.ink.strokes == digit("7").strokes
    assert oldest.corrected_at > 0
    assert newest.image is not None
    again.close()


def test_a_drawing_has_one_label_the_last_one(corrections: Corrections) -> None:
    corrections.add([said("1"), said("3", drawn="3")])
    corrections.add([said("2")])
    assert labels(corrections) == "2 3"
    found = corrections.find(Document(digit("7")))
    assert found is not None
    assert found.label == "2"
    assert corrections.find(Document(digit("0"))) is None


def test_what_is_forgotten_leaves_no_trace(corrections: Corrections, path: Path) -> None:
    corrections.add([said("1"), said("3", drawn="3")])
    corrections.remove([corrections.entries()[0].key])
    assert labels(corrections) == "1"
    stroke = digit("3").to_json()[20:60].encode()
    assert all(stroke not in file.read_bytes() for file in path.parent.iterdir())


def test_cells_are_learned_like_strokes(corrections: Corrections, path: Path) -> None:
    cells = np.zeros((28, 28), np.float32)
    cells[4:24, 14] = 1
    corrections.add([Correction(Document.from_image(cells), "1")])
    again = Corrections(path)
    image = again.entries()[0].image
    assert image is not None
    assert np.array_equal(image, cells)
    again.close()


def test_two_windows_see_each_others_corrections(corrections: Corrections, path: Path) -> None:
    other = Corrections(path)
    corrections.add([said("1")])
    other.add([said("3", drawn="3")])
    assert labels(corrections) == labels(other) == "3 1"
    other.remove([other.entries()[-1].key])
    assert labels(corrections) == "3"
    other.close()


def test_only_the_last_ones_are_kept(path: Path) -> None:
    corrections = Corrections(path, most=5)
    inks = [scribble(seed) for seed in range(9)]
    corrections.add([Correction(Document(ink), str(i)) for i, ink in enumerate(inks[:4])])
    corrections.add([Correction(Document(ink), str(4 + i)) for i, ink in enumerate(inks[4:])])
    assert labels(corrections) == "8 7 6 5 4"
    corrections.close()


def test_while_the_file_is_locked_nothing_is_lost(corrections: Corrections, path: Path) -> None:
    corrections.add([said("1")])
    with closing(sqlite3.connect(path, isolation_level=None)) as stranger:
        stranger.execute("BEGIN EXCLUSIVE")
        corrections.add([said("3", drawn="3")])
        corrections.remove([corrections.entries()[-1].key])
        assert labels(corrections) == "3"
        assert corrections.notice is not None
        assert "What you taught stays in memory (database is locked)" in corrections.notice
        stranger.execute("ROLLBACK")
    corrections.add([said("0", drawn="0")])
    assert corrections.notice is None
    again = Corrections(path)
    assert labels(again) == "0 3"
    again.close()


# The tables of the version before.
VERSION_2 = """
CREATE TABLE recents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ink TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    probability REAL NOT NULL,
    size INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX recents_sizes ON recents (id, size);
CREATE TABLE drafts (key INTEGER PRIMARY KEY, saved_at REAL NOT NULL, page TEXT NOT NULL);
CREATE TABLE draft_strokes (
    draft INTEGER NOT NULL,
    position INTEGER NOT NULL,
    start INTEGER NOT NULL,
    ink TEXT NOT NULL,
    PRIMARY KEY (draft, position, start)) WITHOUT ROWID;
PRAGMA user_version = 2;
PRAGMA journal_mode = WAL;
"""
PUT_2 = "INSERT INTO recents (ink, label, probability, size) VALUES (?, ?, ?, ?)"


def test_a_file_of_the_version_before_is_taken_over_while_its_window_is_open(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as before:
        before.executescript(VERSION_2)
        line = digit("7").to_json()
        before.execute(PUT_2, (line, "7", 0.5, len(line)))
        corrections = Corrections(path)
        assert corrections.entries() == []
        corrections.add([said("1")])
        before.execute(PUT_2, (digit("3").to_json(), "3", 0.5, 9))
        recents = Recents(path)
        assert [entry.label for entry in recents.entries()] == ["3", "7"]
        assert labels(corrections) == "1"
        assert (corrections.notice, recents.notice) == (None, None)
        for each in (corrections, recents):
            each.close()


@pytest.mark.usefixtures("quick_folder")
def test_damaged_files_are_set_aside_and_learning_goes_on(tmp_path: Path) -> None:
    whole = tmp_path / "whole.sqlite3"
    first = Corrections(whole)
    first.add(Correction(Document(scribble(seed)), str(seed)) for seed in range(20))
    first.close()
    for number, content in enumerate(damaged([whole.read_bytes()], CASES // 3)):
        path = tmp_path / str(number) / "drawings.sqlite3"
        path.parent.mkdir()
        path.write_bytes(content)
        with bounded(content):
            corrections = Corrections(path)
            assert len(corrections.entries()) <= 20
            corrections.add([said("1")])
            assert corrections.entries()[0].label == "1"
            corrections.close()


def test_strangers_lines_are_corrections_or_sentences() -> None:
    lines = [
        json.dumps({**json.loads(digit("7").to_json()), "label": "1"}).encode(),
        digit("7").to_json().encode(),
        b'{"strokes": [], "label": "1"}',
        Ink(digit("3").strokes).to_json().encode(),
        b"{",
    ]
    found, problems = read_lines(enumerate(lines, start=1))
    assert [each.label for each in found] == ["7"]
    assert problems == [
        "line 3: the drawing is empty",
        'line 4: the drawing has no "label" that says what it is',
        "line 5: not a line of JSON",
    ]
    assert Correction.from_json(found[0].to_json()).drawing == found[0].drawing
    for content in damaged([lines[0]]):
        with bounded(content):
            read_lines(enumerate(content.splitlines(), start=1))


def test_of_a_hundred_thousand_drawings_the_last_are_taken_at_once() -> None:
    line = digit("7").to_json().encode()
    with bounded("100,000 lines", seconds=3):
        found, problems = read_lines((number, line) for number in range(1, 100_001))
    assert len(found) == 1
    assert problems == ["only the last 1,000 of 100,000 drawings can be remembered"]
