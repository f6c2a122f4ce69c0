"""Tiles of reference digits as a model gets them, with what it reads beneath."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.image.normalize import SIZE
from digitpad.ui.style import theme
from digitpad.ui.style.pixels import as_qimage

#: Side of a tile, in device-independent pixels: each pixel of the image becomes two.
_TILE = 2 * SIZE


class Tile(NamedTuple):
    """One digit: what it shows, and what the model makes of it."""

    image: NDArray[np.float32]  # (28, 28), black 0.0, white 1.0
    wanted: str
    read: str
    probability: float

    @property
    def is_right(self) -> bool:
        return self.read == self.wanted


class ReferenceTiles(QWidget):
    """A row of tiles. What is read wrongly is amber and marked with a cross."""

    def __init__(self, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = count
        self._tiles: Sequence[Tile] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Reference digits and what the model reads"))

    @property
    def tiles(self) -> Sequence[Tile]:
        """What is shown."""
        return self._tiles

    def show_answers(
        self,
        images: NDArray[np.float32],
        digits: Sequence[str],
        probabilities: NDArray[np.float32],
        labels: Sequence[str],
    ) -> None:
        """Show as many images as there is room for.

        Args:
            images: (N, 28, 28), black 0.0, white 1.0.
            digits: (N,), what they show.
            probabilities: (N, classes), what the model says.
            labels: (classes,), what its classes are called.
        """
        winners = probabilities[: self._count].argmax(axis=1)
        self._tiles = [
            Tile(images[i], digits[i], labels[winner], float(probabilities[i, winner]))
            for i, winner in enumerate(winners)
        ]
        told = self.tr("{digit} is read as {answer}")
        said = (told.format(digit=tile.wanted, answer=tile.read) for tile in self._tiles)
        self.setAccessibleDescription(", ".join(said))
        self.update()

    def sizeHint(self) -> QSize:
        width = self._count * (_TILE + theme.GRID) - theme.GRID
        return QSize(width, _TILE + theme.GRID + self._line() * 2)

    def _line(self) -> int:
        return int(QFontMetricsF(theme.sized(self.font(), 1.0, bold=True)).height() + 1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.colours(self.palette())
        painter = QPainter(self)
        for i, tile in enumerate(self._tiles):
            left = i * (_TILE + theme.GRID)
            target = QRectF(left, 0, _TILE, _TILE)
            painter.drawImage(target, as_qimage(tile.image))
            painter.setPen(QPen(QColor(colours.bar), 1))
            painter.drawRect(target.adjusted(0.5, 0.5, -0.5, -0.5))
            line = self._line()
            answer = QRectF(left, _TILE + theme.GRID / 2, _TILE, line)
            painter.setFont(theme.sized(self.font(), 1.0, bold=True, tabular=True))
            painter.setPen(QColor(colours.ink if tile.is_right else colours.unsure))
            marked = tile.read if tile.is_right else f"✗ {tile.read}"
            metrics = painter.fontMetrics()
            fitting = metrics.elidedText(marked, Qt.TextElideMode.ElideRight, _TILE)
            painter.drawText(answer, Qt.AlignmentFlag.AlignCenter, fitting)
            painter.setFont(theme.sized(self.font(), 1.0, tabular=True))
            painter.setPen(QColor(colours.muted))
            share = theme.percentage(tile.probability, 0)
            painter.drawText(answer.translated(0, line), Qt.AlignmentFlag.AlignCenter, share)
        painter.end()
