"""Decodes image files, in the child process of :mod:`digitpad.image.pictures`."""

from __future__ import annotations

import warnings
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from digitpad.image.pictures import MAX_PIXELS, MAX_SIDE, PictureError, Pixels

_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")
_DEEP = ("I", "F")
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


def decode(stream: BinaryIO) -> Pixels:
    """Decode a PNG, JPEG, BMP, GIF, WebP or TIFF; of an animation, the first frame.

    The picture is turned as its EXIF orientation says and shrunk to at most ``MAX_SIDE``.

    Args:
        stream: a seekable binary file; left open.

    Returns:
        uint8 (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA; float32 (h, w), 0..1, for pictures with
        more than 8 bits of grey.

    Raises:
        PictureError: if the file is damaged, has another format, or is too large.
        MemoryError: if that takes more memory than there is.
    """
    # Pillow warns about what it mends (EXIF, palettes) and about sizes that are checked here.
    with warnings.catch_warnings(action="ignore"):
        try:
            return _read(stream)
        except (PictureError, MemoryError):
            raise
        except UnidentifiedImageError as error:
            raise PictureError("not a PNG, JPEG, BMP, GIF, WebP or TIFF picture") from error
        except Image.DecompressionBombError as error:
            raise PictureError(_TOO_LARGE) from error
        # A damaged file makes decoders raise nearly anything: OSError, SyntaxError, ValueError,
        # EOFError, struct.error, IndexError, OverflowError ...
        except Exception as error:
            raise PictureError("the picture is damaged or cut short") from error


def _read(stream: BinaryIO) -> Pixels:
    image: Image.Image = Image.open(stream, formats=_FORMATS)
    if image.width * image.height > MAX_PIXELS:
        raise PictureError(_TOO_LARGE)
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
