from __future__ import annotations

import io
import warnings
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from digitpad.image.normalize import normalize_bitmap
from digitpad.image.pictures import MAX_SIDE, PictureError, Pixels, read_picture


def hook(size: int = 120) -> Image.Image:
    """Black on white, and different after any turn or mirroring."""
    image = Image.new("L", (size, size), 255)
    corners = [(0.3, 0.2), (0.3, 0.8), (0.7, 0.8)]
    points = [(x * size, y * size) for x, y in corners]
    ImageDraw.Draw(image).line(points, fill=0, width=size // 10)
    return image


def saved(image: Image.Image, kind: str, **options: object) -> io.BytesIO:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    stream.seek(0)
    return stream


def seen(pixels: Pixels) -> np.ndarray:
    image = normalize_bitmap(pixels)
    assert image is not None
    return image


def transparent(mode: str) -> Image.Image:
    ink = Image.new(mode.rstrip("A"), (120, 120), 0)
    ink.putalpha(Image.eval(hook(), lambda v: 255 - v))
    return ink


def deep(mode: str) -> Image.Image:
    grey = np.asarray(hook(), dtype=np.float64)
    if mode == "I;16":
        return Image.fromarray((grey * 257).astype(np.uint16))
    if mode == "I":
        return Image.fromarray((grey * 8_000_000).astype(np.int32))
    return Image.fromarray((grey / 255).astype(np.float32))


BLACK, GREY = (Image.new("L", (120, 120), level) for level in (0, 128))
FORMS = {
    "png grey": lambda: saved(hook(), "PNG"),
    "png 1 bit": lambda: saved(hook().convert("1"), "PNG"),
    "png rgb": lambda: saved(hook().convert("RGB"), "PNG"),
    "png palette": lambda: saved(hook().convert("P"), "PNG"),
    "png 16 bit": lambda: saved(deep("I;16"), "PNG"),
    "png rgba": lambda: saved(transparent("RGBA"), "PNG"),
    "png grey and alpha": lambda: saved(transparent("LA"), "PNG"),
    "png colour key": lambda: saved(hook().convert("RGB"), "PNG", transparency=(255, 255, 255)),
    "jpeg": lambda: saved(hook(), "JPEG", quality=95),
    "jpeg cmyk": lambda: saved(hook().convert("RGB").convert("CMYK"), "JPEG", quality=95),
    "bmp": lambda: saved(hook().convert("RGB"), "BMP"),
    "gif": lambda: saved(hook(), "GIF"),
    "gif animated": lambda: saved(
        hook(), "GIF", save_all=True, append_images=[Image.new("L", (120, 120))]
    ),
    "webp": lambda: saved(hook().convert("RGB"), "WEBP", lossless=True),
    "webp animated": lambda: saved(
        hook().convert("RGB"),
        "WEBP",
        lossless=True,
        save_all=True,
        append_images=[BLACK],
    ),
    "tiff": lambda: saved(hook(), "TIFF"),
    "tiff lab": lambda: saved(Image.merge("LAB", [hook(), GREY, GREY]), "TIFF"),
    "tiff 16 bit": lambda: saved(deep("I;16"), "TIFF"),
    "tiff 32 bit": lambda: saved(deep("I"), "TIFF"),
    "tiff float": lambda: saved(deep("F"), "TIFF"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_picture_shows_the_same_digit(form):
    difference = np.abs(seen(read_picture(FORMS[form]())) - seen(np.asarray(hook())))
    assert difference.mean() < 0.01
    assert difference.max() < 0.25


def test_transparency_is_kept():
    assert read_picture(saved(transparent("RGBA"), "PNG")).shape == (120, 120, 4)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_upright(orientation):
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    lying = hook().transpose(turns[orientation]) if orientation > 1 else hook()
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = read_picture(saved(lying, "PNG", exif=exif))
    np.testing.assert_array_equal(upright, np.asarray(hook()))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_large_picture_is_shrunk_and_reads_the_same(kind):
    large = Image.new("L", (3000, 1500), 255)
    large.paste(hook(1200), (1000, 200))
    pixels = read_picture(saved(large, kind))
    assert pixels.shape == (MAX_SIDE // 2, MAX_SIDE)
    assert np.abs(seen(pixels) - seen(np.asarray(hook(1200)))).max() < 0.1


def test_a_large_photograph_is_turned_upright_too():
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = hook(2400).transpose(Image.Transpose.ROTATE_90).crop((0, 0, 2400, 2000))
    upright = read_picture(saved(lying, "JPEG", exif=exif))
    expected = hook(2400).crop((400, 0, 2400, 2400))
    assert upright.shape == (MAX_SIDE, MAX_SIDE * 2000 // 2400)
    assert np.abs(seen(upright) - seen(np.asarray(expected))).max() < 0.1


def test_an_orientation_that_does_not_exist_is_none():
    exif = Image.Exif()
    exif[0x0112] = 77
    pixels = read_picture(saved(hook(), "PNG", exif=exif))
    np.testing.assert_array_equal(pixels, np.asarray(hook()))


@pytest.mark.parametrize("progressive", [False, True])
def test_the_film_behind_a_motion_photo_is_not_counted_among_its_scans(progressive):
    photo = saved(hook().convert("RGB"), "JPEG", progressive=progressive).getvalue()
    film = 1_000 * b"\xff\xda\x00\x08some film"
    expected = read_picture(io.BytesIO(photo))
    np.testing.assert_array_equal(read_picture(io.BytesIO(photo + film)), expected)


def test_deep_greys_keep_their_contrast():
    faint = np.full((60, 60), 40_000, dtype=np.uint16)
    faint[20:40, 28:32] = 36_000
    pixels = read_picture(saved(Image.fromarray(faint), "PNG"))
    assert pixels.dtype == np.float32
    np.testing.assert_allclose(pixels, faint / 65535, atol=1e-6)


def test_float_pictures_may_hold_anything():
    values = np.full((8, 8), 1e38, dtype=np.float32)
    values[0] = [np.nan, np.inf, -np.inf, -3e38, 3e38, 0, 1, 2]
    pixels = read_picture(saved(Image.fromarray(values), "TIFF"))
    assert np.isfinite(pixels).all()
    assert pixels.min() == 0.0
    assert pixels.max() == 1.0


@pytest.mark.parametrize("side", [7_100, 20_000])
def test_a_picture_with_too_many_pixels_is_refused_before_decoding(side):
    with pytest.raises(PictureError, match="more than 50 million pixels"):
        read_picture(saved_header(side))


@cache
def header() -> bytes:
    return saved(Image.new("1", (1, 1)), "BMP").getvalue()


def saved_header(side: int) -> io.BytesIO:
    """A bitmap that claims to be large and holds nothing."""
    bmp = bytearray(header())
    bmp[18:26] = side.to_bytes(4, "little") * 2
    return io.BytesIO(bytes(bmp))


@pytest.mark.parametrize(
    "content", [b"", b"seven", b"\x89PNG\r\n\x1a\n", b"%PDF-1.4", b"P5 1 1 255 0"]
)
def test_other_files_are_refused(content):
    with pytest.raises(PictureError):
        read_picture(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"])
def test_a_picture_cut_short_is_refused(kind):
    whole = saved(hook(), kind).getvalue()
    with pytest.raises(PictureError, match="damaged or cut short"):
        read_picture(io.BytesIO(whole[: len(whole) * 2 // 3]))


@given(
    kind=st.sampled_from(["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"]),
    edits=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 10_000),
)
def test_damage_is_a_sentence_or_a_picture(kind, edits, cut):
    content = bytearray(encoded(kind))
    for place, value in edits:
        content[place % len(content)] = value
    del content[len(content) - cut % 200 :]
    with warnings.catch_warnings(action="error"):
        try:
            pixels = read_picture(io.BytesIO(bytes(content)))
        except PictureError:
            return
    assert pixels.ndim == 2 or pixels.shape[2] in (3, 4)
    assert max(pixels.shape) <= MAX_SIDE


@cache
def encoded(kind: str) -> bytes:
    return saved(hook(24).convert("RGB"), kind).getvalue()
