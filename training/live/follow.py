"""Follows the files of a run: reads what is new, and keeps what was read. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from training.base.errors import BuildError
from training.live.progress import Progress, progress
from training.runs import Layer, Pictures, Result, RunError, RunFolder
from training.runs.metrics import MetricsReader, Story

T = TypeVar("T")
#: What results are shown of: the first of these that there is.
SETS = {"test": "test images", "validation": "validation images"}
#: The process that trains is looked for at every so many polls.
_LOOK = 5


class _File(Generic[T]):
    """A file that may come, and change; it is read again only when it did."""

    def __init__(self, path: Path, read: Callable[[], T], value: T) -> None:
        self.value = value
        self.problem = ""
        self._path, self._read = path, read
        self._seen: tuple[int, ...] | None = None

    def poll(self) -> bool:
        """Whether there is something new; what cannot be read leaves the value as it was."""
        signature = _signature(self._path)
        if signature == self._seen:
            return False
        self._seen = signature
        try:
            self.value, self.problem = self._read(), ""
        except RunError as error:
            self.problem = str(error)
        return True


class Follower:
    """A run, as far as its files tell.

    Attributes:
        folder: the run's.
        configuration: what was asked for.
        story: what happened.
        progress: how it stands.
    """

    def __init__(self, folder: RunFolder) -> None:
        """Read what was asked for; everything else waits for :meth:`poll`.

        Raises:
            RunError: if that cannot be read.
        """
        self.folder = folder
        self.configuration = folder.configuration()
        self._metrics = _Metrics(folder.metrics)
        self._polls = 0
        self._in_use = False
        self._layers: _File[tuple[Layer, ...]] = _File(
            folder.path / "model.json", folder.layers, ()
        )
        self._result: _File[Result | None] = _File(folder.path / "result.json", folder.result, None)
        self._samples: _File[Pictures | None] = _File(
            folder.path / "samples.npz", lambda: self._fitting("samples", folder.samples()), None
        )
        self._predictions: dict[str, _File[Pictures | None]] = {
            name: _File(folder.predictions_file(name), self._read_predictions(name), None)
            for name in SETS
        }
        self.progress = self._progress()

    @property
    def story(self) -> Story:
        return self._metrics.story

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The network's; empty while nobody knows them."""
        return self._layers.value

    @property
    def samples(self) -> Pictures | None:
        """Some training images; None while there are none."""
        return self._samples.value

    @property
    def result(self) -> Result | None:
        """The finished run's figures; None before its end, and while it goes on."""
        return self._result.value if self.story.ended else None

    @property
    def predictions(self) -> tuple[str, Pictures] | None:
        """A key of :data:`SETS` and what the model says of it, without NaN; None before that."""
        for name, file in self._predictions.items():
            if file.value is not None:
                return name, file.value
        return None

    @property
    def problem(self) -> str:
        """A sentence on what cannot be read; empty where all can."""
        problems = (
            self._metrics.problem,
            self._layers.problem,
            self._samples.problem,
            self._result.problem,
            *(file.problem for file in self._predictions.values()),
        )
        return next(filter(None, problems), "")

    def poll(self) -> frozenset[str]:
        """Read what is new.

        Returns:
            What changed: ``"story"``, ``"progress"``, ``"layers"``, ``"samples"``, ``"result"``,
            ``"predictions"``.
        """
        # Before the story: who has ended has said so, and is not taken for killed.
        if self._polls % _LOOK == 0:
            self._in_use = self.folder.in_use()
        self._polls += 1
        changed = {
            name
            for name, files in (
                ("layers", (self._layers,)),
                ("samples", (self._samples,)),
                ("predictions", tuple(self._predictions.values())),
                ("result", (self._result,)),
            )
            if sum(file.poll() for file in files)
        }
        if self._metrics.poll():
            changed |= {"story", "result"}
        now = self._progress()
        if now != self.progress:
            self.progress = now
            changed.add("progress")
        return frozenset(changed)

    def _progress(self) -> Progress:
        return progress(
            self.story,
            in_use=self._in_use,
            stop_requested=self.folder.stop_requested(),
            measured=self.result is not None,
        )

    def _read_predictions(self, name: str) -> Callable[[], Pictures | None]:
        def read() -> Pictures | None:
            found = self._fitting(f"predictions/{name}", self.folder.predictions(name))
            if found is None or found.probabilities is None:
                return None
            # A model that diverged answers NaN.
            shares = np.clip(np.nan_to_num(found.probabilities), 0.0, 1.0)
            return Pictures(found.images, found.labels, shares)

        return read

    def _fitting(self, name: str, pictures: Pictures | None) -> Pictures | None:
        """Pictures whose classes are those of the configuration.

        Raises:
            RunError: if they are of others.
        """
        if pictures is None or not len(pictures.labels):
            return None
        classes = len(self.configuration.labels)
        shares = pictures.probabilities
        if pictures.labels.max() >= classes or (shares is not None and shares.shape[1] != classes):
            raise RunError(
                f"{self.folder.path / name}.npz has other classes than run.json; one of the two is"
                " damaged, or of another run"
            )
        return pictures


class _Metrics:
    """The story in ``metrics.jsonl``, read anew where the file was cut or replaced."""

    def __init__(self, path: Path) -> None:
        self.story = Story()
        self.problem = ""
        self._path = path
        self._reader = MetricsReader(path)
        self._seen: tuple[int, ...] | None = None

    def poll(self) -> bool:
        """Whether there is something new; a damaged file leaves the story as it was."""
        signature = _signature(self._path)
        if signature == self._seen:
            return False
        story, reader = self.story, self._reader
        if self.problem or _is_another(self._seen, signature):
            story, reader = Story(), MetricsReader(self._path)
        self._seen = signature
        try:
            story.add(reader.poll())
        except BuildError as error:
            self.problem = str(error)
        else:
            self.story, self._reader, self.problem = story, reader, ""
        return True


def _is_another(before: tuple[int, ...] | None, now: tuple[int, ...] | None) -> bool:
    """Whether a file that only grows was cut, replaced or removed."""
    return before is not None and (now is None or now[1] != before[1] or now[2] < before[2])


def _signature(path: Path) -> tuple[int, ...] | None:
    """Changes when the file does; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
