"""A parallel map over work of many small parts, such as drawing the synthetic pool."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

from training.base.errors import BuildError

#: Applies a function to each of the tasks; the results come in their order.
Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]

#: Most processes; each has a copy of the dataset.
_MOST = 8


class ParallelError(BuildError):
    """A process that was killed; the message is one sentence."""


@contextmanager
def parallel_map(start: Callable[..., None], *given: Any, few: bool = False) -> Iterator[Map]:
    """``map`` by as many processes as cores; what none has begun at an exception is left undone.

    Args:
        start: is called with ``given`` in each of them, first of all.
        given: is copied to each of them.
        few: whether there is so little to do that this process has done it before others start.

    Raises:
        ParallelError: if one of them is killed.
    """
    if few:
        start(*given)
        yield map
        return
    count = min(os.cpu_count() or 1, _MOST)
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, context, initializer=_start, initargs=(start, *given))
    try:
        yield pool.map
    except BrokenProcessPool as error:
        raise ParallelError(
            f"one of {count} processes at work was killed, as happens when memory runs out; close"
            " other programs, and build again"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _start(start: Callable[..., None], *given: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits
    start(*given)
