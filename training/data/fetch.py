"""Dataset files: found, verified, or downloaded once and kept."""

from __future__ import annotations

import hashlib
import os
import time
import urllib.error
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from digitpad.cli.terminal import printable
from digitpad.library.atomic import replace_file
from training.base.errors import BuildError
from training.data.transfer import FAILURES, StorageError, download

#: The environment variable that names the data folder.
VARIABLE = "DIGITPAD_DATA_DIR"

_GZIP = b"\x1f\x8b"


class DatasetError(BuildError):
    """Data that cannot be had; the message is one sentence that says what to do next."""


@dataclass(frozen=True)
class RemoteFile:
    """A file on a mirror, alone or in an archive.

    Attributes:
        url: where it is downloaded from.
        path: where it is kept inside the data folder, with forward slashes; a name in ``.gz`` says
            that it is compressed.
        size: bytes of the payload, which is the file after decompression.
        sha256: checksum of the payload, in hexadecimal.
        extract: takes the file out of what the mirror sends, given that and the payload's size,
            within memory of a few times that size; a ``ValueError`` holds the rest of a sentence
            that begins with the name of what was sent. None where the mirror sends the file itself.
    """

    url: str
    path: str
    size: int
    sha256: str
    extract: Callable[[bytes, int], bytes] | None = None

    @property
    def sent_as(self) -> str:
        """The name of what the mirror sends."""
        return self.url.rpartition("/")[2]


def data_folder(wanted: Path | None) -> Path:
    """The folder of datasets: the one asked for, else ``DIGITPAD_DATA_DIR``, else the user's cache.

    Raises:
        DatasetError: if a folder was named and there is none.
    """
    named = wanted or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if named is None:
        return _cache()
    if not named.is_dir():
        raise DatasetError(
            f"there is no data folder {named}; create it, or leave out --data-dir and {VARIABLE}"
            " to download into your cache"
        )
    return named


def _cache() -> Path:
    try:
        from platformdirs import user_cache_path  # the app itself is installed without it
    except ModuleNotFoundError as error:
        raise DatasetError(
            f"name the data folder with --data-dir or {VARIABLE}, or let it be your cache after"
            " pip install -e '.[train]'"
        ) from error
    return user_cache_path("digitpad") / "data"


def read(
    file: RemoteFile, folder: Path, console: Console, wait: Callable[[float], None] = time.sleep
) -> bytes:
    """The payload of a file, downloaded first where the folder does not have it.

    An archive that somebody put into the folder by hand is not downloaded again. A download that
    breaks off leaves a file in ``.part``, with which a later call goes on.

    Args:
        file: what is wanted.
        folder: the data folder.
        console: where a download shows how far it is.
        wait: called with the seconds between two tries of a download.

    Raises:
        DatasetError: if the file is damaged, or cannot be downloaded or stored.
    """
    path = folder / file.path
    archive = path.with_name(file.sent_as)
    if not path.is_file() and archive.is_file():
        _store(_read(archive, file, _kept), path)
    elif not path.is_file():
        with _alone(path, console):
            if not path.is_file():  # another process may just have downloaded it
                _store(_download(file, path, console, wait), path)
    return _read(path, file, _payload)


def _read(path: Path, file: RemoteFile, decode: Callable[[bytes, RemoteFile], bytes]) -> bytes:
    """What a file in the folder decodes to.

    Raises:
        DatasetError: if it cannot be read, or is not what it should be.
    """
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
    """The verified file as the folder keeps it, out of what the mirror sends.

    Raises:
        ValueError: with the rest of a sentence that begins with the name of what was sent.
    """
    kept = file.extract(sent, file.size) if file.extract else sent
    _payload(kept, file)
    return kept


def _payload(kept: bytes, file: RemoteFile) -> bytes:
    """The verified payload of a file as the folder keeps it.

    Raises:
        ValueError: with the rest of a sentence that begins with the file's name.
    """
    payload = _gunzip(kept, file.size) if file.path.endswith(".gz") else kept
    if hashlib.sha256(payload).hexdigest() == file.sha256:
        return payload
    raise ValueError("is truncated" if len(payload) < file.size else "has the wrong checksum")


def _gunzip(compressed: bytes, size: int) -> bytes:
    """Decompress at most one byte more than expected, so that no file can fill the memory.

    Raises:
        ValueError: with the rest of a sentence that begins with the file's name.
    """
    if not compressed.startswith(_GZIP):
        raise ValueError("is not a gzip file (a web page, perhaps, in its place)")
    try:
        return zlib.decompressobj(wbits=31).decompress(compressed, size + 1)
    except zlib.error as error:
        raise ValueError("is damaged") from error


def _download(
    file: RemoteFile, path: Path, console: Console, wait: Callable[[float], None]
) -> bytes:
    """Download and verify a file, with a progress bar, and return it as the folder keeps it.

    Raises:
        DatasetError: if the mirror cannot be reached, does not have this very file, or if there is
            no room for it.
    """
    by_hand = Path("FOLDER", file.path).with_name(file.sent_as)
    advice = f"save it as {by_hand} yourself and add --data-dir FOLDER"
    part = path.with_name(f"{path.name}.part")
    limit = file.size + file.size // 100 + 1024  # gzip adds less; archives have to be smaller
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    try:
        with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
            sent = download(file.url, part, limit, progress, wait)
        return _kept(sent, file)
    except ValueError as error:
        raise DatasetError(f"what {file.url} sent {error}; try again later, or {advice}") from error
    except StorageError as error:
        raise _not_stored(path, str(error)) from error
    except urllib.error.HTTPError as error:
        error.close()  # it is the open connection, too
        reason = error.reason if error.code >= 400 else "with redirects that lead nowhere"
        raise DatasetError(
            f"{file.url} answered {error.code} {printable(reason)}; try again later, or {advice}"
        ) from error
    except FAILURES as error:
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        again = "run this again to go on from there" if part.is_file() else "try again later"
        raise DatasetError(
            f"cannot download {file.url} ({printable(str(cause))}); {again}, or {advice}"
        ) from error


@contextmanager
def _alone(path: Path, console: Console) -> Iterator[None]:
    """Keep other processes from downloading the same file meanwhile.

    Raises:
        DatasetError: if the folder cannot be written to.
    """
    try:
        from filelock import FileLock, Timeout  # the app itself is installed without it
    except ModuleNotFoundError as error:
        raise DatasetError("downloading needs filelock; run pip install -e '.[train]'") from error
    lock = FileLock(path.with_name(f"{path.name}.lock"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            console.print(f"Waiting for another process, which downloads {path.name}")
            lock.acquire()
    except OSError as error:
        raise _not_stored(path, error.strerror or str(error)) from error
    try:
        yield
    finally:
        with suppress(OSError):  # Windows deletes no open file
            Path(lock.lock_file).unlink()
        lock.release()


def _store(content: bytes, path: Path) -> None:
    """Write a verified file so that it is there whole or not at all.

    Raises:
        DatasetError: if the folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)
    except OSError as error:
        raise _not_stored(path, error.strerror or str(error)) from error


def _not_stored(path: Path, reason: str) -> DatasetError:
    return DatasetError(
        f"cannot store {path.name} in {path.parent} ({reason}); free some space there, or name a"
        " folder that you can write to with --data-dir"
    )
