"""Measures learning on three made-up writers, one of whom has a class that the model misreads."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.inference.recognizer import Readings
from digitpad.reading.personal import Kernel
from training.measure.personal import Hands, after, harm, next_of_its_kind, second_half

KERNEL = Kernel(8.0, 0.0, 6.0)


@pytest.fixture
def hands() -> Hands:
    """Of each writer 40 digits, 0 and 1 in turn; the 1s of "c" look like nobody else's, and like 0
    to the model.
    """
    writers = np.repeat(["a", "b", "c"], 40)
    truth = np.tile([0, 1], 60)
    odd = (writers == "c") & (truth == 1)
    places = np.where(odd, 2, truth)
    rng = np.random.default_rng(0)
    drawn = np.eye(3)[places] + rng.normal(0, 0.02, (120, 3))
    drawn *= np.sqrt(8) / np.linalg.norm(drawn, axis=1, keepdims=True)
    probabilities = np.where(np.eye(2)[np.where(odd, 0, truth)], 0.9, 0.1)
    readings = Readings(probabilities.astype("f4"), None, np.zeros(120, bool))
    return Hands(readings, drawn.astype("f4"), truth, writers, KERNEL)


def test_mistakes_of_one_hand_are_learned_from_and_harm_nobody(hands: Hands) -> None:
    for lessons in ("everything", "mistakes"):
        errors, calibration = second_half(hands, lessons)
        assert (errors.left, errors.of) == (0, 180)
        assert errors.alone > 20
        assert 0 <= calibration < 0.15
    assert harm(hands, wrongly=False) == 0
    assert harm(hands, wrongly=True) > 0


def test_what_is_left_after_so_many_digits(hands: Hands) -> None:
    nothing = after(hands, 0, "everything")
    assert (nothing.left, nothing.alone, nothing.of) == (20, 20, 120)
    assert after(hands, 10, "everything").left == 0
    assert after(hands, 50, "everything").of == 0


def test_one_correction_is_enough_for_the_next_of_its_kind(hands: Hands) -> None:
    kind = next_of_its_kind(hands)
    assert (kind.part, kind.total) == (380, 380)
