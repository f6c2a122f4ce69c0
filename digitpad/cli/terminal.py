"""What a terminal needs: text that cannot steer it, and a bar that says how far a command is."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress


def printable(text: str) -> str:
    """Text that cannot steer a terminal: line ends, escapes and their like are written out."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class Parser(argparse.ArgumentParser):
    """Reads a command line; what it says of wrong words cannot steer the terminal either."""

    def error(self, message: str) -> NoReturn:
        super().error(printable(message))


class Bar:
    """A bar that measures bytes and counts drawings; without a terminal it is silent."""

    def __init__(self, progress: Progress | None, total: int | None) -> None:
        self._progress = progress
        self._drawings = 0
        if progress is not None:
            self._task = progress.add_task("", total=total, drawings="")

    def advance(self, size: int, drawings: int) -> None:
        """Report that so many more bytes and drawings are done."""
        self._drawings += drawings
        if self._progress is not None:
            count = f"{self._drawings:,} drawings"
            self._progress.update(self._task, advance=size, drawings=count)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Take the bar off the terminal while something else is written there."""
        if self._progress is None:
            yield
            return
        self._progress.stop()
        yield
        self._progress.start()


@contextmanager
def bar(total: int | None, stream: TextIO) -> Iterator[Bar]:
    """A bar over ``total`` bytes (None: nobody knows how many) on a stream, gone at the end."""
    if not stream.isatty():
        yield Bar(None, total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[drawings]}"), TimeLeft()
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        yield Bar(progress, total)
