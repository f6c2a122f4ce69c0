"""A 28x28 image as pixels on the screen."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage

from digitpad.image.normalize import SIZE, Image


def whole_cells(area: QRectF, ratio: float) -> QRectF:
    """The largest square in the middle of an area that has a whole number of device pixels a cell.

    Args:
        area: in device-independent pixels.
        ratio: device pixels to a device-independent pixel.
    """
    cell = max(1, int(min(area.width(), area.height()) * ratio) // SIZE) / ratio
    side = cell * SIZE
    left, top = (area.width() - side) / 2, (area.height() - side) / 2
    # On the device's pixels, so that every cell is as wide as the others.
    left, top = (round((a + b) * ratio) / ratio for a, b in ((area.x(), left), (area.y(), top)))
    return QRectF(left, top, side, side)


def tinted(image: Image, ink: QColor) -> QImage:
    """An image, (28, 28), as ink of one colour whose opacity is the grey."""
    # Premultiplied and in the machine's order, as Qt draws it without converting it every time.
    colour = np.array([255, ink.red(), ink.green(), ink.blue()], dtype=np.float32)
    channels = np.rint(image[..., None] * colour).astype(np.uint32)
    pixels = channels @ np.array([1 << 24, 1 << 16, 1 << 8, 1], dtype=np.uint32)
    # copy(): QImage does not keep the array's memory alive.
    view = QImage(pixels.data, SIZE, SIZE, 4 * SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    return view.copy()
