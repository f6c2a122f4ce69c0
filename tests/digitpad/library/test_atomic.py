"""A file is there whole, or as it was."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from digitpad.library.atomic import remedy, replace_file, replacing


@pytest.mark.parametrize("there", [True, False])
def test_what_breaks_off_leaves_the_file_as_it_was(tmp_path, there):
    path = tmp_path / "file"
    if there:
        path.write_bytes(b"old")
    with pytest.raises(TypeError), replacing(path) as stream:
        stream.writelines((b"half", None))  # type: ignore[list-item]
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("file", b"old")] * there


def test_nobody_sees_half_a_file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with replacing(path) as stream:
        stream.write(b"ne")
        stream.flush()
        assert path.read_bytes() == b"old"
        stream.write(b"w")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space") as failure:
        replace_file(path, b"new")
    assert remedy(failure.value) == "free some space"
    assert "may be written" in remedy(PermissionError(13, "Permission denied"))
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("file", b"old")]
    replace_file(path, b"new", sync=False)
    assert path.read_bytes() == b"new"


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    path = tmp_path / "file"
    with replacing(path) as first, replacing(path) as second:
        first.write(b"first")
        second.write(b"2")
    assert path.read_bytes() == b"first"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and links")
def test_mode_and_link_stay(tmp_path):
    path, link = tmp_path / "file", tmp_path / "link"
    replace_file(path, b"old")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask
    path.chmod(0o640)
    link.symlink_to(path)
    replace_file(link, b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="has no such pipes")
def test_pipes_devices_and_links_to_them_are_not_replaced(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for special in (pipe, link, Path("/dev/full"), tmp_path):
        with pytest.raises(OSError, match="not a regular file"):
            replace_file(special, b"content")
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert {path.name for path in tmp_path.iterdir()} == {"pipe", "link"}
