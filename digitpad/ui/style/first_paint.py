"""Calls a function once a window has been painted for the first time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


class _FirstPaint(QObject):
    """Watches one widget until it has been painted."""

    def __init__(self, widget: QWidget, call: Callable[[], None]) -> None:
        super().__init__(widget)
        self._call = call
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            # Not now: what is being painted has yet to get onto the screen.
            QTimer.singleShot(0, self._call)
        return super().eventFilter(watched, event)


def after_first_paint(widget: QWidget, call: Callable[[], None]) -> None:
    """Call a function once, when a widget is painted for the first time."""
    _FirstPaint(widget, call)
