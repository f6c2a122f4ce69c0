"""Finding the digit in a picture, from a thumbnail to a photograph of twelve million pixels."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from PIL import Image

from digitpad.image.bitmap import Pixels
from digitpad.image.normalize import normalize_bitmap, normalize_ink
from digitpad.image.pictures import read_picture
from digitpad.inference.foreign.reference import reference_inks
from tests.support.paper_photos import SCENES, photograph

THREE = next(ink for ink in reference_inks() if ink.label == "3")


@cache
def photo(width: int, height: int) -> Pixels:
    """Of squared paper, at an angle and in shadow: the most that there is to do."""
    scene = replace(SCENES["everything"], size=(width, height))
    strokes = [stroke.points for stroke in THREE.strokes]
    return photograph(strokes, scene, np.random.default_rng(0))


def screenshot(side: int) -> Pixels:
    image = normalize_ink(THREE)
    assert image is not None
    enlarged = Image.fromarray(np.uint8(255) - np.round(image * 255).astype(np.uint8))
    return np.asarray(enlarged.resize((side, side), Image.Resampling.BICUBIC))


@pytest.mark.benchmark(group="one picture")
@pytest.mark.parametrize("side", [28, 300, 1000])
def test_screenshot(benchmark: Any, side: int) -> None:
    assert benchmark(normalize_bitmap, screenshot(side)) is not None


@pytest.mark.benchmark(group="one picture")
@pytest.mark.parametrize("size", [(28, 28), (300, 300), (1000, 1000), (4000, 3000)])
def test_photograph(benchmark: Any, size: tuple[int, int]) -> None:
    assert benchmark(normalize_bitmap, photo(*size)) is not None


@pytest.mark.benchmark(group="one picture")
def test_jpeg_of_twelve_million_pixels(benchmark: Any) -> None:
    """Decoded, and the digit found."""
    stream = io.BytesIO()
    Image.fromarray(photo(4000, 3000)).save(stream, "JPEG", quality=90)

    def read() -> None:
        stream.seek(0)
        assert normalize_bitmap(read_picture(stream)) is not None

    benchmark(read)
