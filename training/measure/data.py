"""What a model is measured on: a dataset by name, a JSONL file of ink, or a folder of pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TextIO

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from digitpad.cli import sources
from digitpad.cli.sources import Problem
from digitpad.cli.terminal import bar, printable
from digitpad.image.normalize import Image, normalize_ink
from digitpad.ink.ink import Ink
from training.base.errors import BuildError
from training.data.datasets import SOURCES, load_test, load_training
from training.data.own.drawings import Labelled, blank, class_files, read_ink, read_pictures
from training.data.pendigits import load_pendigits, validation_only
from training.data.writers import european, tablet, uji
from training.data.writers.ink import WrittenDigit

#: The datasets by name. ``mnist`` and ``fashion-mnist`` are test sets, for final figures only.
NAMES = (
    "mnist",
    "mnist-val",
    "fashion-mnist",
    "pendigits",
    "pendigits-val",
    "uji",
    "uji-val",
    "tablet",
    "european",
    "european-numbers",
)


class EvaluationError(BuildError):
    """Something that cannot be measured."""


@dataclass(frozen=True, eq=False)
class Drawings:
    """Drawings, and what each is meant to be."""

    images: NDArray[np.float32]  #: float32 (N, 28, 28), ink 1.0 on paper 0.0; N >= 1
    labels: tuple[str, ...]  #: N texts
    places: tuple[str, ...]  #: N texts, where each comes from: ``"ink.jsonl:17"``, ``"mnist 512"``
    inks: tuple[Ink, ...] | None  #: N drawings as strokes, or None where the data is pictures
    problems: int = 0  #: how many more could not be read
    #: N names of who wrote them, or None where that is not known.
    writers: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.labels)


class _Drawing(NamedTuple):
    image: Image
    label: str
    place: str
    ink: Ink | None
    writer: str = ""


def load(data: str, folder: Path, stderr: TextIO) -> Drawings:
    """Load data by name, or from a file or folder.

    Args:
        data: one of :data:`NAMES`, or a path.
        folder: where the datasets lie.
        stderr: takes one line for each drawing that cannot be read.

    Raises:
        EvaluationError: if there is no such data, a drawing has no label, or none can be read.
        OwnDataError: if a folder has no sub-folders.
        DatasetError: if a dataset cannot be had.
    """
    if data in _WRITTEN:
        return _written(data, _WRITTEN[data](folder))
    if data in NAMES:
        return _dataset(data, folder, Console(file=stderr))
    path = Path(data)
    if path.is_dir():
        files = class_files(path)
        total = sources.total_size(file for _, file in files)
        return _collected(read_pictures(files), total, data, stderr)
    if path.suffix.lower() == ".jsonl":
        return _collected(read_ink(data), sources.total_size([data]), data, stderr)
    raise EvaluationError(
        f"there is no data {data}; give one of {', '.join(NAMES)}, a .jsonl file of ink, or a"
        " folder with one sub-folder of pictures for each class"
    )


def _dataset(data: str, folder: Path, console: Console) -> Drawings:
    source = SOURCES[data.removesuffix("-val")]
    is_validation = data.endswith("-val")
    split = (
        load_training(source, folder, console)[1]
        if is_validation
        else load_test(source, folder, console)
    )
    labels = tuple(source.labels[i] for i in split.labels)
    return Drawings(split.images, labels, tuple(f"{data} {i}" for i in range(len(split))), None)


#: The datasets that are ink with writers.
_WRITTEN: dict[str, Callable[[Path], list[WrittenDigit]]] = {
    "pendigits": load_pendigits,
    "pendigits-val": lambda folder: validation_only(load_pendigits(folder)),
    "uji": uji.load_uji,
    "uji-val": lambda folder: uji.validation_only(uji.load_uji(folder)),
    "tablet": tablet.load_tablet,
    "european": european.load_european,
    "european-numbers": european.load_numbers,
}


def _written(data: str, digits: list[WrittenDigit]) -> Drawings:
    drawn = ((i, digit, normalize_ink(digit.ink)) for i, digit in enumerate(digits))
    return _stacked(
        [
            _Drawing(image, d.label, f"{data} {i}, writer {d.writer}", d.ink, d.writer)
            for i, d, image in drawn
            if image is not None
        ]
    )


def _collected(items: Iterable[Labelled], size: int | None, data: str, stderr: TextIO) -> Drawings:
    """All that can be read, with a bar over the bytes, and a line for what cannot."""
    found: list[_Drawing] = []
    problems = 0
    with bar(size, stderr) as progress:
        for label, item in items:
            if isinstance(item, Problem) or (label is not None and item.image is None):
                problems += 1
                problem = item if isinstance(item, Problem) else f"{item.place}: {blank(item)}"
                with progress.hidden():
                    print(printable(str(problem)), file=stderr)
            elif label is None or item.image is None:
                raise EvaluationError(
                    f'{item.place}: the drawing has no label; every line needs a "label", the class'
                    " that it is meant to be"
                )
            else:
                found.append(_Drawing(item.image, label, item.place, item.ink))
            progress.advance(item.size, 1)
    if not found:
        raise EvaluationError(f"nothing in {data} can be measured; it holds no readable drawing")
    return _stacked(found, problems)


def _stacked(found: list[_Drawing], problems: int = 0) -> Drawings:
    images, labels, places, inks, writers = zip(*found, strict=True)
    all_inks = None if any(ink is None for ink in inks) else inks
    return Drawings(
        np.stack(images), labels, places, all_inks, problems, writers if all(writers) else None
    )
