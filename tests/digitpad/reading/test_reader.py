"""Reads through the shipped model, with and without something learned."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.image.normalize import normalize_ink
from digitpad.inference.recognizer import Recognizer
from digitpad.ink.ink import Ink
from digitpad.library.correction import NOT_A_DIGIT
from digitpad.reading.personal import Memory, kernel_of, traces
from digitpad.reading.reader import PersonalReadings, Reader
from tests.support.drawings import digit, scribble
from tests.support.onnx_models import save

SEVEN, ONE, THREE, ZERO = map(digit, "7130")


def stacked(*inks: Ink) -> np.ndarray:
    return np.stack([normalize_ink(ink) for ink in inks])


def moved(ink: Ink, seed: int = 0) -> Ink:
    """The same drawing, as the same hand does it again."""
    rng = np.random.default_rng(seed)
    return Ink.from_points(s.points + rng.normal(0, 1, s.points.shape) for s in ink.strokes)


def taught(recognizer: Recognizer, *lessons: tuple[Ink, str]) -> Reader:
    inks, labels = zip(*lessons, strict=True)
    known = [t for t in traces(recognizer, stacked(*inks), labels) if t is not None]
    return Reader(recognizer, Memory(tuple(known), kernel_of(recognizer)))


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer.load("digits", "cpu")


def same(one, other):
    assert np.array_equal(one.probabilities, other.probabilities)
    assert np.array_equal(one.digit_scores, other.digit_scores)
    assert np.array_equal(one.rejected, other.rejected)


def answers(reader: Reader, *inks: Ink) -> str:
    found = reader.read(stacked(*inks)).probabilities.argmax(axis=1)
    return "".join(reader.recognizer.labels[i] for i in found)


def test_without_a_memory_it_is_the_recognizer_bit_for_bit(recognizer):
    images = stacked(SEVEN, ONE)
    for memory in (None, Memory(())):
        answer = Reader(recognizer, memory).read(images)
        assert not isinstance(answer, PersonalReadings)
        same(answer, recognizer.read(images))
    nothing = taught(recognizer, (SEVEN, "1")).read(images[:0])
    assert nothing.probabilities.shape == (0, 10)


def test_features_change_nothing_of_the_answer(recognizer):
    images = stacked(SEVEN, ONE)
    answer, features = recognizer.read_with_features(images)
    same(answer, recognizer.read(images))
    assert features.shape[0] == len(images)
    assert recognizer.read_with_features(images[:0])[1].shape == (0, features.shape[1])


def test_one_correction_changes_what_is_like_it_and_nothing_else(recognizer):
    reader = taught(recognizer, (SEVEN, "1"))
    others = ONE, THREE, ZERO
    assert answers(Reader(recognizer), SEVEN, moved(SEVEN), *others) == "77130"
    assert answers(reader, SEVEN, moved(SEVEN), *others) == "11130"
    answer = reader.read(stacked(SEVEN, ONE))
    assert isinstance(answer, PersonalReadings)
    assert answer.learned.tolist() == [True, False]
    assert answer.probabilities.sum(axis=1) == pytest.approx(1)
    assert answer.probabilities.dtype == np.float32
    same(answer.alone, recognizer.read(stacked(SEVEN, ONE)))


def test_forgetting_the_last_correction_restores_the_answers_of_before(recognizer):
    images = stacked(SEVEN, moved(SEVEN), ONE, THREE, scribble(3))
    before = taught(recognizer, (ONE, "7"), (THREE, "8"))
    after = taught(recognizer, (ONE, "7"), (THREE, "8"), (SEVEN, "1"))
    left = Reader(recognizer, Memory(after.memory.traces[:2]))
    assert not np.array_equal(after.read(images).probabilities, before.read(images).probabilities)
    same(left.read(images), before.read(images))


def test_the_digit_score_is_untouched_unless_it_was_taught(recognizer):
    images = stacked(SEVEN, ONE, scribble(3))
    alone = recognizer.read(images)
    answer = taught(recognizer, (SEVEN, "1")).read(images)
    assert answer.digit_scores is answer.alone.digit_scores
    assert np.array_equal(answer.rejected, alone.rejected)


def test_a_rejected_drawing_can_be_a_digit_and_a_digit_none(recognizer):
    alone = recognizer.read(stacked(scribble(3), SEVEN, ONE))
    assert alone.rejected.tolist() == [True, False, False]
    reader = taught(recognizer, (scribble(3), "5"), (SEVEN, NOT_A_DIGIT))
    answer = reader.read(stacked(scribble(3), SEVEN, ONE))
    assert answer.rejected.tolist() == [False, True, False]
    assert answer.learned.tolist() == [True, True, False]
    assert answer.probabilities[0].argmax() == 5
    assert answer.probabilities[1].argmax() == 7
    assert np.all((answer.digit_scores >= 0) & (answer.digit_scores <= 1))


def test_labels_that_the_model_does_not_have_are_left_out(recognizer):
    known = traces(recognizer, stacked(SEVEN, ONE), ["A", "1"])
    assert known[0] is None
    assert known[1] is not None


def test_a_model_without_features_learns_from_the_images(tmp_path):
    model = Recognizer.load(save(tmp_path / "plain.onnx"), "cpu")
    assert not model.has_features
    plain = answers(Reader(model), SEVEN)
    label = "1" if plain != "1" else "2"
    assert answers(taught(model, (SEVEN, label)), moved(SEVEN)) == label
