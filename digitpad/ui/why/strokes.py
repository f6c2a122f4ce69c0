"""Small pictures of the drawing with one stroke less, and what is read then."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.image.normalize import BOX, PEN_WIDTH
from digitpad.inference.importance import MOST_STROKES, Omission
from digitpad.ink.ink import Ink
from digitpad.ui.style import theme
from digitpad.ui.style.translations import Translated
from digitpad.ui.why.picture import WIDTH

#: Side of a small picture, in device-independent pixels, and what is left free around the ink.
_TILE = (WIDTH - (MOST_STROKES - 1) * theme.GRID) // MOST_STROKES
_MARGIN = 1.5 * theme.GRID
#: A stroke is painted through at most so many of its points; the picture is small.
_POINTS = 60


class StrokeTiles(Translated, QWidget):
    """The stroke that is left out is a dotted line; a class that changes is bold with an arrow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ink = Ink()
        self._omissions: Sequence[Omission] = ()
        self._winner = -1
        self._labels: Sequence[str] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("One stroke less"))
        self.describe()
        self.update()

    def show_strokes(
        self, ink: Ink, omissions: Sequence[Omission], winner: int, labels: Sequence[str]
    ) -> None:
        """Show the drawing without each of some strokes.

        Args:
            ink: the whole drawing.
            omissions: at most :data:`MOST_STROKES`; none where there is only one stroke.
            winner: the class of the whole drawing.
            labels: (classes,), what the classes are called.
        """
        self._ink, self._omissions = ink, omissions
        self._winner, self._labels = winner, labels
        self.update()

    def describe(self) -> None:
        """Tell screen readers what is now shown."""
        told = self.tr("without stroke {number}: {answer}")
        said = (
            told.format(number=one.stroke + 1, answer=" ".join(self._answer(one)))
            for one in self._omissions
        )
        self.setAccessibleDescription(", ".join(said) or self._invitation())

    def _answer(self, omission: Omission) -> tuple[str, str]:
        """What is read, and how probable it is, or that it is hardly a digit."""
        if omission.rejected:
            return "?", self.tr("no digit?")
        return self._labels[omission.winner], theme.percentage(omission.probability)

    def _invitation(self) -> str:
        return self.tr("From two strokes on: what is read without each of them")

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, _TILE + theme.GRID // 2 + 2 * self._line())

    def _line(self) -> int:
        return self.fontMetrics().height()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.colours(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, omission in enumerate(self._omissions):
            tile = QRectF(place * (_TILE + theme.GRID), 0, _TILE, _TILE)
            painter.setPen(QPen(QColor(colours.track), 1))
            painter.setBrush(QColor(colours.paper))
            painter.drawRect(tile.adjusted(0.5, 0.5, -0.5, -0.5))
            self._paint_ink(painter, tile, omission.stroke, colours)
            self._paint_answer(painter, tile, omission, colours)
        if not self._omissions:
            painter.setPen(QColor(colours.muted))
            painter.drawText(self.rect(), Qt.TextFlag.TextWordWrap, self._invitation())
        painter.end()

    def _paint_ink(
        self, painter: QPainter, tile: QRectF, left_out: int, colours: theme.Colours
    ) -> None:
        bounds = self._ink.bounds()
        if bounds is None:
            return
        left, top, right, bottom = bounds
        room = _TILE - 2 * _MARGIN
        scale = room / max(right - left, bottom - top, 1e-9)
        x = tile.left() + (_TILE - (right - left) * scale) / 2 - left * scale
        y = tile.top() + (_TILE - (bottom - top) * scale) / 2 - top * scale
        whole = QPen(QColor(colours.ink), room * PEN_WIDTH / BOX)
        whole.setCapStyle(Qt.PenCapStyle.RoundCap)
        whole.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        dotted = QPen(QColor(colours.unsure), 2, Qt.PenStyle.DotLine)
        for index, stroke in enumerate(self._ink.strokes):
            points = stroke.points[:: max(1, len(stroke) // _POINTS)].tolist()
            points.append(stroke.points[-1].tolist())
            painter.setPen(dotted if index == left_out else whole)
            painter.drawPolyline([QPointF(px * scale + x, py * scale + y) for px, py in points])

    def _paint_answer(
        self, painter: QPainter, tile: QRectF, omission: Omission, colours: theme.Colours
    ) -> None:
        label, share = self._answer(omission)
        changed = omission.rejected or omission.winner != self._winner
        line = QRectF(tile.left(), tile.bottom() + theme.GRID // 2, _TILE, self._line())
        painter.setFont(theme.sized(self.font(), 1.0, bold=changed, tabular=True))
        painter.setPen(QColor(colours.ink if changed else colours.muted))
        shown = painter.fontMetrics().elidedText(
            f"→ {label}" if changed else label, Qt.TextElideMode.ElideRight, _TILE
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, shown)
        painter.setFont(theme.sized(self.font(), 1.0, tabular=True))
        painter.setPen(QColor(colours.muted))
        painter.drawText(line.translated(0, line.height()), Qt.AlignmentFlag.AlignCenter, share)
