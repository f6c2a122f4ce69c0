"""Downloads that break off, tried again and gone on with, also by a later run.

What has come waits in a file of its own. A Range request goes on with it only where the server has
a name for the version that it sends, so that two versions are never mixed: RFC 9110, sections
13.1.5 (If-Range) and 14 (Range).
"""

from __future__ import annotations

import http.client
import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from pathlib import Path
from typing import Any

from rich.progress import Progress, TaskID

from digitpad.cli.terminal import printable

#: Seconds to wait before each further try of a transfer that broke off.
PAUSES = (0.5, 1.0, 2.0)
#: What else than :class:`StorageError` can go wrong.
FAILURES = (OSError, http.client.HTTPException)

_TIMEOUT = 30.0  # seconds without a byte from the server
_BLOCK = 1 << 16
_LONGEST_HEADER = 4096
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, RecursionError)


class StorageError(Exception):
    """What came cannot be kept; the message is the system's reason."""


class BrokenOffError(OSError):
    """A transfer that ended before everything had come."""


def download(
    url: str, part: Path, limit: int, progress: Progress, wait: Callable[[float], None]
) -> bytes:
    """The bytes that a server sends.

    Args:
        url: what to ask for.
        part: where they wait meanwhile, in a folder that exists. Afterwards it is there only where
            a later call can go on with it.
        limit: the transfer ends after about so many bytes.
        progress: where a bar is shown.
        wait: called with the seconds between two tries.

    Raises:
        StorageError: if ``part`` cannot be written.
        OSError, http.client.HTTPException: if the server cannot be reached, refuses, or breaks off
            again and again; an ``HTTPError`` is to be closed.
    """
    partial = _Partial(part, url)
    if partial.size > limit:
        partial.drop()
    task = progress.add_task(f"Downloading {part.stem}", total=None)
    try:
        _persist(partial, limit, progress, task, wait)
        content = partial.content()
    except BaseException as error:
        if isinstance(error, StorageError) or not partial.version:
            partial.drop()
        raise
    partial.drop()
    return content


class _Partial:
    """What has come so far: a line of JSON that says of what, and then the bytes.

    Attributes:
        url: what they are a part of.
        version: what the server calls the version that they are a part of; empty where it has no
            name for it, so that nothing can go on with them.
        size: how many there are.
    """

    def __init__(self, path: Path, url: str) -> None:
        self._path, self._start = path, 0
        self.url, self.version, self.size = url, "", 0
        with suppress(*_UNREADABLE), path.open("rb") as stream:
            line = stream.readline(_LONGEST_HEADER)
            record = json.loads(line)
            if record["url"] == url and _is_version(record["version"]):
                self.version, self._start = record["version"], len(line)
                self.size = stream.seek(0, os.SEEK_END) - len(line)

    def begin(self, version: str) -> None:
        """Start anew, with another version."""
        line = json.dumps({"url": self.url, "version": version}).encode() + b"\n"
        with _storing():
            self._path.write_bytes(line)
        self.version, self.size, self._start = version, 0, len(line)

    def append(self, block: bytes) -> None:
        with _storing(), self._path.open("ab") as stream:
            stream.write(block)
        self.size += len(block)

    def content(self) -> bytes:
        with _storing():
            return self._path.read_bytes()[self._start :]

    def drop(self) -> None:
        self.version, self.size = "", 0
        with suppress(OSError):  # if it stays, writing it anew will say why
            self._path.unlink(missing_ok=True)


@contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(error.strerror or str(error)) from error


def _persist(
    partial: _Partial,
    limit: int,
    progress: Progress,
    task: TaskID,
    wait: Callable[[float], None],
) -> None:
    """Transfer until everything has come, or until there is no use in trying again."""
    for attempt, pause in enumerate((*PAUSES, None)):
        try:
            _transfer(partial, limit, progress, task)
            return
        except FAILURES as error:
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            # Whoever does not answer at once will not do so in a second either.
            if pause is None or (attempt == 0 and isinstance(error, urllib.error.URLError)):
                raise
            sentence = (
                f"The transfer of {partial.url} broke off ({error}); trying again in {pause:g} s"
            )
            progress.console.print(printable(sentence), markup=False, highlight=False)
            wait(pause)


def _transfer(partial: _Partial, limit: int, progress: Progress, task: TaskID) -> None:
    """Ask for what is missing, and keep what comes.

    Raises:
        BrokenOffError: if less came than was announced.
    """
    with _answer(partial) as response:
        length = response.headers.get("Content-Length", "")
        total = partial.size + int(length) if length.isdecimal() else None
        progress.reset(task, total=total, completed=partial.size)
        while partial.size < limit and (block := response.read1(_BLOCK)):
            partial.append(block)
            progress.update(task, completed=partial.size)
    if total is not None and partial.size < min(total, limit):
        raise BrokenOffError(f"truncated: {partial.size:,} of {total:,} bytes came")


def _answer(partial: _Partial) -> Any:
    """The server's answer, the rest of what is there already or else all of it."""
    wanted = {}
    if partial.size and partial.version:
        wanted = {"Range": f"bytes={partial.size}-", "If-Range": partial.version}
    request = urllib.request.Request(partial.url, headers=wanted)  # noqa: S310  of the project's own
    try:
        response = urllib.request.build_opener().open(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not wanted:
            raise
        error.close()
        partial.drop()
        return _answer(partial)
    is_rest = response.status == http.HTTPStatus.PARTIAL_CONTENT
    if wanted and is_rest and _goes_on(response.headers, partial):
        return response
    if wanted and is_rest:
        response.close()
        partial.drop()
        return _answer(partial)
    try:
        partial.begin(_version(response.headers))
    except StorageError:
        response.close()
        raise
    return response


def _goes_on(headers: Message, partial: _Partial) -> bool:
    """Whether a part begins where the other ends, and is of the same version."""
    span = re.match(r"bytes (\d+)-", headers.get("Content-Range", ""))
    return (
        span is not None
        and int(span[1]) == partial.size
        and _version(headers) in ("", partial.version)
    )


def _version(headers: Message) -> str:
    """A name for the version that is sent, one that If-Range takes; empty where there is none."""
    tag = headers.get("ETag", "")
    version = tag if tag.startswith('"') else headers.get("Last-Modified", "")
    return version if _is_version(version) else ""


def _is_version(version: object) -> bool:
    """Whether it may stand in a header."""
    return isinstance(version, str) and version.isascii() and version.isprintable()
