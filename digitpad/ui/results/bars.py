"""Bars: one row a class, with label, bar and percentage. Takes an array and knows no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QCoreApplication,
    QEasingCurve,
    QEvent,
    QRectF,
    QSize,
    Qt,
    QVariantAnimation,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QProgressBar,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from digitpad.ui.style import theme
from digitpad.ui.style.plain import plain_tip
from digitpad.ui.style.translations import Translated

#: Steps of a bar's accessible value: tenths of a percent.
STEPS = 1000
#: How long a bar takes to reach a new value, in milliseconds.
GLIDE_MS = 120
#: More classes than this scroll.
MOST_AT_ONCE = 12
_HEIGHT = 10.0
#: Width of the mark of what the model says by itself, and the least change that is marked.
_THIN, _LEAST_CHANGE = 2.0, 0.005
#: The widest label that is not cut short, in device-independent pixels.
_WIDEST = 15 * theme.GRID
_MARK = "▸"
_NOTHING = "–"


class Columns(NamedTuple):
    """What all bars share, so that labels, tracks and figures stand below each other."""

    mark: float  # widths, in device-independent pixels
    label: float
    figures: float
    side: Qt.AlignmentFlag  # on which a label stands


class Bar(Translated, QProgressBar):
    """One class. A progress bar for screen readers, drawn by itself."""

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = label
        self.winner = False
        self.percentage = _NOTHING
        self.alone: float | None = None  # what the model says by itself, where that is another
        self.level = 0.0  # what is drawn, 0..1; on its way to the value while gliding
        self.columns = Columns(0.0, 0.0, 0.0, Qt.AlignmentFlag.AlignLeft)
        self.fonts = self.font(), self.font()  # of any bar, and of the winner
        self._probability: float | None = None
        self.setRange(0, STEPS)
        self.setValue(0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._name()

    def sizeHint(self) -> QSize:
        return QSize(30 * theme.GRID, 4 * theme.GRID)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_value(self, probability: float | None, *, winner: bool) -> None:
        """Take a probability, 0..1, or None for no answer; ``level`` follows separately."""
        percentage = _NOTHING if probability is None else theme.percentage(probability)
        self._probability = probability
        if (winner, percentage) == (self.winner, self.percentage):
            return
        if winner != self.winner:
            self.setAccessibleDescription(self.tr("most likely") if winner else "")
        self.winner, self.percentage = winner, percentage
        self.setUpdatesEnabled(False)  # else Qt would paint it now, and again with the frame
        self.setValue(round((probability or 0.0) * STEPS))
        self.setUpdatesEnabled(True)
        self.update()

    def mark(self, alone: float | None) -> None:
        """Mark what the model says by itself, 0..1, where something learned has changed it."""
        if alone != self.alone:
            self.alone = alone
            self.update()

    def set_label(self, label: str) -> None:
        """Call the class something else."""
        self.label = label
        self._name()
        self.update()

    def _name(self) -> None:
        self.setAccessibleName(self.tr("Class {0}").format(self.label))
        self.setAccessibleDescription(self.tr("most likely") if self.winner else "")

    def retranslate(self) -> None:
        self._name()
        self.show_value(self._probability, winner=self.winner)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.colours(self.palette())
        (mark, label, figures, side), gap = self.columns, float(theme.GRID)
        row = QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.fonts[self.winner])
        painter.setPen(QColor(colours.accent if self.winner else colours.ink))
        if self.winner:
            painter.drawText(QRectF(0, 0, mark, row.height()), Qt.AlignmentFlag.AlignVCenter, _MARK)
        elided = painter.fontMetrics().elidedText(
            self.label, Qt.TextElideMode.ElideRight, int(label) + 1
        )
        place = QRectF(mark, 0, label, row.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | side, elided)
        left = mark + label + gap
        track = QRectF(
            left,
            (row.height() - _HEIGHT) / 2,
            max(row.width() - left - gap - figures, _HEIGHT),
            _HEIGHT,
        )
        self._paint_track(painter, track, colours)
        painter.setPen(QColor(colours.ink if self.winner else colours.muted))
        painter.drawText(
            QRectF(track.right() + gap, 0, figures, row.height()),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
            self.percentage,
        )
        painter.end()

    def _paint_track(self, painter: QPainter, track: QRectF, colours: theme.Colours) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        radius = _HEIGHT / 2
        painter.setBrush(QColor(colours.track))
        painter.drawRoundedRect(track, radius, radius)
        if self.alone is not None:
            place = track.left() + self.alone * (track.width() - _THIN)
            mark = QRectF(place, track.top() - _THIN, _THIN, track.height() + 2 * _THIN)
            painter.fillRect(mark, QColor(colours.muted))
        if self.level * track.width() < 0.5:
            return
        # Cut off straight inside the round track, so that the length stays true for small values.
        filled = QRectF(track)
        filled.setWidth(self.level * track.width())
        painter.setClipRect(filled)
        painter.setBrush(QColor(colours.accent if self.winner else colours.bar))
        painter.drawRoundedRect(track, radius, radius)
        painter.setClipping(False)


class Bars(Translated, QWidget):
    """All classes, in the model's order.

    Signals:
        won(QWidget): which bar is the longest, whenever that becomes another one.
        picked(int): the class whose bar was clicked.
    """

    won = Signal(QWidget)
    picked = Signal(int)

    def __init__(self, labels: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_title())
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.bars = [Bar(label, self) for label in labels]
        for bar in self.bars:
            self._layout.addWidget(bar, 100)
        self._layout.addStretch(1)  # only once every bar has its full height
        self._measure()
        self._from: NDArray[np.floating] = np.zeros(len(labels))
        self._to: NDArray[np.floating] = self._from
        self._glide = QVariantAnimation(self)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)
        self._glide.setDuration(GLIDE_MS)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(self._step)

    def set_labels(self, labels: Sequence[str]) -> None:
        """Call the classes something else, such as in another language: one label a bar."""
        for bar, label in zip(self.bars, labels, strict=True):
            bar.set_label(label)
        self._measure()

    def show_probabilities(
        self,
        probabilities: NDArray[np.floating] | None,
        alone: NDArray[np.floating] | None = None,
    ) -> None:
        """Move to new values.

        Args:
            probabilities: (classes,), 0..1; None when there is no drawing, and so no winner.
            alone: the same by the model itself, where something learned may have changed it.
        """
        for i, bar in enumerate(self.bars):
            if alone is None or probabilities is None:
                bar.mark(None)
            else:
                is_other = abs(alone[i] - probabilities[i]) >= _LEAST_CHANGE
                bar.mark(float(alone[i]) if is_other else None)
        winner = -1 if probabilities is None else int(np.argmax(probabilities))
        for i, bar in enumerate(self.bars):
            value = None if probabilities is None else float(probabilities[i])
            won = i == winner and not bar.winner
            bar.show_value(value, winner=i == winner)
            if won:
                self.won.emit(bar)
        self._from = np.array([bar.level for bar in self.bars])
        self._to = np.zeros(len(self.bars)) if probabilities is None else probabilities
        self._glide.stop()
        # Reduced motion, or nobody looking: the bars jump.
        if self.isVisible() and theme.moves(self):
            self._glide.start()
        else:
            self._step(1.0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.setAccepted(event.button() == Qt.MouseButton.LeftButton)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        bar = self.childAt(event.position().toPoint())
        if isinstance(bar, Bar) and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(self.bars.index(bar))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._measure()
        super().changeEvent(event)

    def retranslate(self) -> None:
        self.setAccessibleName(_title())
        self._measure()

    def _measure(self) -> None:
        base = theme.sized(self.font(), 1.0, tabular=True)
        strong = theme.sized(self.font(), 1.0, bold=True, tabular=True)
        metrics = QFontMetricsF(strong)
        widest = max(metrics.horizontalAdvance(bar.label) for bar in self.bars)
        mark = max(1.5 * theme.GRID, metrics.horizontalAdvance(_MARK) + theme.GRID / 2)
        figures = metrics.horizontalAdvance(theme.percentage(1.0))
        letters = all(len(bar.label) < 2 for bar in self.bars)
        side = Qt.AlignmentFlag.AlignHCenter if letters else Qt.AlignmentFlag.AlignLeft
        # At least one line of text, and a little air.
        lowest = max(3 * theme.GRID, round(metrics.height()) + theme.GRID // 2)
        for bar in self.bars:
            bar.fonts = base, strong
            bar.columns = Columns(mark, min(widest, _WIDEST), figures, side)
            bar.setToolTip(plain_tip(bar.label) if widest > _WIDEST else "")
            bar.setMinimumHeight(lowest)
            bar.setMaximumHeight(2 * lowest)
            bar.update()

    def settle(self) -> None:
        """Finish gliding at once (for pictures of the window)."""
        self._glide.stop()
        self._step(1.0)

    def _step(self, share: float) -> None:
        levels = self._from + (self._to - self._from) * share
        for bar, level in zip(self.bars, levels.tolist(), strict=True):
            if bar.level != level:
                bar.level = level
                bar.update()


class ScrolledBars(Translated, QScrollArea):
    """PanelWidth for many classes: the bars scroll, and the winner is always in sight."""

    def __init__(self, bars: Bars, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(bars)
        self.setViewportMargins(0, 0, theme.GRID, 0)  # between the figures and the scroll bar
        self.setMinimumHeight(MOST_AT_ONCE * 3 * theme.GRID)
        self.setAccessibleName(_title())
        bars.won.connect(self._follow)

    def retranslate(self) -> None:
        self.setAccessibleName(_title())

    def _follow(self, winner: QWidget) -> None:
        self.ensureWidgetVisible(winner, 0, 2 * winner.height())


def _title() -> str:
    return QCoreApplication.translate("Bars", "Probabilities")
