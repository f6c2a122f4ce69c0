from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.ink.edit import erase_parts, erase_strokes
from digitpad.ink.ink import Ink, Stroke
from tests.support.drawings import scribble

LINE = Stroke(np.array([[0.0, 0], [100, 0]]), np.array([2.0, 4.0]), np.array([0.0, 1.0]))


def test_whole_strokes_go_where_they_are_touched() -> None:
    ink = Ink.from_points([[(0, 0), (100, 0)], [(0, 50), (100, 50)], [(50, 90)]])
    left = erase_strokes(ink, (50, -30), (50, 30), 5)
    assert left.strokes == ink.strokes[1:]
    assert left.strokes[0] is ink.strokes[1]  # shared, not copied
    assert not erase_strokes(ink, (50, -30), (50, 130), 5)


def test_a_long_straight_line_is_touched_between_its_points() -> None:
    ink = Ink.from_points([[(0, 0), (10_000, 0)]])
    assert not erase_strokes(ink, (5000, 4), (5000, 4), 5)
    assert erase_strokes(ink, (5000, 6), (5000, 6), 5) is ink


@pytest.mark.parametrize("erase", [erase_strokes, erase_parts])
def test_what_touches_nothing_returns_the_very_drawing(erase: object) -> None:
    ink = scribble(1)
    assert erase(ink, (-500, -500), (-400, -400), 10) is ink  # type: ignore[operator]
    assert erase(Ink(), (0, 0), (9, 9), 10) == Ink()  # type: ignore[operator]


def test_a_line_falls_into_two_pieces_that_keep_time_and_pressure() -> None:
    left, right = erase_parts(Ink((LINE,)), (50, 0), (50, 0), 10).strokes
    assert left.points == pytest.approx(np.array([[0, 0], [40, 0]]), abs=1)
    assert right.points == pytest.approx(np.array([[60, 0], [100, 0]]), abs=1)
    assert left.t is not None
    assert right.t is not None
    assert left.t == pytest.approx([2, 2.8], abs=0.02)
    assert right.t == pytest.approx([3.2, 4], abs=0.02)
    assert left.pressure == pytest.approx([0, 0.4], abs=0.01)
    assert right.pressure == pytest.approx([0.6, 1], abs=0.01)


def test_the_eraser_sweeps_all_of_its_way() -> None:
    ink = Ink.from_points([[(x, 0), (x, 100)] for x in (0, 50, 100)])
    left = erase_parts(ink, (-20, 50), (120, 50), 10)
    assert len(left.strokes) == 6
    assert all(abs(s.points[:, 1] - 50).min() == pytest.approx(10, abs=1) for s in left.strokes)


def test_a_dot_goes_as_a_whole() -> None:
    ink = Ink.from_points([[(5, 5)], [(50, 50)]])
    assert erase_parts(ink, (0, 0), (0, 0), 10).strokes == ink.strokes[1:]


def test_points_that_stay_are_the_strokes_own() -> None:
    ink = scribble(3)
    original = {tuple(p) for s in ink.strokes for p in s.points.tolist()}
    middle = ink.strokes[0].points.mean(axis=0).tolist()
    for stroke in erase_parts(ink, middle, middle, 25).strokes:
        assert {tuple(p) for p in stroke.points[1:-1].tolist()} <= original


places = st.tuples(st.floats(-50, 550), st.floats(-50, 550))


@given(st.integers(0, 50), places, places, st.floats(2, 60))
def test_nothing_that_stays_is_within_reach_and_times_stay_in_order(
    seed: int, start: tuple[float, float], end: tuple[float, float], radius: float
) -> None:
    walks = scribble(seed, strokes=2, points=20).strokes
    ink = Ink(tuple(Stroke(s.points, np.arange(20) + 20.0 * i) for i, s in enumerate(walks)))
    left = erase_parts(ink, start, end, radius)
    way = np.linspace(start, end, 200)
    gap = np.hypot(*np.subtract(end, start)) / 199
    for stroke in left.strokes:
        near = np.hypot(*(stroke.points[:, None] - way).transpose(2, 0, 1)).min()
        assert near > radius - 1e-6 - gap
    times = [t for s in left.strokes for t in s.t.tolist()]  # type: ignore[union-attr]
    assert times == sorted(times)
    # What whole-stroke erasing takes away is what would have been cut.
    untouched = [s for s in left.strokes if any(s is one for one in ink.strokes)]
    assert len(erase_strokes(ink, start, end, radius).strokes) == len(untouched)
