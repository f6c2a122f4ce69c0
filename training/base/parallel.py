"""A parallel map over work of many small parts, such as drawing the synthetic pool."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from training.base.errors import BuildError

#: Most processes; each has a copy of the dataset.
_MOST = 8


def parallel_map(
    function: Callable[[Any], Any],
    tasks: Sequence[Any],
    start: Callable[..., None],
    given: Sequence[Any],
    *,
    few: bool,
    title: str,
    console: Console,
) -> list[Any]:
    """What a function makes of each of the tasks, in their order, by as many processes as cores.

    Each process first calls ``start`` with ``given``, which is copied. Where there is ``few`` to
    do, this process does it all. Raises BuildError if a process is killed.
    """
    columns = (TextColumn(title), BarColumn(), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=console, transient=True) as progress, ExitStack() as end:
        if few:
            start(*given)
            return list(map(function, progress.track(tasks)))
        count = min(os.cpu_count() or 1, _MOST)
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(count, context, initializer=_start, initargs=(start, *given))
        # What no process has begun at an exception is left undone.
        end.callback(pool.shutdown, cancel_futures=True)
        try:
            return list(progress.track(pool.map(function, tasks), total=len(tasks)))
        except BrokenProcessPool as error:
            raise BuildError(
                f"one of {count} processes at work was killed, as happens when memory runs out;"
                " close other programs, and build again"
            ) from error


def _start(start: Callable[..., None], *given: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits
    start(*given)
