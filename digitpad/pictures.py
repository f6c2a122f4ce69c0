"""Image files, trusted no further than a stranger's upload, to arrays of pixels."""

from __future__ import annotations

import warnings
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

Pixels = NDArray[np.uint8] | NDArray[np.float32]

#: What a name ends in where a folder is searched; the content decides what a file is.
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"})
#: Most pixels a picture may have: more than today's cameras give, and 200 MB as RGBA.
MAX_PIXELS = 50_000_000
#: Longest side after reading; a digit needs 28.
MAX_SIDE = 1024

_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")
_DEEP = ("I", "F")


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
    image = _decoded(stream)
    mode = image.mode
    image = image.convert("F") if mode.startswith(_DEEP) else _plain(image)
    # Bilinear, because sharper filters overshoot black and white.
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.BILINEAR)
    pixels = np.asarray(image)
    return _grey_levels(pixels, mode) if mode.startswith(_DEEP) else pixels


def _decoded(stream: BinaryIO) -> Image.Image:
    # Pillow warns about what it mends (EXIF, palettes) and about sizes that are checked here.
    with warnings.catch_warnings(action="ignore"):
        try:
            image: Image.Image = Image.open(stream, formats=_FORMATS)
            if image.width * image.height <= MAX_PIXELS:
                image.draft(None, (2 * MAX_SIDE, 2 * MAX_SIDE))
                image.load()
                return ImageOps.exif_transpose(image)
        except UnidentifiedImageError as error:
            raise PictureError("not a PNG, JPEG, BMP, GIF, WebP or TIFF picture") from error
        except Image.DecompressionBombError as error:
            raise PictureError(_TOO_LARGE) from error
        # A damaged file makes decoders raise nearly anything: OSError, SyntaxError, ValueError,
        # EOFError, struct.error, IndexError, OverflowError, MemoryError ...
        except Exception as error:
            raise PictureError("the picture is damaged or cut short") from error
    raise PictureError(_TOO_LARGE)


_TOO_LARGE = f"the picture has more than {MAX_PIXELS // 1_000_000} million pixels"


def _plain(image: Image.Image) -> Image.Image:
    """The picture as 8-bit grey, RGB or RGBA."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _grey_levels(values: NDArray[np.float32], mode: str) -> NDArray[np.float32]:
    """Deep greys in 0..1; Pillow's own conversion to 8 bits would clip them."""
    levels = np.nan_to_num(values).astype(np.float64)
    # 32-bit and floating-point greys have no agreed black and white: the picture's own darkest and
    # lightest stand for them.
    low, high = (0, 65535) if mode.startswith("I;16") else (levels.min(), levels.max())
    return ((levels - low) / ((high - low) or 1)).astype(np.float32)
