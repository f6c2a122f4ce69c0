from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from digitpad.ink.ink import Ink
from digitpad.library.drawing_files import SaveError, append_ink, as_svg, write
from tests.support.drawings import digit


def test_ink_is_added_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "ink.jsonl"
    append_ink(digit("1"), path)
    append_ink(digit("7"), path)
    lines = path.read_text().splitlines()
    assert [Ink.from_json(line).label for line in lines] == ["1", "7"]
    assert [file.name for file in tmp_path.iterdir()] == ["ink.jsonl"]


def test_a_last_line_without_an_end_is_not_spoilt(tmp_path: Path) -> None:
    path = tmp_path / "ink.jsonl"
    path.write_text(digit("1").to_json())
    append_ink(digit("7"), path)
    assert len(path.read_text().splitlines()) == 2


def test_what_cannot_be_written_is_a_sentence_and_leaves_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ink.jsonl"
    append_ink(digit("1"), path)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SaveError, match=r"ink\.jsonl cannot be saved \(No space left on device\)"):
        append_ink(digit("7"), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["ink.jsonl"]
    with pytest.raises(SaveError):
        write(tmp_path / "no" / "folder.png", b"")


def test_a_file_that_is_protected_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ink.jsonl"
    append_ink(digit("1"), path)
    before = path.read_bytes()
    path.chmod(0o444)
    for save in (lambda: append_ink(digit("7"), path), lambda: write(path, b"new")):
        with pytest.raises(SaveError, match=r"ink\.jsonl cannot be saved \(Permission denied\)"):
            save()
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["ink.jsonl"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_what_a_link_leads_to_is_written(tmp_path: Path) -> None:
    link = tmp_path / "link.jsonl"
    link.symlink_to(tmp_path / "ink.jsonl")
    append_ink(digit("1"), link)
    append_ink(digit("7"), link)
    assert link.is_symlink()
    assert len((tmp_path / "ink.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize("name", ["nul\0.png", "half a character \ud800.png", "x" * 300, ".", ".."])
def test_a_name_that_no_file_can_have_is_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(SaveError, match="cannot be saved"):
        write(tmp_path / name, b"content")
    assert not list(tmp_path.iterdir())


def test_the_longest_name_that_there_can_be(tmp_path: Path) -> None:
    write(tmp_path / f"{'x' * 250}.png", b"content")
    assert len(list(tmp_path.iterdir())) == 1


def test_svg_has_a_round_path_for_every_stroke_and_a_dot_for_a_dot() -> None:
    ink = Ink.from_points([digit("7").strokes[0].points, [(9, 9)]])
    text = as_svg(ink, 480, 22, colour="#123456", paper="#ffffff", opacity=0.5)
    root = ET.fromstring(text)  # noqa: S314  our own
    space = {"s": "http://www.w3.org/2000/svg"}
    (group,) = root.findall("s:g", space)
    assert group.get("stroke-linecap") == "round"
    assert group.get("stroke-width") == "22"
    assert group.get("opacity") == "0.5"
    paths = group.findall("s:path", space)
    assert len(paths) == 2
    assert paths[1].get("d") == "M9.00,9.00 L9.00,9.00 L9.00,9.00"
    assert len(root.findall("s:rect", space)) == 1
