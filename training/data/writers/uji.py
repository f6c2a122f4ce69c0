"""Digits of UCI *UJI Pen Characters (Version 2)* as ink, split by writer.

D. Llorens et al., "The UJIpenchars database: a pen-based database of isolated handwritten
characters" (LREC 2008), https://archive.ics.uci.edu/dataset/177, CC BY 4.0: 60 writers in Spain,
two of each digit, on a tablet PC. The data folder holds either the digits alone as JSONL, or UCI's
own file, ``ujipenchars2.txt``, with all characters, which is downloaded where neither is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from rich.console import Console

from digitpad.ink.ink import Ink
from training.data.fetch import DatasetError, RemoteFile, member, read
from training.data.writers.ink import Strokes, WrittenDigit, read_jsonl

CREDIT = "UCI UJI Pen Characters, version 2 (Llorens et al. 2008), CC BY 4.0"
#: The digits alone.
DIGITS = "uji/digits.jsonl.gz"
URL = "https://archive.ics.uci.edu/static/public/177/uji+pen+characters+version+2.zip"
MEMBER = "ujipenchars2.txt"
FILE = f"uji/{MEMBER}"
#: More bytes than it has.
SIZE = 20_000_000
SHA256 = "cc56f72f8477e763dd06a44746ba05a679e9232468aac93b3a7aad46a0300d61"
#: The 20 of the 60 writers that no model is trained on.
VALIDATION_WRITERS = frozenset(f"w{number:02}" for number in range(40, 60))

_WRITER = re.compile(r"W(\d+)-\d+$")


def load_uji(folder: Path, console: Console | None = None) -> list[WrittenDigit]:
    """All digits, in the order of the file, which is downloaded first where there is none. Raises
    DatasetError as :func:`training.data.fetch.read`.
    """
    if (folder / DIGITS).is_file():
        return read_jsonl(folder / DIGITS)
    file = RemoteFile(URL, FILE, SIZE, SHA256, extract=_extract)
    # Of the characters beyond ASCII none is a digit, so their encoding does not matter.
    text = read(file, folder, console or Console(stderr=True)).decode("latin-1")
    return list(parse(text))


def _extract(archive: bytes, size: int) -> bytes:
    return member(archive, MEMBER, size)


def parse(text: str) -> Iterator[WrittenDigit]:
    """The digits among the characters of UCI's text, y down as it is there. Raises DatasetError if
    one has no writer, or other strokes than it announces.
    """
    for number, entry in enumerate(re.split(r"^WORD ", text, flags=re.MULTILINE)[1:], start=1):
        header, *lines = entry.splitlines()
        character, _, who = header.strip().partition(" ")
        if character not in set("0123456789"):
            continue
        writer = _WRITER.search(who.strip())
        try:
            if writer is None:
                raise ValueError("no writer")
            ink = Ink.from_points(_strokes(lines), character)
        except (ValueError, IndexError) as error:
            raise DatasetError(f"character {number} of UCI's text cannot be read") from error
        yield WrittenDigit(ink, f"w{int(writer[1]):02}")


def _strokes(lines: Iterable[str]) -> Strokes:
    """The strokes below a ``WORD``: ``NUMSTROKES n``, then n lines ``POINTS m # x y x y ...``."""
    announced = 0
    strokes: Strokes = []
    for words in map(str.split, lines):
        if words[:1] == ["NUMSTROKES"]:
            announced = int(words[1])
        elif words[:1] == ["POINTS"]:
            points = np.array(words[3:], dtype=np.float64).reshape(int(words[1]), 2)
            strokes.append(points)
    if not strokes or len(strokes) != announced:
        raise ValueError("other strokes than announced")
    return strokes


def validation_only(digits: Iterable[WrittenDigit]) -> list[WrittenDigit]:
    """The digits of :data:`VALIDATION_WRITERS`."""
    return [digit for digit in digits if digit.writer in VALIDATION_WRITERS]


def training_only(digits: Iterable[WrittenDigit]) -> list[WrittenDigit]:
    """The digits of the other writers."""
    return [digit for digit in digits if digit.writer not in VALIDATION_WRITERS]
