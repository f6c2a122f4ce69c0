from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.ink.ink import Ink, Stroke
from digitpad.ink.replay import LONGEST_PAUSE, PAUSE, Timeline
from tests.support.drawings import digit, scribble


def timed(*times: list[float]) -> Ink:
    """One stroke for each list of times, each moving 10 to the right from point to point."""
    return Ink(
        tuple(
            Stroke(np.c_[np.arange(len(t)) * 10.0, np.full(len(t), i)], np.array(t))
            for i, t in enumerate(times)
        )
    )


def test_the_ink_at_a_moment() -> None:
    line = Timeline(timed([5, 6], [6.5, 7]))
    assert line.duration == 2
    assert line.at(0).strokes[0].points.tolist() == [[0, 0]]
    half = line.at(0.5).strokes
    assert [s.points.tolist() for s in half] == [[[0, 0], [5, 0]]]
    assert half[0].t is not None
    assert half[0].t.tolist() == [5, 5.5]
    assert line.at(1.2).strokes == line.ink.strokes[:1]  # the pen is up
    assert line.at(1.75).strokes[1].points.tolist() == [[0, 1], [5, 1]]
    assert line.at(2) is line.ink
    assert line.at(1e9) is line.ink


def test_finished_strokes_are_shared() -> None:
    line = Timeline(timed([0, 1], [2, 3]))
    assert line.at(2.5).strokes[0] is line.ink.strokes[0]


def test_long_pauses_are_cut_short() -> None:
    assert Timeline(timed([0, 1], [500, 501])).duration == 2 + LONGEST_PAUSE


@pytest.mark.parametrize(
    "ink",
    [
        digit("7"),
        timed([0, 1], [0.5, 2]),  # the second stroke before the end of the first
        timed([3, 1]),
        timed([2, 2, 2]),
        timed([-1e300, 1e300]),
        Ink((*timed([0, 1]).strokes, *digit("1").strokes)),  # not all of them known
    ],
    ids=["none", "overlap", "backwards", "at once", "huge", "some"],
)
def test_without_good_times_the_pen_moves_at_a_steady_speed(ink: Ink) -> None:
    line = Timeline(ink)
    points = np.concatenate([s.points for s in ink.strokes])
    lengths = [np.hypot(*np.diff(s.points, axis=0).T).sum() for s in ink.strokes]
    side = np.ptp(points, axis=0).max()
    pauses = PAUSE * (len(ink.strokes) - 1)
    assert line.duration == pytest.approx(sum(lengths) / side / 1.5 + pauses)
    assert line.at(line.duration / 2) != ink


@pytest.mark.parametrize("ink", [Ink(), Ink.from_points([[(5, 5)]])], ids=["empty", "dot"])
def test_what_took_no_time_is_there_at_once(ink: Ink) -> None:
    assert Timeline(ink).duration == 0
    assert Timeline(ink).at(0) is ink


def test_pressure_goes_along() -> None:
    ink = Ink((Stroke(np.array([[0.0, 0], [10, 0]]), None, np.array([0.0, 1.0])),))
    line = Timeline(ink)
    pressure = line.at(line.duration / 4).strokes[0].pressure
    assert pressure == pytest.approx([0, 0.25])


@given(st.integers(0, 100), st.floats(0, 1), st.floats(0, 1))
def test_ink_only_grows(seed: int, one: float, other: float) -> None:
    line = Timeline(scribble(seed))
    early, late = (line.at(line.duration * share) for share in sorted((one, other)))
    assert len(early.strokes) <= len(late.strokes)
    for before, after in zip(early.strokes, late.strokes, strict=False):
        assert len(before) <= len(after)
        assert (before.points[:-1] == after.points[: len(before) - 1]).all()
