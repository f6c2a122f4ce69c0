"""The child process of :mod:`.pictures`: decodes one picture after another, within limits."""

from __future__ import annotations

import io
import json
import sys
from contextlib import suppress
from typing import Any, BinaryIO

from digitpad import child
from digitpad.image.decoding import decode
from digitpad.image.pictures import MEMORY, OVER_LIMITS, SECONDS, PictureError


def main() -> int:
    """Answer what comes on standard input until its end: a file's length in 8 bytes, and the file.

    The answer is a line of JSON, ``{"problem": sentence}`` or ``{"shape": [h, w, ...], "dtype":
    "uint8"}``, and the pixels. What takes too long ends the process.
    """
    child.limit_memory(MEMORY)
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    with suppress(KeyboardInterrupt):
        while length := source.read(8):
            _limit_time(SECONDS)
            _answer(source.read(int.from_bytes(length, "big")), answers)
            _limit_time(0)
            answers.flush()
    return 0


def _answer(content: bytes, answers: BinaryIO) -> None:
    head: dict[str, Any]
    pixels = b""
    try:
        picture = decode(io.BytesIO(content))
        head = {"shape": picture.shape, "dtype": str(picture.dtype)}
        pixels = picture.tobytes()
    except PictureError as error:
        head = {"problem": str(error)}
    except MemoryError:
        head = {"problem": OVER_LIMITS}
    answers.write(json.dumps(head).encode() + b"\n")
    answers.write(pixels)


def _limit_time(seconds: float) -> None:
    """End this process after so many seconds of the processor; 0 takes the limit away."""
    with suppress(ImportError, AttributeError):  # on Windows the parent's patience has to do
        import signal

        signal.setitimer(signal.ITIMER_PROF, seconds)
