"""Where digitpad keeps what it remembers: the platform's folders, or the one of DIGITPAD_HOME."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

from PySide6.QtCore import QStandardPaths

#: Names a folder that takes the place of both of the platform's (for exhibitions and for tests).
HOME_VARIABLE = "DIGITPAD_HOME"


def settings_file() -> Path:
    """The file of settings, which need not exist."""
    return _folder(QStandardPaths.StandardLocation.GenericConfigLocation) / "settings.ini"


def data_folder() -> Path:
    """The folder of drawings, which need not exist."""
    return _folder(QStandardPaths.StandardLocation.GenericDataLocation)


def set_aside(path: Path) -> Path:
    """Rename a damaged file, so that a new one can take its place and nothing is lost.

    Returns:
        The new name: ``settings.ini.damaged-1``, or the first number that is free.

    Raises:
        OSError: if the file cannot be renamed.
    """
    names = (path.with_name(f"{path.name}.damaged-{n}") for n in count(1))
    return path.rename(next(name for name in names if not name.exists()))


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file, and its folder where there is none, so that it is there whole or as it was.

    Nothing is forced onto the disk: that takes long, and protects only against a power cut.

    Raises:
        OSError: if it cannot be written; the file is then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    try:
        new.write_bytes(content)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def _folder(location: QStandardPaths.StandardLocation) -> Path:
    home = os.environ.get(HOME_VARIABLE)
    return Path(home) if home else Path(QStandardPaths.writableLocation(location), "digitpad")
