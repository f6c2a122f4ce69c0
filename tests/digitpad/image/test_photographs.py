"""Photographs of a digit on all sorts of paper: the share that is read, and where it was found."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from digitpad.image.bitmap import find_ink
from digitpad.image.normalize import normalize_bitmap
from digitpad.inference.foreign.reference import reference_inks
from digitpad.inference.recognizer import Recognizer
from digitpad.ink.ink import Ink
from tests.support.paper_photos import SCENES, Scene, photograph

#: Photographs of each scene; small ones, which are quicker to make.
PHOTOS, SIZE = 10, (400, 300)


@cache
def writings() -> list[Ink]:
    """Digits of writers that no model was trained on, else those that the project draws itself."""
    folder = os.environ.get("DIGITPAD_DATA_DIR")
    if folder:
        pendigits = pytest.importorskip("training.data.pendigits")
        if (Path(folder) / pendigits.FILE).is_file():
            digits = pendigits.validation_only(pendigits.load_pendigits(Path(folder)))
            return [digit.ink for digit in digits]
    return list(reference_inks())


@cache
def recognizer() -> Recognizer:
    return Recognizer.load("digits", "cpu")


def photo(scene: Scene, ink: Ink, rng: np.random.Generator) -> np.ndarray:
    return photograph([stroke.points for stroke in ink.strokes], scene, rng)


def read(pixels: np.ndarray) -> str | None:
    image = normalize_bitmap(pixels)
    if image is None:
        return None
    return recognizer().labels[int(recognizer().predict(image[None])[0].argmax())]


@pytest.mark.parametrize("name", SCENES)
def test_digits_are_read_in_photographs(name: str) -> None:
    rng = np.random.default_rng(11)
    scene = replace(SCENES[name], size=SIZE)
    right = 0
    for index in rng.integers(len(writings()), size=PHOTOS):
        ink = writings()[index]
        right += read(photo(scene, ink, rng)) == ink.label
    assert right >= PHOTOS - 1


def test_a_photograph_of_many_pixels_is_read() -> None:
    ink = next(ink for ink in writings() if ink.label == "5")
    pixels = photo(replace(SCENES["squared"], size=(2400, 1800)), ink, np.random.default_rng(0))
    assert pixels.shape == (1800, 2400, 3)
    assert read(pixels) == "5"


@pytest.mark.parametrize("name", ["blank", "ruled", "squared, ballpoint", "on a table", "shadow"])
def test_the_digit_is_found_where_it_was_written(name: str) -> None:
    """It was written where a photograph of a dot on the same paper in the same light differs."""
    ink = next(ink for ink in writings() if ink.label == "8")
    scene = replace(SCENES[name], size=SIZE)
    for seed in range(4):
        pixels, dotted = (
            photo(scene, drawing, np.random.default_rng(seed))
            for drawing in (ink, Ink.from_points([[(0, 0)]]))
        )
        differs = np.abs(pixels.astype(int) - dotted).max(axis=2) > 40
        rows, columns = (np.flatnonzero(differs.any(axis=axis)) for axis in (1, 0))
        width, height = SIZE
        left, right = columns[0] / width, (columns[-1] + 1) / width
        top, bottom = rows[0] / height, (rows[-1] + 1) / height
        found = find_ink(pixels)
        assert found is not None
        np.testing.assert_allclose(found.box, (left, top, right, bottom), atol=0.015)


@pytest.mark.parametrize("paper", ["blank", "blackboard"])
def test_empty_paper_has_no_ink(paper: str) -> None:
    scene = Scene(paper, size=SIZE, slope=1, creases=0.3, grain=0.5)
    for seed in range(4):
        assert find_ink(photograph([], scene, np.random.default_rng(seed))) is None
