"""A moving plot: faint batches, grey training, accented validation, a ring for what is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

# After PySide6, which it then takes as its Qt.
import pyqtgraph as pg  # isort: skip

from digitpad.ui.style import theme
from digitpad.ui.style.theme import GRID
from training.live.look import Text
from training.live.series import Curve

#: On a logarithmic axis, what is smaller is drawn as this.
_SMALLEST = 1e-6
_AXIS_WIDTH = 7 * GRID
#: Curves by name: which of the theme's colours, and how opaque, 0..255.
_LOOKS = {
    "batches": ("bar", 40),
    "trend": ("muted", 150),
    "training": ("muted", 255),
    "validation": ("accent", 255),
    "strangers": ("unsure", 255),
}


class LivePlot(QWidget):
    """A title, a key with the latest values, and curves over epochs.

    The wheel zooms, dragging moves; a double click shows everything again, and lets it move on.
    """

    def __init__(self, title: str, *, logarithmic: bool) -> None:
        super().__init__()
        self._logarithmic = logarithmic
        self._held = False  # somebody zoomed: the range stays
        self._whole: tuple[tuple[float, float], tuple[float, float]] | None = None
        self.key = _Key()
        self.plot: Any = pg.PlotWidget()
        self.plot.setAccessibleName(title)
        self.plot.setToolTip("Wheel: zoom. Drag: move. Double click: show everything")
        self._item = self.plot.getPlotItem()
        self._item.setMenuEnabled(False)
        self._item.hideButtons()
        self._item.setLogMode(y=logarithmic)
        self._item.showGrid(y=True, alpha=0.5)
        self._curves = {name: self._item.plot(antialias=True) for name in _LOOKS}
        self._curves["batches"].setDownsampling(auto=True, method="peak")
        self._curves["batches"].setClipToView(True)
        self._mark = self._item.plot(antialias=True)
        view = self._item.getViewBox()
        view.disableAutoRange()
        view.sigRangeChangedManually.connect(self._hold)
        view.sigYRangeChanged.connect(self._label_decades)
        self.plot.viewport().installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addWidget(Text(title, bold=True))
        layout.addWidget(self.key)
        layout.addWidget(self.plot, 1)
        self._paint()

    def show_curves(
        self,
        curves: Mapping[str, Curve],
        names: Mapping[str, str],
        kept: tuple[float, float] | None,
        y_range: tuple[float, float],
    ) -> None:
        """Show curves and move on with them.

        Args:
            curves: by ``"batches"``, ``"trend"``, ``"training"``, ``"validation"``,
                ``"strangers"``.
            names: what the key calls them, with their latest values; without a name, not at all.
            kept: the point of the epoch that is kept.
            y_range: what the vertical axis shows.
        """
        for name, item in self._curves.items():
            points = curves.get(name)
            if points is None:
                item.setData([], [])
            else:
                item.setData(points.x, self._height(points.y))
        self._mark.setData(*(([kept[0]], self._height(np.array([kept[1]]))) if kept else ([], [])))
        self.key.show_names(names)
        ends = [float(points.x.max()) for points in curves.values() if len(points.x)]
        last = max([*ends, 1e-3])
        self._whole = (0.0, last * 1.04), y_range
        if not self._held:
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._paint()
        super().changeEvent(event)

    def _height(self, values: Any) -> Any:
        return np.maximum(values, _SMALLEST) if self._logarithmic else values

    def _hold(self, *_: object) -> None:
        self._held = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.MouseButtonDblClick:
            return super().eventFilter(watched, event)
        self._held = False
        self._fit()
        return True

    def _fit(self) -> None:
        if self._whole is None:
            return
        x_range, (low, high) = self._whole
        if self._logarithmic:
            low, high = (math.log10(max(value, _SMALLEST)) for value in (low, high))
        margin = 0.06 * (high - low) or 0.1
        view = self._item.getViewBox()
        view.setRange(xRange=x_range, yRange=(low - margin, high + margin), padding=0)
        step = _round_step(x_range[1] / 8)
        self._item.getAxis("bottom").setTickSpacing(levels=[(step, 0)])

    def _label_decades(self, *_: object) -> None:
        """Ticks at 1, 2 and 5 of each decade, or of every second one where there are many."""
        if not self._logarithmic:
            return
        low, high = self._item.getViewBox().viewRange()[1]
        digits = (1, 2, 5) if high - low < 3 else (1,)
        ticks = [
            (math.log10(digit * 10.0**decade), f"{digit * 10.0**decade:g}")
            for decade in range(max(math.floor(low), -9), min(math.ceil(high), 9) + 1)
            for digit in digits
        ]
        self._item.getAxis("left").setTicks([ticks])

    def _paint(self) -> None:
        """The theme's colours; pyqtgraph knows no palette."""
        colours = theme.colours(self.palette())
        self.plot.setBackground(colours.paper)
        font = theme.sized(self.font(), 0.9, tabular=True)
        for side in ("left", "bottom"):
            axis = self._item.getAxis(side)
            axis.setPen(pg.mkPen(colours.track))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setTickFont(font)
            axis.setStyle(maxTickLevel=0)
        self._item.getAxis("left").setWidth(_AXIS_WIDTH)
        for name, item in self._curves.items():
            colour = _colour(name, colours)
            of_batches = name in ("batches", "trend")
            item.setPen(pg.mkPen(colour, width=1.2 if of_batches else 2))
            if not of_batches:
                item.setSymbol("o")
                item.setSymbolSize(5)
                item.setSymbolPen(None)
                item.setSymbolBrush(pg.mkBrush(colour))
        self._mark.setSymbol("o")
        self._mark.setSymbolSize(14)
        self._mark.setSymbolPen(pg.mkPen(colours.accent, width=2))
        self._mark.setSymbolBrush(None)


class _Key(QWidget):
    """Which curve is which, and where it stands: a stroke in its colour, its name and value."""

    def __init__(self) -> None:
        super().__init__()
        self._names: dict[str, str] = {}
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(30 * GRID, self.fontMetrics().height() + 2)

    def show_names(self, names: Mapping[str, str]) -> None:
        self._names = dict(names)
        self.setAccessibleName(", ".join(self._names.values()))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.colours(self.palette())
        painter = QPainter(self)
        painter.setFont(theme.sized(self.font(), 1.0, tabular=True))
        left, height = 0, self.height()
        for name, text in self._names.items():
            painter.fillRect(QRectF(left, height / 2 - 1.5, 2 * GRID, 3), _colour(name, colours))
            left += int(2.5 * GRID)
            width = painter.fontMetrics().horizontalAdvance(text)
            painter.setPen(QColor(colours.ink if name == "validation" else colours.muted))
            painter.drawText(
                QRectF(left, 0, width + 1, height), Qt.AlignmentFlag.AlignVCenter, text
            )
            left += width + 2 * GRID
        painter.end()


def _colour(name: str, colours: theme.Colours) -> QColor:
    role, opacity = _LOOKS[name]
    colour = QColor(getattr(colours, role))
    colour.setAlpha(opacity)
    return colour


def _round_step(least: float) -> float:
    """The smallest whole step of 1, 2, 5, 10, ... that is no smaller."""
    step = 1.0
    while True:
        for factor in (1, 2, 5):
            if step * factor >= least:
                return step * factor
        step *= 10
