"""A picture in the pad's place: where it came from, and the part of it that is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from digitpad.ui.pad.page import Page
from digitpad.ui.style import theme
from digitpad.ui.style.pixels import as_qimage

if TYPE_CHECKING:
    from digitpad.image.bitmap import Box, Pixels

#: The box of a picture that is read as it is.
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)

_CAPTION = 4 * theme.GRID


class PictureView(Page):
    """A square of paper with a picture on it; what was left out of the crop is veiled.

    Signals:
        pressed(): clicked, or Enter or the space bar pressed.
    """

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._source = ""
        self._box: Box | None = None
        self.retranslate()

    @property
    def image(self) -> QImage:
        """The picture that is shown; null when there is none."""
        return self._image

    def show_picture(self, pixels: Pixels, source: str, box: Box | None) -> None:
        """Show a picture.

        Args:
            pixels: (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA; uint8, or float 0..1.
            source: where it came from, for people.
            box: the part that is read, as shares 0..1 of its sides; None where it is blank.
        """
        self._image = as_qimage(pixels)
        self._source, self._box = source, box
        self.retranslate()

    def retranslate(self) -> None:
        name = self.tr("Picture from {source}") if self._source else self.tr("Picture")
        self.setAccessibleName(name.format(source=self._source))
        self.setAccessibleDescription(self._state() if self._source else "")
        self.setToolTip(self.tr("Click to see the cells that the network sees, and edit them"))
        self.update()

    def _state(self) -> str:
        if self._box is None:
            return self.tr("no ink was found")
        return "" if self._box == WHOLE else self.tr("what is in the frame is read")

    def picture_rect(self) -> QRectF:
        """Where the picture lies in the widget: as large as fits over the caption."""
        page = self.page_rect()
        room = page.adjusted(theme.GRID, theme.GRID, -theme.GRID, -_CAPTION - theme.GRID)
        size = self._image.size().toSizeF()
        size.scale(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        rect = QRectF(room.topLeft(), size)
        rect.moveCenter(room.center())
        return rect

    def box_rect(self) -> QRectF | None:
        """Where the part that is read lies in the widget."""
        if self._box is None:
            return None
        picture = self.picture_rect()
        left, top, right, bottom = self._box
        width, height = picture.width(), picture.height()
        return QRectF(
            picture.x() + left * width,
            picture.y() + top * height,
            (right - left) * width,
            (bottom - top) * height,
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        page = self.page_rect()
        painter = QPainter(self)
        colours = self.paint_paper(painter, ring=self.hasFocus())
        # Pixels large enough to be seen stay pixels.
        small = self._image.width() * 4 < page.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not small)
        if not self._image.isNull():
            painter.drawImage(self.picture_rect(), self._image)
            self._paint_crop(painter, QColor(colours.accent), QColor(colours.paper))
            self._paint_caption(painter, page, QColor(colours.muted))
        painter.end()

    def _paint_crop(self, painter: QPainter, accent: QColor, paper: QColor) -> None:
        if self._box == WHOLE:
            return
        box = self.box_rect()
        veil = QPainterPath()
        veil.addRect(self.picture_rect())
        if box is not None:
            box = box.adjusted(-3, -3, 3, 3)
            hole = QPainterPath()
            hole.addRect(box)
            veil -= hole
        paper.setAlphaF(0.45)
        painter.fillPath(veil, paper)
        if box is not None:
            # Two lines side by side, so that one of them stands out on any picture.
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(Qt.GlobalColor.white), 4))
            painter.drawRect(box)
            painter.setPen(QPen(accent, 2))
            painter.drawRect(box)

    def _paint_caption(self, painter: QPainter, page: QRectF, colour: QColor) -> None:
        where = QRectF(page.x(), page.bottom() - _CAPTION, page.width(), _CAPTION)
        where.adjust(2 * theme.GRID, 0, -2 * theme.GRID, -theme.GRID / 2)
        font = theme.sized(self.font(), 1.0)
        # The frame speaks for itself.
        text = self._source if self._box else f"{self._source}  ·  {self._state()}"
        elided = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideMiddle, where.width())
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, elided)
