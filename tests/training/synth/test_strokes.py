"""Distorted strokes: each habit does what its name says, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.image.normalize import normalize_ink
from digitpad.ink.ink import Ink
from training.recipes import DIGITS, StrokeAugmentation
from training.synth import strokes as hand
from training.synth.strokes import StrokeAugmenter, framed, resampled

CORNER = np.array([(0.0, 0.0), (0.0, 100.0), (60.0, 100.0)])
BAR = np.array([(-20.0, 40.0), (30.0, 45.0)])


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.fixture
def drawing() -> list[np.ndarray]:
    return [resampled(stroke) for stroke in framed([CORNER, BAR])]


def length(strokes: list[np.ndarray]) -> float:
    return sum(float(np.hypot(*np.diff(stroke, axis=0).T).sum()) for stroke in strokes)


def bounds(strokes: list[np.ndarray]) -> np.ndarray:
    points = np.concatenate(strokes)
    return np.array([points.min(axis=0), points.max(axis=0)])


def test_framed_strokes_have_unit_size_around_zero():
    low, high = bounds(framed([CORNER * 3 + 50, BAR * 3 + 50]))
    assert (high - low).max() == pytest.approx(1)
    assert low + high == pytest.approx(np.zeros(2))


def test_a_dot_stays_a_dot_whatever_is_done_to_it(rng):
    dot = [np.array([(7.0, 7.0), (7.0, 7.0)])]
    for _ in range(20):
        (augmented,) = StrokeAugmenter(DIGITS.mixture.strokes, rng)(dot)
        assert np.isfinite(augmented).all()
        assert (augmented == augmented[0]).all()


def test_resampled_points_are_at_equal_distances_and_keep_the_ends():
    points = resampled(CORNER / 100)
    steps = np.hypot(*np.diff(points, axis=0).T)
    assert steps.max() == pytest.approx(np.median(steps), abs=1e-9)
    assert np.array_equal(points[[0, -1]], (CORNER / 100)[[0, -1]])


def test_without_strengths_nothing_changes(rng):
    same = StrokeAugmenter(StrokeAugmentation(), rng)([CORNER, BAR])
    expected = normalize_ink(Ink.from_points([CORNER, BAR]))
    assert normalize_ink(Ink.from_points(same)) == pytest.approx(expected, abs=0.1)


def test_the_same_seed_draws_the_same_hand():
    one, other = (
        StrokeAugmenter(DIGITS.mixture.strokes, np.random.default_rng(3))([CORNER, BAR])
        for _ in range(2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_misjoined_strokes_move_against_each_other(drawing, rng):
    moved = hand.misjoined(drawing, rng)
    shifts = [(new - old).mean(axis=0) for new, old in zip(moved, drawing, strict=True)]
    assert np.abs(shifts[0] - shifts[1]).max() > 0.005
    alone = hand.misjoined(drawing[:1], rng)
    assert np.array_equal(alone[0], drawing[0])


def test_retraced_strokes_cover_the_same_place_twice(drawing, rng):
    for _ in range(10):
        twice = hand.retraced(drawing, rng)
        assert length(twice) > length(drawing) + 0.02
        assert bounds(twice) == pytest.approx(bounds(drawing), abs=0.08)


def test_overshot_strokes_keep_their_path_and_go_on(drawing, rng):
    longer = hand.overshot(drawing, rng)
    assert length(longer) > length(drawing)
    for new, old in zip(longer, drawing, strict=True):
        places = {tuple(point) for point in new}
        assert all(tuple(point) in places for point in old)


def test_shortened_strokes_lose_points_at_their_ends_only(drawing, rng):
    for new, old in zip(hand.shortened(drawing, rng), drawing, strict=True):
        at = int(np.flatnonzero((old == new[0]).all(axis=1))[0])
        assert np.array_equal(new, old[at : at + len(new)])
        assert len(new) >= 0.85 * len(old)


@pytest.mark.parametrize("name", ["wandering", "warped", "proportioned"])
def test_smooth_distortions_are_none_without_strength_and_smooth_with_it(name, drawing, rng):
    distort = getattr(hand, name)
    for new, old in zip(distort(drawing, 0.0, rng), drawing, strict=True):
        assert np.array_equal(new, old)
    for new, old in zip(distort(drawing, 0.02, rng), drawing, strict=True):
        moved = new - old
        assert 0 < np.abs(moved).max() < 0.25
        assert np.abs(np.diff(moved, axis=0)).max() < 0.02


def test_proportions_keep_the_order_along_each_axis(rng):
    line = [np.stack([np.linspace(-0.5, 0.5, 30)] * 2, axis=1)]
    for _ in range(50):
        (bent,) = hand.proportioned(line, 0.4, rng)
        assert (np.diff(bent, axis=0) > 0).all()


def test_leaning_is_affine_about_the_middle(drawing, rng):
    s = StrokeAugmentation(rotation=10, slant=0.2, aspect=0.3)
    leant = np.concatenate(hand.leaning(drawing, s, rng))
    matrix, *_ = np.linalg.lstsq(np.concatenate(drawing), leant, rcond=None)
    assert np.concatenate(drawing) @ matrix == pytest.approx(leant, abs=1e-9)
    assert np.linalg.det(matrix) == pytest.approx(1, abs=1e-9)


def test_a_gap_parts_one_stroke(drawing, rng):
    parted = hand.gapped(drawing, rng)
    assert len(parted) == len(drawing) + 1
    assert 0 < length(drawing) - length(parted) < 0.12


def test_cut_corners_are_rounded_and_ends_stay(rng):
    (corner,) = [resampled(stroke) for stroke in framed([CORNER])]
    sharp = corner[np.argmax(corner[:, 1])]
    (rounded,) = hand.corners_cut([corner], rng)
    assert rounded[[0, -1]] == pytest.approx(corner[[0, -1]])
    assert np.hypot(*(rounded - sharp).T).min() > np.hypot(*(corner - sharp).T).min() + 0.003


def test_tremor_is_small_and_everywhere(drawing, rng):
    for new, old in zip(hand.trembling(drawing, rng), drawing, strict=True):
        moved = np.abs(new - old).max(axis=1)
        assert (moved > 0).all()
        assert moved.max() < 0.07


def test_few_points_are_some_of_the_points(drawing, rng):
    for new, old in zip(hand.few_points(drawing, rng), drawing, strict=True):
        assert len(new) < len(old) / 2 + 2
        assert np.array_equal(new[[0, -1]], old[[0, -1]])
        places = {tuple(point) for point in old}
        assert all(tuple(point) in places for point in new)


def test_a_staircase_has_whole_steps(drawing, rng):
    coordinates = np.unique(np.concatenate(hand.staircase(drawing, rng)))
    steps = np.diff(coordinates)
    assert steps / steps.min() == pytest.approx(np.round(steps / steps.min()), abs=1e-6)
    assert 1 / 70 <= steps.min() <= 1 / 24
