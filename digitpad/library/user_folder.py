"""Where the user's drawings are: the platform's folder, or the one of DIGITPAD_HOME. Without Qt."""

from __future__ import annotations

import os
import sys
from pathlib import Path

#: Names a folder that takes the place of the platform's (for exhibitions and for tests).
HOME_VARIABLE = "DIGITPAD_HOME"


def drawings_file() -> Path:
    """The file of drawings, which need not exist."""
    home = os.environ.get(HOME_VARIABLE)
    return (Path(home) if home else _platform() / "digitpad") / "recent.sqlite"


def _platform() -> Path:
    """What Qt calls the generic data location."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    named = Path(os.environ.get("XDG_DATA_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".local" / "share"
