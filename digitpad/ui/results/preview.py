"""The 28x28 image that the network really sees, pixel by pixel."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.image.normalize import SIZE, Image
from digitpad.ui.style import theme
from digitpad.ui.style.pixels import tinted, whole_cells
from digitpad.ui.style.translations import Translated


class Preview(Translated, QWidget):
    """Draws a 28x28 image at a whole multiple of its size, without smoothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: Image | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("What the network sees, 28 by 28 pixels"))
        self.setToolTip(self.tr("What the network sees: your drawing in 28 × 28 pixels"))
        self._describe()

    def sizeHint(self) -> QSize:
        return QSize(4 * SIZE, 4 * SIZE)

    def show_image(self, image: Image | None) -> None:
        """Show float32 (28, 28), ink 1.0 on paper 0.0; None shows blank paper."""
        self._image = image
        self._describe()
        self.update()

    def _describe(self) -> None:
        blank = self._image is None
        self.setAccessibleDescription(self.tr("blank") if blank else self.tr("shows the drawing"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.colours(self.palette())
        target = whole_cells(QRectF(self.rect()), self.devicePixelRatioF())
        painter = QPainter(self)
        painter.fillRect(target, QColor(colours.paper))
        if self._image is not None:
            painter.drawImage(target, tinted(self._image, QColor(colours.ink)))
        painter.setPen(QPen(QColor(colours.track), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(target.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()
