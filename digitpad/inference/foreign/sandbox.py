"""A model that somebody else made is first run by a process that may fail.

onnxruntime cannot be interrupted while it loads a model or runs one operator, and a file of a few
bytes can make it allocate gigabytes, compute for hours or crash. So a child process does everything
that is about to be done here, and has to come to its end within limits. What it lived through, this
process does again; nothing else of the child is trusted.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

#: The argument that makes ``python -m digitpad``, or the frozen program, such a child.
REHEARSE = "--rehearse-model"
#: Seconds after which the child is given up; once it has started, it keeps to shorter limits.
_PATIENCE_S = 30.0


class RehearsalError(Exception):
    """A model that is not run; the message is one sentence for the user."""


def rehearse(model: bytes, given: Mapping[str, Any]) -> None:
    """Load and run a model in a child process.

    Args:
        model: the whole file.
        given: values of conventions that are known already.

    Raises:
        RehearsalError: if it cannot be used, or not within the limits.
    """
    import subprocess  # which a window need not wait for

    # -P and the path of this process: the child finds the same digitpad, and no others that happen
    # to lie in the current folder. A frozen program needs neither.
    python = () if getattr(sys, "frozen", False) else ("-P", "-m", "digitpad")
    path = os.pathsep.join(filter(None, sys.path))
    try:
        child = subprocess.run(  # noqa: S603
            [sys.executable, *python, REHEARSE, json.dumps(dict(given))],
            input=model,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_S,
            env=os.environ | {"PYTHONPATH": path},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RehearsalError(_LIMITS) from error
    except OSError as error:
        raise RehearsalError(f"the model cannot be tried out ({error.strerror})") from error
    if child.returncode == 2 and child.stdout:
        raise RehearsalError(child.stdout.decode("utf-8", "replace").strip()[:_LONGEST])
    if child.returncode != 0:
        raise RehearsalError(_LIMITS)


_LIMITS = "this model takes more time or memory than one that reads small images may"
_LONGEST = 400
