"""Which ink mattered: on made-up networks whose answer is known, and on the bundled one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.image.normalize import normalize_ink
from digitpad.inference.errors import ModelError
from digitpad.inference.foreign.reference import reference_inks, references
from digitpad.inference.importance import (
    FEWEST_PATCHES,
    MOST_PATCHES,
    MOST_STROKES,
    Importance,
    importance,
)
from digitpad.inference.recognizer import Readings, Recognizer
from digitpad.ink.ink import Ink
from tests.support import onnx_models
from tests.support.drawings import digit, scribble

#: Each has a stroke without which it is another digit.
DRAWINGS = {
    "7": [[(140, 110), (330, 105)], [(330, 105), (290, 200), (250, 300), (220, 400)]],
    "4": [[(200, 100), (150, 260), (330, 262)], [(290, 110), (285, 400)]],
    "9": [
        [(300, 150), (250, 110), (190, 140), (185, 200), (230, 235), (290, 200), (300, 150)],
        [(300, 150), (295, 280), (285, 400)],
    ],
    "1": [[(180, 170), (250, 100), (250, 390)], [(170, 390), (330, 390)]],
}


@pytest.fixture(scope="module")
def digits() -> Recognizer:
    return Recognizer.load("digits", "cpu")


class Linear:
    """A network of two classes whose odds, in bits, are a weighted sum of the pixels."""

    def __init__(self, weights: NDArray[Any], bias: float = 0.0) -> None:
        self.weights, self.bias = weights, bias
        self.batches: list[int] = []

    def __call__(self, images: NDArray[np.float32]) -> Readings:
        assert images.dtype == np.float32
        self.batches.append(len(images))
        odds = np.exp2((images * self.weights).sum(axis=(1, 2), dtype=np.float64) + self.bias)
        first = odds / (1 + odds)
        return readings(np.stack([first, 1 - first], axis=1))


def readings(probabilities: NDArray[Any]) -> Readings:
    return Readings(
        probabilities.astype(np.float32), None, np.zeros(len(probabilities), dtype=np.bool_)
    )


def block() -> NDArray[np.float32]:
    """20 x 20 pixels of full ink."""
    image = np.zeros((28, 28), np.float32)
    image[4:24, 4:24] = 1
    return image


def known(importance: Importance | None) -> Importance:
    assert importance is not None
    return importance


def test_ink_is_worth_what_the_odds_lose_without_it() -> None:
    """25 patches of 4 x 4 pixels, of which each is worth 16 times a pixel's weight."""
    read = Linear(np.full((28, 28), 0.02))
    found = known(importance(read, block(), patches=25))
    assert found.winner == 0
    assert found.probability == pytest.approx(2**8 / (1 + 2**8))
    np.testing.assert_allclose(found.bits[4:24, 4:24], 16 * 0.02, rtol=1e-3)
    assert np.count_nonzero(found.bits) == 400  # and paper is worth nothing
    assert read.batches == [26] == [found.images]


def test_overlapping_patches_are_averaged() -> None:
    found = known(importance(Linear(np.full((28, 28), 0.02)), block(), patches=1_000))
    assert found.images > 26
    np.testing.assert_allclose(found.bits[6:22, 6:22], 16 * 0.02, rtol=1e-3)


def test_what_speaks_against_the_answer_is_negative() -> None:
    weights = np.zeros((28, 28))
    weights[4:8], weights[20:24] = 0.1, -0.05
    found = known(importance(Linear(weights), block(), patches=25))
    assert found.winner == 0
    np.testing.assert_allclose(found.bits[4:8, 4:24], 1.6, rtol=1e-3)
    np.testing.assert_allclose(found.bits[20:24, 4:24], -0.8, rtol=1e-3)
    np.testing.assert_allclose(found.bits[8:20], 0, atol=1e-3)
    assert found.best is not None
    assert found.worst is not None
    assert found.best.bits == pytest.approx(1.6, rel=1e-3)
    assert found.worst.bits == pytest.approx(-0.8, rel=1e-3)
    assert found.best.row == pytest.approx(0.1)
    assert found.worst.row == pytest.approx(0.9)
    odds = found.probability / (1 - found.probability)
    assert found.best.share == pytest.approx(odds / (odds + 2**1.6), rel=1e-3)


def test_the_class_without_the_best_patch() -> None:
    weights = np.zeros((28, 28))
    weights[4:8, 20:24] = 0.2
    found = known(importance(Linear(weights, bias=-2.0), block(), patches=25))
    assert found.winner == 0
    assert found.best is not None
    assert (found.best.winner, found.best.row, found.best.column) == (1, 0.1, 0.9)
    assert found.best.probability == pytest.approx(0.8)
    assert found.best.share == pytest.approx(0.2)
    assert found.worst is None


@pytest.mark.parametrize("label", DRAWINGS)
def test_one_stroke_less_is_what_is_read_when_it_is_erased(digits: Recognizer, label: str) -> None:
    ink = Ink.from_points(DRAWINGS[label])
    image = normalize_ink(ink)
    assert image is not None
    found = known(importance(digits.read, image, ink))
    assert digits.labels[found.winner] == label
    assert [omission.stroke for omission in found.strokes] == [0, 1]
    for omission in found.strokes:
        erased = normalize_ink(Ink.from_points([DRAWINGS[label][1 - omission.stroke]]))
        assert erased is not None
        said = digits.read(erased[None])
        assert omission.winner == said.probabilities[0].argmax()
        assert omission.probability == pytest.approx(float(said.probabilities[0].max()), abs=1e-4)
        share = float(said.probabilities[0, found.winner])
        assert omission.share == pytest.approx(share, abs=1e-4)
        assert omission.rejected == said.rejected[0]


@pytest.mark.parametrize(
    ("label", "stroke", "without"), [("7", 0, "1"), ("4", 0, "1"), ("9", 0, "1"), ("9", 1, "0")]
)
def test_the_stroke_that_makes_the_digit_is_found(
    digits: Recognizer, label: str, stroke: int, without: str
) -> None:
    ink = Ink.from_points(DRAWINGS[label])
    image = normalize_ink(ink)
    assert image is not None
    omission = known(importance(digits.read, image, ink)).strokes[stroke]
    assert digits.labels[omission.winner] == without
    assert not omission.rejected
    assert omission.bits > 10


def test_the_foot_of_a_one_does_not_make_it(digits: Recognizer) -> None:
    ink = Ink.from_points(DRAWINGS["1"])
    image = normalize_ink(ink)
    assert image is not None
    stem, foot = known(importance(digits.read, image, ink)).strokes
    assert stem.bits > foot.bits
    assert digits.labels[foot.winner] == "1"


def test_taking_the_best_ink_away_hurts_more_than_taking_the_worst(digits: Recognizer) -> None:
    """The deletion test, with a quarter of the ink, on digits of many hands."""
    shown = references(len(reference_inks()))
    harder = tried = 0
    for image in shown.images[shown.plain][::3]:
        found = known(importance(digits.read, image))
        inked = np.argwhere(image > 0.05)
        order = np.argsort(found.bits[inked[:, 0], inked[:, 1]])
        left = []
        for chosen in (order[-len(order) // 4 :], order[: len(order) // 4]):
            blanked = image.copy()
            blanked[tuple(inked[chosen].T)] = 0
            left.append(float(digits.predict(blanked[None])[0, found.winner]))
        harder += left[0] < left[1]
        tried += 1
    assert tried >= 20
    assert harder >= 0.85 * tried


def test_everything_is_one_run(digits: Recognizer) -> None:
    runs = []

    def read(images: NDArray[np.float32]) -> Readings:
        runs.append(len(images))
        return digits.read(images)

    ink = Ink.from_points(DRAWINGS["4"])
    image = normalize_ink(ink)
    assert image is not None
    for patches in (FEWEST_PATCHES, 32, MOST_PATCHES):
        found = known(importance(read, image, ink, patches))
        assert runs.pop() == found.images <= 1 + patches + 2
    assert not runs


@pytest.mark.parametrize("patches", [FEWEST_PATCHES, MOST_PATCHES])
def test_a_picture_all_over_ink_takes_no_more_runs(patches: int) -> None:
    image = np.full((28, 28), 0.5, np.float32)
    found = known(importance(Linear(np.ones((28, 28)) / 784), image, patches=patches))
    assert found.images <= patches + 1
    assert np.count_nonzero(found.bits) == 784


def test_ink_that_is_one_pixel_has_no_part_to_leave_out() -> None:
    image = np.zeros((28, 28), np.float32)
    image[14, 14] = 1
    found = known(importance(Linear(np.ones((28, 28))), image))
    assert (found.best, found.worst, found.strokes, found.images) == (None, None, (), 1)
    assert not found.bits.any()


def test_a_picture_without_strokes_has_none_to_leave_out() -> None:
    assert known(importance(Linear(np.ones((28, 28)) / 784), block())).strokes == ()


def test_of_many_strokes_the_longest_are_left_out() -> None:
    lengths = (40, 5, 60, 80, 10, 70, 1)
    ink = Ink.from_points([[(0, 20 * i), (length, 20 * i)] for i, length in enumerate(lengths)])
    image = normalize_ink(ink)
    assert image is not None
    found = known(importance(Linear(np.ones((28, 28)) / 784), image, ink))
    assert [omission.stroke for omission in found.strokes] == [0, 2, 3, 5]
    assert len(found.strokes) == MOST_STROKES


@pytest.mark.parametrize("grey", [0.01, 0.04, 0.06])
def test_faint_pictures_have_faint_ink(grey: float) -> None:
    image = np.full((28, 28), grey, np.float32)
    image[4:6, 4:6] = 1 if grey == 0.04 else grey
    found = known(importance(Linear(np.ones((28, 28)) / 10), image))
    assert np.isfinite(found.bits).all()
    assert found.bits.any() == (grey >= 0.04)


def test_answers_that_are_no_numbers_have_no_importance() -> None:
    def read(images: NDArray[np.float32]) -> Readings:
        return readings(np.full((len(images), 3), np.nan))

    assert importance(read, block()) is None


def test_certainty_is_worth_a_number() -> None:
    """As a tree says it: 1 for a class, and 0 for all others."""

    def read(images: NDArray[np.float32]) -> Readings:
        first = images[:, 4:8, 4:8].any(axis=(1, 2))
        return readings(np.stack([first, ~first], axis=1))

    found = known(importance(read, block(), patches=25))
    assert found.best is not None
    assert found.best.bits == 60
    assert np.isfinite(found.bits).all()


def test_a_stroke_without_which_there_is_no_digit_is_told(tmp_path: Path) -> None:
    judging = Recognizer.load(onnx_models.save_judging(tmp_path / "judging.onnx"), "cpu")
    ink = Ink.from_points([*(s.points for s in digit("0").strokes), *DRAWINGS["7"][:1]])
    image = normalize_ink(ink)
    assert image is not None
    found = known(importance(judging.read, image, ink))
    assert not found.rejected
    circle, bar = found.strokes
    assert circle.rejected  # what is left is a line, of little ink
    assert not bar.rejected


def test_a_drawing_that_is_no_digit_is_told(tmp_path: Path) -> None:
    judging = Recognizer.load(onnx_models.save_judging(tmp_path / "judging.onnx"), "cpu")
    image = normalize_ink(digit("1"))
    assert image is not None
    assert known(importance(judging.read, image)).rejected


def test_places_are_those_in_the_square_around_the_ink() -> None:
    """A line has no top and no bottom."""
    image = np.zeros((28, 28), np.float32)
    image[13:16, 4:24] = 1
    weights = np.zeros((28, 28))
    weights[:, 20:] = 1
    found = known(importance(Linear(weights), image))
    assert found.best is not None
    assert found.best.row == pytest.approx(0.5, abs=0.1)
    assert found.best.column > 0.8


def test_what_the_model_raises_is_raised() -> None:
    def read(_: NDArray[np.float32]) -> Readings:
        raise ModelError("the model failed on this image")

    with pytest.raises(ModelError, match="failed"):
        importance(read, block())


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_drawn_has_finite_importance_on_its_ink_only(seed: int) -> None:
    ink = scribble(seed, strokes=1 + seed % 6, points=1 + seed % 9)
    image = normalize_ink(ink)
    assert image is not None
    weights = np.random.default_rng(seed).normal(0, 0.3, (28, 28))
    found = known(importance(Linear(weights), image, ink, FEWEST_PATCHES + seed))
    assert np.isfinite(found.bits).all()
    assert not found.bits[image == 0].any()
    for patch in filter(None, (found.best, found.worst)):
        assert 0 <= patch.row <= 1
        assert 0 <= patch.column <= 1
