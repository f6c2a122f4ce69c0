"""Undo and redo: states are immutable, so history is a list of them and a place in it."""

from __future__ import annotations

from typing import Generic, TypeVar

State = TypeVar("State")


class History(Generic[State]):
    """Every state, from the first to the latest edit, without a limit.

    States share what did not change between them, so a step costs about as much as what it added.
    """

    def __init__(self, first: State) -> None:
        self._states = [first]
        self._at = 0

    @property
    def current(self) -> State:
        """The state that stands."""
        return self._states[self._at]

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier state."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether an edit was undone and nothing done since."""
        return self._at + 1 < len(self._states)

    def push(self, state: State) -> None:
        """A new edit; what was undone before it is forgotten."""
        del self._states[self._at + 1 :]
        self._states.append(state)
        self._at += 1

    def replace(self, state: State) -> None:
        """Another way to see the state that stands: no step of its own, and redo stays."""
        self._states[self._at] = state

    def undo(self) -> State:
        """Go one edit back, if there is one."""
        self._at = max(self._at - 1, 0)
        return self.current

    def redo(self) -> State:
        """Go one edit forward, if there is one."""
        self._at = min(self._at + 1, len(self._states) - 1)
        return self.current
