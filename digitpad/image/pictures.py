"""Reads image files, which may be hostile, into arrays of pixels."""

from __future__ import annotations

import io
import re
import warnings
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

Pixels = NDArray[np.uint8] | NDArray[np.float32]

#: What a name ends in where a folder is searched; the content decides what a file is.
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"})
#: Most pixels a picture may have: more than today's cameras give, and 200 MB as RGBA.
MAX_PIXELS = 50_000_000
#: Longest side after reading; a digit needs 28.
MAX_SIDE = 1024

_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")
_DEEP = ("I", "F")
#: JPEGs, and those with further pictures in them. Encoders make about ten scans.
_OF_SCANS, _MOST_SCANS, _MOST_BYTES = ("JPEG", "MPO"), 100, 200_000_000
#: What begins a part of a JPEG; in the data of a scan, 0xFF is followed by other bytes only.
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])")
_START, _END, _SCAN = b"\xd8", b"\xd9", b"\xda"
_TOO_LARGE = f"the picture has more than {MAX_PIXELS // 1_000_000} million pixels"
#: How to turn a picture upright, by its EXIF orientation (https://exiftool.org/TagNames/EXIF.html).
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


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
        PictureError: if the file is damaged, has another format, or is too large.
    """
    # Pillow warns about what it mends (EXIF, palettes) and about sizes that are checked here.
    with warnings.catch_warnings(action="ignore"):
        try:
            return _read(stream)
        except PictureError:
            raise
        except UnidentifiedImageError as error:
            raise PictureError("not a PNG, JPEG, BMP, GIF, WebP or TIFF picture") from error
        except Image.DecompressionBombError as error:
            raise PictureError(_TOO_LARGE) from error
        # A damaged file makes decoders raise nearly anything: OSError, SyntaxError, ValueError,
        # EOFError, struct.error, IndexError, OverflowError, MemoryError ...
        except Exception as error:
            raise PictureError("the picture is damaged or cut short") from error


def _read(stream: BinaryIO) -> Pixels:
    image: Image.Image = Image.open(stream, formats=_FORMATS)
    if image.width * image.height > MAX_PIXELS:
        raise PictureError(_TOO_LARGE)
    if image.format in _OF_SCANS:
        _refuse_many_scans(stream)
    image.draft(None, (MAX_SIDE, MAX_SIDE))
    image.load()
    mode, turn = image.mode, _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    image = _converted(image, "F") if mode.startswith(_DEEP) else _plain(image)
    # Bilinear, because sharper filters overshoot black and white.
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.BILINEAR)
    if turn is not None:  # only now: a copy of a large picture is large
        image = image.transpose(turn)
    pixels = np.asarray(image)
    return _grey_levels(pixels, mode) if mode.startswith(_DEEP) else pixels


def _refuse_many_scans(stream: BinaryIO) -> None:
    """Refuse JPEGs of many scans: each takes some bytes only, and goes through all pixels.

    What stands behind the end of the picture, as the film of a "motion photo", does not count.
    """
    at = stream.tell()
    if stream.seek(0, io.SEEK_END) > _MOST_BYTES:
        raise PictureError(f"the picture has more than {_MOST_BYTES // 1_000_000} megabytes")
    stream.seek(0)
    content = stream.read()
    stream.seek(at)
    scans = place = 0
    while (marker := _MARKER.search(content, place)) and marker[1] != _END:
        scans += marker[1] == _SCAN
        place = marker.end()
        if marker[1] != _START:
            place += int.from_bytes(content[place : place + 2], "big")
    if scans > _MOST_SCANS:
        raise PictureError("the picture has too many scans; save it anew")


def _plain(image: Image.Image) -> Image.Image:
    """The picture as 8-bit grey, RGB or RGBA."""
    if image.has_transparency_data:
        return _converted(image, "RGBA")
    return _converted(image, "L" if image.mode in ("1", "L") else "RGB")


def _converted(image: Image.Image, mode: str) -> Image.Image:
    """The same picture where it has the mode: Pillow's own conversion would copy it."""
    return image if image.mode == mode else image.convert(mode)


def _grey_levels(values: NDArray[np.float32], mode: str) -> NDArray[np.float32]:
    """Deep greys in 0..1; Pillow's own conversion to 8 bits would clip them."""
    levels = np.nan_to_num(values).astype(np.float64)
    # 32-bit and floating-point greys have no agreed black and white: the picture's own darkest and
    # lightest stand for them.
    low, high = (0, 65535) if mode.startswith("I;16") else (levels.min(), levels.max())
    return ((levels - low) / ((high - low) or 1)).astype(np.float32)
