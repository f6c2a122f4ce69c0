"""Reads drawings from pictures, folders, files of ink and standard input, normalised.

Files are read one line or one picture at a time, so memory does not grow with their number. What
cannot be read is a :class:`Problem` in the same stream, and the rest goes on.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import BinaryIO

from digitpad.image.bitmap import BitmapError
from digitpad.image.normalize import Image, normalize_bitmap, normalize_ink
from digitpad.image.pictures import SUFFIXES, PictureError, read_picture
from digitpad.ink.ink import Ink, InkError

#: The name that stands for ink on standard input.
STDIN = "-"
#: Longest line of ink in bytes: half a million points with time and pressure take half of it.
MAX_LINE = 32 * 2**20
#: Most drawings that are answered together.
BATCH = 256

_SKIPPED_AT_ONCE = 2**16


class SourceError(Exception):
    """A source that cannot be read; the message is one sentence for the user."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """One drawing of a source.

    Attributes:
        source: the file's name, or "-" for standard input.
        index: 0-based place among the source's drawings, those that could not be read included.
        place: the source, and for ink the line: ``"digits.jsonl:17"``.
        image: float32 (28, 28), ink 1.0 on paper 0.0, or None when there is no ink.
        size: bytes of the source that it took.
        ink: its strokes, or None for a picture.
    """

    source: str
    index: int
    place: str
    image: Image | None
    size: int
    ink: Ink | None = None


@dataclass(frozen=True)
class Problem:
    """Something that could not be read, where, and why in one sentence."""

    place: str
    sentence: str
    size: int = 0

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


def is_ink(name: str) -> bool:
    """Whether a name stands for lines of ink; every other file is taken for a picture."""
    return name == STDIN or name.lower().endswith(".jsonl")


def expand(names: Iterable[str]) -> list[str | Problem]:
    """The files behind names: a folder becomes its pictures, sorted, hidden files left out."""
    files: list[str | Problem] = []
    for name in names:
        if not name:  # which Path takes for the current folder
            files.append(Problem('""', "no file has an empty name"))
            continue
        try:
            is_folder = name != STDIN and Path(name).is_dir()
            files += _pictures(Path(name)) if is_folder else [name]
        except OSError as error:
            files.append(Problem(name, _reason(error)))
        except SourceError as error:
            files.append(Problem(name, str(error)))
    return files


def total_size(files: Iterable[str | Problem]) -> int | None:
    """Bytes of all files together; None when standard input is among them."""
    total = 0
    for file in files:
        if file == STDIN:
            return None
        try:
            total += Path(file).stat().st_size if isinstance(file, str) else 0
        except (OSError, ValueError):  # reading it will say so
            continue
    return total


def read(files: Iterable[str | Problem], stdin: BinaryIO) -> Iterator[list[Drawing | Problem]]:
    """The drawings of expanded files, in order, in lists of 1 to ``BATCH`` that suit the source.

    Pictures, which take longer to read than to answer, and standard input, behind which somebody
    may be drawing, come one by one.
    """
    for file in files:
        if isinstance(file, Problem):
            yield [file]
        elif is_ink(file):
            lines = _ink(file, stdin)
            size = 1 if file == STDIN else BATCH
            while batch := list(islice(lines, size)):
                yield batch
        else:
            yield [_picture(file)]


def first_ink(name: str, stdin: BinaryIO) -> Ink:
    """The first drawing of a JSONL file, or of standard input for "-".

    Raises:
        SourceError: if there is none, or if it cannot be read; the sentence says where.
    """
    place = name
    try:
        for number, line in numbered_lines(name, stdin):
            place = f"{name}:{number}"
            return _parsed(line)
    except (SourceError, InkError) as error:
        raise SourceError(f"{place}: {error}") from error
    raise SourceError(f"{name}: the file holds no drawing")


def _pictures(folder: Path) -> list[str]:
    names = sorted(
        str(path)
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and not path.is_dir()
    )
    if not names:
        raise SourceError("the folder holds no pictures")
    return names


def _opened(name: str) -> BinaryIO:
    path = Path(name)
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            return path.open("rb")
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise SourceError(_reason(error)) from error
    # Opening a pipe or a device could wait for ever.
    raise SourceError("is a folder" if stat.S_ISDIR(mode) else "is not a regular file")


def numbered_lines(name: str, stdin: BinaryIO | None = None) -> Iterator[tuple[int, bytes]]:
    """The lines of a file, or of standard input, that are not blank, counted from 1.

    Of a line that is too long only the first ``MAX_LINE`` + 1 bytes are read into memory.

    Raises:
        SourceError: if it cannot be read.
    """
    with nullcontext(stdin) if name == STDIN and stdin else _opened(name) as stream:
        try:
            for number in count(1):
                line = part = stream.readline(MAX_LINE + 1)
                if not line:
                    return
                is_too_long = len(line) > MAX_LINE
                if is_too_long or not line.isspace():
                    yield number, line
                while is_too_long and part and not part.endswith(b"\n"):
                    part = stream.readline(_SKIPPED_AT_ONCE)
        except OSError as error:
            raise SourceError(_reason(error)) from error


def _parsed(line: bytes) -> Ink:
    if len(line) > MAX_LINE:
        raise InkError(f"the line is longer than {MAX_LINE // 2**20} MB")
    return Ink.from_json(line)


def _ink(name: str, stdin: BinaryIO) -> Iterator[Drawing | Problem]:
    try:
        for index, (number, line) in enumerate(numbered_lines(name, stdin)):
            yield _drawn(name, index, number, line)
    except SourceError as error:
        yield Problem(name, str(error))


def _drawn(name: str, index: int, number: int, line: bytes) -> Drawing | Problem:
    place = f"{name}:{number}"
    try:
        ink = _parsed(line)
        return Drawing(name, index, place, normalize_ink(ink), len(line), ink)
    except InkError as error:
        return Problem(place, str(error), len(line))


def _picture(name: str) -> Drawing | Problem:
    size = 0
    try:
        with _opened(name) as stream:
            size = stream.seek(0, os.SEEK_END)
            image = normalize_bitmap(read_picture(stream))
        return Drawing(name, 0, name, image, size)
    except (SourceError, PictureError, BitmapError) as error:
        return Problem(name, str(error), size)


def _reason(error: OSError | ValueError) -> str:
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"
