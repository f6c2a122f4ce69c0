"""IDX, MNIST's file format: arrays of bytes, http://yann.lecun.com/exdb/mnist.

Two zeros, the type of the numbers (8 for bytes), how many axes, their sizes as big-endian 32 bits,
the numbers.
"""

from __future__ import annotations

import math
import struct
from io import BufferedIOBase

import numpy as np
from numpy.typing import NDArray

_BYTES = 8


class IdxError(ValueError):
    """Another file; the message is the rest of a sentence that begins with its name."""


def read_shape(stream: BufferedIOBase, axes: int) -> tuple[int, ...]:
    """The sizes of an array's axes, before which a stream stands; its numbers come next.

    Raises:
        IdxError: if it is no array of bytes with so many axes.
        OSError, EOFError, zlib.error: if the stream cannot be read.
    """
    header = stream.read(4 + 4 * axes)
    if header[:4] != bytes((0, 0, _BYTES, axes)) or len(header) < 4 + 4 * axes:
        raise IdxError(f"is not an IDX file of bytes with {axes} axes")
    return struct.unpack(f">{axes}I", header[4:])


def read_array(stream: BufferedIOBase, axes: int, most: int) -> NDArray[np.uint8]:
    """A whole array.

    Args:
        stream: at the file's beginning.
        axes: how many it should have.
        most: bytes that it may have; nothing of a larger one is read, nor what it does not declare.

    Raises:
        IdxError: if it is no such array, or is larger, or has other numbers than it declares.
        OSError, EOFError, zlib.error: if the stream cannot be read.
    """
    shape = read_shape(stream, axes)
    size = math.prod(shape)
    if size > most:
        raise IdxError(
            f"declares {size >> 20:,} MB of numbers, more than {most >> 20:,}; take a part of it"
        )
    content = stream.read(size + 1)
    if len(content) != size:
        than = "more" if len(content) > size else "fewer"
        raise IdxError(f"has {than} numbers than it declares; get it anew")
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)
