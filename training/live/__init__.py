"""The live window: a process of its own that shows a run and never touches the training.

``python -m training.live RUN`` attaches to a running or finished run; a build opens the window
with :func:`start`, which imports no Qt.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from digitpad.ui.display import DEBIAN_PACKAGES, DisplayError, require_display

#: Modules that the window needs, and the packages that bring them.
_NEEDED = {"PySide6": "pyside6-essentials", "pyqtgraph": "pyqtgraph"}
#: Platforms of Qt's that draw into memory: a window on them would never be closed.
_INVISIBLE = ("offscreen", "minimal", "vnc", "linuxfb")
#: Says on standard error what is missing; in a process of its own, as it may load Qt's libraries.
_CHECK = "import sys; from training import live; sys.exit(live.missing())"
#: Longest wait for its answer, in seconds.
_TIMEOUT = 20

# Kept, because Python complains of a process that is forgotten while it runs.
_windows: list[subprocess.Popen[bytes]] = []


def missing() -> str | None:
    """What a window here lacks and what to do about it, in one sentence; None if nothing.

    Asked before Qt is loaded, which aborts without a screen.
    """
    for module, package in _NEEDED.items():
        if find_spec(module) is None:
            return (
                f"the live window needs {package}; install what is missing with"
                " pip install -e '.[train]'"
            )
    try:
        require_display()
    except DisplayError as error:
        if DEBIAN_PACKAGES in str(error):
            return str(error)
        return (
            "there is no screen to open a window on; the training needs none, and"
            " `python -m training.live RUN` opens the window later, in a desktop session"
        )
    return None


def start(run: Path) -> str | None:
    """Open the window of a run's folder in a process of its own, which outlives this one, and which
    Ctrl-C here does not reach; None, or a sentence that says why no window was opened.
    """
    if os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0] in _INVISIBLE:
        return "no live window: QT_QPA_PLATFORM asks Qt to draw where nobody sees it"
    python: dict[str, Any] = {
        "cwd": Path(__file__).resolve().parents[2],
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.DEVNULL,
    }
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        apart = {"creationflags": flags}
    words = [sys.executable, "-m", "training.live", str(run.resolve())]
    try:
        check = subprocess.run(  # noqa: S603  our own interpreter
            [sys.executable, "-c", _CHECK],
            stderr=subprocess.PIPE,
            text=True,
            timeout=_TIMEOUT,
            **python,
        )
        if check.returncode:
            return f"no live window: {check.stderr.strip().rpartition(chr(10))[2]}"
        window = subprocess.Popen(words, stderr=subprocess.DEVNULL, **python, **apart)  # noqa: S603
        _windows.append(window)
    except (OSError, subprocess.SubprocessError) as error:
        return f"no live window: its process cannot be started ({error})"
    return None
