"""The 28x28 image that the network really sees, pixel by pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.normalize import SIZE
from digitpad.ui import theme


class Preview(QWidget):
    """Draws a 28x28 image at a whole multiple of its size, without smoothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: NDArray[np.float32] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What the network sees, 28 by 28 pixels")
        self.setToolTip("What the network sees: your drawing in 28 × 28 pixels")

    def sizeHint(self) -> QSize:
        return QSize(4 * SIZE, 4 * SIZE)

    def show_image(self, image: NDArray[np.float32] | None) -> None:
        """Show float32 (28, 28), ink 1.0 on paper 0.0; None shows blank paper."""
        self._image = image
        self.setAccessibleDescription("blank" if image is None else "shows the drawing")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.colours(self.palette())
        ratio = self.devicePixelRatioF()
        # A whole number of device pixels for each pixel of the image.
        cell = max(1, int(min(self.width(), self.height()) * ratio) // SIZE) / ratio
        side = cell * SIZE
        target = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter = QPainter(self)
        painter.fillRect(target, QColor(colours.paper))
        if self._image is not None:
            painter.drawImage(target, _tinted(self._image, QColor(colours.ink)))
        painter.setPen(QPen(QColor(colours.track), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(target.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()


def _tinted(image: NDArray[np.float32], ink: QColor) -> QImage:
    """The image as ink of one colour whose opacity is the grey."""
    pixels = np.empty((SIZE, SIZE, 4), dtype=np.uint8)
    pixels[..., :3] = ink.red(), ink.green(), ink.blue()
    pixels[..., 3] = np.round(image * 255)
    # copy(): QImage does not keep the array's memory alive.
    view = QImage(pixels.data, SIZE, SIZE, 4 * SIZE, QImage.Format.Format_RGBA8888)
    return view.copy()
