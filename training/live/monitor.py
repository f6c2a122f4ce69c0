"""Polls the files of a run: reads what is new, and keeps what was read. No Qt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.base.errors import BuildError
from training.live.progress import Progress, progress
from training.report.run_view import RunView, read_answers, read_result, read_samples
from training.runs import RunFolder
from training.runs.metrics import MetricsReader, Story

#: Predictions that are read.
_SETS = ("test", "validation")
#: The process that trains is looked for at every so many polls.
_IN_USE_EVERY = 5

Signature = tuple[int, int, int] | None


class RunMonitor:
    """A run, as far as it can be read from the files of its folder; what cannot be read any more is
    as it was.
    """

    def __init__(self, folder: RunFolder) -> None:
        """Read what was asked for, or raise RunError; everything else waits for :meth:`poll`."""
        self.folder = folder
        self.run = RunView(folder.configuration())
        self._files = {
            "layers": folder.path / "model.json",
            "result": folder.path / "result.json",
            "samples": folder.path / "samples.npz",
            "story": folder.metrics,
        } | {name: folder.predictions_file(name) for name in _SETS}
        self._signatures: dict[str, Signature] = dict.fromkeys(self._files)
        self._values: dict[str, Any] = dict.fromkeys(self._files) | {"layers": (), "story": Story()}
        self._problems: dict[str, str] = {}
        self._metrics = MetricsReader(folder.metrics)
        self._polls = 0
        self._in_use = False
        self.progress = self._progress()

    @property
    def problem(self) -> str:
        """A sentence on what cannot be read; empty where all can."""
        return next(iter(self._problems.values()), "")

    def poll(self) -> set[str]:
        """Read what is new, and name it: ``"story"``, ``"progress"``, ``"layers"``, ``"samples"``,
        ``"result"``, or the predictions.
        """
        # Before the metrics: who has ended has said so, and is not taken for killed.
        if self._polls % _IN_USE_EVERY == 0:
            self._in_use = self.folder.in_use()
        self._polls += 1
        changed = {part for part in self._files if self._update(part)}
        if "story" in changed:
            changed.add("result")  # which a run that goes on has no more
        values = self._values
        self.run = RunView(
            self.run.configuration,
            values["story"],
            values["result"] if values["story"].ended else None,
            values["layers"],
            values["samples"],
            {name: values[name] for name in _SETS if values[name]},
        )
        now = self._progress()
        if now != self.progress:
            self.progress = now
            changed.add("progress")
        return changed

    def _update(self, part: str) -> bool:
        """Whether a file changed; what cannot be read leaves the value as it was."""
        before, now = self._signatures[part], _signature(self._files[part])
        if now == before:
            return False
        self._signatures[part] = now
        try:
            replaced = before and (now is None or now[0] != before[0] or now[1] < before[1])
            self._values[part] = self._read(part, anew=bool(replaced or part in self._problems))
            self._problems.pop(part, None)
        except BuildError as error:
            self._problems[part] = str(error)
        return True

    def _read(self, part: str, *, anew: bool) -> Any:
        labels = self.run.labels
        match part:
            case "layers":
                return self.folder.layers()
            case "result":
                return read_result(self.folder)
            case "samples":
                return read_samples(self.folder, len(labels))
            case "story":
                return self._read_story(anew=anew)
        return read_answers(self.folder, part, labels, strict=False)

    def _read_story(self, *, anew: bool) -> Story:
        """The metrics, of which only new lines are read, unless the file was cut or replaced."""
        story: Story = self._values["story"]
        if anew:
            story, self._metrics = Story(), MetricsReader(self.folder.metrics)
        while events := self._metrics.poll():
            story.add(events)
        return story

    def _progress(self) -> Progress:
        return progress(
            self.run.story,
            in_use=self._in_use,
            stop_requested=self.folder.stop_requested(),
            measured=self.run.result is not None,
        )


def _signature(path: Path) -> Signature:
    """Changes when the file does; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
