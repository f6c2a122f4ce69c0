"""What the window has to say, in its status bar: one message at a time, and none for ever.

A message belongs to what it speaks of. It goes when its time is over, when something else is said
of the same, or when that is gone. One that is interrupted comes back for the rest of its time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from digitpad.ui.results.status import StatusBar

#: What messages speak of. A drawing's messages go with the drawing.
DRAWING, MODEL, READING, FILES, HAND = "drawing", "model", "reading", "files", "hand"

#: How long a message stands, in milliseconds: at least, for each character, and with Undo.
LEAST_MS, CHARACTER_MS, UNDO_MS = 4_000, 70, 12_000
#: How long it stands on while a hand is at its Undo.
_LINGER_MS = 1_000


@dataclass
class _Message:
    text: str
    about: str
    undo: Callable[[], object] | None
    stays: bool
    left_ms: int


class Messages(QObject):
    """The messages of one window, the newest first.

    Args:
        bar: shows them; it owns this.
    """

    def __init__(self, bar: StatusBar) -> None:
        super().__init__(bar)
        self._bar = bar
        self._stack: list[_Message] = []  # the last one is shown
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._end)
        bar.undo.clicked.connect(self._undo)

    def say(
        self,
        text: str,
        *,
        about: str = "",
        undo: Callable[[], object] | None = None,
        stays: bool = False,
    ) -> None:
        """Show a message, and tell it to screen readers.

        Args:
            text: a sentence; an empty one only clears what was said of the same.
            about: what it speaks of, such as :data:`DRAWING`; it replaces what was said of that.
            undo: takes back what was done; offered beside the message.
            stays: whether it stands until it is replaced or cleared, because it goes on being true.
        """
        if self._stack:
            shown = self._stack[-1]
            if stays and shown.stays and (shown.text, shown.about) == (text, about):
                return
            shown.left_ms = self._timer.remainingTime()
        self._stack = [
            m for m in self._stack if m.text != text and not (about and m.about == about)
        ]
        if text:
            time_ms = UNDO_MS if undo else max(LEAST_MS, CHARACTER_MS * len(text))
            self._stack.append(_Message(text, about, undo, stays, time_ms))
        self._show()
        if text:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._bar, text))

    def clear(self, about: str) -> None:
        """Take back what was said of something: it is gone, or not true any more."""
        if any(each.about == about for each in self._stack):
            self.say("", about=about)

    def _show(self) -> None:
        self._timer.stop()
        if not self._stack:
            self._bar.undo.hide()
            self._bar.clearMessage()
            return
        shown = self._stack[-1]
        self._bar.undo.setVisible(shown.undo is not None)
        self._bar.showMessage(shown.text)
        if not shown.stays:
            self._timer.start(max(shown.left_ms, 0))

    def _end(self) -> None:
        if self._bar.undo.isVisible() and (
            self._bar.undo.underMouse() or self._bar.undo.hasFocus()
        ):
            self._timer.start(_LINGER_MS)
            return
        self._stack.pop()
        self._show()

    def _undo(self) -> None:
        undo = self._stack.pop().undo
        self._show()
        if undo is not None:
            undo()
