"""The status bar: which models read, on what and how long, and what they have to say."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QStatusBar, QToolButton, QWidget

from digitpad.inference.pending import Model
from digitpad.ui.style import theme
from digitpad.ui.style.plain import PlainLabel, plain_tip
from digitpad.ui.style.translations import Translated

#: Longer names are cut short, in characters.
_LONGEST = 24


def device_of(recognizer: Model) -> str:
    """What runs a model, as it is called in the window: ``"CPU"``, ``"CUDA"``."""
    return recognizer.provider.removesuffix("ExecutionProvider")


class StatusBar(Translated, QStatusBar):
    """Messages on one line with what stays at the right, beginning below the page.

    Qt's own would begin at the window's edge, a few pixels lower. What does not fit is cut short;
    the tool tip has all of it.

    Attributes:
        undo: a button that follows the message, where it is shown.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(2 * theme.GRID, 0, 3 * theme.GRID, theme.GRID)
        self.messageChanged.connect(self._follow)
        self.status = Status(self)
        self.undo = QToolButton(self)
        self.undo.setAutoRaise(True)
        self.undo.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.undo.hide()
        self.retranslate()

    def retranslate(self) -> None:
        self.undo.setText(self.tr("Undo"))
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _follow(self, message: str) -> None:
        self.setToolTip(plain_tip(message))
        self._place()

    def _place(self) -> None:
        """Put the button behind the message."""
        room, wanted = self._room(), self.undo.sizeHint()
        end = room.left() + min(
            self.fontMetrics().horizontalAdvance(self.currentMessage()), room.width()
        )
        top = room.center().y() - wanted.height() // 2
        self.undo.setGeometry(end + theme.GRID, top, wanted.width(), wanted.height())

    def _room(self) -> QRect:
        """Where the message is written."""
        beside, left = self.status.geometry(), 7 * theme.GRID // 2
        button = 0 if self.undo.isHidden() else theme.GRID + self.undo.sizeHint().width()
        width = beside.x() - left - 2 * theme.GRID - button
        return QRect(left, beside.y(), max(width, 0), beside.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        message, room = self.currentMessage(), self._room()
        if not message:
            return
        painter = QPainter(self)
        painter.setPen(QColor(theme.colours(self.palette()).muted))
        end = Qt.TextElideMode.ElideRight
        shown = painter.fontMetrics().elidedText(message, end, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


class Status(Translated, PlainLabel):
    """The part of the status bar that stays, at its right.

    Args:
        bar: shows it, and messages to its left.

    Attributes:
        tell: called with what the models have to say.
    """

    def __init__(self, bar: QStatusBar) -> None:
        super().__init__()
        self._recognizers: Sequence[Model] = ()
        self._time = ""
        self._told = ""  # the notices that were said
        self.tell: Callable[[str], object] = bar.showMessage
        self.setAccessibleName(self.tr("Model, device and time of the last reading"))
        bar.addPermanentWidget(self)

    def set_recognizers(self, *recognizers: Model) -> None:
        """Name other models."""
        self._recognizers, self._time = recognizers, ""
        self._show()

    def show_time(self, elapsed_ms: float) -> None:
        """Say how long a reading took, in milliseconds, with all models."""
        self._time = f"  ·  {theme.figures(elapsed_ms)} ms"
        self._show()

    def _show(self) -> None:
        self.setText(self._models() + self._time)
        self._tell()

    def _models(self) -> str:
        names = [_brief(recognizer.name) for recognizer in self._recognizers]
        devices = [device_of(recognizer) for recognizer in self._recognizers]
        one = self.tr("{0} on {1}")
        if len(names) == 2 and devices[0] == devices[1]:
            return self.tr("{0} and {1} on {2}").format(*names, devices[0])
        return ", ".join(map(one.format, names, devices))

    def _tell(self) -> None:
        """Say once what the models have to say: a device that is missing or was lost."""
        notices = (recognizer.notice for recognizer in self._recognizers)
        told = " ".join(dict.fromkeys(filter(None, notices)))
        if told != self._told:
            self._told = told
            self.tell(told)

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Model, device and time of the last reading"))
        self._show()


def _brief(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
