"""Single digits of known writers, as ink: read from JSONL, and weighed by writer.

One drawing a line, as ``digitpad predict`` reads it, with the writer beside it::

    {"strokes": [[[10, 12], [40, 11]]], "label": "7", "writer": "w01"}
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.image.normalize import PEN_WIDTH, normalize_ink
from digitpad.ink.ink import Ink
from training.data.datasets import Split
from training.data.fetch import DatasetError

#: A drawing: float64 (n, 2) for each stroke, x right, y down.
Strokes = list[NDArray[np.float64]]


@dataclass(frozen=True)
class WrittenDigit:
    """One digit as it was written."""

    ink: Ink  #: any unit, y down; ``ink.label`` is the digit that was meant
    writer: str  #: who wrote it, such as ``"w01"``

    @property
    def label(self) -> str:
        return self.ink.label or ""


def read_jsonl(path: Path) -> list[WrittenDigit]:
    """The digits of a JSONL file, plain or in gzip, in its order. Raises DatasetError if it cannot
    be read, or a line is not a digit with label and writer.
    """
    try:
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DatasetError(f"{path} cannot be read; fetch it again") from error
    return list(_parsed(text, path))


def _parsed(text: str, path: Path) -> Iterator[WrittenDigit]:
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            fields = json.loads(line)
            strokes = [np.array(stroke, dtype=np.float64) for stroke in fields["strokes"]]
            ink = Ink.from_points(strokes, str(fields["label"]))
            writer = str(fields["writer"])
        except (ValueError, KeyError, TypeError) as error:
            raise DatasetError(f"{path}:{number} is not a digit with label and writer") from error
        if not ink:
            raise DatasetError(f"{path}:{number} has no ink")
        yield WrittenDigit(ink, writer)


def inked(
    digits: Iterable[WrittenDigit], labels: Sequence[str], pen_width: float = PEN_WIDTH
) -> Split:
    """Digits as the app would show them to a model, with a pen of this width in pixels."""
    drawn = ((normalize_ink(digit.ink, pen_width), digit.label) for digit in digits)
    pairs = [(image, labels.index(label)) for image, label in drawn if image is not None]
    images, truth = zip(*pairs, strict=True)
    return Split(np.stack(images), np.array(truth, dtype=np.int64))


def balanced(digits: Iterable[WrittenDigit], of_each: int) -> dict[str, list[Strokes]]:
    """Strokes by label, so many of each label and writer: who wrote fewer has some of them more
    than once, and who wrote more has evenly chosen ones.
    """
    found: dict[tuple[str, str], list[Strokes]] = {}
    for digit in digits:
        strokes = [stroke.points for stroke in digit.ink.strokes]
        found.setdefault((digit.label, digit.writer), []).append(strokes)
    by_label: dict[str, list[Strokes]] = {}
    for (label, _), drawn in sorted(found.items(), key=lambda item: item[0]):
        chosen = [drawn[i * len(drawn) // of_each] for i in range(of_each)]
        own = chosen if len(drawn) >= of_each else list(islice(cycle(drawn), of_each))
        by_label.setdefault(label, []).extend(own)
    return by_label
