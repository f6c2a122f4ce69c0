"""Damaged pictures are pictures or a sentence, and cost no more than sound ones."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from PIL import Image

from digitpad.image.bitmap import BitmapError
from digitpad.image.normalize import normalize_bitmap
from digitpad.image.pictures import MAX_SIDE, PictureError, read_picture
from tests.digitpad.image.test_pictures import FORMS
from tests.support.damage import CASES, bounded, damaged
from tests.support.picture_bombs import BOMBS, scans, within_limits

KINDS = ("png", "jpeg", "bmp", "gif", "webp", "tiff")


@cache
def wholes(kind: str) -> list[bytes]:
    """Pictures of a kind in all their forms, of 24 x 24 pixels: most of a file is its header."""
    made = []
    for name, form in FORMS.items():
        if name.startswith(kind):
            image = Image.open(form())
            options = {"exif": _exif()} if kind in ("png", "jpeg", "webp", "tiff") else {}
            stream = io.BytesIO()
            small = image.resize((24, 24), Image.Resampling.NEAREST)
            small.save(stream, image.format, **options)
            made.append(stream.getvalue())
    return made


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a digit"
    return exif


def read(content: bytes) -> None:
    """Read as the window does; whatever is wrong must be said by the two errors."""
    said, pixels, image = "", None, None
    with bounded(content), warnings.catch_warnings(action="error"):
        try:
            pixels = read_picture(io.BytesIO(content))
            image = normalize_bitmap(pixels)
        except (PictureError, BitmapError) as error:
            said = str(error)
    assert "\n" not in said
    assert said or (pixels is not None and max(pixels.shape) <= MAX_SIDE)
    assert image is None or (image.shape == (28, 28) and np.isfinite(image).all())


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_pictures(kind: str) -> None:
    for content in damaged(wholes(kind), 2 * CASES):
        read(content)


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        found.append((name, png[at + 8 : at + 8 + length]))
        at += length + 12
    return found


def repaired(parts: list[tuple[bytes, bytes]]) -> bytes:
    """A PNG whose checksums say that all is well."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


def damaged_chunks() -> Iterator[bytes]:
    rng = np.random.default_rng(1)
    extras = [
        (b"zTXt", b"a\0\0" + zlib.compress(bytes(10**7))),
        (b"iTXt", b"a\0\1\0\0\0" + zlib.compress(bytes(10**7))),
        (b"iCCP", b"a\0\0" + zlib.compress(bytes(10**7))),
        (b"tRNS", bytes(300)),
        (b"acTL", struct.pack(">2I", 2**31, 0)),
        (b"eXIf", b"II*\0" + b"\xff" * 30),
        (b"PLTE", bytes(7)),
        (b"gAMA", b""),
    ]
    for case in range(CASES):
        parts = chunks(wholes("png")[case % len(wholes("png"))])
        at = int(rng.integers(len(parts)))
        name, body = parts[at]
        wounded = next(iter(damaged([body or b"x"], 1, seed=case)))
        parts[at] = name, wounded
        if rng.random() < 0.5:
            parts.insert(int(rng.integers(1, len(parts))), extras[case % len(extras)])
        yield repaired(parts)


def test_damaged_pngs_with_sound_checksums() -> None:
    for content in damaged_chunks():
        read(content)


@pytest.mark.parametrize("mode", ["P", "RGBA", "I;16"])
def test_bombs_of_all_pixels_that_a_picture_may_have(mode: str) -> None:
    """Seven thousand pixels squared, in a file of some kilobytes: a picture, or a sentence."""
    stream = io.BytesIO()
    Image.new(mode, (7_000, 7_000)).save(stream, "PNG", compress_level=1)
    read(stream.getvalue())


@pytest.mark.parametrize("name", BOMBS)
def test_what_takes_too_much_is_refused_within_the_limits(name: str) -> None:
    with within_limits(), pytest.raises(PictureError) as refused:
        read_picture(io.BytesIO(BOMBS[name]()))
    assert "\n" not in str(refused.value)


def test_the_next_picture_is_read_after_one_that_ended_its_decoder() -> None:
    with pytest.raises(PictureError, match="too much time"):
        read_picture(io.BytesIO(scans()))
    sound = io.BytesIO()
    Image.new("L", (20, 30), 255).save(sound, "PNG")
    assert read_picture(sound).shape == (30, 20)


def test_pictures_of_any_shape_and_content() -> None:
    """A pixel, a line, noise, a few spots: as a clipboard may hold them."""
    rng = np.random.default_rng(0)
    for _ in range(CASES):
        sides = rng.choice([1, 2, 3, 5, 29, 64, 300], size=2)
        channels = rng.choice([1, 3, 4])
        pixels = np.full((*sides, channels), rng.choice([0, 128, 255]), dtype=np.uint8)
        kind = rng.integers(4)
        if kind == 0:
            pixels = rng.integers(0, 256, pixels.shape, dtype=np.uint8)
        elif kind == 1:
            pixels[rng.random(pixels.shape[:2]) < 0.05] = rng.integers(256)
        elif kind == 2:
            pixels[:, : sides[1] // 2] = rng.integers(0, 256, channels)
        elif kind == 3:
            pixels = (rng.random(pixels.shape) * rng.choice([1e-6, 1, 255])).astype(np.float32)
        pixels = pixels[:, :, 0] if channels == 1 else pixels
        with bounded((kind, pixels.shape)), warnings.catch_warnings(action="error"):
            image = normalize_bitmap(pixels)
        assert image is None or (image.shape == (28, 28) and np.isfinite(image).all())
        assert image is None or 0 <= image.min() <= image.max() <= 1
