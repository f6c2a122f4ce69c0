"""Hands on a widget: a pen with pressure, fingers, and mouse events that a system makes of them.

And a window to lay them on: the fixtures ``recognizer`` and ``window``, for a module to import.
"""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QMouseEvent, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from digitpad.inference.recognizer import Recognizer
from digitpad.ui.app import start_qt
from digitpad.ui.window.window import Window

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
_PLAIN = Qt.KeyboardModifier.NoModifier


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer.load("digits", "cpu")


@pytest.fixture
def window(qtbot: QtBot, recognizer: Recognizer) -> Window:
    start_qt("light")
    window = Window(recognizer)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


class Pen:
    """A tablet's pen, or the eraser at its other end."""

    def __init__(self, widget: QWidget, *, eraser: bool = False) -> None:
        self.widget = widget
        kind = QPointingDevice.PointerType
        self.device = QPointingDevice(
            "pen",
            1,
            QInputDevice.DeviceType.Stylus,
            kind.Eraser if eraser else kind.Pen,
            QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
            1,
            1,
        )

    def press(self, x: float, y: float, pressure: float = 0.5) -> bool:
        return self._send(QEvent.Type.TabletPress, x, y, pressure, LEFT)

    def move(self, x: float, y: float, pressure: float = 0.5) -> bool:
        return self._send(QEvent.Type.TabletMove, x, y, pressure, NONE)

    def release(self, x: float, y: float) -> bool:
        return self._send(QEvent.Type.TabletRelease, x, y, 0.0, LEFT)

    def _send(
        self, kind: QEvent.Type, x: float, y: float, pressure: float, button: Qt.MouseButton
    ) -> bool:
        at = QPointF(x, y)
        held = NONE if kind == QEvent.Type.TabletRelease else LEFT
        place = self.widget.mapToGlobal(at)
        event = QTabletEvent(
            kind, self.device, at, place, pressure, 0, 0, 0, 0, 0, _PLAIN, button, held
        )
        QApplication.sendEvent(self.widget, event)
        return event.isAccepted()


class Fingers:
    """Fingers on a touch screen, each with a number; every call is one report of the screen."""

    device: QPointingDevice | None = None

    def __init__(self, widget: QWidget) -> None:
        self.widget = widget
        Fingers.device = Fingers.device or QTest.createTouchDevice()
        self.down: set[int] = set()

    def report(self, **what: tuple[str, float, float]) -> None:
        """Such as ``report(f0=("press", 10, 20))``; fingers not named stay where they are."""
        sequence = QTest.touchEvent(self.widget, Fingers.device)
        named = {int(name[1:]): words for name, words in what.items()}
        for number in sorted(self.down - set(named)):
            sequence.stationary(number)
        for number, (verb, x, y) in named.items():
            getattr(sequence, verb)(number, QPointF(x, y).toPoint(), self.widget)
            (self.down.discard if verb == "release" else self.down.add)(number)
        sequence.commit()


def mouse_made_of_touch(widget: QWidget, kind: QEvent.Type, x: float, y: float) -> None:
    """A mouse event that the system has made of a touch."""
    at = QPointF(x, y)
    event = QMouseEvent(
        kind,
        at,
        at,
        widget.mapToGlobal(at),
        NONE if kind == QEvent.Type.MouseMove else LEFT,
        LEFT,
        _PLAIN,
        Qt.MouseEventSource.MouseEventSynthesizedBySystem,
    )
    QApplication.sendEvent(widget, event)
