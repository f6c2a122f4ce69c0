"""A hand draws in a real window, in a process that is killed at a random moment; what is left?

``python -m tests.support.kills HOME COUNT`` prints one line of JSON: how many strokes were
finished, the ages in milliseconds of those that were lost, and how many points of the strokes under
way there were and came back. Every kill has a process of its own, forked from one that has imported
all.
"""

from __future__ import annotations

import json
import math
import os
import random
import signal
import struct
import sys
import time
from pathlib import Path
from typing import Any

from digitpad.library.drafts import Draft
from digitpad.ui.settings.folders import HOME_VARIABLE

#: Milliseconds between two events, movements of a stroke, and events until the next stroke.
PACE_MS, MOVES, PAUSE = 4, 100, 10
#: Longest time from the first event to the kill, in seconds.
LONGEST = 3.0
# What the hand tells of an event before it is sent: time, and the number of strokes and of points
# that there are once it was handled.
_EVENT = struct.Struct("dii")


def draw(tell: int) -> None:
    """Draw until the end, as a person's start does it, and tell of every event."""
    from PySide6.QtCore import QEvent, Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from digitpad.ui import app
    from digitpad.ui.session.session import Session
    from tests.benchmarks.person import send

    restore = Session.restore
    step = 0

    def restored(session: Session) -> None:
        restore(session)

        def move() -> None:
            nonlocal step
            stroke, at = divmod(step, MOVES + PAUSE)
            step += 1
            kinds = {0: QEvent.Type.MouseButtonPress, MOVES: QEvent.Type.MouseButtonRelease}
            if at <= MOVES:
                angle = at / 10 + stroke
                x, y = 240 + 100 * math.cos(angle) + at / 10, 240 + 150 * math.sin(angle)
                points = 0 if at == MOVES else at + 1
                os.write(tell, _EVENT.pack(time.monotonic(), stroke + (at == MOVES), points))
                send(session._window, kinds.get(at, QEvent.Type.MouseMove), x, y)

        session.hand = QTimer(session._window, interval=PACE_MS)
        session.hand.setTimerType(Qt.TimerType.PreciseTimer)
        session.hand.timeout.connect(move)
        QTimer.singleShot(300, session.hand.start)
        QApplication.instance().setQuitOnLastWindowClosed(False)

    Session.restore = restored
    app.run(device="cpu")


def kill(home: Path, after: float) -> tuple[float, list[tuple[float, int, int]]]:
    """Let a process draw for so many seconds; the moment of its death, and what it has told."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.environ[HOME_VARIABLE] = str(home)
        try:
            draw(writer)
        finally:
            os._exit(1)
    os.close(writer)
    told = os.read(reader, _EVENT.size)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    died = time.monotonic()
    os.waitpid(child, 0)
    while more := os.read(reader, 2**16):
        told += more
    os.close(reader)
    return died, list(_EVENT.iter_unpack(told[: len(told) // _EVENT.size * _EVENT.size]))


def left(home: Path) -> list[int]:
    """The number of points of each stroke that comes back."""
    draft = Draft(home / "recent.sqlite", home / "unsaved", lambda _: None)
    found = draft.restore()
    draft.close()
    return [] if found is None else [len(stroke) for stroke in found[0].ink.strokes]


def main(home: Path, count: int) -> dict[str, Any]:
    chance = random.Random(0)  # noqa: S311  no secret
    result: dict[str, Any] = {"finished": 0, "lost": [], "running": 0, "points": 0, "back": 0}
    for case in range(count):
        folder = home / str(case)
        died, told = kill(folder, chance.uniform(0, LONGEST))
        there = left(folder)
        _, strokes, points = told[-1]
        result["finished"] += strokes
        for stroke in range(len(there), strokes):
            ended = next(when for when, finished, _ in told if finished == stroke + 1)
            result["lost"].append(round(1000 * (died - ended), 1))
        if points:
            result["running"] += 1
            result["points"] += points
            result["back"] += there[strokes] if len(there) > strokes else 0
    return result


if __name__ == "__main__":
    import tests.benchmarks.person  # noqa: F401

    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
