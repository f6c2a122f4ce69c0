"""The child process of :mod:`.sandbox`: runs a model, and keeps to limits."""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from pathlib import Path

from digitpad.inference.foreign.probe import ProbeError, probe
from digitpad.inference.recognizer import Recognizer, RecognizerError
from digitpad.inference.session import MAX_MEMORY, SessionError, start

#: Seconds for the first images, and then for trying out conventions; bytes loaded in a second more.
FIRST_S, TRIALS_S = 1.0, 5.0
SPEED = 100 * 2**20


def main(given: str) -> int:
    """Read a model from standard input, and run it.

    Args:
        given: values of conventions that are known already, as JSON.

    Returns:
        The exit code: 0, or 2 after a sentence on standard output. Over the limits, the process
        ends with 1 or worse.
    """
    model = sys.stdin.buffer.read()
    # Some copies of the model, and room for what a session and its threads take.
    _limit_memory(2 * MAX_MEMORY + 4 * len(model))
    with Path(os.devnull).open("w") as nowhere:
        # A thread of its own, in C: it also ends a process that hangs within onnxruntime.
        faulthandler.dump_traceback_later(FIRST_S + len(model) / SPEED, exit=True, file=nowhere)
        try:
            values = json.loads(given)
            probe(start(model, "cpu", threads=1, bounded=True)[0], values)
            faulthandler.dump_traceback_later(TRIALS_S, exit=True, file=nowhere)
            Recognizer(model, "model", "cpu", {}, foreign=True, given=values)
        except (RecognizerError, SessionError, ProbeError) as error:
            sys.stdout.buffer.write(str(error).encode("utf-8", "replace"))
            return 2
        except MemoryError:
            return 1
        finally:
            faulthandler.cancel_dump_traceback_later()
    return 0


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
