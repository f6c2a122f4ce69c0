"""Disturbances of drawings, seen from the drawings, and sweeps over them."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.image.normalize import normalize_ink
from digitpad.ink.ink import Ink
from tests.support.drawings import digit
from training.measure import robustness

#: A tall cross about (0, 0), y down: a long line and a short one.
CROSS = Ink.from_points([[(0, -2), (0, 2)], [(-1, 0), (1, 0)]], "x")
SWEEPS = {sweep.name: sweep for sweep in robustness.SWEEPS}


def points(ink: Ink) -> np.ndarray:
    return np.concatenate([stroke.points for stroke in ink.strokes])


def test_a_quarter_turn_clockwise_brings_the_top_to_the_right():
    turned = points(robustness.rotated(CROSS, 90))
    assert turned == pytest.approx(np.array([[2, 0], [-2, 0], [0, -1], [0, 1]]), abs=1e-12)


def test_rotation_is_about_the_middle_wherever_the_drawing_is():
    moved = CROSS.transformed(offset=(100, 50))
    expected = points(robustness.rotated(CROSS, 30)) + np.array((100, 50))
    assert points(robustness.rotated(moved, 30)) == pytest.approx(expected)


def test_slant_leans_the_top_to_the_right():
    leaning = points(robustness.slanted(CROSS, 0.5))
    assert leaning.tolist() == [[1, -2], [-1, 2], [-1, 0], [1, 0]]


def test_every_kth_point_keeps_the_ends():
    line = Ink.from_points([[(i, 0) for i in range(8)], [(5, 5)]])
    thin = robustness.thinned(line, 3)
    assert [stroke.points[:, 0].tolist() for stroke in thin.strokes] == [[0, 3, 6, 7], [5]]
    assert points(robustness.thinned(line, 1)).tolist() == points(line).tolist()


def test_resampled_points_lie_at_equal_distances():
    corner = Ink.from_points([[(0, 0), (1, 0), (1, 3)]])
    assert points(robustness.resampled(corner, 5)).tolist() == [
        [0, 0],
        [1, 0],
        [1, 1],
        [1, 2],
        [1, 3],
    ]


def test_tremor_is_seeded_and_of_the_size_asked_for():
    line = Ink.from_points([[(0, 0), (1000, 0)]])
    shaken = [points(robustness.trembling(line, 0.03, np.random.default_rng(7))) for _ in range(2)]
    assert np.array_equal(*shaken)
    across = shaken[0][:, 1]
    assert 10 < across.std() < 40  # 30 at the knots, less between them
    assert np.abs(np.diff(across)).max() < 40, "smooth: no jump from one point to the next"
    other = points(robustness.trembling(line, 0.03, np.random.default_rng(8)))
    assert not np.array_equal(shaken[0], other)


def test_labels_and_strokes_survive_every_disturbance():
    for sweep in robustness.SWEEPS:
        for strength in sweep.strengths:
            ink = sweep.disturb(digit("7"), strength, np.random.default_rng(0))
            assert ink.label == "7"
            assert len(ink.strokes) == 1


@pytest.mark.parametrize("ink", [Ink.from_points([[(3, 3)]]), Ink.from_points([[(3, 3), (3, 3)]])])
def test_a_dot_stays_a_dot(ink):
    plain = normalize_ink(ink)
    for sweep in robustness.SWEEPS:
        if sweep.pen:
            continue
        for strength in sweep.strengths:
            assert np.array_equal(sweep.images([ink], strength)[0], plain), sweep.name


@pytest.mark.parametrize("name", ["size", "place"])
def test_what_normalisation_takes_away_changes_no_image(name):
    inks = [digit(label) for label in "0137"]
    plain = np.stack([normalize_ink(ink) for ink in inks])
    for strength in SWEEPS[name].strengths:
        assert SWEEPS[name].images(inks, strength) == pytest.approx(plain, abs=1e-5)


def test_a_wider_pen_leaves_more_ink():
    ink = [SWEEPS["pen width"].images([digit("3")], s).sum() for s in (0.5, 1.0, 2.0)]
    assert ink == sorted(ink)
    assert ink[2] > 1.5 * ink[1]


def test_the_promised_costs_are_measured():
    for sweep in robustness.SWEEPS:
        assert set(sweep.reported) <= set(sweep.strengths)
        assert list(sweep.strengths) == sorted(sweep.strengths)
    assert SWEEPS["rotation"].reported == (-20, 20)
    assert SWEEPS["slant"].reported == (-0.4, 0.4)
    assert SWEEPS["pen width"].reported == (0.5, 2.0)


def test_curves_of_two_models():
    """One reader never errs; the other calls everything a 7 that has little ink."""
    inks = [digit(label) for label in "0137"]
    truth = np.arange(4)

    def knows(images):
        return np.eye(4, dtype=np.float32)

    def looks(images):
        is_seven = images.sum(axis=(1, 2)) < 85
        return np.eye(4, dtype=np.float32)[np.where(is_seven, 3, truth)]

    images = np.stack([normalize_ink(ink) for ink in inks])
    subject = robustness.Subject(inks, images)
    steps = []

    def counting(sequence):
        for step in sequence:
            steps.append(step)
            yield step

    perfect, other = robustness.measure(subject, [(knows, truth), (looks, truth)], counting)
    assert len(steps) == sum(len(sweep.strengths) for sweep in robustness.SWEEPS)
    assert all(set(curve.correct) == {4} and curve.plain == 4 for curve in perfect)
    pen = next(curve for curve in other if curve.sweep.name == "pen width")
    assert pen.total == 4
    assert pen.plain == 4 - int(np.sum(images[:3].sum(axis=(1, 2)) < 85))
    assert pen.correct[pen.sweep.strengths.index(0.5)] == 1
    assert pen.cost(0.5) == 100 * (pen.plain - 1) / 4
