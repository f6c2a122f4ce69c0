"""Ctrl-C as a request: what is under way ends at the next safe place, not in the midst of it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """While open, a first Ctrl-C only makes the yielded function answer True.

    A second one interrupts as usual.
    """
    requested = threading.Event()
    previous = signal.getsignal(signal.SIGINT)

    def request(*_: object) -> None:
        requested.set()
        signal.signal(signal.SIGINT, previous)

    signal.signal(signal.SIGINT, request)
    try:
        yield requested.is_set
    finally:
        signal.signal(signal.SIGINT, previous)
