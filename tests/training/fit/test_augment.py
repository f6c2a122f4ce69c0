"""Distorted digits still look like what normalisation gives, and the seed decides them."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2", reason="needs the train extra")

from tests.support.training_fixtures import drawn_digits
from training.fit.augment import Augmenter
from training.recipes import DIGITS, Augmentation

CENTRES = np.arange(28)


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return drawn_digits(200)[0].astype(np.float32) / 255


def centroids(images: np.ndarray) -> np.ndarray:
    total = images.sum(axis=(1, 2))
    x = (images.sum(axis=1) * CENTRES).sum(axis=1) / total
    y = (images.sum(axis=2) * CENTRES).sum(axis=1) / total
    return np.stack([x, y], axis=1)


def longest_sides(images: np.ndarray) -> np.ndarray:
    inked = images > 0.3
    sides = [np.flatnonzero(i.any(axis=axis)) for axis in (0, 1) for i in inked]
    return np.array([s[-1] - s[0] + 1 for s in sides]).reshape(2, -1).max(axis=0)


def test_output_is_a_batch_of_images_like_the_input(digits):
    distorted = Augmenter(DIGITS.augmentation, 1)(digits)
    assert distorted.shape == digits.shape
    assert distorted.dtype == np.float32
    assert distorted.min() >= 0
    assert distorted.max() <= 1
    assert (distorted.sum(axis=(1, 2)) > 10).all()


def test_the_seed_decides_everything(digits):
    first, second = (Augmenter(DIGITS.augmentation, 7) for _ in range(2))
    assert np.array_equal(first(digits), second(digits))
    assert np.array_equal(first(digits), second(digits))
    assert not np.array_equal(
        Augmenter(DIGITS.augmentation, 7)(digits), Augmenter(DIGITS.augmentation, 8)(digits)
    )


def test_consecutive_batches_differ(digits):
    augmenter = Augmenter(DIGITS.augmentation, 1)
    assert not np.array_equal(augmenter(digits), augmenter(digits))


def test_the_input_is_left_alone(digits):
    before = digits.copy()
    Augmenter(DIGITS.augmentation, 1)(digits)
    assert np.array_equal(digits, before)


def test_without_strengths_digits_stay_as_they_are(digits):
    assert np.abs(Augmenter(Augmentation(), 1)(digits) - digits).max() < 1e-3


@pytest.mark.parametrize(
    "strength",
    ["rotation", "slant", "aspect", "scale", "shift", "elastic", "thinner", "thicker"],
)
def test_each_strength_has_an_effect(digits, strength):
    value = 10.0 if strength in {"rotation", "slant"} else 0.5
    distorted = Augmenter(Augmentation(**{strength: value}), 1)(digits)
    assert np.abs(distorted - digits).max() > 0.1


def test_turned_and_slanted_digits_fill_the_box_around_their_centre(digits):
    turned = Augmenter(Augmentation(rotation=15, slant=15, aspect=0.2), 1)(digits)
    assert np.abs(longest_sides(turned) - 20).max() <= 2
    assert np.abs(centroids(turned) - 14).max() < 1


def test_no_digit_bleeds_into_its_neighbours():
    images = np.zeros((9, 28, 28), dtype=np.float32)
    images[1::2] = 1
    distorted = Augmenter(Augmentation(rotation=20, shift=1, elastic=2), 1)(images)
    assert distorted[::2].max() == 0


def test_pens_get_thinner_and_thicker(digits):
    thick = Augmenter(Augmentation(thicker=1), 1)(digits).mean(axis=(1, 2))
    thin = Augmenter(Augmentation(thinner=1), 1)(digits).mean(axis=(1, 2))
    plain = digits.mean(axis=(1, 2))
    assert (thick > plain - 1e-4).all()
    assert thick.mean() > 1.1 * plain.mean()
    assert (thin < plain + 1e-4).all()
    assert thin.mean() < 0.9 * plain.mean()


@pytest.mark.parametrize("count", [0, 1, 1_000])
def test_any_number_of_images(digits, count):
    images = np.resize(digits, (count, 28, 28))
    assert Augmenter(DIGITS.augmentation, 1)(images).shape == (count, 28, 28)
