"""Downloads that break, are tried again, are refused, or find no room: against a real server."""

from __future__ import annotations

import gzip
import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from rich.console import Console

pytest.importorskip("pooch", reason="needs the train extra")

from tests.support.mirror import Mirror
from training.data import fetch
from training.data.fetch import DatasetError, RemoteFile

PAYLOAD = np.random.default_rng(0).bytes(300_000)
SENT = gzip.compress(PAYLOAD, mtime=0)
OTHER = gzip.compress(PAYLOAD[::-1], mtime=0)


@pytest.fixture
def serve() -> Iterator[Callable[..., Mirror]]:
    with ExitStack() as running:
        yield lambda *answer, **options: running.enter_context(Mirror(*answer, **options))


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), force_terminal=True, width=400)


@pytest.fixture(autouse=True)
def pauses(monkeypatch) -> list[float]:
    """The pauses between tries, which follow each other at once."""
    waited: list[float] = []
    monkeypatch.setattr("pooch.core.time.sleep", waited.append)
    return waited


def wanted(url: str, *mirrors: str) -> RemoteFile:
    checksum = hashlib.sha256(PAYLOAD).hexdigest()
    return RemoteFile(url, "some/file.gz", len(PAYLOAD), checksum, mirrors=mirrors)


def fetched(file: RemoteFile, folder: Path, console: Console) -> None:
    """Have the file fetched, and check it, and that nothing is beside it."""
    assert fetch.read(file, folder, console) == PAYLOAD
    assert files_below(folder) == [folder / "some" / "file.gz"]


def refused(file: RemoteFile, folder: Path, console: Console) -> str:
    """The one sentence with which it cannot be had; nothing is left of it."""
    with pytest.raises(DatasetError) as caught:
        fetch.read(file, folder, console)
    text = str(caught.value)
    assert text.isprintable()
    assert len(text) < 400
    assert files_below(folder) == []
    return text


ROOT = Path(__file__).resolve().parents[3]


def program(url: str, folder: Path) -> str:
    """Python that fetches the file, and says why it cannot."""
    return (
        "import pathlib, sys\n"
        "from rich.console import Console\n"
        "from training.data import fetch\n"
        f"file = fetch.{wanted(url)!r}\n"
        "try:\n"
        f"    fetch.read(file, pathlib.Path({str(folder)!r}), Console(quiet=True))\n"
        "except fetch.DatasetError as error:\n"
        "    sys.exit(str(error))\n"
    )


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


# -- is tried again --------------------------------------------------------------------------------


@pytest.mark.parametrize("breaks", [[0], [1000, 299_000]])
def test_a_transfer_that_breaks_off_begins_anew(serve, tmp_path, console, pauses, breaks):
    mirror = serve(SENT, breaks=breaks)
    fetched(wanted(mirror.url), tmp_path, console)
    assert mirror.answered == 1 + len(breaks)
    assert pauses == [1, 2][: len(breaks)]
    assert "Downloading file.gz" in console.file.getvalue()


def test_one_that_breaks_off_again_and_again_is_given_up(serve, tmp_path, console):
    mirror = serve(SENT, breaks=[1000] * 9)
    sentence = refused(wanted(mirror.url), tmp_path, console)
    assert f"cannot download {mirror.url} (its answer is truncated" in sentence
    assert "try again later, or save it as FOLDER/some/file.gz yourself" in sentence.replace(
        "\\", "/"
    )
    assert mirror.answered == 1 + fetch.RETRIES


def test_a_server_that_falls_silent_is_given_up(serve, tmp_path, console, monkeypatch):
    monkeypatch.setattr(fetch, "TIMEOUT", 0.05)
    mirror = serve(SENT, holds=2000)
    assert "timed out" in refused(wanted(mirror.url), tmp_path, console)
    assert mirror.answered == 1 + fetch.RETRIES


def test_a_server_that_trickles_is_given_up(serve, tmp_path, console, monkeypatch):
    """Each byte comes in time, but the whole would take five minutes."""
    monkeypatch.setattr(fetch, "PATIENCE", 0.1)
    monkeypatch.setattr(fetch, "SLOWEST", 10**9)
    mirror = serve(SENT, trickles=0.001)
    assert "sends too slowly" in refused(wanted(mirror.url), tmp_path, console)
    assert mirror.answered == 1


def test_a_server_whose_head_trickles_is_given_up(tmp_path, console, monkeypatch):
    """Each byte comes long before a timeout of the socket, and the end of the head never does."""
    monkeypatch.setattr(fetch, "PATIENCE", 0.1)
    monkeypatch.setattr(fetch, "SLOWEST", 10**9)
    over = threading.Event()

    def trickle(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not over.wait(0.02):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=trickle, args=(listener,))
        server.start()
        try:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/file.gz"
            assert "sends too slowly" in refused(wanted(url), tmp_path, console)
        finally:
            over.set()
            server.join()


def test_the_next_mirror_stands_in_and_the_first_one_is_named(serve, tmp_path, console):
    gone, wrong, good = serve(b"", status=404), serve(OTHER), serve(SENT)
    fetched(wanted(gone.url, wrong.url, good.url), tmp_path, console)
    said = console.file.getvalue()
    assert f"{gone.url} answered 404 Not Found" in said
    assert f"trying {wrong.url}" in said
    assert f"what {wrong.url} sent has the wrong checksum" in said
    assert (gone.answered, wrong.answered, good.answered) == (1, 1, 1)


def test_no_mirror_is_asked_that_is_not_needed(serve, tmp_path, console):
    spare = serve(SENT)
    fetched(wanted(serve(SENT).url, spare.url), tmp_path, console)
    assert spare.answered == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_ctrl_c_leaves_nothing(serve, tmp_path):
    mirror = serve(SENT, holds=2000)
    child = subprocess.Popen(
        [sys.executable, "-c", program(mirror.url, tmp_path)], cwd=ROOT, stderr=subprocess.PIPE
    )
    with child:
        while not mirror.answered:
            threading.Event().wait(0.001)
        os.kill(child.pid, signal.SIGINT)
        said = child.communicate(timeout=30)[1]
    assert b"KeyboardInterrupt" in said
    assert files_below(tmp_path) == []


# -- is refused ------------------------------------------------------------------------------------


def test_a_web_page_in_its_place_is_not_kept(serve, tmp_path, console):
    mirror = serve(b"<!DOCTYPE html><title>Sign in</title>")
    assert "a web page, perhaps" in refused(wanted(mirror.url), tmp_path, console)


def test_an_endless_answer_ends(serve, tmp_path, console):
    mirror = serve(OTHER + bytes(30_000_000))
    assert "wrong checksum" in refused(wanted(mirror.url), tmp_path, console)


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_an_error_is_final(serve, tmp_path, console, status):
    mirror = serve(b"<html>no</html>", status=status)
    assert f"answered {status} " in refused(wanted(mirror.url), tmp_path, console)
    assert mirror.answered == 1


def test_redirects_without_end(serve, tmp_path, console):
    mirror = serve(b"", status=302)
    mirror.headers["Location"] = mirror.url
    assert "redirects" in refused(wanted(mirror.url), tmp_path, console)


@pytest.mark.parametrize("place", ["file:///etc/passwd", "data:text/plain,x", "no-such:x"])
def test_redirects_to_where_nobody_should_go(serve, tmp_path, console, place):
    mirror = serve(b"", status=302, headers={"Location": place})
    assert mirror.url in refused(wanted(mirror.url), tmp_path, console)


def test_a_redirect_is_followed(serve, tmp_path, console):
    mirror = serve(SENT)
    front = serve(b"", status=302, headers={"Location": mirror.url})
    fetched(wanted(front.url), tmp_path, console)
    assert (front.answered, mirror.answered) == (1, 1)


def test_a_connection_that_is_reset(tmp_path, console):
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/file.gz"

    def reset_each() -> None:
        for _ in range(1 + fetch.RETRIES):
            connection = listening.accept()[0]
            connection.recv(1000)
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 9999\r\nETag: "1"\r\n\r\nabc')
            linger = b"\1\0\0\0\0\0\0\0"  # close with a reset instead of an orderly end
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            connection.close()

    server = threading.Thread(target=reset_each)
    server.start()
    with listening:
        sentence = refused(wanted(url), tmp_path, console)
        server.join()
    assert f"cannot download {url}" in sentence


@pytest.mark.parametrize("answer", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nA" * 9999])
def test_what_is_not_http(tmp_path, console, answer):
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/file.gz"

    def answer_each() -> None:
        for _ in range(1 + fetch.RETRIES):
            with listening.accept()[0] as connection:
                connection.recv(1000)
                connection.sendall(answer)

    server = threading.Thread(target=answer_each)
    server.start()
    with listening:
        assert f"cannot download {url}" in refused(wanted(url), tmp_path, console)
        server.join()


def test_nobody_listens(tmp_path, console):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/file.gz"
        sentence = refused(wanted(url), tmp_path, console)
    assert f"cannot download {url} (Connection refused); try again later" in sentence


# -- finds no room ---------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_made(serve, tmp_path, console):
    (tmp_path / "some").write_text("a file where the folder should be")
    mirror = serve(SENT)
    with pytest.raises(DatasetError) as caught:
        fetch.read(wanted(mirror.url), tmp_path, console)
    sentence = str(caught.value)
    assert f"cannot store file.gz in {tmp_path / 'some'}" in sentence
    assert "--data-dir" in sentence
    assert mirror.answered == 0


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
@pytest.mark.parametrize("room", [0, 1000, 100_000])
def test_a_full_disk(serve, tmp_path, room):
    """The system refuses to let a file grow, as it does when the disk is full."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
    ended = subprocess.run(
        [sys.executable, "-c", limit + program(serve(SENT).url, tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "cannot store file.gz" in ended.stderr
    assert "free some space there" in ended.stderr
    assert files_below(tmp_path) == []


# -- with others -----------------------------------------------------------------------------------


def test_several_processes_download_a_file_once(serve, tmp_path):
    mirror = serve(SENT, holds=1000)
    results: list[bytes] = []
    said = StringIO()

    def run(console: Console) -> None:
        results.append(fetch.read(wanted(mirror.url), tmp_path, console))

    class Watched(Console):
        def print(self, *objects: object, **options: object) -> None:
            super().print(*objects, **options)
            mirror.released.set()  # only now has the other one had to wait

    first = threading.Thread(target=run, args=(Console(quiet=True),))
    first.start()
    while not mirror.answered:
        threading.Event().wait(0.001)
    second = threading.Thread(target=run, args=(Watched(file=said, width=200),))
    second.start()
    first.join()
    second.join()
    assert results == [PAYLOAD, PAYLOAD]
    assert mirror.answered == 1
    assert "Waiting for another process, which downloads file.gz" in said.getvalue()
    assert files_below(tmp_path) == [tmp_path / "some" / "file.gz"]


def test_a_lock_left_by_a_killed_process_does_not_bind(serve, tmp_path, console):
    (tmp_path / "some").mkdir()
    lock = FileLock(tmp_path / "some" / "file.gz.lock")
    lock.acquire()
    lock.release()
    fetched(wanted(serve(SENT).url), tmp_path, console)
