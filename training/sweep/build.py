"""One trial: a build in a process of its own, which ends with its worker, however that ends."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from training.base.errors import BuildError
from training.runs import Result, RunError, RunFolder
from training.runs.metrics import MetricsReader, Story

#: What builds say before their sentence, and the exit code of those that said why they failed.
_SAYS, _REFUSED = "training.build: ", 2
#: Bytes at the end of a log in which the sentence is looked for.
_TAIL = 4096
_BUILD = (sys.executable, "-m", "training.sweep.build")


class BuildFailedError(BuildError):
    """A build that failed by itself, and would fail again; the message is its sentence."""


class BuildLostError(BuildError):
    """A build whose process was killed; it may well succeed when tried again."""


@dataclass(frozen=True)
class Task:
    """What is to be built, and where."""

    arguments: tuple[str, ...]  #: of ``training.build``, for what a new run is
    folder: Path  #: of the run
    resume: bool  #: whether the run that is there is gone on with
    #: Arguments about this machine, which a run that is gone on with needs too.
    here: tuple[str, ...] = ()

    @property
    def log(self) -> Path:
        """File for what the build prints."""
        return self.folder.with_name(f"{self.folder.name}.log")


#: Builds a task, as :func:`run_build` does; calls the function with the share done, 0..1.
RunBuild = Callable[[Task, Callable[[float], None]], Result]


def run_build(
    task: Task,
    tick: Callable[[float], None],
    *,
    program: Sequence[str] = _BUILD,
    poll: float = 1.0,
) -> Result:
    """Build in a child process.

    ``tick`` is called with the share done, 0..1, every ``poll`` seconds; what it raises ends the
    child. The program takes the arguments of ``training.build``, and ends when its input does.
    Raises BuildFailedError if it would fail again, BuildLostError if it might succeed when tried
    again.
    """
    folder = str(task.folder)
    asked = ("--resume", folder) if task.resume else ("--run", folder, *task.arguments)
    share = _share_of(RunFolder(task.folder))
    try:
        log = task.log.open("ab")
    except OSError as error:
        raise BuildFailedError(f"cannot write {task.log} ({error.strerror})") from error
    with log, _started((*program, *asked, *task.here), log) as child:
        try:
            while child.poll() is None:
                tick(share())
                with suppress(subprocess.TimeoutExpired):
                    child.wait(timeout=poll)
        except BaseException:
            child.kill()
            raise
    if child.returncode == _REFUSED:
        raise BuildFailedError(_last_sentence(task.log))
    if child.returncode:
        raise BuildLostError(
            f"the build ended with exit code {child.returncode}; {task.log} has what it said"
        )
    return checked(RunFolder(task.folder))


def _started(command: Sequence[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    # A session or group of its own keeps Ctrl-C, which is for the worker, from the build.
    return subprocess.Popen(  # noqa: S603  # this very program
        command,
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=os.name != "nt",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def checked(folder: RunFolder) -> Result:
    """The result of a finished run. Raises BuildFailedError if there is none that can be judged."""
    try:
        result = folder.result()
    except RunError as error:
        raise BuildFailedError(str(error)) from error
    if result is None:
        raise BuildFailedError(f"{folder.path} has no result")
    if not math.isfinite(result.validation_loss) or not 0 <= result.validation_accuracy <= 1:
        raise BuildFailedError("its validation loss is not a number; lower the learning rate")
    return result


def _share_of(run: RunFolder) -> Callable[[], float]:
    reader, story = MetricsReader(run.metrics), Story()

    def share() -> float:
        with suppress(BuildError):  # whoever needs the metrics will say what is wrong
            story.add(reader.poll())
        started = story.started
        done = len(story.batches)
        return min(1.0, done / max(1, started.epochs * started.batches)) if started else 0.0

    return share


def _last_sentence(log: Path) -> str:
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - _TAIL))
        lines = stream.read().decode(errors="replace").splitlines()
    said = [line.partition(_SAYS)[2] for line in lines if line.startswith(_SAYS)]
    return said[-1] if said else (lines or [f"{log} is empty"])[-1]


def end_with_worker() -> None:
    """End this process at once when standard input ends.

    Its other end is the worker's, and the system closes that when the worker dies, even when it is
    killed, on every platform. Checkpoints are whole at any time.
    """

    def wait() -> None:
        # Not sys.stdin: a lock of it, held by this thread for good, would spoil a normal end.
        while os.read(0, 1024):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    end_with_worker()
    from training.build import main

    sys.exit(main(sys.argv[1:]))
