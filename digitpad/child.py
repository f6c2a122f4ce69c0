"""Child processes of this program, which handle strangers' files and may fail."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def command(*words: str) -> tuple[list[str], dict[str, str]]:
    """The command line and the environment of this program with other arguments."""
    # -P and the path of this process: the child finds the same digitpad, and no others that happen
    # to lie in the current folder. A frozen program needs neither.
    python = () if getattr(sys, "frozen", False) else ("-P", "-m", "digitpad")
    path = os.pathsep.join(filter(None, sys.path))
    return [sys.executable, *python, *words], os.environ | {"PYTHONPATH": path}


def limit_memory(more: int) -> None:
    """Bound this process's address space to so many bytes more, where the system can: Linux."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    except (ImportError, OSError, ValueError):  # time, and the number of pixels, have to do
        return
