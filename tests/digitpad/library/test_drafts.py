"""The drawing in hand as rows: what changed is written, and what was written comes back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from digitpad.ink.ink import Ink, Stroke
from digitpad.library.document import Document
from digitpad.library.drafts import Draft
from digitpad.library.old_drafts import take_over
from digitpad.library.recents import Recents
from digitpad.library.schema import StoreError
from tests.support.damage import CASES, bounded, damaged, quick_folder  # noqa: F401  a fixture
from tests.support.drawings import digit, scribble
from tests.support.old_drafts import old_journal, write_old_draft

Open = Callable[[], Draft]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "recent.sqlite"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def opened(path: Path, said: list[str]) -> Iterator[Open]:
    """Opens the draft of one more window."""
    drafts: list[Draft] = []

    def new() -> Draft:
        drafts.append(Draft(path, path.parent / "unsaved", said.append))
        return drafts[-1]

    yield new
    for draft in drafts:
        draft.close(keep=True)


def left(draft: Draft) -> str | None:
    """What comes back, whole, as a line of JSON."""
    found = draft.restore()
    assert found is None or found[1]
    return None if found is None else found[0].to_json()


def growing(stroke: Stroke, parts: int) -> list[Stroke]:
    """The stroke while it is drawn."""
    ends = np.linspace(1, len(stroke), parts).astype(int)
    t, pressure = stroke.t, stroke.pressure
    return [
        Stroke(stroke.points[:end], None if t is None else t[:end], pressure and pressure[:end])
        for end in ends
    ]


def rows(path: Path) -> list[tuple[int, int]]:
    """Position and first point of all parts of strokes that are written."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute(
            "SELECT position, start FROM draft_strokes ORDER BY position, start"
        ).fetchall()


DOCUMENTS = {
    "digit": Document(digit("3")),
    "scribble": Document(scribble(1)),
    "pressed dot": Document(
        Ink((Stroke(np.array([[1.0, 2.0]]), np.array([0.5]), np.array([0.25])),))
    ),
    "label": Document(replace(digit("7"), label="\ud800 ä\0")),
    "the same stroke twice": Document(digit("1").appended(digit("1").strokes[0])),
    "cells": Document.from_image(np.eye(28, dtype=np.float32)),
    "both": Document(digit("1")).with_cells(np.eye(28, dtype=np.float32)).toggled(),
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_document_comes_back(opened: Open, document: Document) -> None:
    draft = opened()
    draft.save(document)
    draft.close(keep=True)
    assert left(opened()) == document.to_json()


def test_the_last_state_comes_back_whatever_changed(opened: Open, path: Path) -> None:
    draft = opened()
    for document in (*DOCUMENTS.values(), *reversed(DOCUMENTS.values()), Document(digit("3"))):
        draft.save(document)
        copy = path.parent / "copies" / path.name
        copy.parent.mkdir(exist_ok=True)
        with closing(sqlite3.connect(path)) as database:
            database.execute("VACUUM INTO ?", [str(copy)])
        other = Draft(copy, copy.parent, lambda _: None)
        assert left(other) == document.to_json()
        other.close()
        copy.unlink()


def test_a_stroke_is_a_row_and_what_is_added_to_it_another(opened: Open, path: Path) -> None:
    draft, ink = opened(), digit("1")
    draft.save(Document(ink))
    stroke = scribble(0, strokes=1, points=100).strokes[0]
    for part in growing(stroke, 4):
        draft.save(Document(ink.appended(part)))
    assert rows(path) == [(0, 0), (1, 0), (1, 1), (1, 34), (1, 67)]
    both = ink.appended(stroke)  # the same points, announced as another stroke when it is finished
    draft.save(Document(both))
    draft.save(Document(both.appended(digit("7").strokes[0])))
    assert rows(path)[-1] == (2, 0)
    draft.save(Document(both))  # undone
    shorter = Stroke(stroke.points[:50])
    draft.save(Document(ink.appended(shorter)))
    assert rows(path) == [(0, 0), (1, 0)]
    draft.close(keep=True)
    assert left(opened()) == Document(ink.appended(shorter)).to_json()


def test_one_more_stroke_on_a_large_drawing_is_cheap(opened: Open, path: Path) -> None:
    """Of 20 points, on 10,000: little is written, and soon."""
    draft, ink = opened(), scribble(0, strokes=50, points=200)
    draft.save(Document(ink))
    log = path.with_name(f"{path.name}-wal")
    times, sizes = [], []
    for seed in range(10):
        ink = ink.appended(scribble(seed, strokes=1, points=20).strokes[0])
        size, started = log.stat().st_size, perf_counter()
        draft.save(Document(ink))
        times.append(perf_counter() - started)
        sizes.append(log.stat().st_size - size)
    assert min(times) < 0.005
    assert max(sizes) < 40_000


def test_an_empty_page_and_a_normal_end_leave_nothing(opened: Open, path: Path) -> None:
    draft = opened()
    draft.save(Document())
    assert rows(path) == []
    draft.save(Document(digit("1")))
    draft.save(Document(on_grid=True))
    assert rows(path) == []
    assert left(opened()) is None
    draft.save(Document(digit("1")))
    draft.close()
    assert left(opened()) is None
    assert b'{"strokes"' not in path.read_bytes()


def test_nobody_takes_the_drawing_of_a_living_window(opened: Open) -> None:
    first, second = opened(), opened()
    first.save(Document(digit("1")))
    second.save(Document(digit("7")))
    assert left(opened()) is None
    first.close(keep=True)
    third = opened()
    assert left(third) == Document(digit("1")).to_json()
    assert left(opened()) is None
    second.save(Document(digit("3")))
    for one in (second, third):
        one.close(keep=True)
    assert left(opened()) == Document(digit("3")).to_json()  # the one that was written last
    assert left(opened()) == Document(digit("1")).to_json()


def test_what_cannot_be_written_is_written_later(opened: Open, path: Path) -> None:
    draft = opened()
    draft.save(Document(digit("1")))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="locked"):
            draft.save(Document(digit("7")))
        other.rollback()
    draft.save(Document(digit("7")))
    draft.close(keep=True)
    assert left(opened()) == Document(digit("7")).to_json()


def test_a_folder_that_cannot_be_made_is_the_reason(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    draft = Draft(tmp_path / "file" / "r", tmp_path / "file" / "unsaved", lambda _: None)
    with pytest.raises(StoreError, match=r"directory|exist"):
        draft.save(Document(digit("1")))
    draft.close()


@pytest.mark.parametrize("how", ["deleted", "damaged"])
def test_a_file_that_goes_while_it_is_used_gets_the_whole_drawing(
    opened: Open, path: Path, said: list[str], how: str
) -> None:
    draft, ink = opened(), digit("1").appended(digit("7").strokes[0])
    draft.save(Document(digit("1")))
    for suffix in ("", "-wal", "-shm"):
        file = path.with_name(path.name + suffix)
        file.write_bytes(b"\xff" * file.stat().st_size) if how == "damaged" else file.unlink()
    for _ in range(3):
        draft.save(Document(ink))
    draft.close(keep=True)
    assert left(opened()) == Document(ink).to_json()
    assert left(opened()) is None
    assert len(said) == (how == "damaged")


@pytest.mark.parametrize(
    ("column", "value", "strokes"),
    [
        ("ink", "nonsense", "13"),
        ("ink", b"\xff", "13"),
        ("ink", '{"strokes": [[[1e99, 2]]]}', "13"),
        ("ink", digit("1").appended(digit("1").strokes[0]).to_json(), "13"),
        ("page", "nonsense", "173"),
        ("page", 7, "173"),
        ("page", '{"strokes": [], "cells": [[1, 2]]}', "173"),
    ],
)
def test_the_rest_of_a_damaged_drawing_comes_back_and_a_copy_is_kept(
    opened: Open, path: Path, column: str, value: object, strokes: str
) -> None:
    draft = opened()
    ink = Ink(tuple(stroke for label in "173" for stroke in digit(label).strokes))
    draft.save(Document(ink))
    draft.close(keep=True)
    with closing(sqlite3.connect(path)) as stranger, stranger:
        if column == "ink":
            stranger.execute("UPDATE draft_strokes SET ink = ? WHERE position = 1", [value])
        else:
            stranger.execute("UPDATE drafts SET page = ?", [value])
    draft = opened()
    found = draft.restore()
    assert found is not None
    document, is_whole = found
    assert not is_whole
    assert list(document.ink.strokes) == [digit(label).strokes[0] for label in strokes]
    aside = draft.set_aside()
    with closing(sqlite3.connect(aside)) as copy:
        assert len(copy.execute("SELECT * FROM draft_strokes").fetchall()) == 3
    draft.save(document)
    draft.close(keep=True)
    assert left(opened()) == document.to_json()


def test_drawings_of_the_version_before_are_taken_over_once(opened: Open, path: Path) -> None:
    folder = path.parent / "unsaved"
    write_old_draft(folder, digit("1"), 1)
    write_old_draft(folder, digit("7"), 2).with_suffix(".json").write_bytes(old_journal())
    bad = write_old_draft(folder, digit("3"), 3)
    bad.write_bytes(b"nonsense")
    draft = opened()
    assert list(take_over(folder, draft)) == [folder / "pad-3.json.damaged-1"]
    assert (folder / "pad-3.json.damaged-1").read_bytes() == b"nonsense"
    assert not list(folder.glob("*.json"))
    grid = Document(scribble(1)).with_cells(np.eye(28, dtype=np.float32))
    grid = replace(grid, ink=replace(grid.ink, label="7"))
    assert {left(draft), left(opened())} == {
        Document(Ink(digit("1").strokes)).to_json(),
        grid.to_json(),
    }
    assert left(opened()) is None


def test_any_damage_is_a_drawing_or_none(quick_folder: Path) -> None:
    whole, folder = quick_folder / "whole", quick_folder / "unsaved"
    kept = Recents(whole)
    kept.add(digit("7"), "7", 1.0)
    kept.close()
    draft = Draft(whole, folder, lambda _: None)
    for count in range(1, 9):
        draft.save(Document(scribble(1, strokes=count, points=30)))
    draft.close(keep=True)
    content = whole.read_bytes()
    for number, bad in enumerate(damaged([content], CASES)):
        path = quick_folder / str(number)
        path.write_bytes(bad)
        with bounded(bad):
            draft = Draft(path, folder, lambda _: None)
            found = draft.restore()
            assert found is None or isinstance(found[0].image() is None, bool)
            draft.save(Document(digit("1")))
            draft.close(keep=True)
            again = Draft(path, folder, lambda _: None)
            assert left(again) == Document(digit("1")).to_json()
            again.close()
        for file in quick_folder.glob(f"{number}*"):
            file.unlink()
