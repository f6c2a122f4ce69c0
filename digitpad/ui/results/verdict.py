"""Decides when the window says "not sure this is a digit": late, and taken back at once."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

#: How long the pen must have been up before a drawing is rejected, in milliseconds: longer than
#: the way to the second stroke of a 4 or to the bar of a 7.
SETTLE_MS = 600
#: How far above the threshold a score must be to take the verdict back under the moving pen.
MARGIN = 0.1


class Verdict(QObject):
    """Turns digit scores, one a reading, into a verdict that does not flicker.

    While a line is being drawn, no drawing is rejected: half a digit seldom looks like one. A
    rejection that still stands from before is taken back where the score is clearly above the
    threshold; once the pen is up, where it is not below it.

    Signals:
        settled(): the pen has been up for long enough, and the drawing is now rejected.

    Args:
        threshold: 0..1, the digit score below which a drawing is rejected; None: no drawing is.
        settle_ms: how long the pen must have been up, in milliseconds.
    """

    settled = Signal()

    def __init__(
        self, threshold: float | None, parent: QObject | None = None, settle_ms: int = SETTLE_MS
    ) -> None:
        super().__init__(parent)
        self._threshold = threshold
        self._rejected = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(settle_ms)
        self._timer.timeout.connect(self._reject)

    @property
    def rejected(self) -> bool:
        """The verdict that stands."""
        return self._rejected

    @property
    def pending(self) -> bool:
        """Whether the drawing will be rejected if the pen stays up."""
        return self._timer.isActive()

    def update(self, score: float | None, *, drawing: bool) -> bool:
        """Take a new reading.

        Args:
            score: the digit score, 0..1; None where there is nothing to judge.
            drawing: whether the pen is down.

        Returns:
            The verdict that stands.
        """
        self._timer.stop()
        if score is None or self._threshold is None:
            self._rejected = False
        elif drawing:
            self._rejected = self._rejected and score < _clearly_above(self._threshold)
        elif score >= self._threshold:
            self._rejected = False
        elif not self._rejected:
            self._timer.start()  # anew at every edit
        return self._rejected

    def settle(self) -> None:
        """Reject at once what is pending (for pictures of the window)."""
        if self.pending:
            self._reject()

    def _reject(self) -> None:
        self._timer.stop()
        self._rejected = True
        self.settled.emit()


def _clearly_above(threshold: float) -> float:
    """Half-way to 1 at most, so that every threshold can be cleared."""
    return threshold + min(MARGIN, (1 - threshold) / 2)
