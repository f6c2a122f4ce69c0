"""The drawing outlives a crash: it is written down soon after every edit, and there at next start.

Every running digitpad has a place of its own, ``pad-N.json``, and holds the lock ``pad-N.lock``,
which the system takes from a process that dies, however it dies. So a drawing whose lock is free
was left by a crash, and nobody takes the drawing of a living one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from digitpad.ui.session.journal import Journal, read
from digitpad.ui.settings.folders import set_aside

translate = QCoreApplication.translate

#: How long an edit waits for others before it is written, in milliseconds.
WAIT_MS = 300
#: So many digitpads at once have a place.
MAX_PLACES = 64


class Recovery(QObject):
    """Writes the drawing down, and brings it back.

    Signals:
        failed(str): it cannot be written; a sentence for the user, emitted once until it works.

    Args:
        folder: where the drawings are; made where there is none.
        take: gives what is to be written, as JSON-ready values; {} for an empty page.
        show: takes what was written; raises ValueError, with a sentence, where it is damaged.
    """

    failed = Signal(str)

    def __init__(
        self,
        folder: Path,
        take: Callable[[], Mapping[str, Any]],
        show: Callable[[Mapping[str, Any]], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._files = [folder / f"pad-{n}.json" for n in range(1, MAX_PLACES + 1)]
        self._take, self._show = take, show
        self._lock: IO[bytes] | None = None
        self._journal: Journal | None = None
        self._failed = False
        self._timer = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._timer.timeout.connect(self.flush)

    def bring_back(self) -> str | None:
        """Show the drawing that a crash has left, the latest where there are several.

        Returns:
            A sentence for the user; None where no drawing was left.
        """
        for file in sorted(filter(Path.exists, self._files), key=_age):
            if self._claim(file):
                return self._bring_back(file)
        return None

    def touch(self) -> None:
        """There was an edit: write it down soon. Costs next to nothing."""
        if not self._timer.isActive():
            self._timer.start()

    def flush(self) -> None:
        """Write the drawing down now."""
        self._timer.stop()
        try:
            self._place().write(self._take())
            self._failed = False
        except OSError as error:
            if not self._failed:
                self._failed = True
                self.failed.emit(
                    translate(
                        "Recovery",
                        "Your drawing is not safe from a crash: {folder} cannot be written to"
                        " ({reason}).",
                    ).format(folder=self._files[0].parent, reason=error.strerror or error)
                )

    def close(self, *, keep: bool = False) -> None:
        """Give the place up: after a normal end without the drawing, else with it."""
        if keep and self._timer.isActive():
            self.flush()
        self._timer.stop()
        if self._journal and not keep:
            with suppress(OSError):  # else the drawing comes back once more
                self._journal.write({})
        if self._lock:
            self._lock.close()
        self._lock = self._journal = None

    def _bring_back(self, file: Path) -> str:
        try:
            try:
                self._show(read(file))
            except ValueError:
                return translate(
                    "Recovery", "Your last drawing was damaged; its file is kept as {file}."
                ).format(file=set_aside(file))
        except OSError as error:
            return translate(
                "Recovery", "Your last drawing cannot be read from {file} ({reason})."
            ).format(file=file, reason=error.strerror or error)
        return translate("Recovery", "Your last drawing is back.")

    def _claim(self, file: Path) -> Journal | None:
        """Take a place, unless a living digitpad has it."""
        try:
            self._lock = _locked(file.with_suffix(".lock"))
        except OSError:
            return None
        self._journal = Journal(file)
        return self._journal

    def _place(self) -> Journal:
        """This process's place; at first, one without a drawing: others wait for the next start."""
        if self._journal is not None:
            return self._journal
        self._files[0].parent.mkdir(parents=True, exist_ok=True)
        for file in self._files:
            if not file.exists() and (journal := self._claim(file)):
                return journal
        raise OSError(f"{len(self._files)} places are taken")


def _age(file: Path) -> float:
    try:
        return -file.stat().st_mtime
    except OSError:  # gone meanwhile
        return 0.0


def _locked(path: Path) -> IO[bytes]:
    """An open file with a lock that ends with the process, at the latest.

    Raises:
        OSError: if somebody else has the lock, or there can be none.
    """
    file = path.open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise
    return file
