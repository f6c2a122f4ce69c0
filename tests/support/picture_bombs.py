"""Sound-looking pictures that keep decoders busy or fill the memory."""

from __future__ import annotations

import io
import resource
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PIL import Image

from digitpad.image import pictures


def png(*parts: tuple[bytes, bytes]) -> bytes:
    """A PNG of these chunks, whose checksums say that all is well."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


def scans(count: int = 1_000) -> bytes:
    """A JPEG whose last scan comes again and again: 75 bytes that go through all pixels."""
    stream = io.BytesIO()
    Image.new("L", (2_000, 2_000), 255).save(stream, "JPEG", progressive=True)
    whole = stream.getvalue()
    return whole[:-2] + count * whole[whole.rindex(b"\xff\xda") : -2] + whole[-2:]


def gif_comments(count: int = 500_000) -> bytes:
    """A GIF of comments, which Pillow joins in quadratic time."""
    return b"GIF89a\1\0\1\0\0\0\0" + count * b"!\xfe\x08comments\0" + b";"


def tiff_strips(count: int = 1_000_000) -> bytes:
    """A TIFF of so many strips of no bytes."""
    tags = ((256, 4, 1, 1), (257, 4, 1, count), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1))
    first = 8 + 2 + 12 * 9 + 4
    tags += ((273, 4, count, first), (277, 3, 1, 1), (278, 4, 1, 1), (279, 4, count, first))
    fields = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    head = struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + fields + bytes(4)
    return head + bytes(4 * count)


def png_chunks(count: int = 1_000_000) -> bytes:
    """A PNG of so many texts."""
    header = b"IHDR", struct.pack(">2I5B", 28, 28, 8, 0, 0, 0, 0)
    one = png((b"tEXt", b"a\0b"))[8:]
    return png(header) + count * one + png((b"IDAT", zlib.compress(bytes(29 * 28))))[8:]


def column(height: int = 50_000_000) -> bytes:
    """A PNG, one pixel wide and 50 million high."""
    stream = io.BytesIO()
    Image.new("L", (1, height)).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def exif_parts(count: int = 2_000) -> bytes:
    """A JPEG of so many parts of Exif, which Pillow joins in quadratic time."""
    stream = io.BytesIO()
    Image.new("L", (28, 28), 255).save(stream, "JPEG")
    whole = stream.getvalue()
    part = b"\xff\xe1" + struct.pack(">H", 30_008) + b"Exif\0\0" + bytes(30_000)
    return whole[:2] + count * part + whole[2:]


#: Each takes longer than a second or more than 400 MB where nothing bounds it.
BOMBS: dict[str, Callable[[], bytes]] = {
    "JPEG of 1,000 scans": scans,
    "GIF of comments": gif_comments,
    "TIFF of a million strips": tiff_strips,
    "PNG of 1 x 50,000,000 pixels": column,
    "JPEG of 60 MB of Exif": exif_parts,
    "PNG of a million texts": png_chunks,
}


@contextmanager
def within_limits(seconds: float = 1.0, memory: int = 420_000_000) -> Iterator[None]:
    """Fails where a decoder that ends meanwhile takes more of a processor, or might of memory."""
    pictures._decoder.close()
    pictures.read_picture(io.BytesIO(column(28)))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = pictures._decoder.start()
    assert resource.prlimit(process.pid, resource.RLIMIT_AS)[1] < memory
    yield
    pictures._decoder.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = 0.5  # a child's own start, on a slow machine
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < seconds + started
