"""A slider over the time of a drawing: shows any moment of it, and replays it as it was drawn."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from digitpad.ink.ink import Ink
from digitpad.ink.replay import Timeline
from digitpad.ui.style import theme
from digitpad.ui.style.translations import Translated

#: Steps of the slider to a second of drawing.
STEPS = 100
#: Milliseconds between two pictures of the replay, and under reduced motion.
FRAME_MS, CALM_MS = 16, 500
_TRACK, _KNOB = 4.0, 14.0


class Scrubber(Translated, QSlider):
    """A slider over the time of one drawing; its right end is now.

    Signals:
        moved(Ink | None): the ink at the moment that was gone to; None: back to now.
        played(bool): whether the replay runs.
    """

    moved = Signal(object)
    played = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._timeline = Timeline(Ink())
        self._moment: Ink | None = None
        self._since = QElapsedTimer()
        self._started_at = 0.0  # seconds of the drawing at which the replay set off
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSingleStep(STEPS // 10)
        self.setPageStep(STEPS // 2)
        self.valueChanged.connect(self._go)
        self.retranslate()
        self.set_ink(Ink())

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Moment of the drawing"))
        self.setToolTip(self.tr("Go back in the drawing; Space plays it"))
        self._describe()

    @property
    def moment(self) -> Ink | None:
        """The ink at the moment that is shown; None for now."""
        return self._moment

    @property
    def is_playing(self) -> bool:
        """Whether the replay runs."""
        return self._timer.isActive()

    def set_ink(self, ink: Ink) -> None:
        """Take another drawing, and be at its end: now."""
        self._stop()
        self._timeline = Timeline(ink)
        self._moment = None
        self.blockSignals(True)
        self.setRange(0, max(round(self._timeline.duration * STEPS), 1))
        self.setValue(self.maximum())
        self.blockSignals(False)
        self.setEnabled(self._timeline.duration > 0)
        self._describe()
        self.update()

    def toggle(self) -> None:
        """Play, from the start where the drawing is at its end; or pause."""
        if self.is_playing:
            self._stop()
        elif self.isEnabled():
            if self.value() == self.maximum():
                self.setValue(0)
            self._started_at = self.value() / STEPS
            self._since.start()
            # A replay is what was asked for; under reduced motion it comes as a few still pictures.
            self._timer.start(FRAME_MS if theme.moves(self) else CALM_MS)
            self.played.emit(True)

    def _tick(self) -> None:
        self.setValue(round((self._started_at + self._since.elapsed() / 1000) * STEPS))
        if self.value() == self.maximum():
            self._stop()

    def _stop(self) -> None:
        if self._timer.isActive():
            self._timer.stop()
            self.played.emit(False)

    def _go(self, value: int) -> None:
        self._moment = None if value == self.maximum() else self._timeline.at(value / STEPS)
        self._describe()
        self.moved.emit(self._moment)

    def _describe(self) -> None:
        """Say where the slider is: its value alone is but a number of steps."""
        at, end = (theme.figures(value / STEPS) for value in (self.value(), self.maximum()))
        text = self.tr("{0} of {1} seconds").format(at, end)
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)

    # -- input ---------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._stop()
            self.setSliderDown(True)
            self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._stop()
        super().keyPressEvent(event)

    def _follow(self, event: QMouseEvent) -> None:
        groove = self._groove()
        share = (event.position().x() - groove.left()) / max(groove.width(), 1.0)
        self.setValue(round(min(max(share, 0.0), 1.0) * self.maximum()))

    # -- looks ---------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(30 * theme.GRID, 3 * theme.GRID)

    def minimumSizeHint(self) -> QSize:
        return QSize(8 * theme.GRID, 3 * theme.GRID)

    def _groove(self) -> QRectF:
        """Where the middle of the knob may be."""
        middle = self.height() / 2
        margin = _KNOB / 2 + 4  # room for the ring
        return QRectF(margin, middle - _TRACK / 2, self.width() - 2 * margin, _TRACK)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.colours(self.palette())
        groove = self._groove()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.track))
        painter.drawRoundedRect(groove, _TRACK / 2, _TRACK / 2)
        if self.isEnabled():
            knob = QRectF(0, 0, _KNOB, _KNOB)
            done = QRectF(groove)
            done.setWidth(groove.width() * self.value() / self.maximum())
            painter.setBrush(QColor(colours.bar))
            painter.drawRoundedRect(done, _TRACK / 2, _TRACK / 2)
            knob.moveCenter(done.center())
            knob.moveLeft(done.right() - _KNOB / 2)
            painter.setBrush(QColor(colours.ink))
            painter.drawEllipse(knob)
            if self.hasFocus():
                painter.setPen(QPen(QColor(colours.accent), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(knob.adjusted(-3, -3, 3, 3))
        painter.end()
