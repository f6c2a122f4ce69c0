"""Images of the data: at a whole multiple of their pixels, in the theme's paper and ink."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.image.normalize import SIZE
from digitpad.ui.style import theme

Image = NDArray[np.uint8]


def draw_image(
    painter: QPainter, target: QRectF, image: Image, colours: theme.Colours, ratio: float
) -> None:
    """Draw an image without smoothing from a corner on, with a hairline around it.

    Args:
        painter: on a widget.
        target: from whose upper left corner on, and how large at most.
        image: uint8 (28, 28), ink 255 on paper 0.
        colours: of paper, ink and hairline.
        ratio: device pixels for each device-independent one.
    """
    # A whole number of device pixels for each pixel of the image.
    cell = max(1, int(min(target.width(), target.height()) * ratio) // SIZE) / ratio
    place = QRectF(0, 0, cell * SIZE, cell * SIZE)
    place.moveTo(round(target.x() * ratio) / ratio, round(target.y() * ratio) / ratio)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(place, _coloured(image, colours))
    painter.setPen(QPen(QColor(colours.track), 1))
    painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))


def _coloured(image: Image, colours: theme.Colours) -> QImage:
    """The image with greys between paper and ink; it keeps the array alive by holding a copy."""
    pixels = np.ascontiguousarray(image)
    indexed = QImage(pixels.data, SIZE, SIZE, SIZE, QImage.Format.Format_Indexed8)
    indexed.setColorTable(_greys(colours))
    return indexed.convertToFormat(QImage.Format.Format_RGB32)


def _greys(colours: theme.Colours) -> list[int]:
    ends = [
        [colour.red(), colour.green(), colour.blue()]
        for colour in (QColor(colours.paper), QColor(colours.ink))
    ]
    steps = np.linspace(ends[0], ends[1], 256).round().astype(np.uint32)
    packed = 0xFF000000 | steps[:, 0] << 16 | steps[:, 1] << 8 | steps[:, 2]
    return [int(colour) for colour in packed]


class Picture(QWidget):
    """One image, as large as there is room for."""

    def __init__(self) -> None:
        super().__init__()
        self._image: Image | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(4 * SIZE, 4 * SIZE)
        self.setMaximumSize(12 * SIZE, 12 * SIZE)

    def sizeHint(self) -> QSize:
        return QSize(12 * SIZE, 12 * SIZE)

    def show_image(self, image: Image, description: str) -> None:
        """Show uint8 (28, 28), ink 255 on paper 0, which screen readers call by its description."""
        self._image = image
        self.setAccessibleName(description)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._image is None:
            return
        side = min(self.width(), self.height()) - 2.0
        target = QRectF(1.0, 1.0, side, side)
        painter = QPainter(self)
        colours = theme.colours(self.palette())
        draw_image(painter, target, self._image, colours, self.devicePixelRatioF())
        painter.end()
