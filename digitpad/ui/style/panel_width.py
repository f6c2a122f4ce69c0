"""Widens a window for a panel, and narrows it again."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


class PanelWidth:
    """The width of a window, which grows by that of a panel as far as the screen has it.

    A window that fills the screen keeps its size; one that would leave it is moved to the left.

    Args:
        widget: where in a window things are shown and hidden.
    """

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._width = self._shift = 0
        self._left: int | None = None  # where the window was moved to

    def measure(self) -> None:
        """Remember how the window is, before more is shown than may fit."""
        lay_out(self._widget)
        window = self._widget.window()
        self._before, self._frame = window.width(), window.frameGeometry()

    def widen(self, width: int) -> None:
        """Grow by so many device-independent pixels; it may already have grown by itself."""
        window = self._widget.window()
        self._width, self._left = 0, None
        if window.isMaximized() or window.isFullScreen():
            return
        screen, frame = window.screen().availableGeometry(), self._frame
        lay_out(self._widget)
        wanted = self._before + max(0, min(width, screen.width() - frame.width()))
        window.resize(wanted, window.height())
        self._width = window.width() - self._before
        beyond = frame.right() + self._width - screen.right()
        self._shift = min(max(0, beyond), self._width, max(0, frame.left() - screen.left()))
        if self._shift and window.isVisible():  # before, the system has yet to find a place
            self._left = frame.left() - self._shift
            window.move(self._left, frame.top())

    def narrow(self) -> None:
        """Be as narrow again as before, and where it was, unless it was moved since."""
        window = self._widget.window()
        lay_out(self._widget)  # what is hidden needs no width any more
        if window.isMaximized() or window.isFullScreen():
            return
        frame = window.frameGeometry()
        window.resize(window.width() - self._width, window.height())
        if frame.left() == self._left:
            window.move(self._left + self._shift, frame.top())


def lay_out(widget: QWidget) -> None:
    """Lay out a widget and what it lies in at once, also in a window that is not shown yet."""
    chain = [widget]
    while (above := chain[-1].parentWidget()) is not None and not chain[-1].isWindow():
        chain.append(above)
    for each in (*chain, *reversed(chain)):  # the least sizes upwards, the sizes downwards
        layout = each.layout()
        if layout is not None:
            layout.invalidate()  # a size that was set while hidden counts only then
            layout.activate()
