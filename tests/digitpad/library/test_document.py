from __future__ import annotations

import json

import numpy as np
import pytest

from digitpad.image.normalize import normalize_ink
from digitpad.ink.ink import InkError
from digitpad.library.document import Document
from tests.support.drawings import digit

SEVEN = digit("7")
CELLS = np.random.default_rng(0).random((28, 28), dtype=np.float32)


def test_an_empty_page_and_an_empty_grid_have_no_image() -> None:
    for document in (Document(), Document(on_grid=True), Document().with_cells(CELLS * 0)):
        assert not document
        assert document.image() is None
        assert not document.on_cells().any()


def test_the_grid_begins_with_what_the_network_gets() -> None:
    page = Document(SEVEN)
    grid = page.toggled()
    assert grid.on_grid
    expected = normalize_ink(SEVEN)
    for image in (page.image(), grid.image(), grid.on_cells()):
        assert np.array_equal(image, expected)  # type: ignore[arg-type]


def test_cells_are_exactly_what_the_network_gets() -> None:
    image = Document(SEVEN).toggled().with_cells(CELLS).image()
    assert image is not None
    assert image.dtype == np.float32
    assert np.array_equal(image, CELLS)
    assert not image.flags.writeable


def test_going_to_and_fro_loses_neither_ink_nor_cells() -> None:
    grid = Document(SEVEN).with_cells(CELLS)
    page = grid.toggled()
    assert page.ink is SEVEN
    assert np.array_equal(page.image(), normalize_ink(SEVEN))  # type: ignore[arg-type]
    assert np.array_equal(page.toggled().image(), CELLS)  # type: ignore[arg-type]


def test_a_picture_is_cells_with_an_origin_that_an_edit_drops() -> None:
    opened = Document.from_image(CELLS, "scan.png")
    assert opened.on_grid
    assert opened.origin == "scan.png"
    assert opened.with_cells(CELLS).origin is None
    assert Document(SEVEN, origin="ink.jsonl").with_ink(digit("1")).origin is None


def test_later_changes_of_an_array_do_not_reach_the_document() -> None:
    mine = CELLS.copy()
    document = Document.from_image(mine)
    mine[:] = 0
    assert np.array_equal(document.on_cells(), CELLS)


@pytest.mark.parametrize(
    "document",
    [Document(), Document(SEVEN), Document(SEVEN, on_grid=True), Document(SEVEN).with_cells(CELLS)],
    ids=["empty", "ink", "grid", "cells"],
)
def test_through_json_and_back(document: Document) -> None:
    back = Document.from_json(document.to_json())
    assert back.ink == document.ink
    assert back.on_grid == document.on_grid
    assert np.array_equal(back.on_cells(), document.on_cells())


@pytest.mark.parametrize(
    "cells",
    ["x", [[1]], [[0] * 28] * 27, [["0"] * 28] * 28, [[2] * 28] * 28, [[float("nan")] * 28] * 28,
     [[0] * 28] * 27 + [[0]], {"a": 1}, 5, [[None] * 28] * 28],
    ids=str,
)  # fmt: skip
def test_other_cells_are_refused_with_a_sentence(cells: object) -> None:
    with pytest.raises(InkError, match="cells"):
        Document.from_json(json.dumps({"strokes": [], "cells": cells}))
