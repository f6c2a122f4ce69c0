"""Pictures in folders, and ink with labels, as the app would show them to a model."""

from __future__ import annotations

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
from training.data.own.findings import MAX_IMAGES, Found, LeftOut, OwnDataError, grouped

#: A label, and what it belongs to.
_Labelled = tuple[str | None, Drawing | Problem]


def folder(path: Path, console: Console) -> Found:
    """The pictures of each sub-folder, which is named as its class.

    Raises:
        OwnDataError: if there are no sub-folders, or too many pictures.
        OSError: if the folder cannot be read.
    """
    classes = [p for p in path.iterdir() if p.is_dir() and not p.name.startswith(".")]
    if not classes:
        raise OwnDataError(
            f"{path} has no sub-folders; put the pictures of each class into a sub-folder that is"
            " named as the class, such as 7"
        )
    files = [(p.name, file) for p in sorted(classes) for file in sources.expand([str(p)])]
    if len(files) > MAX_IMAGES:
        raise OwnDataError(
            f"{path} holds {len(files):,} pictures, more than {MAX_IMAGES:,}; train with a part"
        )
    sizes = _Sizes()
    total = sources.total_size(file for _, file in files)
    found = _training_data(_pictures(files, sizes), [p.name for p in classes], total, path, console)
    return Found(found.images, found.classes, found.names, (*sizes.notice(), *found.notices))


def ink(path: Path, console: Console) -> Found:
    """The drawings of a JSONL file that say what they are meant to be.

    Raises:
        OwnDataError: if there are too many.
    """
    lines = (
        (item.ink.label if isinstance(item, Drawing) and item.ink is not None else None, item)
        for batch in sources.read([str(path)], BytesIO())
        for item in batch
    )
    return _training_data(lines, (), path.stat().st_size, path, console)


class _Sizes:
    """Whether all pictures have one size; no more than two sizes are asked for."""

    def __init__(self) -> None:
        self._seen: list[tuple[int, int]] = []

    def add(self, file: str) -> None:
        """Note the size of a picture that can be read."""
        if len(self._seen) < 2:
            # Pillow warns about what it mends.
            with warnings.catch_warnings(action="ignore"), Image.open(file) as picture:
                size = picture.size
            if size not in self._seen:
                self._seen.append(size)

    def notice(self) -> tuple[str, ...]:
        if len(self._seen) < 2:
            return ()
        one, other = (f"{width} x {height}" for width, height in self._seen)
        return (
            f"the pictures have different sizes, such as {one} and {other}; the ink of each was"
            " brought to the same size",
        )


def _pictures(files: Iterable[tuple[str, str | Problem]], sizes: _Sizes) -> Iterator[_Labelled]:
    for label, file in files:
        for batch in sources.read([file], BytesIO()):
            for item in batch:
                if isinstance(item, Drawing):
                    sizes.add(item.source)
                yield label, item


def _training_data(
    items: Iterable[_Labelled],
    classes: Iterable[str],
    total: int | None,
    path: Path,
    console: Console,
) -> Found:
    """All that can be used, with a bar over the bytes."""
    images, labels, others = [], [], set(classes)
    unreadable, blank = LeftOut("unreadable drawings"), LeftOut("blank drawings")
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        task = progress.add_task(escape(printable(f"Reading {path.name}")), total=total)
        for label, item in items:
            progress.advance(task, item.size)
            if isinstance(item, Problem):
                unreadable.add(str(item))
            elif label is None or not label.strip():
                unreadable.add(f'{item.place}: the drawing has no "label" that says what it is')
            elif item.image is None:
                others.add(label)
                blank.add(f"{item.place}: {_blank(item)}")
            else:
                images.append(item.image)
                labels.append(label)
            if len(images) > MAX_IMAGES:
                raise OwnDataError(
                    f"{path} holds more than {MAX_IMAGES:,} drawings; train with a part of them"
                )
    numbers, names = grouped(labels, others)
    stacked = np.stack(images) if images else np.zeros((0, SIZE, SIZE), dtype=np.float32)
    return Found(stacked, numbers, names, (*unreadable.sentences(), *blank.sentences()))


def _blank(item: Drawing) -> str:
    """Why a drawing has no ink; :mod:`digitpad.image.bitmap` finds paper by a picture's rim."""
    if item.ink is not None:
        return "the drawing has no ink"
    return "the picture is blank, or its ink touches its edge, which needs a rim of paper"
