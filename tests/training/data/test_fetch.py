"""Downloads that break, are resumed, are refused, or find no room: against a real web server."""

from __future__ import annotations

import gzip
import hashlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from tests.support.mirror import Mirror
from training.data import fetch, transfer
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
    return Console(file=StringIO(), force_terminal=True, width=200)


def wanted(url: str, payload: bytes = PAYLOAD) -> RemoteFile:
    return RemoteFile(url, "some/file.gz", len(payload), hashlib.sha256(payload).hexdigest())


def fetched(url: str, folder: Path, console: Console) -> list[float]:
    """Have the file fetched, and check it; the pauses between the tries."""
    pauses: list[float] = []
    assert fetch.read(wanted(url), folder, console, pauses.append) == PAYLOAD
    assert files_below(folder) == [folder / "some" / "file.gz"]
    return pauses


def refused(url: str, folder: Path, console: Console, wait: Callable[[float], None]) -> str:
    """The one sentence with which it cannot be had."""
    with pytest.raises(DatasetError) as caught:
        fetch.read(wanted(url), folder, console, wait)
    text = str(caught.value)
    assert text.isprintable()
    assert len(text) < 400
    return text


def no_wait(_: float) -> None:
    """Tries follow each other at once."""


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def left_over(folder: Path, url: str, version: str, content: bytes) -> Path:
    """What a transfer that broke off leaves."""
    part = folder / "some" / "file.gz.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(json.dumps({"url": url, "version": version}).encode() + b"\n" + content)
    return part


# -- goes on ---------------------------------------------------------------------------------------


def test_a_transfer_that_breaks_off_goes_on_in_the_same_run(serve, tmp_path, console):
    mirror = serve(SENT, version='"1"', breaks=[100_000, 50_000, 0])
    assert fetched(mirror.url, tmp_path, console) == list(transfer.PAUSES)
    assert [asked["Range"] for asked in mirror.asked] == [
        None,
        "bytes=100000-",
        "bytes=150000-",
        "bytes=150000-",
    ]
    assert {asked["If-Range"] for asked in mirror.asked[1:]} == {'"1"'}
    assert "truncated: 100,000 of 300,1" in console.file.getvalue()


def test_what_came_is_kept_for_a_later_run(serve, tmp_path, console):
    mirror = serve(SENT, version='"1"', breaks=[1000] * 4)
    sentence = refused(mirror.url, tmp_path, console, no_wait)
    assert "truncated: 4,000 of" in sentence
    assert "run this again to go on from there" in sentence
    part = tmp_path / "some" / "file.gz.part"
    assert files_below(tmp_path) == [part]
    assert part.read_bytes().endswith(SENT[:4000])
    assert fetched(mirror.url, tmp_path, console) == []
    assert mirror.asked[-1]["Range"] == "bytes=4000-"


def test_last_modified_stands_in_for_an_etag(serve, tmp_path, console):
    date = "Sat, 21 Nov 2020 18:00:00 GMT"
    mirror = serve(SENT, version='W/"weak"', headers={"Last-Modified": date}, breaks=[1000])
    fetched(mirror.url, tmp_path, console)
    assert mirror.asked[1]["If-Range"] == date


def test_without_a_name_for_the_version_every_try_starts_anew(serve, tmp_path, console):
    mirror = serve(SENT, breaks=[1000] * 3)
    fetched(mirror.url, tmp_path, console)
    assert all(asked["Range"] is None for asked in mirror.asked)
    mirror = serve(SENT, breaks=[1000] * 4)
    sentence = refused(mirror.url, tmp_path / "other", console, no_wait)
    assert "try again later" in sentence
    assert files_below(tmp_path / "other") == []


def test_another_version_starts_anew(serve, tmp_path, console):
    mirror = serve(SENT, version='"2"')
    left_over(tmp_path, mirror.url, '"1"', OTHER[:1000])
    fetched(mirror.url, tmp_path, console)
    assert mirror.asked[0]["If-Range"] == '"1"'
    assert mirror.answered == 1


def test_a_server_that_ignores_range_starts_anew(serve, tmp_path, console):
    mirror = serve(SENT)
    left_over(tmp_path, mirror.url, '"1"', SENT[:1000])
    fetched(mirror.url, tmp_path, console)
    assert mirror.asked[0]["Range"] == "bytes=1000-"
    assert mirror.answered == 1


def test_a_part_that_is_larger_than_the_file_can_be_is_not_gone_on_with(serve, tmp_path, console):
    mirror = serve(SENT, version='"1"')
    left_over(tmp_path, mirror.url, '"1"', bytes(1_000_000))
    fetched(mirror.url, tmp_path, console)
    assert [asked["Range"] for asked in mirror.asked] == [None]


@pytest.mark.parametrize("extra", [0, 10])
def test_a_range_that_cannot_be_satisfied_starts_anew(serve, tmp_path, console, extra):
    mirror = serve(SENT, version='"1"')
    left_over(tmp_path, mirror.url, '"1"', SENT + bytes(extra))
    fetched(mirror.url, tmp_path, console)
    assert [asked["Range"] is None for asked in mirror.asked] == [False, True]


@pytest.mark.parametrize(
    "headers",
    [{"Content-Range": "bytes 900-9999/10000"}, {"Content-Range": "?"}, {}],
    ids=["earlier", "garbage", "none"],
)
def test_another_part_than_the_one_asked_for_starts_anew(serve, tmp_path, console, headers):
    mirror = serve(SENT, status=206, headers=headers)
    left_over(tmp_path, mirror.url, '"1"', SENT[:1000])
    fetched(mirror.url, tmp_path, console)
    assert mirror.answered == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no JSON\n" + SENT[:1000],
        b'{"url": "http://elsewhere/file.gz", "version": "\\"1\\""}\n' + SENT[:1000],
        b"[" * 100_000,
        b"null\n",
        b'{"url": URL, "version": "\\"1\\"\\r\\nX: y"}\n',
        b'{"url": URL, "version": 1}\n',
        b'{"url": URL}\n',
    ],
    ids=["empty", "text", "elsewhere", "deep", "null", "injection", "number", "no version"],
)
def test_a_part_that_says_nothing_useful_is_replaced(serve, tmp_path, console, content):
    mirror = serve(SENT, version='"1"')
    left_over(tmp_path, "", "", b"").write_bytes(
        content.replace(b"URL", json.dumps(mirror.url).encode())
    )
    fetched(mirror.url, tmp_path, console)
    assert mirror.asked[0]["Range"] is None


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.integers(0, 120_000), max_size=3))
def test_wherever_it_breaks_the_file_is_whole(tmp_path_factory, breaks):
    with Mirror(SENT, version='"1"', breaks=breaks) as mirror:
        fetched(mirror.url, tmp_path_factory.mktemp("data"), Console(file=StringIO()))


def test_the_bar_begins_where_the_transfer_goes_on(serve, tmp_path, console, monkeypatch):
    seen: list[tuple[float, float | None]] = []
    reset = transfer.Progress.reset

    def record(self, task, **values):
        seen.append((values["completed"], values["total"]))
        reset(self, task, **values)

    monkeypatch.setattr(transfer.Progress, "reset", record)
    fetched(serve(SENT, version='"1"', breaks=[100_000]).url, tmp_path, console)
    assert seen == [(0, len(SENT)), (100_000, len(SENT))]
    assert "Downloading file.gz" in console.file.getvalue()


# -- is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rest", "says"),
    [(OTHER[1000:], "sent is damaged|wrong checksum"), (b"<html>" * 100, "sent is truncated")],
)
def test_a_part_that_turns_out_wrong_is_deleted(serve, tmp_path, console, rest, says):
    mirror = serve(SENT[:1000] + rest, version='"1"')
    left_over(tmp_path, mirror.url, '"1"', SENT[:1000])
    with pytest.raises(DatasetError, match=says):
        fetch.read(wanted(mirror.url), tmp_path, console, no_wait)
    assert files_below(tmp_path) == []
    mirror.body = SENT
    fetched(mirror.url, tmp_path, console)


def test_a_web_page_in_its_place_is_not_kept(serve, tmp_path, console):
    mirror = serve(b"<!DOCTYPE html><title>Sign in</title>", version='"1"')
    assert "a web page, perhaps" in refused(mirror.url, tmp_path, console, no_wait)
    assert files_below(tmp_path) == []


def test_an_endless_answer_ends(serve, tmp_path, console):
    mirror = serve(SENT + bytes(30_000_000), version='"1"')
    endless = wanted(mirror.url, PAYLOAD[:1000])
    with pytest.raises(DatasetError, match="wrong checksum"):
        fetch.read(endless, tmp_path, console, no_wait)
    assert files_below(tmp_path) == []


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_an_error_at_once_is_final(serve, tmp_path, console, status):
    mirror = serve(b"<html>no</html>", status=status)
    assert f"answered {status} " in refused(mirror.url, tmp_path, console, no_wait)
    assert mirror.answered == 1
    assert files_below(tmp_path) == []


def test_redirects_without_end(serve, tmp_path, console):
    mirror = serve(b"", status=302)
    mirror.headers["Location"] = mirror.url
    sentence = refused(mirror.url, tmp_path, console, no_wait)
    assert "answered 302 with redirects that lead nowhere" in sentence
    assert mirror.answered < 20


@pytest.mark.parametrize("place", ["file:///etc/passwd", "data:text/plain,x", "no-such:x"])
def test_redirects_to_where_nobody_should_go(serve, tmp_path, console, place):
    mirror = serve(b"", status=302, headers={"Location": place})
    assert mirror.url in refused(mirror.url, tmp_path, console, no_wait)
    assert files_below(tmp_path) == []


def test_a_redirect_is_followed_and_its_transfer_goes_on(serve, tmp_path, console):
    mirror = serve(SENT, version='"1"', breaks=[1000])
    front = serve(b"", status=302, headers={"Location": mirror.url})
    fetched(front.url, tmp_path, console)
    assert (front.answered, mirror.answered) == (2, 2)
    assert mirror.asked[1]["Range"] == "bytes=1000-"


def test_a_server_that_falls_silent_is_given_up_and_gone_on_with(
    serve, tmp_path, console, monkeypatch
):
    monkeypatch.setattr(transfer, "_TIMEOUT", 0.05)
    mirror = serve(SENT, version='"1"', holds=2000)
    sentence = refused(mirror.url, tmp_path, console, no_wait)
    assert "timed out" in sentence
    assert "run this again to go on from there" in sentence
    mirror.holds = None
    fetched(mirror.url, tmp_path, console)
    assert mirror.asked[-1]["Range"] == "bytes=8000-"


def test_a_server_that_dies_is_tried_again(tmp_path, console):
    mirror = Mirror(SENT, version='"1"', breaks=[1000])
    pauses: list[float] = []

    def died(pause: float) -> None:
        if not pauses:
            mirror.__exit__()
        pauses.append(pause)

    with mirror:
        sentence = refused(mirror.url, tmp_path, console, died)
    assert "refused" in sentence
    assert pauses == list(transfer.PAUSES)
    assert files_below(tmp_path) == [tmp_path / "some" / "file.gz.part"]


def test_a_connection_that_is_reset(tmp_path, console):
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/file.gz"

    def reset_each() -> None:
        for _ in range(1 + len(transfer.PAUSES)):
            connection = listening.accept()[0]
            connection.recv(1000)
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 9999\r\nETag: "1"\r\n\r\nabc')
            linger = b"\1\0\0\0\0\0\0\0"  # close with a reset instead of an orderly end
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            connection.close()

    server = threading.Thread(target=reset_each)
    server.start()
    with listening:
        sentence = refused(url, tmp_path, console, no_wait)
        server.join()
    assert f"cannot download {url}" in sentence


@pytest.mark.parametrize("answer", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nA" * 9999])
def test_what_is_not_http(tmp_path, console, answer):
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/file.gz"

    def answer_each() -> None:
        for _ in range(1 + len(transfer.PAUSES)):
            with listening.accept()[0] as connection:
                connection.recv(1000)
                connection.sendall(answer)

    server = threading.Thread(target=answer_each)
    server.start()
    with listening:
        assert f"cannot download {url}" in refused(url, tmp_path, console, no_wait)
        server.join()
    assert files_below(tmp_path) == []


def test_nobody_listens(tmp_path, console):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/file.gz"
        pauses: list[float] = []
        assert "try again later" in refused(url, tmp_path, console, pauses.append)
    assert pauses == []
    assert files_below(tmp_path) == []


# -- finds no room ---------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_made(serve, tmp_path, console):
    (tmp_path / "some").write_text("a file where the folder should be")
    mirror = serve(SENT)
    sentence = refused(mirror.url, tmp_path, console, no_wait)
    assert f"cannot store file.gz in {tmp_path / 'some'}" in sentence
    assert "--data-dir" in sentence
    assert mirror.answered == 0


def test_a_folder_in_the_place_of_the_part(serve, tmp_path, console):
    (tmp_path / "some" / "file.gz.part").mkdir(parents=True)
    assert "cannot store file.gz" in refused(serve(SENT).url, tmp_path, console, no_wait)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
@pytest.mark.parametrize("room", [0, 1000, 100_000, len(SENT) + 200])
def test_a_full_disk(serve, tmp_path, room):
    """The system refuses to let a file grow, as it does when the disk is full."""
    mirror = serve(SENT, version='"1"')
    program = (
        "import resource, sys, pathlib\n"
        "from rich.console import Console\n"
        "from training.data import fetch\n"
        f"file = fetch.RemoteFile({mirror.url!r}, 'some/file.gz', {len(PAYLOAD)}, "
        f"{hashlib.sha256(PAYLOAD).hexdigest()!r})\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
        "try:\n"
        f"    fetch.read(file, pathlib.Path({str(tmp_path)!r}), Console(quiet=True))\n"
        "except fetch.DatasetError as error:\n"
        "    sys.exit(str(error))\n"
    )
    root = Path(__file__).resolve().parents[3]
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, timeout=60
    )
    if room > len(SENT):  # just enough for the part with its header
        assert ended.returncode == 0
        assert files_below(tmp_path) == [tmp_path / "some" / "file.gz"]
        return
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "cannot store file.gz" in ended.stderr
    assert "free some space there" in ended.stderr
    assert files_below(tmp_path) == []


# -- with others -----------------------------------------------------------------------------------


def test_several_processes_download_a_file_once(serve, tmp_path):
    mirror = serve(SENT, version='"1"', holds=1000)
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
    fetched(serve(SENT).url, tmp_path, console)
