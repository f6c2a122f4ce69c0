"""What a model is measured on: a dataset by name, a JSONL file of ink, or a folder of pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from digitpad.cli import sources
from digitpad.cli.sources import Drawing, Problem
from digitpad.cli.terminal import bar, printable
from digitpad.image.normalize import normalize_ink
from digitpad.ink.ink import Ink
from training.base.errors import BuildError
from training.data.datasets import SOURCES, load_test, load_training
from training.data.pendigits import PenDigit, load_pendigits, validation_only

#: The datasets by name. ``mnist`` and ``fashion-mnist`` are test sets, for final figures only.
NAMES = ("mnist", "mnist-val", "fashion-mnist", "pendigits", "pendigits-val")
_UNKNOWN = (
    "there is no data {}; give one of {}, a .jsonl file of ink, or a folder with one sub-folder of"
    " pictures for each class"
)


class EvaluationError(BuildError):
    """Something that cannot be measured."""


@dataclass(frozen=True, eq=False)
class Drawings:
    """Drawings, and what each is meant to be.

    Attributes:
        images: float32 (N, 28, 28), ink 1.0 on paper 0.0; N >= 1.
        labels: N texts.
        places: N texts, where each comes from: ``"ink.jsonl:17"``, ``"mnist 512"``.
        inks: N drawings as strokes, or None where the data is pictures.
        problems: how many more could not be read.
    """

    images: NDArray[np.float32]
    labels: tuple[str, ...]
    places: tuple[str, ...]
    inks: tuple[Ink, ...] | None
    problems: int = 0

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class _Labelled:
    """One drawing; ``size`` is the bytes of the file that it took."""

    image: NDArray[np.float32]
    label: str
    place: str
    size: int
    ink: Ink | None = None


def load(data: str, folder: Path, stderr: TextIO) -> Drawings:
    """Load data by name, or from a file or folder.

    Args:
        data: one of :data:`NAMES`, or a path.
        folder: where the datasets lie.
        stderr: takes one line for each drawing that cannot be read.

    Raises:
        EvaluationError: if there is no such data, a drawing has no label, or none can be read.
        DatasetError: if a dataset cannot be had.
    """
    if data.startswith("pendigits") and data in NAMES:
        return _written(data, pen_digits(data, folder))
    if data in NAMES:
        return _dataset(data, folder, Console(file=stderr))
    path = Path(data)
    if path.is_dir():
        return _collected(_pictures(path), _size(path.rglob("*")), data, stderr)
    if path.suffix.lower() == ".jsonl":
        return _collected(_ink_lines(data), _size([path]), data, stderr)
    raise EvaluationError(_UNKNOWN.format(data, ", ".join(NAMES)))


def pen_digits(data: str, folder: Path) -> list[PenDigit]:
    """The digits of ``"pendigits"`` (all 30 writers) or ``"pendigits-val"``.

    Raises:
        DatasetError: if the file is missing or is another one.
    """
    digits = load_pendigits(folder)
    return validation_only(digits) if data == "pendigits-val" else digits


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


def _written(data: str, digits: list[PenDigit]) -> Drawings:
    drawn = [(digit, normalize_ink(digit.ink)) for digit in digits]
    return _training_data(
        [
            _Labelled(
                image, digit.ink.label or "", f"{data} {i}, writer {digit.writer}", 0, digit.ink
            )
            for i, (digit, image) in enumerate(drawn)
            if image is not None
        ]
    )


def _ink_lines(name: str) -> Iterator[_Labelled | Problem]:
    """The drawings of a JSONL file, read as ``digitpad predict`` reads them."""
    for batch in sources.read([name], BytesIO()):
        for item in batch:
            yield item if isinstance(item, Problem) else _ink(item)


def _ink(drawing: Drawing) -> _Labelled | Problem:
    if drawing.ink is None or drawing.ink.label is None:
        raise EvaluationError(
            f'{drawing.place}: the drawing has no label; every line needs a "label", the class that'
            " it is meant to be"
        )
    if drawing.image is None:
        return Problem(drawing.place, "the drawing has no ink", drawing.size)
    label = drawing.ink.label
    return _Labelled(drawing.image, label, drawing.place, drawing.size, drawing.ink)


def _pictures(folder: Path) -> Iterator[_Labelled | Problem]:
    """The pictures of each sub-folder, which is named as its class."""
    classes = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    if not classes:
        raise EvaluationError(
            f"{folder} has no sub-folders; put the pictures of each class into a sub-folder that is"
            " named as the class, such as 7"
        )
    for path in classes:
        for batch in sources.read(sources.expand([str(path)]), BytesIO()):
            for item in batch:
                yield _picture(item, path.name)


def _picture(item: Drawing | Problem, label: str) -> _Labelled | Problem:
    if isinstance(item, Problem):
        return item
    if item.image is None:
        return Problem(item.place, "the picture is blank", item.size)
    return _Labelled(item.image, label, item.place, item.size)


def _collected(
    items: Iterable[_Labelled | Problem], size: int, data: str, stderr: TextIO
) -> Drawings:
    """All that can be read, with a bar over the bytes, and a line for what cannot."""
    found: list[_Labelled] = []
    problems = 0
    with bar(size, stderr) as progress:
        for item in items:
            if isinstance(item, Problem):
                problems += 1
                with progress.hidden():
                    print(printable(str(item)), file=stderr)
            else:
                found.append(item)
            progress.advance(item.size, 1)
    if not found:
        raise EvaluationError(f"nothing in {data} can be measured; it holds no readable drawing")
    return _training_data(found, problems)


def _training_data(found: list[_Labelled], problems: int = 0) -> Drawings:
    inks = tuple(item.ink for item in found if item.ink is not None)
    return Drawings(
        np.stack([item.image for item in found]),
        tuple(item.label for item in found),
        tuple(item.place for item in found),
        inks if len(inks) == len(found) else None,
        problems,
    )


def _size(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())
