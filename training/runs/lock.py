"""Who is at work in the folder of a run: one process at most."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from digitpad.library.atomic import remedy
from training.runs.reading import RunError

#: The file whose lock says that a process is training.
LOCK = "lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make a folder, and hold its lock; one in which nothing else was put is removed again. Raises
    RunError if another process has the lock, or if the folder cannot be written to.
    """
    lock = FileLock(folder / LOCK)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=1)  # whoever asks is_held() has it for a moment
    except Timeout as error:
        raise RunError(f"another process is training in {folder}; wait for its end") from error
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        yield
    finally:
        lock.release()
        if {path.name for path in folder.iterdir()} <= {LOCK}:
            (folder / LOCK).unlink(missing_ok=True)
            folder.rmdir()


def is_held(folder: Path) -> bool:
    """Whether a process has the lock of this folder."""
    file = folder / LOCK
    if not file.is_file() or file.is_symlink():  # nobody makes a link, which may lead anywhere
        return False
    try:
        with FileLock(file, timeout=0):
            return False
    except (Timeout, OSError):
        return True


def cannot_write(path: Path, error: OSError) -> RunError:
    """What to say of a file or folder of a run that cannot be written."""
    return RunError(
        f"cannot write {path} ({error.strerror}); {remedy(error)}, or name another folder with"
        " --run"
    )
