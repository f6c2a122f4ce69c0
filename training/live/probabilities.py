"""The probabilities of one image: a row a class, the truth blue and an error red."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.ui.style import theme
from digitpad.ui.style.theme import GRID
from training.base.quantities import percent
from training.live.look import error_colour, truth_colour

_ROW = 4 * GRID
_BAR = 10.0
#: Widest a class' name is; a longer one is cut off.
_WIDEST = 16 * GRID


class Probabilities(QWidget):
    """All classes in their order, each with its bar and figure; marks tell what colours tell."""

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__()
        self._labels = labels
        self._shares: Sequence[float] = ()
        self._truth = -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(40 * GRID, _ROW * len(self._labels))

    def minimumSizeHint(self) -> QSize:
        return QSize(24 * GRID, _ROW * len(self._labels))

    def show_shares(self, shares: Sequence[float], truth: int) -> None:
        """Show a share, 0..1, for each class, and which class it really is."""
        self._shares, self._truth = shares, truth
        ranked = sorted(range(len(shares)), key=lambda number: -shares[number])[:3]
        told = ", ".join(f"{self._labels[i]} {percent(shares[i], 1)}" for i in ranked)
        self.setAccessibleName(f"Probabilities: {told}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._shares:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        base = theme.sized(self.font(), 1.0, tabular=True)
        strong = theme.sized(self.font(), 1.0, bold=True, tabular=True)
        painter.setFont(strong)
        metrics = painter.fontMetrics()
        widest = max(metrics.horizontalAdvance(label) for label in self._labels)
        name_width, figure_width = min(widest, _WIDEST), metrics.horizontalAdvance("100.0 %")
        answer = max(range(len(self._shares)), key=self._shares.__getitem__)
        for number in range(len(self._shares)):
            row = QRectF(0, number * _ROW, self.width(), _ROW)
            if row.intersects(QRectF(event.rect())):
                painter.setFont(strong if number in (answer, self._truth) else base)
                self._paint_row(painter, row, number, answer, (name_width, figure_width))
        painter.end()

    def _paint_row(
        self, painter: QPainter, row: QRectF, number: int, answer: int, widths: tuple[int, int]
    ) -> None:
        colours = theme.colours(self.palette())
        colour, mark = QColor(colours.bar), ""
        if number == answer:
            colour, mark = error_colour(self.palette()), "✗"
        if number == self._truth:
            colour, mark = truth_colour(self.palette()), "✓"
        centre = Qt.AlignmentFlag.AlignVCenter
        name_width, figure_width = widths
        painter.setPen(colour if mark else QColor(colours.ink))
        painter.drawText(QRectF(0, row.y(), 2 * GRID, _ROW), centre, mark)
        left = 2.5 * GRID
        name = painter.fontMetrics().elidedText(
            self._labels[number], Qt.TextElideMode.ElideRight, name_width
        )
        painter.drawText(QRectF(left, row.y(), name_width + 1, _ROW), centre, name)
        left += name_width + GRID
        width = max(row.width() - left - GRID - figure_width, _BAR)
        track = QRectF(left, row.center().y() - _BAR / 2, width, _BAR)
        painter.fillRect(track, QColor(colours.track))
        track.setWidth(self._shares[number] * width)
        painter.fillRect(track, colour)
        painter.setPen(QColor(colours.ink if mark else colours.muted))
        painter.drawText(
            QRectF(row.right() - figure_width, row.y(), figure_width, _ROW),
            centre | Qt.AlignmentFlag.AlignRight,
            percent(self._shares[number], 1),
        )
