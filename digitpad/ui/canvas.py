"""The pad: turns pointer movements into ink, and shows it. Emits strokes, never pixels.

Ink lives on a page of fixed size, PAGE x PAGE, whatever the size of the widget, so that resizing
the window keeps the drawing and a saved drawing does not depend on the window.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QElapsedTimer, QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.ink import Ink, Stroke
from digitpad.ui import theme
from digitpad.ui.brush import BRUSH, PAGE, Layer

#: Movement within this distance of where the pen came down is a hand's tremor: a click is a dot.
TREMOR = 2.0

_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class Canvas(QWidget):
    """A square of paper.

    Signals:
        changed(Ink): the drawing with the stroke under way, after every movement.
        committed(Ink): a stroke was finished; the drawing that now stands.
    """

    changed = Signal(object)
    committed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ink = Ink()
        self._points: list[tuple[float, float]] = []  # the stroke under way
        self._times: list[float] = []
        self._down = False
        self._clock = QElapsedTimer()
        self._ring = False
        self._layer: Layer | None = None
        self.hint = "Draw a digit here"
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 240)
        self.setAccessibleName("Drawing canvas")
        self.setAccessibleDescription("Draw one digit with the mouse, a finger or a pen.")

    # -- the drawing ---------------------------------------------------------------------------

    @property
    def ink(self) -> Ink:
        """The drawing as it is seen, with the stroke under way."""
        if not self._points:
            return self._ink
        return self._ink.appended(Stroke(np.array(self._points), np.array(self._times)))

    @property
    def is_drawing(self) -> bool:
        """Whether a stroke is under way, which :attr:`committed` has not announced yet."""
        return bool(self._points)

    def set_ink(self, ink: Ink) -> None:
        """Show another drawing (undo, clear, load). A stroke under way is dropped."""
        self._ink = ink
        self._reset_stroke()
        self._down = False
        self._layer = None
        self.update()

    # -- geometry ------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(480, 480)

    def page_rect(self) -> QRectF:
        """Where the page lies in the widget: the largest square, centred."""
        side = float(min(self.width(), self.height()))
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def _to_page(self, position: QPointF) -> QPointF:
        page = self.page_rect()
        return (position - page.topLeft()) * (PAGE / page.width())

    # -- pointer -------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if not self._ink:
            self._clock.restart()
        elif not self._clock.isValid():
            self._clock.start()
        self._down = True
        at = self._to_page(event.position())
        if _on_page(at):
            self._begin(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._down:
            return
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._lift()  # the release went to somebody else
            return
        at = self._to_page(event.position())
        if self._points and _on_page(at):
            self._extend(at)
        elif self._points:
            # The pen left the paper: the stroke ends at the edge, and another begins on return.
            self._extend(_to_edge(QPointF(*self._points[-1]), at))
            self._commit()
        elif _on_page(at):
            self._begin(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._lift()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._layer = None
        super().changeEvent(event)

    def _reset_stroke(self) -> None:
        self._points, self._times = [], []

    def _begin(self, at: QPointF) -> None:
        self._points = [(at.x(), at.y())]
        self._times = [self._clock.elapsed() / 1000]
        self._announce()

    def _extend(self, at: QPointF) -> None:
        start = self._points[0]
        if len(self._points) == 1 and _distance(start, at) < TREMOR:
            return
        if (at.x(), at.y()) != self._points[-1]:
            self._points.append((at.x(), at.y()))
            self._times.append(self._clock.elapsed() / 1000)
            self._announce()

    def _announce(self) -> None:
        if len(self._points) > 2:
            self._update_around(self._points[-3:])
        else:
            self.update()  # the hint goes too
        self.changed.emit(self.ink)

    def _update_around(self, points: list[tuple[float, float]]) -> None:
        """Paint only what the last movement changed."""
        page, scale = self.page_rect(), self.page_rect().width() / PAGE
        around = QPolygonF([QPointF(*p) * scale for p in points]).boundingRect()
        reach = BRUSH * scale / 2 + 2
        changed = around.adjusted(-reach, -reach, reach, reach).translated(page.topLeft())
        self.update(changed.toAlignedRect())

    def _commit(self) -> None:
        """The stroke under way becomes part of the drawing."""
        ink = self.ink
        self._ink = ink
        if self._layer is not None:
            self._layer.add(ink.strokes[-1].points)
        self._reset_stroke()
        self.committed.emit(ink)

    def _lift(self) -> None:
        self._down = False
        if self._points:
            self._commit()

    # -- painting ------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._layer = None
        super().resizeEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        # The ring is for those who move by keyboard.
        self._ring = event.reason() in _KEYBOARD
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring = False
        self.update()
        super().focusOutEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.colours(self.palette())
        page = self.page_rect()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.accent if self._ring else colours.track), 2))
        painter.setBrush(QColor(colours.paper))
        painter.drawRoundedRect(page.adjusted(1, 1, -1, -1), theme.GRID, theme.GRID)
        if not self._ink and not self._points:
            painter.setPen(QColor(colours.muted))
            painter.setFont(theme.sized(self.font(), 1.5))
            painter.drawText(page, Qt.AlignmentFlag.AlignCenter, self.hint)
        else:
            under_way = np.array(self._points).reshape(-1, 2)
            self._painted_layer().paint(painter, under_way)
        painter.end()

    def _painted_layer(self) -> Layer:
        ratio = self.devicePixelRatioF()
        if self._layer is None or self._layer.ratio != ratio:
            ink = QColor(theme.colours(self.palette()).ink)
            self._layer = Layer(self.size(), ratio, self.page_rect(), ink)
            for stroke in self._ink.strokes:
                self._layer.add(stroke.points)
        return self._layer


def _on_page(at: QPointF) -> bool:
    return 0 <= at.x() <= PAGE and 0 <= at.y() <= PAGE


def _distance(a: tuple[float, float], b: QPointF) -> float:
    return float(np.hypot(a[0] - b.x(), a[1] - b.y()))


def _to_edge(inside: QPointF, outside: QPointF) -> QPointF:
    """Where the way from a point on the page to one beside it crosses the edge."""
    step = outside - inside
    share = 1.0
    for at, delta in ((inside.x(), step.x()), (inside.y(), step.y())):
        if delta > 0:
            share = min(share, (PAGE - at) / delta)
        elif delta < 0:
            share = min(share, -at / delta)
    return inside + step * max(share, 0.0)
