"""Images of the data, at a whole multiple of their pixels: alone, and in galleries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListView, QWidget

from digitpad.image.normalize import SIZE
from digitpad.ui.style import theme
from digitpad.ui.style.pixels import tinted
from digitpad.ui.style.theme import GRID
from training.base.quantities import percent
from training.live.style import kind_colour, scheme
from training.measure.answers import Answers
from training.runs import Pictures

Image = NDArray[np.uint8]
Index = QModelIndex | QPersistentModelIndex
#: Of an image in a gallery, in device-independent pixels.
_SIDE = 3 * SIZE


class Gallery(QListView):
    """Rows of images with captions and, where a model has answered, its bars beside them.
    ``picked`` names the picture of the set that was double-clicked, or chosen with Enter.
    """

    picked = Signal(int)

    def __init__(self, name: str, *, bars: bool = False, brief: bool = False) -> None:
        """An empty gallery; its name is for screen readers, and brief captions leave the classes
        out.
        """
        super().__init__()
        self._brief = brief
        self.tiles = _Tiles(self, bars)
        self.setModel(self.tiles)
        self.setAccessibleName(name)
        self.setFont(theme.sized(self.font(), 0.9, tabular=True))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSpacing(GRID // 2)
        self.setIconSize(self.tiles.size)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(_SIDE + 8 * GRID, _SIDE + 6 * GRID)
        self.activated.connect(lambda index: self.picked.emit(self.tiles.at(index)))

    def show_samples(self, samples: Pictures, labels: Sequence[str]) -> None:
        """Show images, each above the name of its class."""
        names = [labels[i] for i in samples.labels.tolist()]
        self.tiles.show_images(samples.images, range(len(names)), names)
        self.scrollToTop()

    def show_answers(self, answers: Answers, chosen: Sequence[int]) -> None:
        """Show some of a set by their indices, from the top."""
        captions = [_caption(answers, i, self._brief) for i in chosen]
        self.tiles.show_images(answers.images, chosen, captions, answers)
        self.scrollToTop()


class _Tiles(QAbstractListModel):
    """Some of the images of a set, with their captions."""

    def __init__(self, view: Gallery, bars: bool) -> None:
        super().__init__(view)
        self._view, self._bars = view, bars
        self._images: Image = np.empty((0, SIZE, SIZE), np.uint8)
        self._chosen: Sequence[int] = ()
        self._captions: Sequence[str] = ()
        self._answers: Answers | None = None
        self.size = QSize((2 * _SIDE + GRID if bars else _SIDE) + 2, _SIDE + GRID + 1)

    def show_images(
        self,
        images: Image,
        chosen: Sequence[int],
        captions: Sequence[str],
        answers: Answers | None = None,
    ) -> None:
        self.beginResetModel()
        self._images, self._chosen, self._captions = images, chosen, captions
        self._answers = answers
        self.endResetModel()

    def at(self, index: Index) -> int:
        """Which picture of the set an index of this model is."""
        return self._chosen[index.row()]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._chosen)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._captions[index.row()]
            case Qt.ItemDataRole.DecorationRole:
                return self._icon(self.at(index))
            case Qt.ItemDataRole.ForegroundRole if self._answers:
                which = self.at(index)
                right = self._answers.read[which] == self._answers.truth[which]
                return kind_colour("truth" if right else "error", scheme(self._view))
            case Qt.ItemDataRole.SizeHintRole:
                caption = self._view.fontMetrics().height() + int(1.5 * GRID)
                return self.size + QSize(2 * GRID - 2, caption - 1)
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        return None

    def _icon(self, which: int) -> QIcon:
        # Below a gap, so that there is one above the image.
        pixmap = _blank(self.size, self._view)
        painter, colours = QPainter(pixmap), scheme(self._view)
        place = QRectF(1, GRID, _SIDE, _SIDE)
        _draw_image(painter, place, self._images[which], colours)
        if self._bars and self._answers:
            _draw_bars(painter, place.translated(_SIDE + GRID, 0), self._answers, which, colours)
        painter.end()
        icon = QIcon(pixmap)
        icon.addPixmap(pixmap, QIcon.Mode.Selected)  # as it is, and not tinted
        return icon


def picture(image: Image, scale: int, widget: QWidget) -> QPixmap:
    """An image, uint8 (28, 28), ink 255 on paper 0, in the colours of a widget and as pixels of its
    screen, ``scale`` device-independent pixels for each.
    """
    side = scale * SIZE
    pixmap = _blank(QSize(side + 2, side + 2), widget)
    painter = QPainter(pixmap)
    _draw_image(painter, QRectF(1, 1, side, side), image, scheme(widget))
    painter.end()
    return pixmap


def _blank(size: QSize, widget: QWidget) -> QPixmap:
    pixmap = QPixmap(size * widget.devicePixelRatioF())
    pixmap.setDevicePixelRatio(widget.devicePixelRatioF())
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


def _caption(answers: Answers, which: int, brief: bool) -> str:
    """As in TensorFlow's tutorial, ``"Sneaker 74 % (Sandal)"``, the truth in brackets; or brief."""
    share = percent(float(answers.confidence[which]), 0)
    read, truth = (answers.labels[int(of[which])] for of in (answers.read, answers.truth))
    # A digit and a figure would read as one number.
    return share if brief else f"{read}{':' if read[-1:].isdigit() else ''} {share} ({truth})"


def _draw_image(painter: QPainter, place: QRectF, image: Image, colours: theme.Colours) -> None:
    """An image without smoothing, with a hairline around it."""
    painter.fillRect(place, QColor(colours.paper))
    shades = np.divide(image, 255, dtype=np.float32)
    painter.drawImage(place, tinted(shades, QColor(colours.ink)))
    painter.setPen(QPen(QColor(colours.track), 1))
    painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))


def _draw_bars(
    painter: QPainter, area: QRectF, answers: Answers, which: int, colours: theme.Colours
) -> None:
    """One bar a class, from the ground up."""
    shares, kinds = answers.probabilities[which].tolist(), answers.kinds(which)
    step = area.width() / len(shares)
    ground = QRectF(area.x(), area.bottom(), area.width(), 1)
    painter.fillRect(ground, QColor(colours.track))
    for number, (share, kind) in enumerate(zip(shares, kinds, strict=True)):
        # Also a class that the model thinks impossible has a place to be seen at.
        least, thinnest = (0.0, 0.5) if kind == "other" else (2.0, 2.0)
        height, width = max(share * area.height(), least), max(step * 0.75, thinnest)
        left = area.x() + number * step + (step - width) / 2
        bar = QRectF(left, area.bottom() - height, width, height)
        painter.fillRect(bar, kind_colour(kind, colours))
