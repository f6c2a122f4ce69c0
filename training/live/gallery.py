"""A gallery: small images with captions and, where a model has answered, its bars beside them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from digitpad.image.normalize import SIZE
from digitpad.ui.style import theme
from digitpad.ui.style.theme import GRID
from training.base.quantities import percent
from training.live.look import error_colour, truth_colour
from training.live.pictures import draw_image
from training.runs import Pictures

Index = QModelIndex | QPersistentModelIndex
_SIDE = 3 * SIZE


class Answers(QAbstractListModel):
    """Some of the pictures, with the caption of each.

    A picture's caption is its class; of one that a model has answered it is, as in TensorFlow's
    tutorial, ``"Sneaker 74 % (Sandal)"``: the answer, its probability and the truth. In brief it
    is the probability alone.
    """

    def __init__(self, labels: Sequence[str], brief: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._brief = brief
        self.pictures: Pictures | None = None
        self._labels = labels
        self._chosen: list[int] = []

    def show_pictures(self, pictures: Pictures | None, chosen: Sequence[int]) -> None:
        """Show those at some indices of a set."""
        self.beginResetModel()
        self.pictures, self._chosen = pictures, list(chosen)
        self.endResetModel()

    def at(self, index: Index) -> int:
        """Which picture of the set an index of this model is."""
        return self._chosen[index.row()]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._chosen)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if role == Qt.ItemDataRole.DisplayRole and self.pictures is not None and index.isValid():
            return self._caption(self.at(index), self.pictures)
        return None

    def _caption(self, which: int, pictures: Pictures) -> str:
        truth = self._labels[int(pictures.labels[which])]
        if pictures.probabilities is None:
            return truth
        shares = pictures.probabilities[which]
        share = percent(float(shares.max()), 0)
        if self._brief:
            return share
        answer = self._labels[int(shares.argmax())]
        # A digit and a figure would read as one number.
        return f"{answer}{':' if answer[-1:].isdigit() else ''} {share} ({truth})"


class Gallery(QListView):
    """Rows of pictures, as many as fit.

    Signals:
        picked(index): the picture of the set that was double-clicked, or chosen with Enter.
    """

    picked = Signal(int)

    def __init__(
        self, labels: Sequence[str], name: str, *, bars: bool = False, brief: bool = False
    ) -> None:
        """An empty gallery.

        Args:
            labels: what each class is called.
            name: for screen readers.
            bars: whether probabilities are drawn beside each image.
            brief: whether captions leave the classes out.
        """
        super().__init__()
        self.answers = Answers(labels, brief, self)
        self.setModel(self.answers)
        self.setItemDelegate(_Tile(bars, self))
        self.setAccessibleName(name)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSpacing(GRID // 2)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(_SIDE + 8 * GRID, _SIDE + 6 * GRID)
        self.activated.connect(lambda index: self.picked.emit(self.answers.at(index)))

    def show_pictures(self, pictures: Pictures | None, chosen: Sequence[int]) -> None:
        """Show those at some indices of a set, from the top."""
        self.answers.show_pictures(pictures, chosen)
        self.scrollToTop()


class _Tile(QStyledItemDelegate):
    """An image with its caption below, and perhaps bars to its right."""

    def __init__(self, bars: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._bars = bars

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        caption = QFontMetrics(option.font).height()
        width = 2 * _SIDE + 3 * GRID if self._bars else _SIDE + 2 * GRID
        return QSize(width, _SIDE + caption + int(2.5 * GRID))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        answers = index.model()
        if not isinstance(answers, Answers) or answers.pictures is None:
            return
        pictures, which = answers.pictures, answers.at(index)
        palette: QPalette = option.palette
        colours = theme.colours(palette)
        area = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(area, GRID / 2, GRID / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        image = QRectF(area.x() + GRID, area.y() + GRID, _SIDE, _SIDE)
        ratio = painter.device().devicePixelRatioF()
        draw_image(painter, image, pictures.images[which], colours, ratio)
        truth = int(pictures.labels[which])
        colour = QColor(colours.ink)
        if pictures.probabilities is not None:
            shares = pictures.probabilities[which].tolist()
            right = shares.index(max(shares)) == truth
            colour = truth_colour(palette) if right else error_colour(palette)
            if self._bars:
                _draw_bars(painter, image.translated(_SIDE + GRID, 0), shares, truth, palette)
        self._caption(painter, option, index, area, colour)
        painter.restore()

    def _caption(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index,
        area: QRectF,
        colour: QColor,
    ) -> None:
        below = QRectF(
            area.x() + GRID / 2,
            area.y() + _SIDE + 1.5 * GRID,
            area.width() - GRID,
            area.height() - _SIDE - 1.5 * GRID,
        )
        painter.setFont(theme.sized(option.font, 0.9, tabular=True))
        painter.setPen(colour)
        text = painter.fontMetrics().elidedText(
            index.data(), Qt.TextElideMode.ElideRight, int(below.width())
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)


def _draw_bars(
    painter: QPainter, area: QRectF, shares: Sequence[float], truth: int, palette: QPalette
) -> None:
    """One bar a class, 0..1 from the ground up: the answer red, the truth blue, the rest grey."""
    colours = theme.colours(palette)
    answer = shares.index(max(shares))
    step = area.width() / len(shares)
    painter.fillRect(QRectF(area.x(), area.bottom(), area.width(), 1), QColor(colours.track))
    for number, share in enumerate(shares):
        colour = QColor(colours.bar)
        if number == answer:
            colour = error_colour(palette)
        if number == truth:
            colour = truth_colour(palette)
        # Also a class that the model thinks impossible has a place to be seen at.
        height = max(share * area.height(), 2.0 if number in (answer, truth) else 0.0)
        width = max(step * 0.75, 2.0 if number in (answer, truth) else 0.5)
        left = area.x() + number * step + (step - width) / 2
        painter.fillRect(QRectF(left, area.bottom() - height, width, height), colour)
