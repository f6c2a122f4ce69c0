"""Where digitpad keeps what it remembers: the platform's folders, or the one of DIGITPAD_HOME."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from digitpad.library.user_folder import HOME_VARIABLE, drawings_file


def settings_file() -> Path:
    """The file of settings, which need not exist."""
    home = os.environ.get(HOME_VARIABLE)
    location = QStandardPaths.StandardLocation.GenericConfigLocation
    folder = Path(home) if home else Path(QStandardPaths.writableLocation(location), "digitpad")
    return folder / "settings.ini"


def unsaved_folder() -> Path:
    """The folder with the locks of the drawings in hand, which need not exist."""
    return drawings_file().parent / "unsaved"
