"""The first tab: loss and accuracy, batch by batch and epoch by epoch."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

# After PySide6, which it then takes as its Qt.
import pyqtgraph as pg  # isort: skip

from digitpad.ui.style import theme
from digitpad.ui.style.theme import GRID
from training.live.curves import Batches, Curve, curve, trend
from training.live.style import Page, Text, lay_out, scheme
from training.report.run_view import RunView, epoch_values

#: On a logarithmic axis, what is smaller is drawn as this.
_SMALLEST = 1e-6
#: Curves by name: which of the theme's colours, how opaque, 0..255, and how wide.
_STYLES = {
    "batches": ("bar", 40, 1.2),
    "trend": ("muted", 150, 1.2),
    "training": ("muted", 255, 2),
    "validation": ("accent", 255, 2),
    "pen": ("unsure", 255, 2),
}


class TrainingPage(Page):
    """Two plots side by side, and what is kept."""

    parts = frozenset({"story", "result"})

    def __init__(self) -> None:
        super().__init__("Loss and accuracy appear with the first batch.")
        self._batches = Batches()
        self.loss = LivePlot("Loss by epoch, cross-entropy in nats", _LogarithmicAxis("left"))
        self.accuracy = LivePlot("Accuracy by epoch, in %", pg.AxisItem("left"))
        self.kept = Text(muted=True)
        both = (self.loss, self.accuracy)
        plots = lay_out(QHBoxLayout(), 3 * GRID, *both, stretch={0: 1, 1: 1})
        lay_out(QVBoxLayout(self.body), GRID, plots, self.kept, stretch={0: 1})

    def show_run(self, run: RunView) -> None:
        self.reveal(bool(run.story.batches or run.story.epochs))
        losses, shares = self._batches.curves(run.story)
        loss = _curves(run, losses, "loss", 1)
        self.loss.show_curves(loss, _key(run, loss, "{:.4f}"))
        accuracy = _curves(run, Curve(shares.x, 100 * shares.y), "accuracy", 100)
        values = epoch_values(run.story.epochs)
        accuracy["pen"] = curve(values["number"], 100 * values["pen_accuracy"])
        # The first batches know nothing: they would make everything else flat.
        lows = [accuracy[name].y for name in ("training", "validation", "pen")]
        lows.append(np.quantile(shares.y, [0.1]) * 100 if len(shares.y) else shares.y)
        low = float(np.concatenate([*lows, [99.0]]).min())
        for name in ("batches", "trend"):
            x, y = accuracy[name]
            accuracy[name] = Curve(x, np.where(y >= low, y, np.nan))
        self.accuracy.show_curves(accuracy, _key(run, accuracy, "{:.2f} %"))
        self.kept.setText(_what_is_kept(run))


class LivePlot(QWidget):
    """A title, a key with the latest values, and curves over epochs. The wheel zooms, dragging
    moves; a double click shows everything again, and lets it move on.
    """

    def __init__(self, title: str, axis: Any) -> None:
        super().__init__()
        self.key = Text()
        self.key.setObjectName("legend")  # the one text with markup: nothing of strangers is in it
        self.key.setTextFormat(Qt.TextFormat.RichText)
        self.plot = _Plot(axisItems={"left": axis, "bottom": _EpochAxis("bottom")})
        self.plot.setAccessibleName(title)
        self.plot.setToolTip("Wheel: zoom. Drag: move. Double click: show everything")
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self._logarithmic = isinstance(axis, _LogarithmicAxis)
        self.plot.setLogMode(y=self._logarithmic)
        self.plot.showGrid(y=True, alpha=0.5)
        axis.setWidth(7 * GRID)
        self.curves = {
            name: self.plot.plot(antialias=True, connect="finite") for name in (*_STYLES, "kept")
        }
        self.curves["batches"].setDownsampling(auto=True, method="peak")
        lay_out(QVBoxLayout(self), GRID // 2, Text(title, bold=True), self.key, self.plot)

    def show_curves(self, curves: Mapping[str, Curve], key: Mapping[str, str]) -> None:
        """Show curves by the names of :data:`_STYLES` in the theme's colours, ``"kept"`` being the
        point of the kept epoch; the key says what some are called, with their latest values.
        """
        colours = scheme(self)
        self.plot.setBackground(colours.paper)  # pyqtgraph knows no palette
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(pg.mkPen(colours.track))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setStyle(maxTickLevel=0, tickFont=theme.sized(self.font(), 0.9, tabular=True))
        for name, (role, opacity, width) in _STYLES.items():
            colour = QColor(getattr(colours, role))
            colour.setAlpha(opacity)
            pen = {"pen": pg.mkPen(colour, width=width)}
            if name not in ("batches", "trend"):
                pen |= {"symbol": "o", "symbolSize": 5, "symbolPen": None, "symbolBrush": colour}
            self._show(name, curves, **pen)
        ring = pg.mkPen(colours.accent, width=2)
        self._show("kept", curves, symbol="o", symbolSize=14, symbolPen=ring, symbolBrush=None)
        self.key.setAccessibleName(", ".join(key.values()))
        self.key.setText(
            ("&nbsp;" * 4).join(
                f'<span style="color: {getattr(colours, _STYLES[name][0])}">━━</span>&nbsp;'
                f'<span style="color: {colours.ink if name == "validation" else colours.muted}">'
                f"{html.escape(text)}</span>"
                for name, text in key.items()
            )
        )

    def _show(self, name: str, curves: Mapping[str, Curve], **options: Any) -> None:
        x, y = curves.get(name, ([], []))
        self.curves[name].setData(
            x, np.maximum(y, _SMALLEST) if self._logarithmic else y, **options
        )


class _Plot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph is not typed
    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.enableAutoRange()


class _EpochAxis(pg.AxisItem):  # type: ignore[misc]
    """Ticks at whole epochs."""

    def tickSpacing(self, low: float, high: float, _size: float) -> list[tuple[float, float]]:
        steps = (digit * 10**power for power in range(9) for digit in (1, 2, 5))
        return [(next((step for step in steps if 8 * step >= high - low), 10**9), 0)]


class _LogarithmicAxis(pg.AxisItem):  # type: ignore[misc]
    """Ticks at 1, 2 and 5 of each decade, or at 1 where there are many."""

    def tickValues(self, low: float, high: float, _size: float) -> list[tuple[int, list[float]]]:
        digits = (1, 2, 5) if high - low < 3 else (1,)
        decades = range(math.floor(low), math.ceil(high) + 1)
        return [(1, [decade + math.log10(digit) for decade in decades for digit in digits])]

    def tickStrings(self, values: list[float], _scale: float, _spacing: float) -> list[str]:
        return [f"{10**value:g}" for value in values]


def _curves(run: RunView, of_batches: Curve, figure: str, scale: float) -> dict[str, Curve]:
    """The curves of one plot by their names."""
    values, kept = epoch_values(run.story.epochs), epoch_values([run.kept] if run.kept else [])
    watched = f"validation_{figure}"
    return {
        "batches": of_batches,
        "trend": trend(of_batches),
        "training": curve(values["number"], scale * values[figure]),
        "validation": curve(values["number"], scale * values[watched]),
        "kept": curve(kept["number"], scale * kept[watched]),
    }


def _key(run: RunView, curves: Mapping[str, Curve], form: str) -> dict[str, str]:
    """What the curves are called: only those that there are, with their latest values."""
    watched = run.configuration.recipe.watched
    called = {"training": "training", "validation": watched, "pen": "strangers' pen digits"}
    return {
        name: f"{text} {form.format(curves[name].y[-1])}"
        for name, text in called.items()
        if name in curves and len(curves[name].y)
    } or {"trend": "training, batch by batch"}


def _what_is_kept(run: RunView) -> str:
    kept, recipe = run.kept, run.configuration.recipe
    if kept is None:
        return "A ring will mark the epoch that is kept, once the first one has ended."
    why = "the lowest validation loss" if recipe.keeps_best else "the last one"
    ended = run.story.ended
    tense = "is" if ended and ended.how != "failed" else "would be"
    return (
        f"Ring: epoch {kept.number}, {why}, {tense} kept: {recipe.watched} loss"
        f" {kept.validation_loss:.4f}, accuracy {100 * kept.validation_accuracy:.2f} %."
    )
