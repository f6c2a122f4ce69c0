"""Calls a function at most once a frame; of several requests, one is kept."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer
from PySide6.QtGui import QScreen


class FrameThrottle(QObject):
    """Calls a function at once when a frame has gone by since the last call, else at its end.

    However often :meth:`request` is called within a frame, the function is called once.

    Attributes:
        frame_ms: how long a frame takes, in milliseconds.
    """

    def __init__(self, call: Callable[[], None], frame_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._call = call
        self.frame_ms = frame_ms
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.flush)

    @property
    def pending(self) -> bool:
        """Whether a call waits for the end of the frame."""
        return self._timer.isActive()

    def request(self) -> None:
        """Ask for a call."""
        if self.pending:
            return
        waited = self._since.elapsed() if self._since.isValid() else self.frame_ms
        if waited >= self.frame_ms:
            self.flush()
        else:
            self._timer.start(self.frame_ms - waited)

    def flush(self) -> None:
        """Call now, and drop what was pending."""
        self._timer.stop()
        self._since.start()
        self._call()


def frame_ms(screen: QScreen) -> int:
    """How long one frame of a screen takes, in whole milliseconds."""
    return max(4, int(1000 / max(screen.refreshRate(), 30.0)))
