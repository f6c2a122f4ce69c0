"""The menu of the pen: width and opacity on the page, grey on the grid."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from digitpad.ui.pad.brush import OPACITIES, WIDTHS, Brush
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.pad.grid import LEVELS, Grid

translate = QCoreApplication.translate


class PenMenu(QMenu):
    """Three choices, of which only those count that the page, or the grid, knows.

    Signals:
        brush_changed(Brush): width or opacity was chosen.
    """

    brush_changed = Signal(object)

    def __init__(self, canvas: Canvas, grid: Grid, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas, self._grid = canvas, grid
        self._on_grid = False
        self._widths = self._choices(WIDTHS)
        self._line = self.addSeparator()
        self._opacities = self._choices(OPACITIES)
        self._levels = self._choices(LEVELS)
        self._widths.triggered.connect(lambda action: self._brush(width=action.data()))
        self._opacities.triggered.connect(lambda action: self._brush(opacity=action.data()))
        self._levels.triggered.connect(lambda action: grid.set_level(action.data()))
        self.retranslate()
        self.show_grid(False)

    def set_brush(self, brush: Brush) -> None:
        """Draw with another brush (from the settings of last time)."""
        self._canvas.set_brush(brush)
        self._check()

    def show_grid(self, on: bool) -> None:
        """Offer what counts on the grid, or on the page."""
        self._on_grid = on
        for part in (self._widths, self._line, self._opacities):
            part.setVisible(not on)
        self._levels.setVisible(on)
        self._check()

    def heavier(self, steps: int) -> None:
        """A wider brush by so many steps; on the grid, a darker grey. Negative: the other way."""
        if self._on_grid:
            self._grid.set_level(_moved(LEVELS, self._grid.level, steps))
            self._check()
        else:
            self._brush(width=_moved(WIDTHS, self._canvas.brush.width, steps))

    def denser(self, steps: int) -> None:
        """Ink that covers more by so many steps. Negative: less."""
        self._brush(opacity=_moved(OPACITIES, self._canvas.brush.opacity, steps))

    def retranslate(self) -> None:
        """Take the texts of the language that is now installed."""
        self.setTitle(translate("PenMenu", "Width and ink"))
        names = (
            translate("PenMenu", "Very thin"),
            translate("PenMenu", "Thin"),
            translate("PenMenu", "Medium"),
            translate("PenMenu", "Broad"),
            translate("PenMenu", "Very broad"),
        )
        for action, name in zip(self._widths.actions(), names, strict=True):
            action.setText(name)
        for group, text in (
            (self._opacities, translate("PenMenu", "Ink {0} %")),
            (self._levels, translate("PenMenu", "Grey {0} %")),
        ):
            for action in group.actions():
                action.setText(text.format(round(action.data() * 100)))

    def _brush(self, *, width: float | None = None, opacity: float | None = None) -> None:
        brush = self._canvas.brush
        brush = replace(
            brush,
            width=brush.width if width is None else width,
            opacity=brush.opacity if opacity is None else opacity,
        )
        self.set_brush(brush)
        self.brush_changed.emit(brush)

    def _check(self) -> None:
        brush = self._canvas.brush
        for group, value in (
            (self._widths, brush.width),
            (self._opacities, brush.opacity),
            (self._levels, self._grid.level),
        ):
            for action in group.actions():
                action.setChecked(action.data() == value)

    def _choices(self, values: tuple[float, ...]) -> QActionGroup:
        group = QActionGroup(self)
        for value in values:
            action = QAction(group)
            action.setCheckable(True)
            action.setData(value)
            self.addAction(action)
        return group


def _moved(values: tuple[float, ...], value: float, steps: int) -> float:
    nearest = min(range(len(values)), key=lambda i: abs(values[i] - value))
    return values[min(max(nearest + steps, 0), len(values) - 1)]
