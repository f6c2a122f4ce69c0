"""digitpad as a person starts it, driven and measured from within, on a screen or without one.

``python person.py start SECONDS``, ``reading POINTS`` or ``idle SECONDS`` prints one JSON object.
Nothing is cut down or put together otherwise: this is ``digitpad`` without arguments, with another
event loop.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from digitpad.__main__ import main  # before PySide6: on Windows the other order fails

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer  # isort: skip
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:  # digitpad itself says when it imports what
    from digitpad.ink.ink import Ink
    from digitpad.ui.window.window import Window

#: Strokes, and moves of each, of which latencies are measured; the first strokes only warm up.
STROKES, WARM_UP, MOVES = 32, 2, 20
#: Time between two moves, in frames: a little more than the one in which nothing is read twice.
PACE = 1.5
_PRESS, _MOVE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove
_RELEASE = QEvent.Type.MouseButtonRelease


def drawing(points: int) -> Ink:
    """An S-like curve as long as a digit, reported in this many points."""
    import numpy as np

    from digitpad.ink.ink import Ink

    at = np.linspace(0, 1, points)
    return Ink.from_points([np.c_[240 + 90 * np.sin(at * 7), 80 + 320 * at]], "5")


def send(window: Window, kind: QEvent.Type, x: float, y: float) -> None:
    """One event of the mouse, at a place of the page."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    at = QPointF(x, y) * window.canvas.page_rect().width() / 480
    button = none if kind == _MOVE else left
    held = none if kind == _RELEASE else left
    plain = Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(kind, at, window.canvas.mapToGlobal(at), button, held, plain)
    QApplication.sendEvent(window.canvas, event)


class Painted(QObject):
    """Counts how often bars are painted."""

    count = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        self.count += event.type() == QEvent.Type.Paint
        return False


def until(moment: float) -> None:
    """Let the window do what it has to do."""
    while time.perf_counter() < moment:
        QApplication.processEvents()
        time.sleep(0.0002)


def rest(seconds: float) -> None:
    """Wait in Qt's own event loop, which sleeps when there is nothing to do."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def start(window: Window, began: float) -> dict[str, float]:
    """From the process's start, in seconds since the epoch, to the window, and to an answer."""
    while not window.windowHandle().isExposed():
        QApplication.processEvents()
    window.repaint()
    shown = time.time()
    send(window, _PRESS, 240, 100)
    for y in range(110, 400, 10):
        send(window, _MOVE, 240, y)
    while window.answer.label is None:
        QApplication.processEvents()
    window.repaint()
    read = time.time()
    send(window, _RELEASE, 240, 390)
    rest(1.0)
    return {"shown": shown - began, "read": read - shown, **memory()}


def memory() -> dict[str, float]:
    """What this process has in memory, in MiB; its share of what several have, where known."""
    import psutil

    process = psutil.Process()
    sizes = {"rss": process.memory_info().rss / 2**20}
    if sys.platform == "linux":
        sizes["pss"] = process.memory_full_info().pss / 2**20
    return sizes


def reading(window: Window, points: float) -> dict[str, Any]:
    """Milliseconds from when a movement was due to when its bars were painted, and of CPU."""
    window.open_ink(drawing(int(points)))
    frame = window.throttle.frame_ms / 1000 * PACE
    latencies, work, unpainted = [], [], 0
    due = time.perf_counter() + 0.5
    for stroke in range(STROKES):
        until(due)
        painted = Painted()
        for bar in window.bars.bars:
            bar.installEventFilter(painted)
        send(window, _PRESS, 240, 110)
        for move in range(MOVES):
            due += frame
            until(due)
            used, before = time.thread_time(), painted.count
            x = 240 + (60 + 5 * stroke) * math.sin(move / 2 + stroke)
            send(window, _MOVE, x, 120 + 14 * move)
            # Where the throttle waits for the frame, its end is waited for, and counts.
            while window.throttle.pending:
                QApplication.processEvents()
            QApplication.processEvents()
            if painted.count == before:  # a movement that changes no figure
                unpainted += 1
            elif stroke >= WARM_UP:
                latencies.append((time.perf_counter() - due) * 1000)
                work.append((time.thread_time() - used) * 1000)
        due += frame
        until(due)
        send(window, _RELEASE, 240, 390)
        due += frame
        until(due)
        window.undo()  # as many points again for the next stroke
        due += frame
    return {"latencies": latencies, "work": work, "unpainted": unpainted}


def idle(window: Window, seconds: float) -> dict[str, float]:
    """CPU seconds in some seconds of doing nothing: with an empty page, and with a drawing."""
    used = {}
    for name in ("empty", "drawing"):
        if name == "drawing":
            window.open_ink(drawing(200))
        rest(3.0)
        before = time.process_time()
        rest(seconds)
        used[name] = time.process_time() - before
    return used


MEASURES: dict[str, Callable[[Window, float], dict[str, Any]]] = {
    "start": start,
    "reading": reading,
    "idle": idle,
}


def measure() -> int:
    """What takes the place of the event loop."""
    from digitpad.ui.window.window import Window

    (window,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, Window))
    print(json.dumps(MEASURES[sys.argv[1]](window, float(sys.argv[2]))))
    window.close()
    return 0


if __name__ == "__main__":
    QApplication.exec = staticmethod(measure)  # type: ignore[method-assign]
    sys.exit(main([]))
