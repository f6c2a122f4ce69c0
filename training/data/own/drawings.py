"""Labelled drawings: pictures in folders, and ink, as the app would show them to a model."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from digitpad.cli import sources
from digitpad.cli.sources import Drawing, Problem
from digitpad.cli.terminal import printable
from digitpad.image.normalize import SIZE
from training.data.own.labelled import MAX_IMAGES, LabelledImages, LeftOut, OwnDataError, grouped

#: The file that names the class of each picture beside it, and its most bytes.
_LABELS, _LABELS_SIZE = "labels.csv", 2**24
#: Folders that are parts of a dataset and no classes.
_PARTS = ("train", "training", "test", "testing", "val", "valid", "validation")
#: A label, or None where it is missing, and what it belongs to.
Labelled = tuple[str | None, Drawing | Problem]


def class_files(path: Path) -> list[tuple[str, str | Problem]]:
    """The pictures in the sub-folders of a folder, each with the name of its class, sorted.

    Raises:
        OwnDataError: if there are no sub-folders.
        OSError: if the folder cannot be read.
    """
    if (path / _LABELS).is_file():
        return _listed(path)
    classes = _folders(path)
    if classes and all(p.name.lower() in _PARTS for p in classes):  # of a dataset; all are taken
        classes = [p for part in classes for p in _folders(part)]
    if not classes:
        raise OwnDataError(
            f"{path} has no sub-folders; put the pictures of each class into a sub-folder that is"
            " named as the class, such as 7"
        )
    return [(p.name, file) for p in classes for file in sources.expand([str(p)])]


def _folders(path: Path) -> list[Path]:
    return sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith("."))


def _listed(path: Path) -> list[tuple[str, str | Problem]]:
    """The pictures of a folder that its ``labels.csv`` names: their name, and their label.

    Raises:
        OwnDataError: if that is no such table.
    """
    table, present = path / _LABELS, {p.name for p in path.iterdir() if p.is_file()}
    if table.stat().st_size > _LABELS_SIZE:
        raise OwnDataError(f"{table} is too large; write one line for each picture")
    try:
        rows = [row for row in csv.reader(table.read_text("utf-8-sig").splitlines()) if row]
    except (csv.Error, ValueError) as error:
        raise OwnDataError(f"{table} is not a text of lines such as scan1.png,7") from error
    # A name is taken only where the folder itself has it: no path leads elsewhere.
    named = [(row[1], str(path / row[0])) for row in rows if len(row) > 1 and row[0] in present]
    if not named:
        raise OwnDataError(f"{table} names no picture of its folder; write lines as scan1.png,7")
    return [(label, name) for label, name in named]


def read_pictures(files: Iterable[tuple[str, str | Problem]]) -> Iterator[Labelled]:
    """What :func:`class_files` has found, read and normalised."""
    for label, file in files:
        for batch in sources.read([file], BytesIO()):
            yield from ((label, item) for item in batch)


def read_ink(path: str | Path) -> Iterator[Labelled]:
    """The drawings of a JSONL file."""
    for batch in sources.read([str(path)], BytesIO()):
        for item in batch:
            ink = item.ink if isinstance(item, Drawing) else None
            yield None if ink is None else ink.label, item


def blank(item: Drawing) -> str:
    """Why a drawing has no ink; :mod:`digitpad.image.bitmap` finds paper by a picture's rim."""
    if item.ink is not None:
        return "the drawing has no ink"
    return "the picture is blank, or its ink touches its edge, which needs a rim of paper"


def folder(path: Path, console: Console) -> LabelledImages:
    """The pictures of each sub-folder, which is named as its class.

    Raises:
        OwnDataError: if there are no sub-folders, or too many pictures.
        OSError: if the folder cannot be read.
    """
    files = class_files(path)
    if len(files) > MAX_IMAGES:
        raise OwnDataError(
            f"{path} holds {len(files):,} pictures, more than {MAX_IMAGES:,}; train with a part"
        )
    sizes: list[tuple[int, int]] = []
    total = sources.total_size(file for _, file in files)
    found = _found(_noting_sizes(read_pictures(files), sizes), total, path, console)
    if len(sizes) < 2:
        return found
    one, other = (f"{width} x {height}" for width, height in sizes)
    notice = (
        f"the pictures have different sizes, such as {one} and {other}; the ink of each was"
        " brought to the same size"
    )
    return LabelledImages(found.images, found.classes, found.names, (notice, *found.notices))


def ink(path: Path, console: Console) -> LabelledImages:
    """The drawings of a JSONL file that say what they are meant to be.

    Raises:
        OwnDataError: if there are too many.
    """
    return _found(read_ink(path), path.stat().st_size, path, console)


def _noting_sizes(items: Iterable[Labelled], sizes: list[tuple[int, int]]) -> Iterator[Labelled]:
    """The same pictures, of which the first two sizes are noted."""
    for label, item in items:
        if isinstance(item, Drawing) and len(sizes) < 2:
            # Pillow warns about what it mends.
            with warnings.catch_warnings(action="ignore"), Image.open(item.source) as picture:
                size = picture.size
            if size not in sizes:
                sizes.append(size)
        yield label, item


def _found(
    items: Iterable[Labelled], total: int | None, path: Path, console: Console
) -> LabelledImages:
    """All that can be used, with a bar over the bytes."""
    images, labels, others = [], [], set[str]()
    unreadable, empty = LeftOut("unreadable drawings"), LeftOut("blank drawings")
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        task = progress.add_task(escape(printable(f"Reading {path.name}")), total=total)
        for label, item in items:
            progress.advance(task, item.size)
            others.update([label] if label and label.strip() else [])
            if isinstance(item, Problem):
                unreadable.add(str(item))
            elif label is None or not label.strip():
                unreadable.add(f'{item.place}: the drawing has no "label" that says what it is')
            elif item.image is None:
                empty.add(f"{item.place}: {blank(item)}")
            else:
                images.append(item.image)
                labels.append(label)
            if len(images) > MAX_IMAGES:
                raise OwnDataError(
                    f"{path} holds more than {MAX_IMAGES:,} drawings; train with a part of them"
                )
    numbers, names = grouped(labels, others)
    stacked = np.stack(images) if images else np.zeros((0, SIZE, SIZE), dtype=np.float32)
    return LabelledImages(stacked, numbers, names, (*unreadable.sentences(), *empty.sentences()))
