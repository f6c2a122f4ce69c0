"""Datasets: found, verified, downloaded from a mirror, and split."""

from __future__ import annotations

import gzip
import hashlib
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

pytest.importorskip("platformdirs", reason="needs the train extra")

from training_fixtures import idx, remote_file, tiny_source

from training import datasets, fetch, pendigits
from training.errors import BuildError
from training.fetch import DatasetError

PAYLOAD = idx(np.arange(100_000, dtype=np.uint8).reshape(100, 1000))
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


class Mirror(ThreadingHTTPServer):
    """Serves one answer to everybody, and counts how often."""

    daemon_threads = False  # closing the server waits for its answers, and their sockets

    def __init__(self, body: bytes, status: int = 200, length: int | None = None) -> None:
        self.answered = 0
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.answered += 1
                self.send_response(status)
                self.send_header("Content-Length", str(len(body) if length is None else length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/file.gz"


@pytest.fixture
def serve() -> Iterator[object]:
    mirrors = []

    def start(*arguments: object, **options: object) -> Mirror:
        mirror = Mirror(*arguments, **options)
        mirrors.append(mirror)
        threading.Thread(target=mirror.serve_forever, kwargs={"poll_interval": 0.01}).start()
        return mirror

    yield start
    for mirror in mirrors:
        mirror.shutdown()
        mirror.server_close()


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), force_terminal=True, width=100)


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def one_sentence(error: BaseException) -> str:
    text = str(error)
    assert "\n" not in text
    assert len(text) < 400
    return text


def test_a_missing_file_is_downloaded_once_with_a_progress_bar(serve, tmp_path, console):
    mirror = serve(gzip.compress(PAYLOAD))
    file = remote_file(PAYLOAD, "some", mirror.url)
    for _ in range(2):
        assert fetch.read(file, tmp_path, console) == PAYLOAD
    assert mirror.answered == 1
    assert files_below(tmp_path) == [tmp_path / "mnist" / "some.gz"]
    assert "Downloading some.gz" in console.file.getvalue()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", "not a gzip file"),
        (gzip.compress(PAYLOAD)[:-500], "truncated"),
        (gzip.compress(PAYLOAD[:-1]), "truncated"),
        (gzip.compress(PAYLOAD[:-1] + b"?"), "checksum"),
        (gzip.compress(bytes(300_000_000), 1), "checksum"),
        (gzip.compress(PAYLOAD)[:50] + bytes(100_000), "damaged"),
        (b"", "not a gzip file"),
    ],
    ids=["html", "cut", "short", "wrong", "bomb", "garbage", "empty"],
)
def test_what_is_not_the_file_is_refused_and_not_kept(serve, tmp_path, console, body, says):
    file = remote_file(PAYLOAD, "some", serve(body).url)
    with pytest.raises(DatasetError, match=says) as caught:
        fetch.read(file, tmp_path, console)
    assert "--data-dir" in one_sentence(caught.value)
    assert files_below(tmp_path) == []


def test_a_transfer_that_breaks_off_is_refused(serve, tmp_path, console):
    body = gzip.compress(PAYLOAD)
    file = remote_file(PAYLOAD, "some", serve(body[:200], length=len(body)).url)
    with pytest.raises(DatasetError, match="truncated"):
        fetch.read(file, tmp_path, console)
    assert files_below(tmp_path) == []


def test_the_mirror_answers_with_an_error(serve, tmp_path, console):
    file = remote_file(PAYLOAD, "some", serve(b"gone", status=404).url)
    with pytest.raises(DatasetError, match="answered 404") as caught:
        fetch.read(file, tmp_path, console)
    one_sentence(caught.value)


def test_nobody_answers(tmp_path, console):
    with socket.socket() as bound:  # but not listening
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/file.gz"
        with pytest.raises(DatasetError, match="cannot download") as caught:
            fetch.read(remote_file(PAYLOAD, "some", url), tmp_path, console)
    assert "try again later" in one_sentence(caught.value)


def test_a_cache_that_cannot_be_written_to(serve, tmp_path, console):
    (tmp_path / "mnist").write_text("a file where the folder should be")
    file = remote_file(PAYLOAD, "some", serve(gzip.compress(PAYLOAD)).url)
    with pytest.raises(DatasetError, match=r"cannot store some\.gz") as caught:
        fetch.read(file, tmp_path, console)
    assert "--data-dir" in one_sentence(caught.value)


def test_a_damaged_file_in_the_folder_is_named(tmp_path, console):
    file = remote_file(PAYLOAD, "some")
    path = tmp_path / file.path
    path.parent.mkdir()
    path.write_bytes(gzip.compress(PAYLOAD)[:-500])
    with pytest.raises(DatasetError, match="truncated; delete it") as caught:
        fetch.read(file, tmp_path, console)
    assert str(path) in one_sentence(caught.value)
    assert path.exists()


def test_where_the_data_folder_is(tmp_path, monkeypatch):
    named, variable = tmp_path / "named", tmp_path / "variable"
    named.mkdir()
    variable.mkdir()
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(variable))
    assert fetch.data_folder(named) == named
    assert fetch.data_folder(None) == variable
    monkeypatch.setenv("DIGITPAD_DATA_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert "digitpad" in fetch.data_folder(None).parts
    with pytest.raises(DatasetError, match="no data folder"):
        fetch.data_folder(tmp_path / "mistyped")
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    with pytest.raises(DatasetError, match="--data-dir"):
        fetch.data_folder(None)


def test_splits_hold_every_image_once_and_in_order(tmp_path, console):
    source = tiny_source(tmp_path, train=60, test=20)
    train, validation = datasets.load_training(source, tmp_path, console)
    test = datasets.load_test(source, tmp_path, console)
    assert (len(train), len(validation), len(test)) == (30, 30, 20)
    labels = np.concatenate([train.labels, validation.labels])
    assert np.array_equal(labels, np.arange(60) % 10)
    assert train.images.dtype == np.float32
    assert train.images.min() == 0
    assert 0.99 < train.images.max() <= 1


def test_files_that_do_not_belong_together(tmp_path, console):
    source = tiny_source(tmp_path, train=60, test=20)
    mixed = replace(source, test=(source.test[0], source.train[1]))
    with pytest.raises(DatasetError, match="do not belong together"):
        datasets.load_test(mixed, tmp_path, console)


def test_bytes_that_are_no_idx_file(tmp_path, console):
    file = remote_file(b"\1\2\3\4" * 100, "odd")
    (tmp_path / "mnist").mkdir()
    (tmp_path / file.path).write_bytes(gzip.compress(b"\1\2\3\4" * 100))
    with pytest.raises(DatasetError, match="not an IDX file"):
        datasets.load_test(replace(datasets.MNIST, test=(file, file)), tmp_path, console)


def test_real_mnist(data_dir, console):
    train, validation = datasets.load_training(datasets.MNIST, data_dir, console)
    assert (len(train), len(validation)) == (55_000, 5_000)
    assert train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert len(datasets.load_test(datasets.MNIST, data_dir, console)) == 10_000


def test_unipen_becomes_ink_with_y_down():
    eight, one = pendigits.parse_unipen(UNIPEN)
    assert (eight.ink.label, eight.writer) == ("8", 12)
    assert [s.points.tolist() for s in eight.ink.strokes] == [[[100, 200], [110, 190]], [[50, 440]]]
    assert (one.ink.label, one.writer) == ("1", 14)
    assert pendigits.validation_only([eight, one]) == [one]


@pytest.mark.parametrize("broken", ['"8"', "8 12 224", ".PEN_DOWN", " 100 300"])
def test_broken_unipen_is_an_error_with_its_place(broken):
    with pytest.raises(DatasetError, match="digit 0") as caught:
        list(pendigits.parse_unipen(UNIPEN.replace(broken, "" if '"' in broken else "x")))
    one_sentence(caught.value)


def test_pen_digits_are_checked(tmp_path, monkeypatch):
    with pytest.raises(DatasetError, match=r"archive\.ics\.uci\.edu"):
        pendigits.load_pendigits(tmp_path)
    path = tmp_path / pendigits.FILE
    path.parent.mkdir()
    path.write_text(UNIPEN)
    with pytest.raises(DatasetError, match="damaged"):
        pendigits.load_pendigits(tmp_path)
    monkeypatch.setattr(pendigits, "SHA256", hashlib.sha256(UNIPEN.encode()).hexdigest())
    assert len(pendigits.load_pendigits(tmp_path)) == 2


def test_real_pen_digits_are_split_by_writer(data_dir):
    if not (data_dir / pendigits.FILE).is_file():
        pytest.skip(f"no pendigits in {data_dir}")
    digits = pendigits.load_pendigits(data_dir)
    held_out = pendigits.validation_only(digits)
    assert len(digits) == 7_494
    assert {digit.writer for digit in digits} == set(range(1, 31))
    assert {digit.writer for digit in held_out} == {2, 6, 10, 14, 18, 22, 26, 30}
    assert len(held_out) == 1_999
    assert {digit.ink.label for digit in held_out} == set("0123456789")


def test_every_failure_is_one_that_commands_report():
    assert issubclass(DatasetError, BuildError)
