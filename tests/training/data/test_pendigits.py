"""Pen digits: downloaded in an archive, unpacked within bounds, read, and split by writer."""

from __future__ import annotations

import hashlib
import socket
import struct
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from rich.console import Console

pytest.importorskip("ncompress", reason="needs the train extra")

from ncompress import compress

from tests.support.mirror import Mirror
from training.data import pendigits
from training.data.fetch import DatasetError

UNIPEN = """.INCLUDE dene.doc

.SEGMENT DIGIT 0 ? "8"
.COMMENT 8 12 224
.PEN_DOWN
 100 300
 110 310
.PEN_UP
.DT 100
.PEN_DOWN
 50 60
.PEN_UP

.SEGMENT DIGIT 1 ? "1"
.COMMENT 1 14 5
.PEN_DOWN
 0 0
 0 500
.PEN_UP
"""
#: The same, as Debian's compress 4.2.4 packs it.
PACKED = bytes.fromhex(
    "1f9d902e923819c2a40a912220c8947153c60599376314287031a5c89126459c50014124c991241b6180f801"
    "42040e1113873c69825123081c2062c8002143068d8950327e21f2e48a13053161889c2114688c184391e2d4"
    "5905ca44221b91c258ea6467cf9f206a88b431d545ceaa4d2552b4d87263c78f5147968c81d2854a9619d3c6"
    "a09195aa559f40454e0521526bd7af5fc202"
)
#: What a damaged or hostile file may cost at most; the real one is 3.6 MB.
MEMORY = 30_000_000


def archive(
    packed: bytes = PACKED,
    name: str = pendigits.MEMBER,
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A zip archive like the one that UCI sends."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", method) as members:
        members.writestr("pendigits-orig.names", "Title of Database: Pen-Based Recognition")
        members.writestr(name, packed)
    return stream.getvalue()


def understated(packed: bytes) -> bytes:
    """An archive whose headers say that its member is 100 bytes long."""
    return archive(packed).replace(struct.pack("<I", len(packed)), struct.pack("<I", 100))


@pytest.fixture
def serve(monkeypatch) -> Iterator[Callable[..., Mirror]]:
    """Starts a mirror that sends this instead of UCI's archive, with the short text in it."""
    monkeypatch.setattr("training.data.fetch.RETRIES", 0)
    monkeypatch.setattr(pendigits, "SIZE", len(UNIPEN))
    monkeypatch.setattr(pendigits, "SHA256", hashlib.sha256(UNIPEN.encode()).hexdigest())

    def start(*answer: object, **options: object) -> Mirror:
        mirror = running.enter_context(Mirror(*answer, **options, name="pen+digits.zip"))
        monkeypatch.setattr(pendigits, "URL", mirror.url)
        return mirror

    with ExitStack() as running:
        yield start


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), force_terminal=True, width=100)


def refused(folder: Path, console: Console) -> str:
    """The one sentence with which loading fails."""
    with pytest.raises(DatasetError) as caught:
        pendigits.load_pendigits(folder, console)
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 400
    return text


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_unipen_becomes_ink_with_y_down():
    eight, one = pendigits.parse_unipen(UNIPEN)
    assert (eight.ink.label, eight.writer) == ("8", "12")
    assert [s.points.tolist() for s in eight.ink.strokes] == [[[100, 200], [110, 190]], [[50, 440]]]
    assert (one.ink.label, one.writer) == ("1", "14")
    assert pendigits.validation_only([eight, one]) == [one]
    assert pendigits.training_only([eight, one]) == [eight]


@pytest.mark.parametrize("broken", ['"8"', "8 12 224", ".PEN_DOWN", " 100 300"])
def test_broken_unipen_is_an_error_with_its_place(broken):
    with pytest.raises(DatasetError, match="digit 0"):
        list(pendigits.parse_unipen(UNIPEN.replace(broken, "" if '"' in broken else "x")))


def test_the_archive_is_downloaded_once_with_a_progress_bar_and_kept_unpacked(
    serve, tmp_path, console
):
    mirror = serve(archive())
    for _ in range(2):
        digits = pendigits.load_pendigits(tmp_path, console)
        assert [digit.ink.label for digit in digits] == ["8", "1"]
    assert mirror.answered == 1
    assert files_below(tmp_path) == [tmp_path / pendigits.FILE]
    assert (tmp_path / pendigits.FILE).read_text() == UNIPEN
    assert "Downloading pendigits-orig.tra" in console.file.getvalue()


def test_without_a_console_progress_goes_to_standard_error(serve, tmp_path, capsys):
    serve(archive())
    assert len(pendigits.load_pendigits(tmp_path)) == 2
    printed = capsys.readouterr()
    assert "Downloading" in printed.err
    assert printed.out == ""


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", "not a zip archive"),
        (b"", "not a zip archive"),
        (archive()[:-50], "truncated or damaged"),
        (archive().replace(PACKED[60:70], bytes(10)), "truncated or damaged"),
        (archive(name="pendigits.tra"), "does not hold pendigits-orig"),
        (archive(b"GIF89a"), "holds a damaged pendigits-orig"),
        (archive(PACKED[:90] + b"\xff" * 60), "holds a damaged pendigits-orig"),
        (archive(PACKED[:90]), "sent is truncated"),
        (archive(compress(UNIPEN.replace("8", "9").encode())), "wrong checksum"),
        (archive(method=zipfile.ZIP_LZMA), "truncated or damaged"),
    ],
    ids=["html", "empty", "cut", "crc", "no member", "no Z", "bad Z", "cut Z", "wrong", "method"],
)
def test_what_is_not_the_archive_is_refused_and_not_kept(serve, tmp_path, console, body, says):
    serve(body)
    sentence = refused(tmp_path, console)
    assert says in sentence
    assert "save it as FOLDER/pendigits/pen+digits.zip" in sentence.replace("\\", "/")
    assert files_below(tmp_path) == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (archive(compress(bytes(50_000_000))), "holds a damaged pendigits-orig"),
        (archive(bytes(50_000_000)), "holds a damaged pendigits-orig"),
        (understated(bytes(50_000_000)), "truncated or damaged"),
        (archive(bytes(50_000_000), method=zipfile.ZIP_BZIP2), "truncated or damaged"),
        (archive() + bytes(50_000_000), "truncated or damaged"),
    ],
    ids=["compress", "deflate", "understated", "bzip2", "endless"],
)
def test_a_hostile_archive_cannot_fill_the_memory(
    serve, tmp_path, console, monkeypatch, body, says
):
    serve(body)
    monkeypatch.setattr(pendigits, "SIZE", 3_641_673)  # else the transfer would end early
    tracemalloc.start()
    try:
        assert says in refused(tmp_path, console)
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
    assert files_below(tmp_path) == []


def test_a_transfer_that_breaks_off_is_refused(serve, tmp_path, console):
    serve(archive()[:200], length=len(archive()))
    assert "truncated" in refused(tmp_path, console)
    assert files_below(tmp_path) == []


def test_the_mirror_answers_with_an_error(serve, tmp_path, console):
    serve(b"gone", status=404)
    assert "answered 404" in refused(tmp_path, console)


def test_nobody_answers(tmp_path, console, monkeypatch):
    monkeypatch.setattr("training.data.fetch.RETRIES", 0)
    with socket.socket() as bound:  # but not listening
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/pen+digits.zip"
        monkeypatch.setattr(pendigits, "URL", url)
        assert f"cannot download {url}" in refused(tmp_path, console)


def test_a_folder_that_cannot_be_written_to(serve, tmp_path, console):
    (tmp_path / "pendigits").write_text("a file where the folder should be")
    serve(archive())
    assert "cannot store pendigits-orig.tra" in refused(tmp_path, console)


def test_an_archive_that_lies_in_the_folder_is_unpacked(serve, tmp_path, console):
    mirror = serve(b"")
    by_hand = tmp_path / "pendigits" / "pen+digits.zip"
    by_hand.parent.mkdir()
    by_hand.write_bytes(archive()[:-50])
    sentence = refused(tmp_path, console)
    assert f"{by_hand} is truncated or damaged; delete it" in sentence
    by_hand.write_bytes(archive())
    assert len(pendigits.load_pendigits(tmp_path, console)) == 2
    assert (tmp_path / pendigits.FILE).read_text() == UNIPEN
    assert mirror.answered == 0


@pytest.mark.parametrize(
    ("text", "says"), [(UNIPEN[:-10], "is truncated; delete"), (UNIPEN + ".", "wrong checksum")]
)
def test_another_file_in_its_place_is_named_and_left_alone(serve, tmp_path, console, text, says):
    mirror = serve(archive())
    path = tmp_path / pendigits.FILE
    path.parent.mkdir()
    path.write_text(text)
    sentence = refused(tmp_path, console)
    assert says in sentence
    assert str(path) in sentence
    assert path.read_text() == text
    assert mirror.answered == 0


def test_unpacking_without_its_package_names_the_remedy(serve, tmp_path, console, monkeypatch):
    serve(archive())
    monkeypatch.setitem(sys.modules, "ncompress", None)
    assert "pip install -e '.[train]'" in refused(tmp_path, console)


def test_real_pen_digits_are_split_by_writer(data_dir):
    if not (data_dir / pendigits.FILE).is_file():
        pytest.skip(f"no pendigits in {data_dir}")
    digits = pendigits.load_pendigits(data_dir)
    held_out = pendigits.validation_only(digits)
    assert len(digits) == 7_494
    assert {digit.writer for digit in digits} == {str(number) for number in range(1, 31)}
    assert {digit.writer for digit in held_out} == {"2", "6", "10", "14", "18", "22", "26", "30"}
    assert len(held_out) == 1_999
    assert {digit.ink.label for digit in held_out} == set("0123456789")


def test_the_real_file_survives_its_packing(data_dir, serve, tmp_path, console, monkeypatch):
    """Its 3.6 MB use the whole code table of ``compress``, and start it anew."""
    path = data_dir / pendigits.FILE
    if not path.is_file():
        pytest.skip(f"no pendigits in {data_dir}")
    content = path.read_bytes()
    monkeypatch.setattr(pendigits, "SIZE", len(content))
    monkeypatch.setattr(pendigits, "SHA256", hashlib.sha256(content).hexdigest())
    serve(archive(compress(content)))
    assert len(pendigits.load_pendigits(tmp_path, console)) == 7_494
    assert (tmp_path / pendigits.FILE).read_bytes() == content
