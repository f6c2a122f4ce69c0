"""Digits and numbers of writers from seven countries, as ink: to choose by, never to train on.

From the CROHME competitions (H. Mouchère et al., "Advancing the state of the art for handwritten
math recognition", IJDAR 2016), for research only. Nothing here may reach a training set: no stroke
of it is distorted, drawn from or copied, and only evaluation and validation import this module.
"""

from __future__ import annotations

from pathlib import Path

from training.data.fetch import DatasetError
from training.data.writers.ink import WrittenDigit, read_jsonl

DIGITS, NUMBERS = "european/digits.jsonl.gz", "european/numbers.jsonl.gz"


def load_european(folder: Path) -> list[WrittenDigit]:
    """Single digits, in the order of the file. Raises DatasetError if it is not there, or is
    damaged.
    """
    return _load(folder, DIGITS)


def load_numbers(folder: Path) -> list[WrittenDigit]:
    """Numbers of two digits and more, each one drawing; see :func:`load_european`."""
    return _load(folder, NUMBERS)


def _load(folder: Path, name: str) -> list[WrittenDigit]:
    path = folder / name
    if not path.is_file():
        raise DatasetError(f"{folder} has no {name}, which is not for download")
    return read_jsonl(path)
