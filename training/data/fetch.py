"""Dataset files: found, verified, or downloaded once and kept."""

from __future__ import annotations

import hashlib
import os
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from digitpad.cli.terminal import printable
from digitpad.library import samples
from digitpad.library.atomic import replace_file
from training.base.errors import BuildError

if TYPE_CHECKING:
    import requests

#: The environment variable that names the data folder.
VARIABLE = samples.VARIABLE
#: How often a transfer that broke off begins anew, after pauses of 1, 2 ... seconds.
RETRIES = 2
#: Seconds without a byte from the server.
TIMEOUT = 30.0
#: Seconds that any transfer may take, and the bytes a second that make a longer one acceptable.
PATIENCE, SLOWEST = 60.0, 20_000

_GZIP = b"\x1f\x8b"
_BLOCK = 1 << 16


class DatasetError(BuildError):
    """Data that cannot be had; the message is one sentence that says what to do next."""


@dataclass(frozen=True)
class RemoteFile:
    """A file on a server, alone or in an archive."""

    url: str  #: where it is downloaded from
    #: Where it is kept inside the data folder, with forward slashes; a name in ``.gz`` says that it
    #: is compressed.
    path: str
    size: int  #: bytes of the payload, which is the file after decompression
    sha256: str  #: checksum of the payload, in hexadecimal
    #: Takes the file out of what the server sends, given that and the payload's size, within memory
    #: of a few times that size; a ``ValueError`` holds the rest of a sentence that begins with the
    #: name of what was sent. None where the server sends the file itself.
    extract: Callable[[bytes, int], bytes] | None = None
    mirrors: tuple[str, ...] = ()  #: other places of the same, tried in turn where ``url`` fails

    @property
    def sent_as(self) -> str:
        """The name of what the server sends."""
        return self.url.rpartition("/")[2]


def data_folder(wanted: Path | None) -> Path:
    """The folder of datasets: the one asked for, else ``DIGITPAD_DATA_DIR``, else the user's cache.
    Raises DatasetError if a folder was named and there is none.
    """
    folder = wanted or samples.data_folder()
    if (wanted or os.environ.get(VARIABLE)) and not folder.is_dir():
        raise DatasetError(
            f"there is no data folder {folder}; create it, or leave out --data-dir and {VARIABLE}"
            " to download into your cache"
        )
    return folder


def read(file: RemoteFile, folder: Path, console: Console) -> bytes:
    """The payload of a file, downloaded first where the data folder does not have it.

    An archive that somebody put there by hand is not downloaded again. Raises DatasetError if the
    file is damaged, or cannot be downloaded or stored.
    """
    path = folder / file.path
    archive = path.with_name(file.sent_as)
    if not path.is_file():
        with _storing(path):
            if archive.is_file():
                replace_file(path, _read(archive, file, _kept))
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                with _alone(path, console):
                    if not path.is_file():  # another process may just have downloaded it
                        _download(file, path, console)
    return _read(path, file, _payload)


#: Of other methods, zipfile decompresses more than it is asked for.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def member(archive: bytes, name: str, size: int) -> bytes:
    """The first ``size`` bytes of a file in an archive, as :class:`.fetch.RemoteFile` asks for. A
    ValueError holds the rest of a sentence that begins with the archive's name.
    """
    if not archive.startswith(b"PK"):
        raise ValueError("is not a zip archive (a web page, perhaps, in its place)")
    try:
        with zipfile.ZipFile(BytesIO(archive)) as members:
            found = members.getinfo(name)
            if found.compress_type not in _METHODS:
                raise zipfile.BadZipFile(f"method {found.compress_type}")
            with members.open(found) as stream:
                return stream.read(size)
    except KeyError as error:
        raise ValueError(f"does not hold {name}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise ValueError("is truncated or damaged") from error


def _read(path: Path, file: RemoteFile, decode: Callable[[bytes, RemoteFile], bytes]) -> bytes:
    try:
        return decode(path.read_bytes(), file)
    except OSError as error:
        raise DatasetError(
            f"cannot read {path} ({error.strerror}); check its permissions"
        ) from error
    except ValueError as error:
        raise DatasetError(
            f"{path} {error}; delete it and run this again to download it anew"
        ) from error


def _kept(sent: bytes, file: RemoteFile) -> bytes:
    """The verified file as the folder keeps it, out of what the server sends."""
    kept = file.extract(sent, file.size) if file.extract else sent
    _payload(kept, file)
    return kept


def _payload(kept: bytes, file: RemoteFile) -> bytes:
    """The verified payload; a ValueError holds the rest of a sentence after the file's name."""
    payload = _gunzip(kept, file.size) if file.path.endswith(".gz") else kept
    if hashlib.sha256(payload).hexdigest() == file.sha256:
        return payload
    raise ValueError("is truncated" if len(payload) < file.size else "has the wrong checksum")


def _gunzip(compressed: bytes, size: int) -> bytes:
    """Decompress at most one byte more than expected, so that no file can fill the memory."""
    if not compressed.startswith(_GZIP):
        raise ValueError("is not a gzip file (a web page, perhaps, in its place)")
    try:
        return zlib.decompressobj(wbits=31).decompress(compressed, size + 1)
    except zlib.error as error:
        raise ValueError("is damaged") from error


def _download(file: RemoteFile, path: Path, console: Console) -> None:
    """Download a file from the first server that has it; a bar shows how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        show = partial(progress.update, progress.add_task(f"Downloading {path.name}", total=None))
        for mirror in file.mirrors:
            try:
                return _download_from(file, path, show)
            except DatasetError as error:
                console.print(f"{error}; trying {mirror}", markup=False, highlight=False)
                file = replace(file, url=mirror)
        return _download_from(file, path, show)


def _download_from(file: RemoteFile, path: Path, show: Callable[..., None]) -> None:
    import pooch  # the app itself is installed without it
    import requests

    def verified(_url: str, temporary: str, _pooch: object) -> None:
        _transfer(file, Path(temporary), show)
        try:
            Path(temporary).write_bytes(_kept(Path(temporary).read_bytes(), file))
        except ValueError as error:
            raise DatasetError(f"what {file.url} sent {error}; {_advice(file)}") from error

    pooch.get_logger().setLevel("CRITICAL")
    names, urls = {path.name: None}, {path.name: file.url}
    keeper = pooch.create(path.parent, "", registry=names, urls=urls, retry_if_failed=RETRIES)
    try:
        keeper.fetch(path.name, downloader=verified)
    except requests.RequestException as error:
        raise _not_downloaded(file, printable(_first_cause(error))) from error


def _transfer(file: RemoteFile, output: Path, show: Callable[..., None]) -> None:
    """Write what a server sends into a file; at most a little more than it should be."""
    import requests
    import urllib3

    limit = file.size + file.size // 100 + 1024  # gzip adds less; archives have to be smaller
    deadline = time.monotonic() + PATIENCE + limit / SLOWEST
    try:
        with _answer(file, deadline) as response, output.open("wb") as stream:
            if not response.ok:
                answer = printable(f"{response.status_code} {response.reason}")
                raise DatasetError(f"{file.url} answered {answer}; {_advice(file)}")
            length = response.headers.get("Content-Length", "")
            show(total=int(length) if length.isdecimal() else None, completed=0)
            while (block := response.raw.read1(_BLOCK)) and stream.tell() < limit:
                stream.write(block)
                show(advance=len(block))
                if time.monotonic() > deadline:
                    raise _not_downloaded(file, "the server sends too slowly")
    except urllib3.exceptions.HTTPError as error:
        raise requests.ConnectionError(str(error)) from error


def _answer(file: RemoteFile, deadline: float) -> requests.Response:
    """The head of what a server answers, by a deadline: it may trickle, and nothing bounds that.

    So a thread waits for it, which nobody waits for.
    """
    import requests

    heads: SimpleQueue[requests.Response | Exception] = SimpleQueue()

    def ask() -> None:
        as_it_is = {"Accept-Encoding": "identity"}
        try:
            heads.put(requests.get(file.url, stream=True, timeout=TIMEOUT, headers=as_it_is))
        except Exception as error:  # raised where it is waited for
            heads.put(error)

    Thread(target=ask, daemon=True).start()
    try:
        head = heads.get(timeout=deadline - time.monotonic())
    except Empty:
        raise _not_downloaded(file, "the server sends too slowly") from None
    if isinstance(head, Exception):
        raise head
    return head


def _first_cause(error: BaseException) -> str:
    """What a chain of exceptions began with, in the words of the system where it has some."""
    while error.__context__ is not None:
        error = error.__context__
    if not isinstance(error, OSError):
        return "its answer is truncated or cannot be understood"
    return error.strerror or str(error)


def _not_downloaded(file: RemoteFile, reason: str) -> DatasetError:
    return DatasetError(f"cannot download {file.url} ({reason}); {_advice(file)}")


def _advice(file: RemoteFile) -> str:
    by_hand = Path("FOLDER", file.path).with_name(file.sent_as)
    return f"try again later, or save it as {by_hand} yourself and add --data-dir FOLDER"


@contextmanager
def _alone(path: Path, console: Console) -> Iterator[None]:
    from filelock import FileLock, Timeout  # the app itself is installed without it

    lock = FileLock(path.with_name(f"{path.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        console.print(f"Waiting for another process, which downloads {path.name}")
        lock.acquire()
    try:
        yield
    finally:
        with suppress(OSError):  # Windows deletes no open file
            Path(lock.lock_file).unlink()
        lock.release()


@contextmanager
def _storing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatasetError(
            f"cannot store {path.name} in {path.parent} ({error.strerror or error}); free some"
            " space there, or name a folder that you can write to with --data-dir"
        ) from error
