"""Reads image files, which may be hostile, into arrays of pixels.

Decoders cannot be interrupted, and a file of a few bytes can keep one busy for minutes, take
gigabytes or crash it. So a child process decodes, one picture after another, within limits; where
it does not come to an end, it is replaced, and the picture is refused with a sentence.
"""

from __future__ import annotations

import atexit
import json
from contextlib import suppress
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from digitpad import child

if TYPE_CHECKING:
    from subprocess import Popen

Pixels = NDArray[np.uint8] | NDArray[np.float32]

#: What a name ends in where a folder is searched; the content decides what a file is.
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"})
#: Most pixels a picture may have: more than today's cameras give, and 200 MB as RGBA.
MAX_PIXELS = 50_000_000
#: Largest file in bytes.
MAX_BYTES = 64_000_000
#: Longest side after reading; a digit needs 28.
MAX_SIDE = 1024
#: The argument that makes ``python -m digitpad``, or the frozen program, a decoding child.
CHILD = "--decode-pictures"
#: Seconds of the processor that a picture may take, and the same by the clock, for a machine that
#: is busy with something else, or that cannot measure the former.
SECONDS, PATIENCE = 0.7, 5.0
#: Bytes that decoding may take; the child itself takes 110 MB of addresses, most of them empty.
MEMORY = 300_000_000
OVER_LIMITS = "the picture takes too much time or memory to decode; save it anew as a small PNG"

_LONGEST_HEAD = 1_000


class PictureError(ValueError):
    """A file that cannot be read as a picture; the message is one sentence for the user."""


def read_picture(stream: BinaryIO) -> Pixels:
    """Decode a PNG, JPEG, BMP, GIF, WebP or TIFF; of an animation, the first frame.

    The picture is turned as its EXIF orientation says and shrunk to at most ``MAX_SIDE``.

    Args:
        stream: a seekable binary file; left open.

    Returns:
        uint8 (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA; float32 (h, w), 0..1, for pictures with
        more than 8 bits of grey.

    Raises:
        PictureError: if the file cannot be read, is damaged, has another format, is too large, or
            takes more than ``SECONDS`` or ``MEMORY`` to decode.
    """
    try:
        stream.seek(0)
        content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise PictureError(f"the picture cannot be read ({error.strerror})") from error
    if len(content) > MAX_BYTES:
        raise PictureError(f"the picture has more than {MAX_BYTES // 1_000_000} megabytes")
    return _decoder.decode(content)


def prepare() -> None:
    """Start the child that decodes, so that it is there when a picture comes."""
    with suppress(PictureError):  # said of the picture
        _decoder.start()


class _Decoder:
    """The child process, which is started when there is something to decode."""

    def __init__(self) -> None:
        self._process: Popen[bytes] | None = None
        self._lock = Lock()

    def start(self) -> Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            import subprocess  # which a window does not need

            words, environment = child.command(CHILD)
            try:
                self._process = subprocess.Popen(  # noqa: S603
                    words,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,  # libtiff writes there by itself
                    env=environment | {"OPENBLAS_NUM_THREADS": "1"},
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
            except OSError as error:
                raise PictureError(f"pictures cannot be decoded ({error.strerror})") from error
        return self._process

    def decode(self, content: bytes) -> Pixels:
        """What the child makes of a file."""
        with self._lock:
            process = self.start()
            timer = Timer(PATIENCE, process.kill)
            timer.start()
            try:
                pixels = _ask(process, content)
            except PictureError:
                raise
            except (OSError, ValueError, TypeError, KeyError) as error:  # it ended, or is hostile
                self.close()
                raise PictureError(OVER_LIMITS) from error
            except BaseException:  # between a question and its answer
                self.close()
                raise
            finally:
                timer.cancel()
            return pixels

    def close(self) -> None:
        """End the child."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _ask(process: Popen[bytes], content: bytes) -> Pixels:
    """Have one file decoded. What the child says is checked like anybody's file."""
    questions, answers = cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout)
    questions.write(len(content).to_bytes(8, "big"))
    questions.write(content)
    questions.flush()
    head: dict[str, Any] = json.loads(answers.readline(_LONGEST_HEAD))
    if "problem" in head:
        raise PictureError(str(head["problem"]))
    shape, dtype = tuple(map(int, head["shape"])), np.dtype(str(head["dtype"]))
    if dtype not in (np.uint8, np.float32) or shape[2:] not in ((), (3,), (4,)):
        raise ValueError(head)
    if not all(0 < side <= MAX_SIDE for side in shape[:2]):
        raise ValueError(head)
    pixels = answers.read(int(np.prod(shape)) * dtype.itemsize)
    return np.frombuffer(pixels, dtype).reshape(shape)


_decoder = _Decoder()
atexit.register(_decoder.close)
