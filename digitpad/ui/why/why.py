"""Seeing why: the command, and the panel beside the window that it opens and closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal

from digitpad.ui.style import theme
from digitpad.ui.style.panel_width import PanelWidth
from digitpad.ui.window.window import Window

if TYPE_CHECKING:
    from digitpad.ui.why.panel import WhyPanel
    from digitpad.ui.why.watch import Watcher

translate = QCoreApplication.translate


class Why(QObject):
    """Adds a command. The panel is made when it is opened for the first time, also its modules.

    Signals:
        switched(bool): whether the panel is now open.

    Args:
        window: gets the command, and makes room for the panel.

    Attributes:
        panel: the panel, also while it is closed; None until it is opened for the first time.
    """

    switched = Signal(bool)

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._panel_width = window, PanelWidth(window.tools.pad)
        self.panel: WhyPanel | None = None
        self._watcher: Watcher | None = None
        self._switch = window.commands.add("why", _seeing_why, ["W"], menu="view", checkable=True)
        self._switch.toggled.connect(self._turn)

    def open(self, on: bool = True) -> None:
        """Open the panel, or close it."""
        self._switch.setChecked(on)

    def _turn(self, on: bool) -> None:
        panel, watcher = self._made()
        if on:
            self._panel_width.measure()
            panel.show()
            self._panel_width.widen(panel.maximumWidth() + 4 * theme.GRID)
            watcher.start()
        else:
            watcher.stop()
            if panel.hasFocus():
                pad = self._window.tools.pad
                (pad.canvas if pad.grid.isHidden() else pad.grid).setFocus()
            panel.hide()
            self._panel_width.narrow()
        self.switched.emit(on)

    def _made(self) -> tuple[WhyPanel, Watcher]:
        if self.panel is None or self._watcher is None:
            from digitpad.ui.why.panel import WhyPanel
            from digitpad.ui.why.watch import Watcher

            self.panel = WhyPanel()
            self.panel.hide()
            self._window.add_panel(self.panel)
            self._watcher = Watcher(self._window, self.panel)
        return self.panel, self._watcher


def _seeing_why() -> str:
    return translate("Why", "Seeing &why")
