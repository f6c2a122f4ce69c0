from __future__ import annotations

import io
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from digitpad.cli import sources
from digitpad.cli.sources import BATCH, Drawing, Problem, SourceError, expand, first_ink, read
from digitpad.image.normalize import normalize_ink
from digitpad.ink.ink import Ink
from tests.support.stripes import EMPTY, LEVEL, UPRIGHT

NOTHING = io.BytesIO()


def read_all(*names: str, stdin: bytes = b"") -> list[Drawing | Problem]:
    return [item for batch in read(expand(names), io.BytesIO(stdin)) for item in batch]


def places(items: list[Drawing | Problem]) -> list[str]:
    return [str(item) if isinstance(item, Problem) else item.place for item in items]


def save_picture(path: Path) -> Path:
    image = Image.new("L", (60, 60), 255)
    ImageDraw.Draw(image).line([(30, 10), (30, 50)], fill=0, width=4)
    image.save(path)
    return path


def test_lines_of_ink_become_normalised_drawings_with_their_places(tmp_path):
    file = tmp_path / "digits.jsonl"
    file.write_text(f"{UPRIGHT}\n\n  \r\n{EMPTY}\n{LEVEL}")  # the last line has no line end
    upright, empty, level = read_all(str(file))
    for drawing, line in ((upright, UPRIGHT), (level, LEVEL)):
        np.testing.assert_array_equal(drawing.image, normalize_ink(Ink.from_json(line)))
    assert empty.image is None
    assert [d.source for d in (upright, empty, level)] == [str(file)] * 3
    assert [d.index for d in (upright, empty, level)] == [0, 1, 2]
    assert [d.place for d in (upright, empty, level)] == [f"{file}:{n}" for n in (1, 4, 5)]


def test_a_byte_order_mark_is_no_problem(tmp_path):
    file = tmp_path / "windows.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + UPRIGHT.encode() + b"\r\n")
    assert places(read_all(str(file))) == [f"{file}:1"]


def test_a_bad_line_keeps_its_index_and_the_others_are_read():
    items = read_all("-", stdin=f"{UPRIGHT}\nseven\n{LEVEL}\n".encode())
    assert places(items) == ["-:1", "-:2: not a line of JSON", "-:3"]
    assert [items[0].index, items[2].index] == [0, 2]


@given(junk=st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\n", b"")), max_size=8))
@example(junk=[b'{"strokes": [[[1e999, 0]]]}', b'{"strokes": [[[NaN, 0]]]}', b"\xff\xfe"])
@example(junk=[b'{"strokes": [[["a", 0]]]}', b'{"strokes": [[]]}', b'{"strokes": {}}', b"9" * 9000])
@example(junk=[b"[" * 100_000, b'{"strokes": [[[' + b"9" * 400 + b", 0]]]}", b"null", b"\x00"])
def test_no_line_stops_the_lines_after_it(junk):
    lines = [line for line in junk if line.strip()]
    *junk_items, last = read_all("-", stdin=b"\n".join([*lines, LEVEL.encode()]))
    assert len(junk_items) == len(lines)
    assert all("\n" not in str(item) for item in junk_items if isinstance(item, Problem))
    np.testing.assert_array_equal(last.image, normalize_ink(Ink.from_json(LEVEL)))


class EndlessLine(io.RawIOBase):
    """64 MB without a line end, then a drawing."""

    def __init__(self) -> None:
        self.left = 64 * 2**20
        self.rest = io.BytesIO(f"\n{LEVEL}\n".encode())

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        size = min(len(buffer), self.left)
        if size == 0:
            return self.rest.readinto(buffer)
        buffer[:size] = b" " * size
        self.left -= size
        return size


def test_an_endless_line_is_refused_without_being_held_in_memory(monkeypatch):
    monkeypatch.setattr(sources, "MAX_LINE", 2**20)
    tracemalloc.start()
    try:
        stream = io.BufferedReader(EndlessLine())
        items = [item for batch in read(["-"], stream) for item in batch]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert places(items) == ["-:1: the line is longer than 1 MB", "-:2"]
    assert peak < 8 * 2**20


def test_a_line_of_just_the_longest_length_is_read(monkeypatch):
    monkeypatch.setattr(sources, "MAX_LINE", len(UPRIGHT) + 1)
    stdin = f"{UPRIGHT}\n{UPRIGHT} \n{LEVEL}\n".encode()
    assert places(read_all("-", stdin=stdin))[0] == "-:1"
    assert isinstance(read_all("-", stdin=stdin)[1], Problem)


def test_files_come_in_batches_and_standard_input_at_once(tmp_path):
    lines = f"{UPRIGHT}\n" * (BATCH + 10)
    file = tmp_path / "many.JSONL"
    file.write_text(lines)
    assert [len(batch) for batch in read([str(file)], NOTHING)] == [BATCH, 10]
    assert {len(batch) for batch in read(["-"], io.BytesIO(lines.encode()))} == {1}


def test_a_folder_gives_its_pictures_sorted(tmp_path):
    for name in ("b.png", "a.JPG", "c.tiff", ".hidden.png"):
        save_picture(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "inner.png").mkdir()
    save_picture(tmp_path / "inner.png" / "deep.png")
    items = read_all(str(tmp_path))
    assert places(items) == [str(tmp_path / name) for name in ("a.JPG", "b.png", "c.tiff")]
    assert [item.index for item in items] == [0, 0, 0]
    assert all(item.image.shape == (28, 28) for item in items)


def test_a_blank_picture_has_no_image(tmp_path):
    Image.new("L", (30, 30), 255).save(tmp_path / "blank.png")
    assert read_all(str(tmp_path / "blank.png"))[0].image is None


def test_what_cannot_be_read_is_named_and_the_rest_is_read(tmp_path):
    good = save_picture(tmp_path / "good.png")
    (tmp_path / "text.png").write_text("seven")
    (tmp_path / "empty").mkdir()
    (tmp_path / "folder.jsonl").mkdir()
    names = ["missing.png", "missing.jsonl", "text.png", "empty", "folder.jsonl", "good.png/x.png"]
    items = read_all(*[str(tmp_path / name) for name in names], str(good))
    reasons = [item.sentence for item in items if isinstance(item, Problem)]
    assert reasons[0] == reasons[1] == f"cannot be read: {os.strerror(2)}"
    assert reasons[2] == "not a PNG, JPEG, BMP, GIF, WebP or TIFF picture"
    assert reasons[3] == reasons[4] == "the folder holds no pictures"
    assert reasons[5].startswith("cannot be read: ")
    assert len(reasons) == 6
    assert items[6].place == str(good)


@pytest.mark.parametrize("name", ["nul\0.png", "half\ud800.jsonl", "x" * 5_000])
def test_a_name_that_no_file_can_have_is_a_problem(name):
    (problem,) = read_all(name)
    assert problem.sentence.startswith("cannot be read: ")
    assert sources.total_size([name]) == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX")
@pytest.mark.parametrize("name", ["pipe.jsonl", "pipe.png"])
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path, name):
    os.mkfifo(tmp_path / name)
    link = tmp_path / f"link-{name}"
    link.symlink_to(tmp_path / name)
    assert places(read_all(str(link))) == [f"{link}: is not a regular file"]


def test_sizes_add_up(tmp_path):
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_text(f"{UPRIGHT}\n{LEVEL}\n")
    second.write_text("seven\n")
    files = expand([str(first), str(second), str(tmp_path / "missing.png"), str(tmp_path)])
    total = sources.total_size(files)
    assert total == first.stat().st_size + second.stat().st_size
    assert sum(item.size for batch in read(files, NOTHING) for item in batch) == total
    assert sources.total_size([*files, "-"]) is None


def test_the_first_drawing_of_a_file(tmp_path):
    file = tmp_path / "two.jsonl"
    file.write_text(f"\n{LEVEL}\n{UPRIGHT}\n")
    assert first_ink(str(file), NOTHING) == Ink.from_json(LEVEL)
    assert first_ink("-", io.BytesIO(UPRIGHT.encode())) == Ink.from_json(UPRIGHT)


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        (b"", "", "the file holds no drawing"),
        (b"\n \n", "", "the file holds no drawing"),
        (b"\n7\n" + LEVEL.encode(), ":2", 'a drawing is an object with a list "strokes"'),
        (None, "", f"cannot be read: {os.strerror(2)}"),
    ],
)
def test_a_file_without_a_first_drawing_says_so(tmp_path, content, place, reason):
    file = tmp_path / "ink.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        first_ink(str(file), NOTHING)
    assert str(caught.value) == f"{file}{place}: {reason}"
