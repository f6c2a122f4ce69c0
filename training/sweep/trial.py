"""One attempt at one job: a build in a process of its own, so that it is any other such build."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from training.base.errors import BuildError
from training.runs import Result, RunError, RunFolder
from training.runs.metrics import MetricsReader, Story
from training.sweep.errors import TrialFailedError, TrialLostError

#: What builds say before their sentence.
_SAYS = "training.build: "
#: Exit code of a build that said why it failed.
_REFUSED = 2
#: Bytes at the end of a log in which the sentence is looked for.
_TAIL = 4096
_BUILD = (sys.executable, "-m", "training.sweep.child")
#: A group of its own keeps Ctrl-C, which is for the worker, from the build.
_OWN_GROUP = (
    {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    if os.name == "nt"
    else {"start_new_session": True}
)


@dataclass(frozen=True)
class Task:
    """What is to be built, and where.

    Attributes:
        arguments: of ``training.build``, for what a new run is.
        folder: of the run.
        resume: whether the run that is there is gone on with.
        log: file for what the build prints.
        here: arguments about this machine, which a run that is gone on with needs too.
    """

    arguments: tuple[str, ...]
    folder: Path
    resume: bool
    log: Path
    here: tuple[str, ...] = ()


class RunTrial(Protocol):
    """Builds a task; calls ``tick`` with the share done, 0..1, every second or so.

    Raises:
        TrialFailedError: if it would fail again.
        TrialLostError: if it might succeed when tried again.
    """

    def __call__(self, task: Task, tick: Callable[[float], None]) -> Result: ...


def run_build(
    task: Task,
    tick: Callable[[float], None],
    *,
    program: Sequence[str] = _BUILD,
    poll: float = 1.0,
) -> Result:
    """Build in a child process; a :class:`RunTrial`.

    Args:
        task: what is built.
        tick: called between two looks at the child; what it raises ends the child.
        program: takes the arguments of ``training.build``, and ends when its input does.
        poll: seconds between two looks.
    """
    folder = str(task.folder)
    asked = ("--resume", folder) if task.resume else ("--run", folder, *task.arguments)
    words = (*program, *asked, *task.here)
    share = _Share(task.folder)
    with _started(words, task.log) as child:
        while True:
            try:
                code = child.wait(timeout=poll)
                break
            except subprocess.TimeoutExpired:
                tick(share())
    if code == 0:
        return checked(RunFolder(task.folder))
    if code == _REFUSED:
        raise TrialFailedError(_sentence(task.log))
    raise TrialLostError(f"the build ended with exit code {code}; {task.log} has what it said")


def checked(folder: RunFolder) -> Result:
    """The result of a finished run.

    Raises:
        TrialFailedError: if there is none that can be judged.
    """
    try:
        result = folder.result()
    except RunError as error:
        raise TrialFailedError(str(error)) from error
    if result is None:
        raise TrialFailedError(f"{folder.path} has no result")
    if not math.isfinite(result.validation_loss) or not 0 <= result.validation_accuracy <= 1:
        raise TrialFailedError("its validation loss is not a number; lower the learning rate")
    return result


@contextmanager
def _started(words: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    try:
        stream = log.open("ab")
    except OSError as error:
        raise TrialFailedError(f"cannot write {log} ({error.strerror})") from error
    with stream:
        child = subprocess.Popen(  # noqa: S603  # this very program
            words, stdin=subprocess.PIPE, stdout=stream, stderr=subprocess.STDOUT, **_OWN_GROUP
        )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        if child.stdin:
            child.stdin.close()
        child.wait()


class _Share:
    """How much of a run is done, 0..1, by its metrics."""

    def __init__(self, folder: Path) -> None:
        self._reader = MetricsReader(RunFolder(folder).metrics)
        self._story = Story()

    def __call__(self) -> float:
        try:
            self._story.add(self._reader.poll())
        except BuildError:  # a display only: whoever needs the metrics will say what is wrong
            return 0.0
        started = self._story.started
        if started is None:
            return 0.0
        return min(1.0, len(self._story.batches) / max(1, started.epochs * started.batches))


def _sentence(log: Path) -> str:
    """What a build said last."""
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - _TAIL))
        lines = stream.read().decode(errors="replace").splitlines()
    said = [line.partition(_SAYS)[2] for line in lines if line.startswith(_SAYS)]
    return said[-1] if said else (lines or [f"{log} is empty"])[-1]
