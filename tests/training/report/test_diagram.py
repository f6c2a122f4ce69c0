"""The diagram of a network: which boxes its arrows join, and that none hides another."""

from __future__ import annotations

import pytest

pytest.importorskip("matplotlib", reason="needs the train extra")

import io
from itertools import combinations

import numpy as np
from PIL import Image

from tests.support.run_folders import LAYERS
from training.report.diagram import Arrow, arrows, says_more, shape_text
from training.report.plots.network import network
from training.runs import Layer


def chain(*names: str) -> list[Layer]:
    """Layers one after the other."""
    before = [(), *((name,) for name in names)]
    return [
        Layer(name, "ReLU", (7,), 0, inputs) for name, inputs in zip(names, before, strict=False)
    ]


def test_a_plain_network_goes_straight_down():
    assert arrows(LAYERS) == [Arrow(row, row + 1) for row in range(len(LAYERS) - 1)]


def test_a_residual_block_goes_around_its_convolutions():
    layers = [*chain("a", "b", "c"), Layer("add", "Add", (7,), 0, ("c", "a"))]
    assert arrows(layers) == [Arrow(0, 1), Arrow(1, 2), Arrow(2, 3), Arrow(0, 3, lane=1)]


def test_arrows_that_pass_the_same_row_have_lanes_of_their_own():
    layers = chain(*"abcdefgh")
    layers += [
        Layer("one", "Add", (7,), 0, ("h", "a")),
        Layer("two", "Add", (7,), 0, ("one", "b", "f")),
        Layer("three", "Add", (7,), 0, ("two", "c")),
        Layer("head", "Dense", (1,), 0, ("h",)),
    ]
    beside = [arrow for arrow in arrows(layers) if arrow.lane]
    assert len(beside) == 5
    for one, other in combinations(beside, 2):
        if one.lane == other.lane:
            assert one.target < other.source or other.target < one.source


def test_strange_networks_have_arrows_too():
    """A folder may come from a stranger: unknown names, loops, and one name twice."""
    layers = [
        Layer("a", "Dense", (), -5, ("nobody", "b", "b")),
        Layer("b", "Dense", (1, 2), 0, ("b", "a")),
        Layer("b", "$x_{", (10**30,), 10**30, ("a",)),
    ]
    assert {(arrow.source, arrow.target) for arrow in arrows(layers)} == {
        (2, 0),
        (2, 1),
        (0, 1),
        (0, 2),
    }


def test_texts():
    assert shape_text(LAYERS[2]) == "14 × 14 × 32"
    assert [says_more(layer) for layer in LAYERS] == [True, False, False, True, True]


def test_the_figure_grows_with_the_network_and_has_room_for_lanes():
    layers = chain("a", "b", "c", "d")
    plain = io.BytesIO(network(layers))
    residual = io.BytesIO(network([*layers, Layer("add", "Add", (7,), 0, ("d", "a"))]))
    with Image.open(plain) as small, Image.open(residual) as large:
        assert large.width > small.width
        assert large.height > small.height
        lane = np.asarray(large.convert("L"))[:, small.width - 10 :]
    rows = np.flatnonzero((lane < 128).any(axis=1))
    assert np.ptp(rows) > 150  # from the first box to the last one
