"""Keeps the window's finished drawings, and shows them in a strip below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal

from digitpad.image.normalize import Image
from digitpad.inference.recognizer import Readings
from digitpad.ink.ink import Ink
from digitpad.ui.files.recents_strip import RecentsStrip
from digitpad.ui.style.first_paint import after_first_paint
from digitpad.ui.window.window import Window

if TYPE_CHECKING:
    from digitpad.library.recents import Recent, Recents

translate = QCoreApplication.translate


class RecentDrawings(QObject):
    """Puts a drawing into the list when another takes its place, or the window closes.

    Signals:
        switched(bool): whether drawings are now kept.

    Args:
        window: gets the strip below it, and the commands.
        recents: the list, or what opens it once the window can be seen; closed by :meth:`close`.
        on: whether drawings are kept.

    Attributes:
        strip: the strip; hidden while there is nothing in it.
    """

    switched = Signal(bool)

    def __init__(
        self, window: Window, recents: Recents | Callable[[], Recents], *, on: bool = True
    ) -> None:
        super().__init__(window)
        self._window, self._open = window, recents
        self._answered: tuple[Ink, str, float] | None = None  # a finished drawing, and its answer
        self._is_closed = False
        self._told: str | None = None  # the notice that was said
        self.strip = RecentsStrip()
        self.strip.chosen.connect(window.open_ink)
        self.strip.removed.connect(self._remove)
        window.add_panel(self.strip, below=True)
        window.read.connect(self._note)
        add = window.commands.add
        self._switch = add("keep-recents", _keep, [], _nothing, menu="view", checkable=True)
        self._switch.setChecked(on)
        self._switch.toggled.connect(self._turn)
        forget = add("forget-recents", _forget, [], self.forget_all, menu="view")
        self.strip.commands = [self._switch, forget]
        self._hold_room()
        if callable(recents):
            after_first_paint(window, self._list)
        else:
            self._list()

    @cached_property
    def _recents(self) -> Recents:
        recents = self._open() if callable(self._open) else self._open
        recents.enabled = self._switch.isChecked()
        return recents

    def keep(self, on: bool) -> None:
        """Keep drawings and show the strip, or neither; what was kept stays in the file."""
        self._switch.setChecked(on)

    def forget_all(self) -> None:
        """Empty the list; Undo fills it again."""
        before, answered, self._answered = self._recents.entries(), self._answered, None
        self._recents.clear()
        self._list()
        if before:
            said = translate("RecentDrawings", "Recent drawings are forgotten.")
            self._offer_undo(said, before, answered)

    def close(self) -> None:
        """Keep the drawing that stands, and close the list; once is enough."""
        if self._is_closed:
            return
        self._is_closed = True
        self._put_away()
        self._window.read.disconnect(self._note)
        self._recents.close()

    def _turn(self, on: bool) -> None:
        self._recents.enabled = on
        self._hold_room()
        self._list()
        self.switched.emit(on)

    def _note(self, _image: Image | None, readings: Readings | None) -> None:
        """Remember a drawing's answer; put the one before it away, when it is gone."""
        window = self._window
        if window.canvas.is_drawing or window.scrubber.moment is not None:
            return
        ink = window.ink  # the grid, too, keeps the ink that it was made of
        if self._answered is not None and not _goes_on(self._answered[0], ink):
            self._put_away()
        if readings is not None and ink and not window.document.on_grid:
            winner = int(readings.probabilities[0].argmax())
            probability = float(readings.probabilities[0, winner])
            self._answered = ink, window.recognizer.labels[winner], probability

    def _put_away(self) -> None:
        if self._answered is None:
            return
        answered, self._answered = self._answered, None
        self._recents.add(*answered)
        self._list()

    def _remove(self, key: int) -> None:
        before = self._recents.entries()
        self._recents.remove(key)
        self._list()
        said = translate("RecentDrawings", "The drawing is forgotten.")
        self._offer_undo(said, before, self._answered)

    def _offer_undo(
        self, said: str, before: Sequence[Recent], answered: tuple[Ink, str, float] | None
    ) -> None:
        def undo() -> None:
            if self._is_closed:
                return
            self._answered = self._answered or answered
            known = set(map(id, before))  # keys are used again
            since = [each for each in self._recents.entries() if id(each) not in known]
            self._recents.enabled = True
            for each in (*reversed(before), *reversed(since)):  # each moves to the front
                self._recents.add(each.ink, each.label, each.probability)
            self._recents.enabled = self._switch.isChecked()
            self._list()

        self._window.messages.say(said, about="forgotten", undo=undo)

    def _hold_room(self) -> None:
        """The first drawing to be kept must not make the page smaller."""
        policy = self.strip.sizePolicy()
        policy.setRetainSizeWhenHidden(self._switch.isChecked())
        self.strip.setSizePolicy(policy)
        self.strip.hide()

    def _list(self) -> None:
        if self._is_closed:
            return
        entries = self._recents.entries() if self._recents.enabled else []
        self.strip.show_recents(entries)
        self.strip.setVisible(bool(entries))
        if self._recents.notice != self._told:
            self._told = self._recents.notice
            self._window.messages.say(self._told or "", about="recents", stays=True)


def _goes_on(ink: Ink, later: Ink) -> bool:
    """Whether a drawing is the same one, edited further: drawn on, or erased in part."""
    if any(stroke is other for stroke in ink.strokes for other in later.strokes):
        return True
    left = _points(later)
    return len(_points(ink) & left) > len(left) / 2


def _points(ink: Ink) -> set[tuple[float, float]]:
    return {(x, y) for stroke in ink.strokes for x, y in stroke.points.tolist()}


def _nothing() -> None:
    """What the switch does besides being switched."""


def _keep() -> str:
    return translate("RecentDrawings", "Keep &recent drawings")


def _forget() -> str:
    return translate("RecentDrawings", "&Forget recent drawings")
