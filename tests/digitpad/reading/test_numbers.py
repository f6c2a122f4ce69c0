"""Drawings of several digits are cut and read; a digit stays one; hostile ones are bounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from digitpad.image.normalize import normalize_ink
from digitpad.inference.recognizer import Readings, Recognizer
from digitpad.ink.ink import Ink, Stroke
from digitpad.reading.numbers import NOT_A_DIGIT, NumberReader
from digitpad.reading.reader import Reader
from tests.support.written_numbers import written

Numbers = Callable[[], NumberReader]


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer.load("digits")


@pytest.fixture
def numbers(recognizer: Recognizer) -> NumberReader:
    return NumberReader(Reader(recognizer))


def texts(numbers: NumberReader, ink: Ink) -> list[str]:
    return [number.text for number in numbers.read(ink)]


@pytest.mark.parametrize(
    "text", ["7", "4", "42", "470", "1203", "-4", "-42", "3.7", "-0.2", "1037420471"]
)
def test_a_number_is_read(numbers: NumberReader, text: str) -> None:
    assert texts(numbers, written(text, scale=0.4 if len(text) > 4 else 1.0)) == [text]


@pytest.mark.parametrize("gap", [4, 25, 120])
def test_digits_may_stand_close_or_wide(numbers: NumberReader, gap: float) -> None:
    (number,) = numbers.read(written("42", gap))
    assert number.text == "42"
    assert [digit.strokes for digit in number.digits] == [(0, 1), (2,)]
    assert number.digits[0].bounds[2] < number.digits[1].bounds[0]


def test_one_digit_is_what_the_recogniser_says(
    numbers: NumberReader, recognizer: Recognizer
) -> None:
    ink = written("4")
    image = normalize_ink(ink)
    assert image is not None
    ((digit,),) = (number.digits for number in numbers.read(ink))
    alone = recognizer.read(image[None]).probabilities[0]
    np.testing.assert_allclose(digit.probabilities, alone, rtol=1e-4)  # in a batch, sums differ
    assert digit.image.tolist() == image.tolist()


def test_lines_are_numbers_from_top_to_bottom(numbers: NumberReader) -> None:
    upper, lower = written("42", at=(40, 30)), written("370", at=(60, 250))
    assert texts(numbers, Ink((*lower.strokes, *upper.strokes))) == ["42", "370"]


def test_two_digits_in_one_stroke_are_cut(numbers: NumberReader) -> None:
    two = written("22", 40)
    joined = np.concatenate([stroke.points for stroke in two.strokes])
    assert texts(numbers, Ink((Stroke(joined),))) == ["22"]


def test_a_scribble_among_digits_is_marked_in_its_place(numbers: NumberReader) -> None:
    generator = np.random.default_rng(1)
    scribble = Stroke(generator.uniform((215, 150), (300, 250), (60, 2)))
    ink = written("42")
    (number,) = numbers.read(Ink((*ink.strokes, scribble)))
    assert number.rejected
    assert number.shown == "42" + NOT_A_DIGIT


def test_only_what_the_newest_stroke_touches_is_read_again(
    numbers: NumberReader, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    read = recognizer.read

    def counted(images: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Readings:
        sizes.append(len(images))
        return read(images)

    monkeypatch.setattr(recognizer, "read", counted)
    ink = written("1037420471")
    before = replace(ink, strokes=ink.strokes[:-1])
    numbers.read(before)
    assert len(sizes) == 1, "one batch a drawing"
    numbers.read(ink)
    assert sizes[1] <= 3
    numbers.read(ink)
    assert len(sizes) == 2, "nothing new, nothing read"


@pytest.mark.parametrize("kind", ["thousand", "endless", "dots", "pile"])
def test_what_is_no_number_is_bounded_and_never_sure(
    numbers: NumberReader, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    generator = np.random.default_rng(2)
    inks = {
        "thousand": [generator.uniform(0, 480, (5, 2)) for _ in range(1000)],
        "endless": [generator.uniform(0, 480, (20_000, 2))],
        "dots": [generator.uniform(0, 480, (1, 2)) for _ in range(30)],
        "pile": [generator.uniform(0, 100, (12, 2)) for _ in range(30)],
    }
    read, images = recognizer.read, list[int]()
    monkeypatch.setattr(recognizer, "read", lambda given: images.append(len(given)) or read(given))
    for number in numbers.read(Ink.from_points(inks[kind])):
        assert number.rejected or number.probability < 0.5
    assert sum(images) <= 130


def test_no_ink_is_no_number(numbers: NumberReader) -> None:
    assert numbers.read(Ink()) == ()
