"""Can a live window be opened here? Asked first: Qt aborts without a screen.

``python -m training.live.screen`` answers with its exit code, and says on standard error what is
missing.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec

from digitpad.ui.display import DEBIAN_PACKAGES, DisplayError, require_display

_NEEDED = {"PySide6": "pyside6-essentials", "pyqtgraph": "pyqtgraph"}


def missing() -> str | None:
    """What is missing and what to do about it, in one sentence; None where nothing is."""
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


if __name__ == "__main__":
    sys.exit(missing())
