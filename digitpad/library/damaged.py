"""Damaged files are renamed, so that a new one can take their place and nothing is lost."""

from __future__ import annotations

from itertools import count
from pathlib import Path


def aside_name(path: Path) -> Path:
    """``settings.ini.damaged-1``, or the first number that is free."""
    names = (path.with_name(f"{path.name}.damaged-{n}") for n in count(1))
    return next(name for name in names if not name.exists())


def set_aside(path: Path) -> Path:
    """Rename a damaged file.

    Returns:
        The new name.

    Raises:
        OSError: if the file cannot be renamed.
    """
    return path.rename(aside_name(path))
