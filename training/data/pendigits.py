"""UCI *Pen-Based Recognition of Handwritten Digits* as ink, split by writer.

E. Alpaydin and F. Alimoglu, 1998, https://archive.ics.uci.edu/dataset/81, CC BY 4.0. The file
``pendigits-orig.tra`` holds the original pen trajectories of the 30 training writers as UNIPEN
text; its ``.COMMENT`` lines read *digit writer serial*.

The writers 2, 6, 10, ... 30 are validation only. A split by sample would put every hand on both
sides, and measure how well a model knows people that it has already met.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from rich.console import Console

from digitpad.ink.ink import Ink
from training.data.fetch import DatasetError, RemoteFile, member, read
from training.data.writers.ink import WrittenDigit

URL = "https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip"
MEMBER = "pendigits-orig.tra.Z"
FILE = "pendigits/pendigits-orig.tra"
SIZE = 3_641_673
SHA256 = "a66225d68d7d68591e62944df1ad33b3f5aa608e2df2505844b41f5568a80da4"
CREDIT = "UCI Pen-Based Recognition of Handwritten Digits (Alpaydin, Alimoglu 1998), CC BY 4.0"
#: The eight of the 30 writers that no model is trained on.
VALIDATION_WRITERS = frozenset(map(str, range(2, 31, 4)))


def load_pendigits(folder: Path, console: Console | None = None) -> list[WrittenDigit]:
    """All digits in the order of the file, in tablet units, 0..500, of writers 1 to 30. The file is
    downloaded first where it is missing; DatasetError as :func:`training.data.fetch.read`.
    """
    file = RemoteFile(URL, FILE, SIZE, SHA256, extract=_extract)
    text = read(file, folder, console or Console(stderr=True)).decode("ascii")
    return list(parse_unipen(text))


def _extract(archive: bytes, size: int) -> bytes:
    """The uncompressed trajectories in UCI's archive, as :class:`.fetch.RemoteFile` asks for."""
    # compress keeps nothing that it made larger
    return _uncompress(member(archive, MEMBER, size), size)


def _uncompress(compressed: bytes, size: int) -> bytes:
    """Undo Unix ``compress``, up to a number of bytes. A ValueError has the rest of a sentence."""
    try:
        from ncompress import decompress  # the app itself is installed without it
    except ModuleNotFoundError as error:
        raise DatasetError(
            f"unpacking {MEMBER} needs ncompress; run pip install -e '.[train]'"
        ) from error
    uncompressed = _Bounded(size)
    try:
        decompress(BytesIO(compressed), uncompressed)
    except ValueError as error:
        raise ValueError(f"holds a damaged {MEMBER}") from error
    return bytes(uncompressed.content)


class _Bounded:
    """A stream that takes so many bytes and no more: 80 kB of LZW can hold a gigabyte."""

    def __init__(self, size: int) -> None:
        self.content = bytearray()
        self._size = size

    def write(self, block: bytes) -> None:
        if len(self.content) + len(block) > self._size:
            raise ValueError("there is more than there should be")
        self.content += block


def validation_only(digits: list[WrittenDigit]) -> list[WrittenDigit]:
    """The digits of :data:`VALIDATION_WRITERS`."""
    return [digit for digit in digits if digit.writer in VALIDATION_WRITERS]


def training_only(digits: list[WrittenDigit]) -> list[WrittenDigit]:
    """The digits of the other writers."""
    return [digit for digit in digits if digit.writer not in VALIDATION_WRITERS]


def parse_unipen(text: str) -> Iterator[WrittenDigit]:
    """Read UNIPEN text, y up, to ink, y down. Raises DatasetError if a digit has no label, no
    writer or no ink.
    """
    for number, segment in enumerate(text.split(".SEGMENT DIGIT")[1:]):
        try:
            header, comment, *rest = segment.splitlines()
            label = header.split('"')[1]
            writer = str(int(comment.removeprefix(".COMMENT").split()[1]))
            ink = Ink.from_points(_strokes(rest), label)
        except (ValueError, IndexError) as error:
            raise DatasetError(f"digit {number} of the UNIPEN text cannot be read") from error
        if not ink:
            raise DatasetError(f"digit {number} of the UNIPEN text has no ink")
        yield WrittenDigit(ink, writer)


def _strokes(lines: list[str]) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    for part in "\n".join(lines).split(".PEN_DOWN")[1:]:
        numbers = part.split(".PEN_UP")[0].split()
        points = np.array(numbers, dtype=np.float64).reshape(-1, 2)
        yield points * (1.0, -1.0) + (0.0, 500.0)
