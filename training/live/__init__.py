"""The live window: a process of its own that follows a run and never touches the training.

``python -m training.live RUN`` attaches to a running or finished run; a build opens the window
with :func:`start`, which imports no Qt.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

#: Platforms of Qt's that draw where nobody looks: a window on them would never be closed.
_UNSEEN = ("offscreen", "minimal", "vnc", "linuxfb")
#: Longest wait for the answer whether there is a screen, in seconds.
_PATIENCE = 20

# Kept, because Python complains of a process that is forgotten while it runs.
_windows: list[subprocess.Popen[bytes]] = []


def start(run: Path) -> str | None:
    """Open the window of a run in a process of its own, which outlives this one.

    Ctrl-C in this process' terminal does not reach it.

    Args:
        run: the run's folder.

    Returns:
        None, or a sentence that says why no window was opened.
    """
    root = Path(__file__).resolve().parents[2]
    if os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0] in _UNSEEN:
        return _sentence("QT_QPA_PLATFORM asks Qt to draw where nobody sees it")
    try:
        check = subprocess.run(  # of its own, because it may load Qt's libraries
            [sys.executable, "-m", "training.live.screen"],
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
        )
        if check.returncode:
            return _sentence(check.stderr.strip().rpartition("\n")[2])
        window = subprocess.Popen(  # noqa: S603  our own interpreter and module
            [sys.executable, "-m", "training.live", str(run.resolve())],
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **_apart(),
        )
    except (OSError, subprocess.SubprocessError) as error:
        return _sentence(f"its process cannot be started ({error})")
    _windows.append(window)
    return None


def _apart() -> dict[str, Any]:
    """What puts a process into a group of its own, out of reach of this terminal's Ctrl-C."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _sentence(why: str) -> str:
    return f"no live window: {why}"
