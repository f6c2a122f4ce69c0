"""Reads through the shipped model, with and without something learned."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.image.normalize import normalize_ink
from digitpad.inference.recognizer import Recognizer
from digitpad.ink.ink import Ink
from digitpad.reading.personal import Memory, unit
from digitpad.reading.reader import PersonalReadings, Reader


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer.load("digits", "cpu")


@pytest.fixture(scope="module")
def images():
    drawings = ([[[10, 10], [60, 10], [30, 90]]], [[[30, 10], [30, 90]]])
    return np.stack([normalize_ink(Ink.from_points(strokes)) for strokes in drawings])


def same(one, other):
    assert np.array_equal(one.probabilities, other.probabilities)
    assert np.array_equal(one.digit_scores, other.digit_scores)
    assert np.array_equal(one.rejected, other.rejected)


def test_without_a_memory_it_is_the_recognizer_bit_for_bit(recognizer, images):
    empty = Memory(np.zeros((0, 240), np.float32), np.zeros(0, np.int64))
    for memory in (None, empty):
        answer = Reader(recognizer, memory).read(images)
        assert not isinstance(answer, PersonalReadings)
        same(answer, recognizer.read(images))


def test_features_change_nothing_of_the_answer(recognizer, images):
    answer, features = recognizer.read_with_features(images)
    same(answer, recognizer.read(images))
    assert features.shape[0] == len(images)
    assert recognizer.read_with_features(images[:0])[1].shape == (0, features.shape[1])


def test_a_remembered_drawing_is_read_as_it_was_called(recognizer, images):
    plain, features = recognizer.read_with_features(images)
    seven, one = plain.probabilities.argmax(axis=1)
    assert (seven, one) == (7, 1)
    taught = Reader(recognizer, Memory(unit(features[:1]), np.array([1])))
    answer = taught.read(images)
    assert isinstance(answer, PersonalReadings)
    assert answer.probabilities.argmax(axis=1).tolist() == [1, 1]
    assert answer.learned.tolist() == [True, False]
    same(answer.alone, plain)
    assert answer.probabilities.sum(axis=1) == pytest.approx(1)
