"""Where digitpad keeps what it remembers: the platform's folders, or the one of DIGITPAD_HOME."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QStandardPaths

#: Names a folder that takes the place of both of the platform's (for exhibitions and for tests).
HOME_VARIABLE = "DIGITPAD_HOME"


def settings_file() -> Path:
    """The file of settings, which need not exist."""
    return _folder(QStandardPaths.StandardLocation.GenericConfigLocation) / "settings.ini"


def drawings_file() -> Path:
    """The file of drawings, which need not exist."""
    return _folder(QStandardPaths.StandardLocation.GenericDataLocation) / "recent.sqlite"


def unsaved_folder() -> Path:
    """The folder with the locks of the drawings in hand, which need not exist."""
    return drawings_file().parent / "unsaved"


def _folder(location: QStandardPaths.StandardLocation) -> Path:
    home = os.environ.get(HOME_VARIABLE)
    return Path(home) if home else Path(QStandardPaths.writableLocation(location), "digitpad")
