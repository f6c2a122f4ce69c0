from __future__ import annotations

import json
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.image.normalize import normalize_ink
from digitpad.ink.ink import MAX_POINTS, MAX_STROKES, Ink, InkError, Stroke
from digitpad.library.document import Document
from tests.support.damage import bounded, nested
from tests.support.drawings import digit


def test_points_cannot_be_changed_and_do_not_follow_the_callers_array() -> None:
    mine = np.array([[1.0, 2.0], [3.0, 4.0]])
    stroke = Stroke(mine)
    mine[0, 0] = 99
    assert stroke.points[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        stroke.points[0, 0] = 5
    with pytest.raises(FrozenInstanceError):
        stroke.points = mine  # type: ignore[misc]


def test_appending_leaves_the_first_drawing_as_it_was() -> None:
    one = digit("1")
    two = one.appended(digit("7").strokes[0])
    assert len(one.strokes) == 1
    assert len(two.strokes) == 2
    assert two.label == "1"


def test_bounds_span_all_strokes() -> None:
    ink = Ink.from_points([[(5, 9)], [(-1, 20), (3, 2)]])
    assert ink.bounds() == (-1, 2, 5, 20)
    assert Ink().bounds() is None


def test_transformed_scales_then_moves() -> None:
    moved = Ink.from_points([[(1, 2), (3, 4)]]).transformed(2, (10, 20))
    assert moved.strokes[0].points.tolist() == [[12, 24], [16, 28]]


def test_json_keeps_label_times_and_pressure() -> None:
    stroke = Stroke(np.array([[1, 2], [3.25, 4.5]]), np.array([0, 0.5]), np.array([0.25, 1]))
    ink = Ink((stroke,), "7")
    line = ink.to_json()
    assert "\n" not in line
    assert json.loads(line)["strokes"] == [[[1.0, 2.0], [3.25, 4.5]]]
    assert Ink.from_json(line) == ink


def test_json_of_the_contract_is_read() -> None:
    ink = Ink.from_json('{"strokes": [[[1, 2], [3, 4]], [[5, 6]]], "label": "7"}')
    assert ink.label == "7"
    assert [len(s) for s in ink.strokes] == [2, 1]
    assert ink.strokes[0].t is None


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("not json", "not a line of JSON"),
        ("[" * 100_000, "not a line of JSON"),
        ("[]", 'a list "strokes"'),
        ('{"strokes": 7}', 'a list "strokes"'),
        ('{"strokes": [[]]}', "pairs"),
        ('{"strokes": [[[1, 2, 3]]]}', "pairs"),
        ('{"strokes": [[[1, 2], [3]]]}', "pairs"),
        ('{"strokes": [[["1", "2"]]]}', "pairs"),
        ('{"strokes": [[[1, null]]]}', "pairs"),
        ('{"strokes": [{"x": 1}]}', "pairs"),
        ('{"strokes": [[[1, true]]]}', "pairs"),
        ('{"strokes": "7"}', 'a list "strokes"'),
        ('{"strokes": [[[NaN, 1]]]}', "within"),
        ('{"strokes": [[[1e300, 1]]]}', "within"),
        ('{"strokes": [[[1' + "0" * 400 + ", 1]]]}", "pairs"),
        ('{"strokes": [[[1, 2]]], "label": 7}', '"label"'),
        ('{"strokes": [[[1, 2]]], "t": [[1, 2]]}', '"t"'),
        ('{"strokes": [[[1, 2]]], "t": 3}', '"t"'),
        ('{"strokes": [[[1, 2]]], "t": [[1e300]]}', '"t" is too large'),
        ('{"strokes": [[[1, 2]]], "t": [[]]}', '"t"'),
        ('{"strokes": [[[1, 2]]], "pressure": [["x"]]}', '"pressure"'),
    ],
)
def test_a_bad_line_gets_one_sentence(line: str, sentence: str) -> None:
    with pytest.raises(InkError) as caught:
        Ink.from_json(line)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_pressure_is_from_nothing_to_full() -> None:
    ink = Ink.from_json('{"strokes": [[[1, 2], [3, 4], [5, 6]]], "pressure": [[-1, 0.5, 1023]]}')
    assert ink.strokes[0].pressure is not None
    assert ink.strokes[0].pressure.tolist() == [0, 0.5, 1]


@pytest.mark.parametrize("least", [5e-324, 1e-300, 1e-100, 1e-9])
def test_a_drawing_of_next_to_no_size_is_seen(least: float) -> None:
    line = json.dumps({"strokes": [[[0, 0], [least, 0], [least, least]], [[0, least]]]})
    image = normalize_ink(Ink.from_json(line))
    assert image is not None
    assert image.max() == 1


@pytest.mark.parametrize("depth", [4, 32, 33, 34, 64, 65, 66, 500])
@pytest.mark.parametrize("part", ["strokes", "t", "pressure", "cells"])
def test_any_depth_of_lists_is_a_sentence(part: str, depth: int) -> None:
    """numpy has 64 dimensions, and walks through 32."""
    line = json.dumps({"strokes": [[[1, 2]]], part: nested(depth)})
    with pytest.raises(InkError, match=f'pairs|"{part}"'):
        Document.from_json(line)


def test_too_many_points_are_refused() -> None:
    line = json.dumps({"strokes": [[[0, 0]] * (MAX_POINTS + 1)]})
    with pytest.raises(InkError, match="at most"):
        Ink.from_json(line)


def test_a_long_text_among_many_numbers_costs_no_more_than_its_length() -> None:
    line = json.dumps({"strokes": [[[1, 2]] * 100_000 + [[1, "x" * 20_000]]]})
    with bounded("text", memory=100 * 2**20), pytest.raises(InkError, match="pairs"):
        Ink.from_json(line)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["strokes", "t"]), inner),
    )
)
def test_any_json_is_a_drawing_or_a_sentence(value: object) -> None:
    try:
        ink = Ink.from_json(json.dumps({"strokes": value}))
    except InkError as error:
        sentence = str(error)
    else:
        sentence = ""
        assert all(np.isfinite(s.points).all() for s in ink.strokes)
    assert "\n" not in sentence


def test_a_drawing_of_too_many_strokes_is_refused():
    line = json.dumps({"strokes": [[[0, 0]]] * (MAX_STROKES + 1)})
    with pytest.raises(InkError, match="at most 2,000 strokes"):
        Ink.from_json(line)
