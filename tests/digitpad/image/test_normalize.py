"""The invariants that make the same ink the same image, wherever and however it was drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.image.normalize import PEN_WIDTH, normalize_bitmap, normalize_ink
from digitpad.ink.ink import Ink
from tests.support.drawings import digit, scribble

SEEDS = st.integers(0, 10_000)


def image(ink: Ink) -> np.ndarray:
    result = normalize_ink(ink)
    assert result is not None
    return result


def extent(picture: np.ndarray) -> tuple[int, int]:
    """Height and width of the ink in pixels."""
    rows, columns = np.nonzero(picture.any(axis=1))[0], np.nonzero(picture.any(axis=0))[0]
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def centroid(picture: np.ndarray) -> tuple[float, float]:
    total = picture.sum()
    return (
        float(picture.sum(axis=1) @ np.arange(28) / total),
        float(picture.sum(axis=0) @ np.arange(28) / total),
    )


def densified(ink: Ink, times: int) -> Ink:
    """The same lines with points added along their own segments."""
    share = np.linspace(0, 1, times, endpoint=False)[:, None]
    return Ink.from_points(
        np.concatenate(
            [p + share * (q - p) for p, q in zip(s.points, s.points[1:], strict=False)]
            + [s.points[-1:]]
        )
        for s in ink.strokes
    )


@pytest.mark.parametrize("ink", [digit(d) for d in "0137"] + [scribble(s) for s in range(200)])
def test_longest_side_is_20_and_the_centre_of_mass_is_at_14(ink: Ink) -> None:
    picture = image(ink)
    assert picture.shape == (28, 28)
    assert picture.dtype == np.float32
    assert picture.min() == 0
    assert picture.max() <= 1
    assert max(extent(picture)) == 20
    assert all(13.5 <= c <= 14.5 for c in centroid(picture))


@given(
    SEEDS,
    st.floats(0.2, 5),
    st.tuples(st.floats(-3000, 3000), st.floats(-3000, 3000)),
)
def test_place_and_size_change_nothing(
    seed: int, scale: float, offset: tuple[float, float]
) -> None:
    ink = scribble(seed)
    moved = image(ink.transformed(scale, offset))
    assert np.abs(moved - image(ink)).max() <= 0.02


@given(SEEDS, st.integers(2, 50))
def test_points_along_the_same_lines_change_nothing(seed: int, times: int) -> None:
    ink = scribble(seed)
    assert np.abs(image(densified(ink, times)) - image(ink)).max() <= 0.02


@pytest.mark.parametrize("label", ["0", "1", "3", "7"])
def test_symmetric_digits_do_not_jump_between_two_pixels(label: str) -> None:
    """A centre of mass half-way between two pixels must always go the same way."""
    ink = digit(label)
    first = image(ink)
    rng = np.random.default_rng(0)
    for scale, x, y in rng.uniform((0.2, -999, -999), (5, 999, 999), (100, 3)):
        assert np.abs(image(ink.transformed(scale, (x, y))) - first).max() <= 0.02


@pytest.mark.parametrize(
    "points",
    [
        [(0, 0), (10, 10)],
        [(0, 10), (10, 0)],
        [(0, 0), (10, 0), (0, 10), (10, 10)],
    ],
    ids=["falling", "rising", "zigzag"],
)
def test_a_box_of_20_fits_half_a_pixel_off_up_and_to_the_left(points) -> None:
    """With the centre of mass in its middle it could begin at 4 or at 5; it never does at 5."""
    rng = np.random.default_rng(0)
    for scale, x, y in rng.uniform((0.2, -999, -999), (40, 999, 999), (50, 3)):
        picture = image(Ink.from_points([np.array(points) * scale + (x, y)]))
        assert np.argwhere(picture > 0).min(axis=0).tolist() == [4, 4]
        assert np.argwhere(picture > 0).max(axis=0).tolist() == [23, 23]


def test_no_ink_has_no_image() -> None:
    assert normalize_ink(Ink()) is None


@pytest.mark.parametrize("points", [[(7, 9)], [(7, 9), (7, 9)], [(0, 0)] * 50])
def test_a_dot_is_a_dot_of_the_pens_width_in_the_middle(points: list[tuple[float, float]]) -> None:
    picture = image(Ink.from_points([points]))
    assert max(extent(picture)) <= PEN_WIDTH + 1
    assert picture[14, 14] == 1
    assert picture.sum() == pytest.approx(np.pi * (PEN_WIDTH / 2) ** 2, rel=0.1)


@pytest.mark.parametrize(
    ("end", "sides"), [((0, 100), (20, 3)), ((100, 0), (3, 20)), ((80, 80), (20, 20))]
)
def test_a_straight_line_is_as_long_as_the_box(
    end: tuple[float, float], sides: tuple[int, int]
) -> None:
    assert extent(image(Ink.from_points([[(0, 0), end]]))) == sides


def test_ten_thousand_points_are_the_same_circle() -> None:
    turn = np.linspace(0, 2 * np.pi, 1_001)
    circle = Ink.from_points([np.c_[np.cos(turn), np.sin(turn)] * 100])
    finer = densified(circle, 10)
    assert len(finer.strokes[0]) == 10_001
    assert np.abs(image(finer) - image(circle)).max() <= 0.02


def test_a_wild_scribble_of_ten_thousand_points_has_an_image() -> None:
    wild = np.random.default_rng(1).uniform(0, 1000, (10_000, 2))
    picture = image(Ink.from_points([wild]))
    assert picture.sum() > 0.9 * 20 * 20


def test_a_stroke_of_its_own_is_not_joined_to_the_one_before() -> None:
    apart = image(Ink.from_points([[(0, 0), (0, 100)], [(100, 0), (100, 100)]]))
    assert apart[:, 13:15].max() == 0  # nothing between two uprights


def test_lopsided_ink_is_not_cut_off() -> None:
    """So much ink in one corner that its centre cannot reach the middle of the image."""
    blob = np.random.default_rng(2).uniform(0, 20, (500, 2))
    picture = image(Ink.from_points([blob, [(0, 0), (200, 200)]]))
    assert max(extent(picture)) == 20


def test_pen_width_is_what_is_asked_for() -> None:
    line = Ink.from_points([[(0, 0), (0, 100)]])
    for width in (1.0, 2.0, 4.0):
        picture = normalize_ink(line, width)
        assert picture is not None
        assert picture[14].sum() == pytest.approx(width, abs=0.1)


def test_the_brush_of_a_picture_and_ink_agree() -> None:
    """The two roads to the network's image lead to the same place."""
    import cv2

    for label in "0137":
        ink = digit(label)
        page = np.full((480, 480), 255, np.uint8)
        # The width that the pen has on the page at this size.
        left, top, right, bottom = ink.bounds() or (0, 0, 0, 0)
        side = max(right - left, bottom - top)
        width = round(PEN_WIDTH * side / (20 - PEN_WIDTH))
        for stroke in ink.strokes:
            points = np.round(stroke.points * 16).astype(np.int32)
            cv2.polylines(page, [points], False, 0, width, cv2.LINE_AA, shift=4)
        picture = normalize_bitmap(page)
        assert picture is not None
        # Where the centre of mass lies half-way between two pixels, each road may take another.
        steps = [(y, x) for y in (0, -1, 1) for x in (0, -1, 1)]
        shifted = [np.roll(picture, step, (0, 1)) for step in steps]
        assert min(np.abs(other - image(ink)).mean() for other in shifted) < 0.02, label
