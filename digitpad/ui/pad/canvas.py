"""The page: turns pointer movements into ink, and shows it. Emits strokes, never pixels.

Ink lives on a page of fixed size, PAGE x PAGE, whatever the size of the widget, so that resizing
the window keeps the drawing and a saved drawing does not depend on the window.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from digitpad.ink.ink import Ink, Stroke
from digitpad.ink.replay import goes_on
from digitpad.ui.pad.brush import PAGE, Brush, Layer
from digitpad.ui.pad.eraser import Eraser, eraser_cursor
from digitpad.ui.pad.page import Page
from digitpad.ui.pad.pointer import Contact, Phase, Pointer
from digitpad.ui.pad.recorder import Point, StrokeRecorder, on_page, to_edge
from digitpad.ui.style import theme


class Canvas(Page):
    """A square of paper.

    Signals:
        changed: a stroke or an erasure under way was changed; :attr:`ink` has it.
        committed(Ink): a stroke or an erasure was finished; the drawing that now stands.
    """

    changed = Signal()
    committed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ink = Ink()
        self._moment: Ink | None = None
        self._pointer = Pointer()
        self._recorder = StrokeRecorder()
        self._eraser: Eraser | None = None  # while it is down
        self._down = False
        self._layer: Layer | None = None
        self._brush = Brush()
        self._erases = self._erases_parts = False
        self._wants_digits = True
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.retranslate()

    def retranslate(self) -> None:
        self.hint = self.tr("Draw a digit here") if self._wants_digits else self.tr("Draw here")
        self.setAccessibleName(self.tr("Drawing canvas"))
        told = self.tr("Draw with the mouse, a finger or a pen; by keyboard, on the grid (G).")
        self.setAccessibleDescription(told)
        self.update()

    def invite_digits(self, on: bool) -> None:
        """Invite to draw a digit, or, where the model reads something else, just to draw."""
        self._wants_digits = on
        self.retranslate()

    # -- the drawing ---------------------------------------------------------------------------

    @property
    def ink(self) -> Ink:
        """The drawing as it stands, with the stroke or the erasure under way."""
        if self._eraser is not None:
            return self._eraser.ink
        return self._ink.appended(self._recorder.stroke()) if self._recorder else self._ink

    @property
    def is_drawing(self) -> bool:
        """Whether an edit is under way, which :attr:`committed` has not announced yet."""
        return bool(self._recorder) or self.ink is not self._ink

    def set_ink(self, ink: Ink) -> None:
        """Show another drawing (undo, clear, load). An edit under way is dropped."""
        self._ink = ink
        self._moment = self._eraser = None
        self._recorder.drop()
        self._down = False
        self._repaint_all()

    def show_moment(self, ink: Ink | None) -> None:
        """Show the drawing as it was at a moment of its replay, never empty; None: as it is."""
        if ink is self._moment:
            return
        if self._moment is not None and ink is not None and goes_on(self._moment, ink):
            if self._layer is not None:
                for stroke in ink.strokes[len(self._moment.strokes) - 1 : -1]:
                    self._layer.add(stroke.points, stroke.pressure)
        else:
            self._layer = None
        self._moment = ink
        self.update()

    # -- tools ---------------------------------------------------------------------------------

    @property
    def brush(self) -> Brush:
        """The look of the ink."""
        return self._brush

    def set_brush(self, brush: Brush) -> None:
        """Show all ink with another brush. What the network sees does not change."""
        self._brush = brush
        self._repaint_all()

    def set_eraser(self, on: bool, *, parts: bool = False) -> None:
        """Let the pointer erase: whole strokes, or only the parts that it touches."""
        self._erases, self._erases_parts = on, parts
        self._set_cursor()

    def _set_cursor(self) -> None:
        colours, ratio = theme.colours(self.palette()), self.devicePixelRatioF()
        cursor = eraser_cursor(self._scale(), ratio, colours) if self._erases else None
        self.setCursor(cursor or Qt.CursorShape.CrossCursor)

    # -- geometry ------------------------------------------------------------------------------

    def _scale(self) -> float:
        return self.page_rect().width() / PAGE

    # -- pointer -------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        contacts = self._pointer.contacts(event)
        if contacts is None:
            return super().event(event)
        for contact in contacts:
            self._follow(contact)
        event.accept()
        return True

    def _follow(self, contact: Contact) -> None:
        place = (contact.position - self.page_rect().topLeft()) / self._scale()
        at = place.x(), place.y()
        if contact.phase is Phase.DOWN:
            self._lift()
            self._down = True
            if self._moment is not None:
                self.show_moment(None)
                self.changed.emit()
            if self._erases or contact.is_eraser:
                parts = self._erases_parts or contact.shift
                self._eraser = Eraser(self._ink, at, parts=parts)
                self._announce_erasure()
            else:
                self._recorder.come_down(self._ink)
                self._draw(at, contact.pressure)
        elif contact.phase is Phase.CANCEL:
            self.set_ink(self._ink)
            self.changed.emit()
        elif not self._down:
            return
        elif contact.phase is Phase.UP:
            self._lift()
        elif self._eraser is not None:
            if self._eraser.move_to(at):
                self._announce_erasure()
        else:
            self._draw(at, contact.pressure)

    def _draw(self, at: Point, pressure: float | None) -> None:
        recorder = self._recorder
        if recorder and on_page(at):
            if recorder.extend(at, pressure):
                self._announce_stroke()
        elif recorder:
            # The pen left the paper: the stroke ends at the edge, and another begins on return.
            x, y = recorder.points[-1].tolist()
            if recorder.extend(to_edge((x, y), at), pressure):
                self._announce_stroke()
            self._commit_stroke()
        elif on_page(at):
            recorder.begin(at, pressure)
            self._announce_stroke()

    def _announce_stroke(self) -> None:
        points = self._recorder.points
        if len(points) > 2:
            self._update_around(points[-3:].tolist())
        else:
            self.update()  # the hint goes too
        self.changed.emit()

    def _announce_erasure(self) -> None:
        if self.ink is not self._ink:
            self._repaint_all()
            self.changed.emit()

    def _update_around(self, points: list[list[float]]) -> None:
        """Paint only what the last movement changed."""
        page, scale = self.page_rect(), self._scale()
        around = QPolygonF([QPointF(*p) * scale for p in points]).boundingRect()
        reach = self._brush.width * scale / 2 + 2
        changed = around.adjusted(-reach, -reach, reach, reach).translated(page.topLeft())
        self.update(changed.toAlignedRect())

    def _commit_stroke(self) -> None:
        """The stroke under way becomes part of the drawing."""
        self._ink = self.ink
        if self._layer is not None:
            stroke = self._ink.strokes[-1]
            self._layer.add(stroke.points, stroke.pressure)
        self._recorder.drop()
        self.committed.emit(self._ink)

    def _lift(self) -> None:
        self._down = False
        if self._recorder:
            self._commit_stroke()
        elif self._eraser is not None:
            erased, self._eraser = self._eraser.ink, None
            if erased is not self._ink:
                self._ink = erased
                self.committed.emit(erased)

    # -- painting ------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._repaint_all()
            self._set_cursor()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._layer = None
        self._set_cursor()
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = self.paint_paper(painter, ring=self._ring)
        if not self._recorder and not self._finished() and self._moment is None:
            painter.setPen(QColor(colours.muted))
            painter.setFont(theme.sized(self.font(), 1.5))
            painter.drawText(self.page_rect(), Qt.AlignmentFlag.AlignCenter, self.hint)
        else:
            under_way = self._recorder if self._moment is None else self._moment.strokes[-1]
            self._painted_layer().paint(painter, under_way.points, under_way.pressure)
        painter.end()

    def _repaint_all(self) -> None:
        self._layer = None
        self.update()

    def _painted_layer(self) -> Layer:
        ratio = self.devicePixelRatioF()
        if self._layer is None or self._layer.ratio != ratio:
            colours = theme.colours(self.palette())
            colour = self._brush.colour(QColor(colours.ink), QColor(colours.paper))
            size, page = self.size(), self.page_rect()
            self._layer = Layer(size, ratio, page, colour, self._brush.width)
            for stroke in self._finished():
                self._layer.add(stroke.points, stroke.pressure)
        return self._layer

    def _finished(self) -> tuple[Stroke, ...]:
        """What is seen, apart from a stroke under way or half replayed."""
        if self._moment is not None:
            return self._moment.strokes[:-1]
        return (self._ink if self._eraser is None else self._eraser.ink).strokes
