"""A picture of the drawing with the ink that speaks for the answer, and against it, coloured.

Ink that does not matter is grey; what speaks for the answer takes the accent colour, the more it
matters the stronger; what speaks against it is amber and hatched.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.image.normalize import SIZE, Image
from digitpad.ui.style import theme
from digitpad.ui.style.pixels import as_qimage, whole_cells
from digitpad.ui.style.translations import Translated

#: Width of the panel's content, and side of the picture, in device-independent pixels.
WIDTH = 9 * SIZE
_SIDE = 6 * SIZE
#: Ink that is worth less than this, in bits, never has its full colour: the odds become four times
#: as high or low, which is little for a network that is sure.
_FULL = 2.0
#: From this share of the full colour on, ink that speaks against the answer is hatched.
_HATCHED = 0.2
_SWATCHES = (0.25, 0.6, 1.0)
_SWATCH = 12


class InkPicture(Translated, QWidget):
    """A picture with a legend beside it; of one size, whatever it shows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: Image | None = None
        self._strengths: Image | None = None
        self._label = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Which ink mattered"))
        self.update()

    def show_ink(self, image: Image | None, bits: NDArray[np.float32] | None, label: str) -> None:
        """Show a drawing, and what its ink is worth.

        Args:
            image: float32 (28, 28), ink 1.0 on paper 0.0; None for blank paper.
            bits: float32 (28, 28), above 0 for the answer, below 0 against it; None: not known.
            label: the answer.
        """
        self._image, self._label = image, label
        self._strengths = None
        if bits is not None:
            self._strengths = bits / max(float(np.abs(bits).max()), _FULL)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, _SIDE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.colours(self.palette())
        target = whole_cells(QRectF(0, 0, _SIDE, _SIDE), self.devicePixelRatioF())
        painter = QPainter(self)
        painter.fillRect(target, QColor(colours.paper))
        if self._image is not None:
            strengths = self._strengths
            if strengths is None:
                strengths = np.zeros_like(self._image)
            painter.drawImage(target, _coloured(self._image, strengths, colours))
            hatch, cell = _hatch(colours), target.width() / SIZE
            for row, column in np.argwhere(strengths <= -_HATCHED).tolist():
                at = target.topLeft()
                painter.fillRect(
                    QRectF(at.x() + column * cell, at.y() + row * cell, cell, cell), hatch
                )
        painter.setPen(QPen(QColor(colours.track), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(target.adjusted(0.5, 0.5, -0.5, -0.5))
        self._paint_legend(painter, colours)
        painter.end()

    def _paint_legend(self, painter: QPainter, colours: theme.Colours) -> None:
        if self._image is None or not self._label:
            return
        metrics = painter.fontMetrics()
        left, top = _SIDE + 2 * theme.GRID, 0
        for sign, text in ((1, self.tr("for {label}")), (-1, self.tr("against it"))):
            for place, strength in enumerate(_SWATCHES):
                swatch = QRectF(left + place * _SWATCH, top, _SWATCH, _SWATCH)
                painter.fillRect(swatch, _colour(sign * strength, colours))
                if sign < 0:
                    painter.fillRect(swatch, _hatch(colours))
            line = QRectF(left, top + _SWATCH, WIDTH - left, metrics.height())
            shown = metrics.elidedText(
                text.format(label=self._label), Qt.TextElideMode.ElideRight, int(line.width())
            )
            painter.setPen(QColor(colours.ink))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft, shown)
            top += _SWATCH + metrics.height() + theme.GRID


def _hatch(colours: theme.Colours) -> QBrush:
    return QBrush(QColor(colours.paper), Qt.BrushStyle.BDiagPattern)


def _colour(strength: float, colours: theme.Colours) -> QColor:
    """The colour of full ink whose worth is -1..1 of the most."""
    rgb = _mixed(np.array([[strength]], dtype=np.float32), colours)[0, 0]
    return QColor(*rgb.round().astype(int).tolist())


def _mixed(strengths: Image, colours: theme.Colours) -> NDArray[np.float32]:
    """The colours of full ink, (h, w, 3), 0..255."""
    neutral, best, worst = (
        np.array((colour.red(), colour.green(), colour.blue()), dtype=np.float32)
        for colour in map(QColor, (colours.bar, colours.accent, colours.unsure))
    )
    share = np.abs(strengths)[..., None]
    ends = np.where(strengths[..., None] > 0, best, worst)
    mixed: NDArray[np.float32] = neutral + (ends - neutral) * share
    return mixed


def _coloured(image: Image, strengths: Image, colours: theme.Colours) -> QImage:
    pixels = np.empty((SIZE, SIZE, 4), dtype=np.uint8)
    pixels[..., :3] = _mixed(strengths, colours).round()
    pixels[..., 3] = np.round(image * 255)
    return as_qimage(pixels)
