"""Tries other people's models in a child process, which may fail.

onnxruntime cannot be interrupted while it loads a model or runs one operator, and a file of a few
bytes can make it allocate gigabytes, compute for hours or crash. So a child process does everything
that is about to be done here, and has to come to its end within limits. What it says of the model
is checked like anybody's file: nothing else of the child is trusted.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from digitpad.inference.errors import ModelError

if TYPE_CHECKING:
    from digitpad.inference.foreign.conventions_search import InferredConventions

#: The argument that makes ``python -m digitpad``, or the frozen program, such a child.
CHILD = "--try-model"
#: Seconds after which the child is given up; once it has started, it keeps to shorter limits.
PATIENCE_S = 30.0

#: What is said of a child that had to be ended, and of one that does not start.
OVER_LIMITS = "this model takes more time or memory than one that reads small images may"
NO_CHILD = "the model cannot be tried out ({})"
_LONGEST = 400


def command(overrides: Mapping[str, Any]) -> tuple[list[str], dict[str, str]]:
    """The words and the environment of a child, which reads the model from standard input.

    Args:
        overrides: values of conventions that are known already.
    """
    # -P and the path of this process: the child finds the same digitpad, and no others that happen
    # to lie in the current folder. A frozen program needs neither.
    python = () if getattr(sys, "frozen", False) else ("-P", "-m", "digitpad")
    path = os.pathsep.join(filter(None, sys.path))
    words = [sys.executable, *python, CHILD, json.dumps(dict(overrides))]
    return words, os.environ | {"PYTHONPATH": path}


def outcome(exit_code: int | None, output: bytes) -> InferredConventions | None:
    """What a child found out.

    Args:
        exit_code: with which it ended; None where it crashed.
        output: what it wrote.

    Returns:
        How the model is used; None for one of digitpad's own kind, which says so itself.

    Raises:
        ModelError: if the model cannot be used, or not within the limits.
    """
    if exit_code == 2 and output:
        raise ModelError(output.decode("utf-8", "replace").strip()[:_LONGEST])
    if exit_code != 0:
        raise ModelError(OVER_LIMITS)
    if not output:
        return None
    from digitpad.inference.foreign.conventions_search import InferredConventions

    return InferredConventions.from_json(output)


def try_model(model: bytes, overrides: Mapping[str, Any]) -> InferredConventions | None:
    """Load and run a model in a child process, and wait for it.

    Args:
        model: the whole file.
        overrides: values of conventions that are known already.

    Returns:
        As :func:`outcome`.

    Raises:
        ModelError: if it cannot be used, or not within the limits.
    """
    import subprocess  # which a window does not need

    words, environment = command(overrides)
    try:
        child = subprocess.run(  # noqa: S603
            words,
            input=model,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            env=environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(OVER_LIMITS) from error
    except OSError as error:
        raise ModelError(NO_CHILD.format(error.strerror)) from error
    return outcome(child.returncode, child.stdout)
