"""The child process of :mod:`.sandbox`: runs a model, and keeps to limits."""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from digitpad.inference.contract import OtherModelError, check
from digitpad.inference.errors import NOT_NEEDED, ModelError
from digitpad.inference.foreign.conventions import checked
from digitpad.inference.foreign.conventions_search import InferredConventions, infer_conventions
from digitpad.inference.foreign.input_forms import try_input_forms
from digitpad.inference.session import MAX_MEMORY, metadata, start

#: Seconds for the first images, and then for trying out conventions; bytes loaded in a second more.
FIRST_S, TRIALS_S = 1.0, 5.0
SPEED = 100 * 2**20


def main(overrides: str) -> int:
    """Read a model from standard input, and run it.

    Args:
        overrides: values of conventions that are known already, as JSON.

    Returns:
        The exit code: 0, after what is known of its conventions on standard output, if it has any;
        or 2 after a sentence there. Over the limits, the process ends with 1 or worse.
    """
    model = sys.stdin.buffer.read()
    # Some copies of the model, and room for what a session and its threads take.
    _limit_memory(2 * MAX_MEMORY + 4 * len(model))
    with Path(os.devnull).open("w") as nowhere:

        def limit(seconds: float) -> None:
            # A thread of its own, in C: it also ends a process that hangs within onnxruntime.
            faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)

        limit(FIRST_S + len(model) / SPEED)
        try:
            known = examine(model, json.loads(overrides), lambda: limit(TRIALS_S))
            sys.stdout.buffer.write(b"" if known is None else known.to_json().encode())
        except ModelError as error:
            sys.stdout.buffer.write(str(error).encode("utf-8", "replace"))
            return 2
        except MemoryError:
            return 1
        finally:
            faulthandler.cancel_dump_traceback_later()
    return 0


def examine(
    model: bytes, overrides: Mapping[str, Any], runs: Callable[[], None] = lambda: None
) -> InferredConventions | None:
    """Run a model, and find out how it is used.

    Args:
        model: the whole file.
        overrides: values of conventions that are known already.
        runs: called once it has run on the first images.

    Returns:
        None for a model of digitpad's own kind, which says itself how it is used.

    Raises:
        ModelError: if it cannot be used, or not with what is overrides.
    """
    fixed = checked(overrides)
    session, _ = start(model, "cpu", threads=1, bounded=True)
    forms = try_input_forms(session, fixed)
    runs()
    told = metadata(session)
    try:
        check(session, told)
    except OtherModelError:
        try:
            return infer_conventions(session, told, forms, fixed)
        except (ModelError, MemoryError):
            raise
        except Exception as error:  # onnxruntime's exceptions have no common base of their own
            raise ModelError("this model fails on images of digits") from error
    if overrides:
        raise ModelError(NOT_NEEDED)
    return None


def _limit_memory(allowed: int) -> None:
    """Bound the address space, where the system can: Linux."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + allowed
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    except (ImportError, OSError, ValueError):
        # Elsewhere the limit in onnxruntime and the time have to do.
        return
