"""Ctrl-C as a request: what is under way ends at the next safe place, not in the midst of it."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any, Protocol, Self


class Request(Protocol):
    """Whether somebody asked for an early end."""

    @property
    def requested(self) -> bool: ...


class Interrupt:
    """While open, the first Ctrl-C sets :attr:`requested`; a second one interrupts as usual."""

    def __init__(self) -> None:
        self.requested = False
        self._previous: Any = None

    def __enter__(self) -> Self:
        self._previous = signal.signal(signal.SIGINT, self._request)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.signal(signal.SIGINT, self._previous)

    def _request(self, _signal: int, _frame: FrameType | None) -> None:
        self.requested = True
        signal.signal(signal.SIGINT, self._previous)
