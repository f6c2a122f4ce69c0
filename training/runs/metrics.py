"""What happens in a run, as lines of JSON: written while it trains, read by whoever watches.

``metrics.jsonl`` only grows. A process that was killed may leave half a line; it is cut off when
the run goes on, and readers wait for its end. What is said of an epoch that was not finished is
void once a later :class:`Started` begins before it.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError

from digitpad.library.atomic import remedy
from training.base.errors import BuildError
from training.runs.history import Epoch

#: Bytes that are read at once.
_MOST = 2**24


@dataclass(frozen=True)
class Started:
    """Training begins, or goes on after so many finished epochs."""

    epochs: int  #: that will be trained at most
    batches: int  #: an epoch has
    images: int  #: an epoch has
    after: int  #: finished epochs
    time: float  #: seconds since 1970
    event: Literal["started"] = "started"


@dataclass(frozen=True)
class BatchDone:
    """One step, with the loss and accuracy (0..1) of its batch alone."""

    epoch: int
    batch: int
    loss: float
    accuracy: float
    time: float
    event: Literal["batch"] = "batch"


@dataclass(frozen=True)
class EpochDone:
    """A finished epoch, and whether it is the best so far."""

    epoch: Epoch
    best: bool
    time: float
    event: Literal["epoch"] = "epoch"


@dataclass(frozen=True)
class Ended:
    """Training is over: every epoch trained, stopped early, or failed for a reason."""

    how: Literal["finished", "stopped", "failed"]
    reason: str
    time: float
    event: Literal["ended"] = "ended"


Event = Started | BatchDone | EpochDone | Ended
_events: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="event")])


class MetricsWriter:
    """Appends events to a run's ``metrics.jsonl``; a context manager."""

    def __init__(self, path: Path) -> None:
        """Open the file; half a line that a killed process left is cut off. Raises BuildError."""
        self._path = path
        try:
            with path.open("ab+") as stream:
                stream.seek(0)
                content = stream.read()
                stream.truncate(content.rfind(b"\n") + 1)
            self._stream = path.open("ab", buffering=0)
        except OSError as error:
            raise self._refused(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def note(self, event: Event) -> None:
        """Write an event. Raises BuildError if it cannot be written."""
        line = json.dumps(asdict(event)).encode() + b"\n"
        try:
            before = self._stream.tell()
            if self._stream.write(line) < len(line):  # as a disk does that is full now
                self._stream.truncate(before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> BuildError:
        return BuildError(
            f"cannot write {self._path} ({error.strerror}); {remedy(error)} and go on with --resume"
        )


class MetricsReader:
    """Reads a growing ``metrics.jsonl``, a part at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0

    def poll(self) -> list[Event]:
        """Some whole lines that came since the last call; none where nothing came. Raises
        BuildError if the file cannot be read, or has a line that is no event.
        """
        try:
            with self._path.open("rb") as stream:
                stream.seek(self._at)
                new = stream.read(_MOST)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise BuildError(f"cannot read {self._path} ({error.strerror})") from error
        whole = new[: new.rfind(b"\n") + 1]
        if len(new) == _MOST and not whole:
            raise BuildError(f"{self._path} is damaged: it has a line without an end")
        self._at += len(whole)
        try:
            return [_events.validate_json(line) for line in whole.splitlines() if line.strip()]
        except ValidationError as error:
            raise BuildError(
                f"{self._path} is damaged: it has a line that is no event of a run"
            ) from error


@dataclass
class Story:
    """A run so far, put together from its events."""

    started: Started | None = None  #: the latest beginning, or None before it
    #: Of all epochs, in order; void ones are left out.
    batches: list[BatchDone] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)  #: the finished ones, in order
    ended: Ended | None = None  #: how it ended, or None while it has not

    def add(self, events: Iterable[Event]) -> None:
        """Go on with events in their order."""
        for event in events:
            match event:
                case Started():
                    self.started, self.ended = event, None
                    self.batches = [b for b in self.batches if b.epoch <= event.after]
                    self.epochs = [e for e in self.epochs if e.number <= event.after]
                case BatchDone():
                    self.batches.append(event)
                case EpochDone():
                    self.epochs.append(event.epoch)
                case Ended():
                    self.ended = event


def read_events(path: Path) -> list[Event]:
    """Everything that a ``metrics.jsonl`` holds by now, void or not. Raises BuildError."""
    events: list[Event] = []
    reader = MetricsReader(path)
    while more := reader.poll():
        events += more
    return events


def read_story(path: Path) -> Story:
    """A run so far. Raises BuildError."""
    story = Story()
    story.add(read_events(path))
    return story
