"""Dataset files: found, verified, or downloaded once and kept."""

from __future__ import annotations

import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from training.errors import BuildError

#: The environment variable that names the data folder.
VARIABLE = "DIGITPAD_DATA_DIR"

_TIMEOUT = 30.0  # seconds without a byte from the mirror
_BLOCK = 1 << 16
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


def read(file: RemoteFile, folder: Path, console: Console) -> bytes:
    """The payload of a file, downloaded first where the folder does not have it.

    An archive that somebody put into the folder by hand is not downloaded again.

    Raises:
        DatasetError: if the file is damaged, or cannot be downloaded or stored.
    """
    path = folder / file.path
    if not path.is_file():
        archive = path.with_name(file.sent_as)
        kept = _read(archive, file, _kept) if archive.is_file() else _download(file, console)
        _store(kept, path)
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


def _download(file: RemoteFile, console: Console) -> bytes:
    """Download and verify a file, with a progress bar, and return it as the folder keeps it.

    Raises:
        DatasetError: if the mirror cannot be reached or does not have this very file.
    """
    by_hand = Path("FOLDER", file.path).with_name(file.sent_as)
    advice = f"try again later, or save it as {by_hand} yourself and add --data-dir FOLDER"
    try:
        return _kept(_transfer(file, console), file)
    except ValueError as error:
        raise DatasetError(f"what {file.url} sent {error}; {advice}") from error
    except urllib.error.HTTPError as error:
        error.close()  # it is the open connection, too
        raise DatasetError(f"{file.url} answered {error.code} {error.reason}; {advice}") from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise DatasetError(f"cannot download {file.url} ({reason}); {advice}") from error


def _transfer(file: RemoteFile, console: Console) -> bytes:
    """The bytes that the mirror sends, at most a little more than could be right."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    limit = file.size + file.size // 100 + 1024  # gzip adds less; archives have to be smaller
    blocks: list[bytes] = []
    received = 0
    opener = urllib.request.build_opener()
    with (
        Progress(*columns, TimeRemainingColumn(), console=console) as progress,
        opener.open(file.url, timeout=_TIMEOUT) as response,
    ):
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdecimal() else None
        task = progress.add_task(f"Downloading {Path(file.path).name}", total=total)
        while received < limit and (block := response.read(_BLOCK)):
            blocks.append(block)
            received += len(block)
            progress.update(task, completed=received)
    return b"".join(blocks)


def _store(content: bytes, path: Path) -> None:
    """Write a verified file so that it is there whole or not at all.

    Raises:
        DatasetError: if the folder cannot be written to.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
            temporary = Path(stream.name)
            stream.write(content)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise DatasetError(
            f"cannot store {path.name} in {path.parent} ({error.strerror}); free some"
            " space there, or name a folder that you can write to with --data-dir"
        ) from error
