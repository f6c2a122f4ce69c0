"""Digits that six people drew on a tablet with its pencil, as ink; all of them are for training.

From the GitHub repositories skahl/handwritten-digits-corpus and bridger/NumberPad, Apache-2.0.
"""

from __future__ import annotations

from pathlib import Path

from training.data.fetch import DatasetError
from training.data.writers.ink import WrittenDigit, read_jsonl

CREDIT = "skahl/handwritten-digits-corpus and bridger/NumberPad, Apache-2.0"
FILE = "tablet/digits.jsonl.gz"


def load_tablet(folder: Path) -> list[WrittenDigit]:
    """All digits, in the file's order. Raises DatasetError if it is not there, or is damaged."""
    path = folder / FILE
    if not path.is_file():
        raise DatasetError(f"{folder} has no {FILE}")
    return read_jsonl(path)
