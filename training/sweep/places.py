"""The folder of a sweep: its database, the runs of its trials, and what is made of them."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from training.recipes import Recipe
from training.recipes.settings import settings
from training.runs import RunError, RunFolder
from training.sweep.errors import SweepError

#: Free space, in bytes, below which no further build is begun.
_ROOM = 200 * 2**20


class Places:
    """Where a worker's files lie.

    Attributes:
        path: the sweep's folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def database(self) -> Path:
        """Of a sweep without ``--storage``."""
        return self.path / "study.db"

    def make(self) -> None:
        """Make the folder.

        Raises:
            SweepError: if it cannot be made.
        """
        try:
            (self.path / "trials").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _cannot_write(self.path, error) from error

    def check_room(self) -> None:
        """Make sure that another build would find some space.

        Raises:
            SweepError: if it would not.
        """
        free = shutil.disk_usage(self.path).free
        if free < _ROOM:
            raise SweepError(
                f"only {free / 2**20:.0f} MB are free in {self.path}; free some space and start the"
                " same command again, which goes on with what is left"
            )

    def run_of(self, job: int, recipe: Recipe) -> tuple[Path, bool]:
        """The folder for another attempt at a job.

        Args:
            job: 0-based.
            recipe: what is built.

        Returns:
            The folder, and whether there is a run in it to go on with.
        """
        number = 1
        while True:
            path = self.path / "trials" / (f"{job:03}" if number == 1 else f"{job:03}-{number}")
            if not path.exists():
                return path, False
            if _can_go_on(RunFolder(path), recipe):
                return path, True
            number += 1

    def log_of(self, run: Path) -> Path:
        """The file for what a build prints."""
        return run.with_name(f"{run.name}.log")

    def write(self, name: str, content: bytes) -> Path:
        """Replace a file as a whole; workers may do so at the same time.

        Raises:
            SweepError: if it cannot be written.
        """
        path = self.path / name
        temporary = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except OSError as error:
            if temporary:
                Path(temporary).unlink(missing_ok=True)
            raise _cannot_write(path, error) from error
        return path


def _can_go_on(folder: RunFolder, recipe: Recipe) -> bool:
    """Whether a folder has such a run that nobody is at work on."""
    try:
        return settings(folder.configuration().recipe) == settings(recipe) and not folder.in_use()
    except RunError:
        return False


def _cannot_write(path: Path, error: OSError) -> SweepError:
    return SweepError(
        f"cannot write {path} ({error.strerror}); free some space, or name another --folder"
    )
