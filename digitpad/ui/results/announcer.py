"""Tells a screen reader what a widget shows: once it stands, and once."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from digitpad.ui.results.verdict import SETTLE_MS

#: How long something must stand before it is told, in milliseconds: longer than a verdict takes,
#: so that a drawing that is rejected is told of once.
ANNOUNCE_MS = SETTLE_MS + 200


class Announcer(QTimer):
    """Announces the accessible name of a widget.

    Args:
        widget: whose name it is; it owns the announcer.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, singleShot=True, interval=ANNOUNCE_MS)
        self._widget = widget
        self._meaning: Hashable = None
        self._told: Hashable = None
        self.timeout.connect(self._tell)

    def changed(self, meaning: Hashable, *, at_once: bool = False) -> None:
        """Announce the name once it has stood for a while, unless its meaning was told last.

        Args:
            meaning: what matters of the name; None: there is nothing to be told now.
            at_once: whether it stands already.
        """
        self.stop()
        self._meaning = meaning
        if meaning is None:
            self._told = None
        elif at_once:
            self._tell()
        else:
            self.start()  # anew at every change

    def _tell(self) -> None:
        if self._meaning != self._told:
            self._told = self._meaning
            event = QAccessibleAnnouncementEvent(self._widget, self._widget.accessibleName())
            QAccessible.updateAccessibility(event)
