"""How well numbers are read: whole, in their count of digits, and by edit distance, by length."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from digitpad.image.normalize import normalize_ink
from digitpad.inference.recognizer import Recognizer
from digitpad.ink.ink import Ink, InkError
from digitpad.reading.numbers import NumberReader
from digitpad.reading.reader import Reader
from training.measure.data import EvaluationError

#: Numbers of this length and longer are one row.
_LONG = 5


@dataclass(frozen=True)
class Read:
    """What one number was read as.

    Attributes:
        label: what was meant.
        text: what was read; lines are parted by a line end.
        count: how many digits were found.
        cut: what is read where it is known which strokes are a digit; None where that is not known.
    """

    label: str
    text: str
    count: int
    cut: str | None

    @property
    def distance(self) -> int:
        """Edit distance (Levenshtein) of the two texts."""
        row = list(range(len(self.text) + 1))
        for i, meant in enumerate(self.label, 1):
            before, row[0] = row[0], i
            for j, said in enumerate(self.text, 1):
                change = before + (meant != said)
                before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, change)
        return row[-1]


def measure(recognizer: Recognizer, path: Path) -> list[Read]:
    """Read every number of a file.

    Args:
        recognizer: reads digits.
        path: a .jsonl file, or one in gzip, of ink with ``label``, and perhaps ``groups``: how many
            strokes each digit has, from the first stroke on.

    Raises:
        EvaluationError: if the file cannot be read, or the model reads no digits.
        ModelError: if the model fails.
    """
    numbers = NumberReader(Reader(recognizer))
    if not numbers.reads_digits:
        raise EvaluationError(f"the model {recognizer.name} reads no digits")
    found = []
    for ink, groups in _drawings(path):
        lines = numbers.read(ink)
        text = "\n".join(line.text for line in lines)
        cut = _cut(recognizer, ink, groups) if groups else None
        found.append(Read(ink.label or "", text, sum(len(line.digits) for line in lines), cut))
    return found


def show(reads: Sequence[Read], console: Console) -> None:
    """Print the shares by length; the bound is what is read where the true cuts are given."""
    table = Table("digits", "numbers", "whole", "count", "distance", "bound", box=None)
    lengths = sorted({min(len(read.label), _LONG) for read in reads})
    for length in lengths:
        some = [read for read in reads if min(len(read.label), _LONG) == length]
        table.add_row(f"{length}{' and more' if length == _LONG else ''}", *_row(some))
    table.add_row("all", *_row(reads))
    console.print(table)


def _row(reads: Sequence[Read]) -> list[str]:
    known = [read for read in reads if read.cut is not None]
    shares = [
        np.mean([read.text == read.label for read in reads]),
        np.mean([read.count == len(read.label) for read in reads]),
    ]
    bound = f"{np.mean([r.cut == r.label for r in known]):.1%}" if known else "-"
    distance = np.mean([read.distance for read in reads])
    return [f"{len(reads):,}", *(f"{share:.1%}" for share in shares), f"{distance:.3f}", bound]


def _drawings(path: Path) -> Iterator[tuple[Ink, list[int] | None]]:
    place = str(path)
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            for number, line in enumerate(file, 1):
                place = f"{path}:{number}"
                ink = Ink.from_json(line)
                groups = json.loads(line).get("groups")
                if not ink or not ink.label:
                    raise EvaluationError(f"{place}: a number needs strokes and a label")
                whole = isinstance(groups, list) and all(type(n) is int and n > 0 for n in groups)
                yield ink, groups if whole and sum(groups) == len(ink.strokes) else None
    except (OSError, EOFError, InkError) as error:
        raise EvaluationError(f"{place}: cannot be read: {error}") from error


def _cut(recognizer: Recognizer, ink: Ink, groups: Sequence[int]) -> str:
    ends = np.cumsum(groups).tolist()
    images = [
        normalize_ink(Ink(ink.strokes[end - count : end]))
        for end, count in zip(ends, groups, strict=True)
    ]
    read = recognizer.predict(np.stack([image for image in images if image is not None]))
    return "".join(recognizer.labels[i] for i in read.argmax(axis=1))
