"""Arrays as pixels on the screen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
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


#: How arrays are understood, by their last axis: grey, RGB or RGBA, one byte each.
_FORMATS = {
    1: QImage.Format.Format_Grayscale8,
    3: QImage.Format.Format_RGB888,
    4: QImage.Format.Format_RGBA8888,
}


def as_qimage(pixels: NDArray[Any], form: QImage.Format | None = None) -> QImage:
    """An array as a picture of its own.

    Args:
        pixels: uint8 (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA; floats are 0..1.
        form: what else the pixels, (h, w), are; they are taken as they stand.
    """
    if pixels.dtype.kind == "f":
        pixels = np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    flat = np.ascontiguousarray(pixels)
    # copy(): QImage does not keep the array's memory alive.
    return QImage(flat.data, width, height, flat.strides[0], form or _FORMATS[channels]).copy()


def as_array(image: QImage) -> NDArray[np.uint8]:
    """A picture as uint8 (h, w, 4) RGBA."""
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), dtype=np.uint8)
    rows = rows.reshape(image.height(), image.bytesPerLine())[:, : 4 * image.width()]
    return rows.reshape(image.height(), image.width(), 4).copy()


def tinted(image: Image, ink: QColor) -> QImage:
    """An image, (28, 28), as ink of one colour whose opacity is the grey."""
    # Premultiplied and in the machine's order, as Qt draws it without converting it every time.
    colour = np.array([255, ink.red(), ink.green(), ink.blue()], dtype=np.float32)
    channels = np.rint(image[..., None] * colour).astype(np.uint32)
    pixels = channels @ np.array([1 << 24, 1 << 16, 1 << 8, 1], dtype=np.uint32)
    return as_qimage(pixels, QImage.Format.Format_ARGB32_Premultiplied)
