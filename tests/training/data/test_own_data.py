"""Somebody's own drawings: pictures in folders, ink with labels, names of classes, the split."""

from __future__ import annotations

import os
import sys
from io import StringIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rich.console import Console

from digitpad.image.normalize import normalize_bitmap, normalize_ink
from tests.support.drawings import digit, scribble
from tests.support.own_data_files import (
    images,
    ink_file,
    labels,
    loaded,
    npz,
    picture,
    pictures,
    quiet,
    refused,
)
from training.data import own
from training.data.datasets import Split
from training.data.own import MIN_SAMPLES, OwnData
from training.data.own import drawings as own_drawings

# -- pictures in folders ---------------------------------------------------------------------------


def test_a_folder_has_a_class_for_each_sub_folder(tmp_path):
    own = loaded(pictures(tmp_path / "My Signs", {"10": 12, "9": 11, ".git": 30}))
    assert (own.name, own.title) == ("my-signs", "My Signs")
    assert own.labels == ("9", "10")
    assert np.bincount(own.classes).tolist() == [11, 12]
    assert own.notices == ()


def test_pictures_become_what_the_app_would_make_of_them(tmp_path):
    own = loaded(pictures(tmp_path / "a", {"x": 12, "y": 12}))
    expected = normalize_bitmap(np.asarray(picture(40, 3)))
    assert expected is not None
    assert np.array_equal(own.images[3], expected)


def test_mixed_sizes_are_fine_and_told(tmp_path):
    folder = pictures(tmp_path / "a", {"x": 12, "y": 12})
    picture(64).save(folder / "y" / "large.png")
    own = loaded(folder)
    assert len(own) == 25
    assert own.notices == (
        "the pictures have different sizes, such as 40 x 40 and 64 x 64; the ink of each was"
        " brought to the same size",
    )


def test_what_cannot_be_read_is_left_out_with_a_sentence_each_and_then_a_number(tmp_path):
    folder = pictures(tmp_path / "a", {"x": 12, "y": 12})
    for i in range(42):
        (folder / "x" / f"bad{i:02}.png").write_bytes(b"no picture")
    own = loaded(folder)
    assert len(own) == 24
    assert len(own.notices) == 6
    assert own.notices[0].startswith(f"left out {folder / 'x' / 'bad00.png'}: not a PNG")
    assert own.notices[-1] == "left out 37 more unreadable drawings"


def test_blank_pictures_and_those_without_a_rim_are_left_out(tmp_path):
    folder = pictures(tmp_path / "a", {"x": 12, "y": 12})
    Image.new("L", (30, 30), 255).save(folder / "x" / "blank.png")
    own = loaded(folder)
    assert len(own) == 24
    assert "blank.png: the picture is blank, or its ink touches its edge" in own.notices[1]


def test_a_small_class_is_left_out_and_named(tmp_path):
    own = loaded(pictures(tmp_path / "a", {"x": 12, "few": MIN_SAMPLES - 1, "y": 12}))
    assert own.labels == ("x", "y")
    assert own.notices == (
        f'left out the class "few": {MIN_SAMPLES - 1} usable samples are fewer than {MIN_SAMPLES}',
    )


def test_a_class_of_unusable_pictures_is_named(tmp_path):
    folder = pictures(tmp_path / "a", {"x": 12, "y": 12, "none": 0})
    notices = loaded(folder).notices
    assert any("the folder holds no pictures" in notice for notice in notices)
    assert any('the class "none": 0 usable samples' in notice for notice in notices)


@pytest.mark.parametrize(
    ("classes", "says"),
    [
        ({}, "no sub-folders"),
        ({"x": 12}, "1 of the 2 to 100 classes"),
        ({"x": 12, "y": 3}, '"y": 3 usable'),
    ],
)
def test_too_few_classes(tmp_path, classes, says):
    (tmp_path / "a").mkdir()
    assert says in refused(pictures(tmp_path / "a", classes))


def test_too_many_classes(tmp_path):
    path = ink_file(tmp_path / "a.jsonl", {f"c{i}": MIN_SAMPLES for i in range(101)})
    assert "101 of the 2 to 100 classes" in refused(path)


def test_two_classes_of_one_name(tmp_path):
    long = "x" * 40
    path = ink_file(tmp_path / "a.jsonl", {f"{long}1": 12, f"{long}2": 12})
    assert f'two classes are both called "{long}"' in refused(path)


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes are POSIX")
def test_links_in_a_circle_and_pipes_do_not_trap(tmp_path):
    folder = pictures(tmp_path / "a", {"x": 12, "y": 12})
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "up").symlink_to(folder)
    (folder / "x" / "loop.png").symlink_to(folder / "x" / "loop.png")
    os.mkfifo(folder / "x" / "pipe.png")
    own = loaded(folder)
    assert own.labels == ("x", "y")
    assert any("pipe.png: is not a regular file" in notice for notice in own.notices)
    os.mkfifo(tmp_path / "pipe.npz")
    assert "not a regular file" in refused(tmp_path / "pipe.npz")
    (tmp_path / "loop.npz").symlink_to(tmp_path / "loop.npz")
    refused(tmp_path / "loop.npz")


def test_too_many_pictures(tmp_path, monkeypatch):
    monkeypatch.setattr(own_drawings, "MAX_IMAGES", 20)
    assert "24 pictures, more than 20" in refused(pictures(tmp_path / "a", {"x": 12, "y": 12}))


# -- ink -------------------------------------------------------------------------------------------


def test_ink_becomes_what_the_app_would_make_of_it(tmp_path):
    own = loaded(ink_file(tmp_path / "Löwe & 猫.jsonl", {"b": 12, "a": 14}))
    assert (own.name, own.title) == ("lowe", "Löwe & 猫")
    assert own.labels == ("a", "b")
    assert own.classes.tolist() == [1] * 12 + [0] * 14
    assert np.allclose(own.images[3], normalize_ink(scribble(3)), atol=0.02)  # JSON rounds


def test_lines_without_label_without_ink_or_damaged_are_left_out(tmp_path):
    path = ink_file(tmp_path / "a.jsonl", {"a": 12, "b": 12})
    with path.open("a") as lines:
        lines.write(digit("7").to_json().replace('"label":"7"', '"label":" "') + "\n")
        lines.write('{"strokes": [[[1, 2]]]}\n{"strokes": [], "label": "a"}\nno JSON\n')
    own = loaded(path)
    assert len(own) == 24
    assert own.notices == (
        f'left out {path}:25: the drawing has no "label" that says what it is',
        f'left out {path}:26: the drawing has no "label" that says what it is',
        f"left out {path}:28: not a line of JSON",
        f"left out {path}:27: the drawing has no ink",
    )


def test_a_stroke_that_is_nested_too_deeply_is_left_out_with_its_line(tmp_path):
    file = ink_file(tmp_path / "a.jsonl", {"1": 12, "7": 12})
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f'{{"strokes": {"[" * 34}1{"]" * 34}, "label": "1"}}\n')
    own = loaded(file)
    assert len(own) == 24
    assert own.notices == (f"left out {file}:25: expected a stroke as a list of [x, y] pairs",)


def test_ink_without_any_label(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"strokes": [[[1, 2]]]}\n' * 30)
    assert 'the drawing has no "label"' in refused(path)


def test_too_much_ink(tmp_path, monkeypatch):
    monkeypatch.setattr(own_drawings, "MAX_IMAGES", 20)
    assert "more than 20 drawings" in refused(ink_file(tmp_path / "a.jsonl", {"a": 12, "b": 12}))


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("a\x1b[31m\tb", "a\\x1b[31m b"),
        ("  two\n words ", "two words"),
        ("\u1112\u1161\u11ab", "\ud55c"),
        ("x" * 99, "x" * 40),
        ("[/bold]", "[/bold]"),
    ],
    ids=["escape", "lines", "jamo", "long", "markup"],
)
def test_names_of_classes_can_be_shown(tmp_path, label, name):
    own = loaded(ink_file(tmp_path / "[red] signs.jsonl", {label: 12, "other": 12}))
    assert name in own.labels


def test_names_are_sorted_as_people_do(tmp_path):
    path = ink_file(tmp_path / "a.jsonl", dict.fromkeys(["b10", "b9", "10", "9", "a", "-1"], 10))
    assert loaded(path).labels == ("9", "10", "-1", "a", "b9", "b10")


# -- anything else ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["missing", "missing.npz", "x" * 300, "notes.txt"])
def test_what_is_not_there_or_is_something_else(tmp_path, name):
    (tmp_path / "notes.txt").write_text("notes")
    assert str(tmp_path) in refused(tmp_path / name)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = npz(tmp_path / "a.npz", x=images(), y=labels())
    monkeypatch.setattr(sys.modules["training.data.own.npz"].zipfile, "ZipFile", denied)
    assert f"cannot read {path} (Permission denied)" in refused(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes no such names")
def test_names_of_files_cannot_steer_a_terminal(tmp_path):
    folder = pictures(tmp_path / "\x1b[31mred", {"x": 12, "y": 12})
    assert loaded(folder).title == "\\x1b[31mred"
    assert "\\x1b[31mred" in refused(folder / "missing")
    (folder / "x" / "\x1b[2J.png").write_bytes(b"no picture")
    assert "\\x1b[2J.png" in loaded(folder).notices[0]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("My Data (2).npz", "my-data-2"),
        ("손글씨.npz", "own"),
        ("con.npz", "own-con"),
        ("..npz", "own"),
        ("v1.2.npz", "v1-2"),
    ],
)
def test_the_name_can_be_one_of_a_file(tmp_path, file, name):
    assert loaded(npz(tmp_path / file, x=images(), y=labels())).name == name


def test_a_bar_shows_how_far_it_is(tmp_path):
    said = StringIO()
    own.load(
        ink_file(tmp_path / "a.jsonl", {"a": 12, "b": 12}),
        Console(file=said, force_terminal=True, width=100),
    )
    assert "Reading a.jsonl" in said.getvalue()
    said = quiet()
    own.load(tmp_path / "a.jsonl", said)
    assert said.file.getvalue().strip() == ""


# -- the split -------------------------------------------------------------------------------------


def data(counts: list[int]) -> OwnData:
    classes = np.repeat(np.arange(len(counts)), counts)
    marked = np.zeros((len(classes), 28, 28), dtype=np.float32)
    marked[:, 0, 0] = np.arange(len(classes))
    return OwnData("a", "a", tuple(map(str, range(len(counts)))), marked, classes, ())


@given(st.lists(st.integers(MIN_SAMPLES, 60), min_size=2, max_size=8), st.integers(0, 2**31 - 1))
def test_the_parts_hold_everything_once_and_every_class(counts, seed):
    mine = data(counts)
    parts = own.split(mine, seed)
    assert all(isinstance(part, Split) for part in parts)
    numbers = np.concatenate([part.images[:, 0, 0] for part in parts]).astype(int)
    assert sorted(numbers.tolist()) == list(range(len(mine)))
    for part in parts:
        assert np.array_equal(part.labels, mine.classes[part.images[:, 0, 0].astype(int)])
    for number, count in enumerate(counts):
        train, validation, test = (int((part.labels == number).sum()) for part in parts)
        assert validation == test
        assert abs(validation - 0.15 * count) <= 0.5
        assert train >= 6


def test_the_split_is_the_same_each_time_and_another_with_another_seed():
    mine = data([40, 30])
    once, again, other = (own.split(mine, seed)[0].images[:, 0, 0] for seed in (3, 3, 4))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)
    classes = own.split(mine)[0].labels[:10]
    assert 0 < classes.mean() < 1, "the parts are in random order"


def test_reading_twice_gives_the_same(tmp_path):
    folder = pictures(tmp_path / "a", {"x": 12, "y": 12, "z": 12})
    one, other = loaded(folder), loaded(folder)
    assert one.labels == other.labels
    assert np.array_equal(one.images, other.images)
    assert np.array_equal(one.classes, other.classes)
