"""The feature maps of one convolution as a sheet of small grey tiles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from digitpad.image.normalize import SIZE
from digitpad.inference.feature_maps import Layer
from digitpad.ui.style import theme
from digitpad.ui.style.pixels import as_qimage
from digitpad.ui.style.plain import plain_tip
from digitpad.ui.style.translations import Translated
from digitpad.ui.why.picture import WIDTH

#: Tiles are as wide as this or a little less, a pixel of a map at most as wide as the second, and
#: the gap between tiles is the third; in device-independent pixels.
_TILE, _WIDEST, _GAP = SIZE, 8, theme.GRID // 2
#: Shades from paper to ink, and the entry of the colour table for what lies between tiles.
_SHADES = 255
_BETWEEN = 255


class MapSheet(Translated, QWidget):
    """A caption, and the tiles of one layer beneath.

    Paper is 0, and full ink the layer's largest value. Where a layer has values below 0, paper is
    the lowest one.
    """

    def __init__(self, layer: Layer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layer = layer
        self._sheet: QImage | None = None  # made when it is seen
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(self._title())
        self.setAccessibleDescription(self._size())
        self.update()

    @property
    def layer(self) -> Layer:
        """What is shown."""
        return self._layer

    def fits(self, layer: Layer) -> bool:
        """Whether this layer may be shown here: that of another drawing."""
        mine = self._layer
        return (mine.name, mine.maps.shape) == (layer.name, layer.maps.shape)

    def show_layer(self, layer: Layer) -> None:
        """Show the maps of another drawing."""
        self._layer, self._sheet = layer, None
        self.update()

    def sizeHint(self) -> QSize:
        across, cell = self._tiling()
        ratio = self.devicePixelRatioF()
        down = -(-len(self._layer.maps) // across)
        pitch = self._layer.maps.shape[1] * cell / ratio + _GAP
        return QSize(WIDTH, int(np.ceil(self._top() + down * pitch - _GAP)))

    def _title(self) -> str:
        layer = self._layer
        if layer.network:
            said = self.tr("Convolution {network}.{number}")
            return said.format(network=layer.network, number=layer.number)
        return self.tr("Convolution {number}").format(number=layer.number)

    def _size(self) -> str:
        count, height, width = self._layer.maps.shape
        said = self.tr("{count} maps, {height} × {width}")
        if count < self._layer.count:
            said = self.tr("first {count} maps, {height} × {width}")
        return said.format(count=count, height=height, width=width)

    def _top(self) -> int:
        """Where the tiles begin."""
        return self.fontMetrics().height() + theme.GRID // 2

    def _tiling(self) -> tuple[int, int]:
        """Tiles in a row, and the side of a map's pixel in pixels of the device."""
        _, height, width = self._layer.maps.shape
        ratio = self.devicePixelRatioF()
        cell = max(1, min(int(_TILE * ratio) // max(height, width), int(_WIDEST * ratio)))
        return max(1, int((WIDTH + _GAP) // (width * cell / ratio + _GAP))), cell

    def event(self, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = event.pos()
            told = plain_tip(self._told_at(place.x(), place.y()))
            QToolTip.showText(event.globalPos(), told, self)
            return True
        if kind in (QEvent.Type.FontChange, QEvent.Type.DevicePixelRatioChange):
            self._sheet = None
            self.updateGeometry()
        return super().event(event)

    def _told_at(self, x: int, y: int) -> str:
        """What a tool tip says of the tile at a place; of none, what the file calls the layer."""
        _, height, width = self._layer.maps.shape
        across, cell = self._tiling()
        side = cell / self.devicePixelRatioF()
        column, row = x // (width * side + _GAP), (y - self._top()) // (height * side + _GAP)
        index = int(row * across + column)
        if row < 0 or column >= across or index >= len(self._layer.maps):
            return self._layer.name[:80]
        said = self.tr("Map {number}, up to {value}")
        strongest = float(self._layer.maps[index].max())
        return said.format(number=index + 1, value=f"{strongest:.2f}")

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.colours(self.palette())
        ratio = self.devicePixelRatioF()
        if self._sheet is None:
            across, cell = self._tiling()
            self._sheet = _sheet(self._layer.maps, across, cell, round(_GAP * ratio))
        self._sheet.setColorTable(_shades(QColor(colours.paper), QColor(colours.ink)))
        painter = QPainter(self)
        line = QRectF(0, 0, WIDTH, self.fontMetrics().height())
        painter.setPen(QColor(colours.ink))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, self._title())
        painter.setPen(QColor(colours.muted))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, self._size())
        width, height = self._sheet.width() / ratio, self._sheet.height() / ratio
        painter.drawImage(QRectF(0, self._top(), width, height), self._sheet)
        painter.end()


def _sheet(maps: NDArray[np.float32], across: int, cell: int, gap: int) -> QImage:
    """All maps, (n, h, w), side by side, in pixels of the device; colours are still missing."""
    lowest, highest = min(float(maps.min()), 0.0), max(float(maps.max()), 0.0)
    # Halves, because the range of all float32 is twice as long as the largest.
    share = (maps / 2 - lowest / 2) / ((highest / 2 - lowest / 2) or 1.0)
    shades = np.round(share * (_SHADES - 1)).astype(np.uint8)
    tiles = shades.repeat(cell, axis=1).repeat(cell, axis=2)
    down = -(-len(maps) // across)
    spaced = np.pad(
        tiles,
        ((0, down * across - len(maps)), (0, gap), (0, gap)),
        constant_values=_BETWEEN,
    )
    spaced[len(maps) :] = _BETWEEN
    _, height, width = spaced.shape
    rows = spaced.reshape(down, across, height, width).swapaxes(1, 2)
    pixels = rows.reshape(down * height, across * width)
    return as_qimage(pixels, QImage.Format.Format_Indexed8)


def _shades(paper: QColor, ink: QColor) -> list[int]:
    """The colour table: from paper to ink, and nothing between tiles."""
    ends = np.array([(end.red(), end.green(), end.blue()) for end in (paper, ink)])
    steps = np.linspace(0, 1, _SHADES)[:, None]
    rgb = np.round(ends[0] + (ends[1] - ends[0]) * steps).astype(int)
    return [0xFF000000 | r << 16 | g << 8 | b for r, g, b in rgb.tolist()] + [0]
