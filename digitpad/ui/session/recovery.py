"""The drawing outlives a crash: it is written while it is drawn, and there at the next start."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from digitpad.library.document import Document

if TYPE_CHECKING:
    from digitpad.library.drafts import Draft

translate = QCoreApplication.translate

#: How long a movement waits for others before it is written, and what could not be written until
#: the next attempt, in milliseconds.
WAIT_MS, RETRY_MS = 60, 1_000


class Recovery(QObject):
    """Writes the drawing down, and brings it back.

    Signals:
        failed(str): it cannot be written; a sentence for the user, emitted once; empty when it
            works again.

    Args:
        path: the file of the user's drawings.
        folder: where the locks of drawings in hand are.
        take: gives the drawing as it stands, with the edit under way.
        show: takes the drawing that was left.
    """

    failed = Signal(str)

    def __init__(
        self,
        path: Path,
        folder: Path,
        take: Callable[[], Document],
        show: Callable[[Document], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._path, self._folder, self._take, self._show = path, folder, take, show
        self._has_failed = False
        self._notices: list[str] = []
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.save)

    @cached_property
    def _draft(self) -> Draft:
        from digitpad.library.drafts import Draft  # and SQLite, which a first start can do without

        return Draft(self._path, self._folder, self._notices.append)

    def restore(self) -> str | None:
        """Show the drawing that a crash has left, the latest where there are several.

        Returns:
            Sentences for the user; None where there is nothing to say.
        """
        if not self._path.exists() and not any(self._folder.glob("*.json")):
            return None
        from digitpad.library.old_drafts import take_over
        from digitpad.library.schema import StoreError

        try:
            for aside in take_over(self._folder, self._draft):
                self._say_damaged(aside)
            if (left := self._draft.restore()) is not None:
                self._restore(*left)
        except (StoreError, OSError) as error:
            sentence = translate(
                "Recovery", "Your last drawing cannot be read from {file} ({reason})."
            )
            reason = getattr(error, "strerror", None) or error
            self._notices.append(sentence.format(file=self._path, reason=reason))
        told = " ".join(self._notices)
        self._notices.clear()
        return told or None

    def touch(self) -> None:
        """An edit goes on: write it down soon. Costs next to nothing."""
        if not self._timer.isActive():
            self._timer.start(WAIT_MS)

    def save(self) -> None:
        """Write the drawing down now."""
        from digitpad.library.schema import StoreError

        self._timer.stop()
        try:
            self._draft.save(self._take())
            if self._has_failed:
                self._has_failed = False
                self.failed.emit("")
        except StoreError as error:
            self._timer.start(RETRY_MS)
            if not self._has_failed:
                self._has_failed = True
                sentence = translate(
                    "Recovery",
                    "Your drawing is not safe from a crash: {file} cannot be written to"
                    " ({reason}).",
                )
                self._notices.append(sentence.format(file=self._path, reason=error))
        if self._notices:
            self.failed.emit(" ".join(self._notices))
            self._notices.clear()

    def close(self, *, keep: bool = False) -> None:
        """End, after a normal end without the drawing, else with it."""
        if keep and self._timer.isActive():
            self.save()
        self._timer.stop()
        self._draft.close(keep=keep)

    def _restore(self, document: Document, is_whole: bool) -> None:
        try:
            document.image()  # which fails, if at all, before it stands on the page
            self._show(document)
        except Exception:  # whatever it is, it would be there at every start
            is_whole = False
        if is_whole:
            self._notices.append(translate("Recovery", "Your last drawing is back."))
        else:
            self._say_damaged(self._draft.set_aside())
            self._draft.save(self._take())

    def _say_damaged(self, aside: Path) -> None:
        sentence = translate(
            "Recovery", "Your last drawing was damaged; its file is kept as {file}."
        )
        self._notices.append(sentence.format(file=aside))
