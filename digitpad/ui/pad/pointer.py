"""One pointer out of many: what mouse, fingers and pen do, as the movements of one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEventPoint, QMouseEvent, QPointingDevice, QTabletEvent, QTouchEvent

_LEFT = Qt.MouseButton.LeftButton
_MADE_FROM_TOUCH = (
    Qt.MouseEventSource.MouseEventSynthesizedBySystem,
    Qt.MouseEventSource.MouseEventSynthesizedByQt,
)


class Phase(Enum):
    """What a pointer does."""

    DOWN = auto()
    MOVE = auto()
    UP = auto()
    CANCEL = auto()  # what it drew since it came down was not meant


@dataclass(frozen=True)
class Contact:
    """One movement of the pointer that draws.

    Attributes:
        position: in the widget's coordinates.
        pressure: 0..1, or None where the pointer does not know.
        is_eraser: whether it is the eraser end of a pen.
        shift: whether the Shift key is held.
    """

    phase: Phase
    position: QPointF
    pressure: float | None = None
    is_eraser: bool = False
    shift: bool = False


class Pointer:
    """Lets one pointer draw at a time: the first that came down, but a pen before any finger.

    Of several fingers, the first one draws, and none of the others until all are lifted.
    """

    def __init__(self) -> None:
        self._holder: str | None = None  # "mouse", "touch" or "pen"
        self._finger: int | None = None  # the finger that draws
        self._knows_touch = False

    def contacts(self, event: QEvent) -> list[Contact] | None:
        """What an event means for the drawing; None for one that is no pointer's."""
        if isinstance(event, QTabletEvent):
            return self._pen(event)
        if isinstance(event, QTouchEvent):
            return self._touch(event)
        if isinstance(event, QMouseEvent):
            return self._mouse(event)
        return None

    def _mouse(self, event: QMouseEvent) -> list[Contact] | None:
        if self._knows_touch and event.source() in _MADE_FROM_TOUCH:
            return []  # the same movement has come, or will come, as touch
        pressed = event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
        if pressed and event.button() == _LEFT and self._holder in (None, "mouse"):
            self._holder = "mouse"
            return [self._contact(Phase.DOWN, event.position(), event)]
        if self._holder != "mouse":
            return None
        if event.type() == QEvent.Type.MouseButtonRelease and event.button() == _LEFT:
            phase = Phase.UP
        elif event.type() == QEvent.Type.MouseMove:
            # Without the button, the release went to somebody else.
            phase = Phase.MOVE if event.buttons() & _LEFT else Phase.UP
        else:
            return []
        if phase is Phase.UP:
            self._holder = None
        return [self._contact(phase, event.position(), event)]

    def _pen(self, event: QTabletEvent) -> list[Contact] | None:
        contacts = []
        if event.type() == QEvent.Type.TabletPress:
            if event.button() != _LEFT or self._holder == "mouse":
                return []
            if self._holder == "touch" and self._finger is not None:
                contacts.append(Contact(Phase.CANCEL, event.position()))  # it was the palm
                self._finger = None
            self._holder, phase = "pen", Phase.DOWN
        elif self._holder != "pen":
            # Hovering: the mouse events that Qt makes of it move the cursor.
            return None if event.type() == QEvent.Type.TabletMove else []
        elif event.type() == QEvent.Type.TabletRelease:
            if event.button() != _LEFT:
                return []
            self._holder, phase = None, Phase.UP
        else:
            phase = Phase.MOVE
        contacts.append(self._contact(phase, event.position(), event))
        return contacts

    def _touch(self, event: QTouchEvent) -> list[Contact]:
        self._knows_touch = True
        contacts = []
        begins = event.type() == QEvent.Type.TouchBegin and bool(event.points())
        if begins and self._holder in (None, "touch"):
            first = event.points()[0]
            self._holder, self._finger = "touch", first.id()
            contacts.append(self._contact(Phase.DOWN, first.position(), event))
        elif self._holder == "touch":
            contacts += self._finger_moved(event)
        if event.type() in (QEvent.Type.TouchEnd, QEvent.Type.TouchCancel):
            if self._holder == "touch":
                self._holder = None
            self._finger = None
        return contacts

    def _finger_moved(self, event: QTouchEvent) -> list[Contact]:
        point = next((p for p in event.points() if p.id() == self._finger), None)
        if self._finger is None:
            return []
        if event.type() == QEvent.Type.TouchCancel:
            return [Contact(Phase.CANCEL, QPointF())]
        if point is None or point.state() == QEventPoint.State.Stationary:
            return []
        if point.state() == QEventPoint.State.Released:
            self._finger = None
            return [self._contact(Phase.UP, point.position(), event)]
        return [self._contact(Phase.MOVE, point.position(), event)]

    def _contact(
        self, phase: Phase, position: QPointF, event: QMouseEvent | QTabletEvent | QTouchEvent
    ) -> Contact:
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if not isinstance(event, QTabletEvent):
            return Contact(phase, position, shift=shift)
        is_eraser = event.pointerType() == QPointingDevice.PointerType.Eraser
        return Contact(phase, position, min(max(event.pressure(), 0.0), 1.0), is_eraser, shift)
