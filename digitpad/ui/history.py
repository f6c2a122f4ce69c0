"""Undo and redo: drawings are immutable, so history is a list of them and a place in it."""

from __future__ import annotations

from digitpad.ink import Ink


class History:
    """Every state of the drawing, from the empty page to the latest edit."""

    def __init__(self, ink: Ink | None = None) -> None:
        self._states = [ink if ink is not None else Ink()]
        self._at = 0

    @property
    def current(self) -> Ink:
        """The drawing that stands."""
        return self._states[self._at]

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier state."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether an edit was undone and nothing drawn since."""
        return self._at + 1 < len(self._states)

    def push(self, ink: Ink) -> None:
        """A new edit; what was undone before it is forgotten."""
        self._states = [*self._states[: self._at + 1], ink]
        self._at += 1

    def undo(self) -> Ink:
        """Go one edit back, if there is one."""
        self._at = max(self._at - 1, 0)
        return self.current

    def redo(self) -> Ink:
        """Go one edit forward, if there is one."""
        self._at = min(self._at + 1, len(self._states) - 1)
        return self.current
