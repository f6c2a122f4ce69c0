"""The synthetic pool: what it is made of, and how it is dealt out."""

from __future__ import annotations

import os
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from tests.support.training_fixtures import SHAPES, drawn_digits
from training.data.datasets import MNIST
from training.recipes import Mixture, StrokeAugmentation
from training.synth.forms import GLYPHS, IMAGE_MARKS, MARKS
from training.synth.negatives import FAMILIES
from training.synth.pool import CLOTHES, FEW, NOT_A_DIGIT, SyntheticPool, Writers, draw_pool, kinds

SMALL = Mixture(
    pen=40,
    per_glyph=1,
    per_mark=2,
    per_image_mark=1,
    per_family=3,
    held_out=("spirals", "symbols"),
    epochs_apart=2,
    pen_spread=0.3,
    strokes=StrokeAugmentation(rotation=5, tremor=0.5),
)


@pytest.fixture(scope="module")
def writers() -> Writers:
    images, labels = drawn_digits(200)
    grey = images.astype(np.float32) / 255
    return Writers(
        {d: [[np.array(s, dtype=float) for s in strokes]] * 3 for d, strokes in SHAPES.items()},
        {d: grey[labels == int(d)] for d in MNIST.labels},
        grey[:5],
    )


@pytest.fixture(scope="module")
def pool(writers) -> SyntheticPool:
    return make(SMALL, writers)


def make(mixture: Mixture, writers: Writers) -> SyntheticPool:
    return draw_pool(mixture, MNIST.labels, writers, Console(file=StringIO()))


def test_every_kind_is_there_that_there_is_something_to_make_of(pool):
    by_source: dict[str, set[str]] = {}
    for kind in pool.kinds:
        by_source.setdefault(kind.source, set()).add(kind.name)
    assert by_source["pen"] == set(MNIST.labels)
    assert by_source["glyph"] == set(GLYPHS)
    assert by_source["mark"] <= set(MARKS)
    assert "7 crossed" in by_source["mark"]
    assert by_source["image mark"] <= set(IMAGE_MARKS)
    of_digits = {"two digits at once", "fragments of digits"}
    assert by_source["family"] <= (set(FAMILIES) | of_digits | {CLOTHES}) - set(SMALL.held_out)
    assert {"latin letters", CLOTHES, "two digits at once"} <= by_source["family"]


def test_labels_are_those_of_the_forms(pool):
    for kind, images in zip(pool.kinds, pool.parts(), strict=True):
        assert images.shape[1:] == (28, 28)
        assert images.max(axis=(1, 2)).min() > 100, kind
        if kind.source == "family":
            assert kind.label == NOT_A_DIGIT
        elif kind.source == "glyph":
            assert MNIST.labels[kind.label] == GLYPHS[kind.name].label
    counts = np.bincount(pool.labels + 1)
    assert len(counts) == 11
    assert counts.min() > 0


def test_an_epoch_gets_so_many_of_each_kind(pool):
    dealt = pool.epoch_indices(1)
    assert len(set(dealt)) == len(dealt)
    ends = np.cumsum([len(part) for part in pool.parts()])
    counts = np.bincount(np.searchsorted(ends, dealt, side="right"), minlength=len(ends))
    assert list(counts) == [kind.per_epoch for kind in pool.kinds]


def test_drawings_come_again_only_after_some_epochs(pool):
    pens = sum(kind.per_epoch * SMALL.epochs_apart for kind in pool.kinds if kind.source == "pen")
    first, second, third = (
        set(pool.epoch_indices(epoch)) & set(range(pens)) for epoch in (1, 2, 3)
    )
    assert not first & second
    assert first == third


@pytest.mark.parametrize("processes", [1, 2])
def test_the_seed_alone_decides_not_the_number_of_processes(pool, writers, monkeypatch, processes):
    """A small pool such as this one is drawn by this very process."""
    assert len(pool.images) < FEW
    monkeypatch.setattr("training.synth.pool.FEW", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: processes)
    again = make(SMALL, writers)
    assert np.array_equal(again.images, pool.images)
    assert np.array_equal(again.labels, pool.labels)


def test_without_hands_there_are_glyphs_and_families(writers):
    nothing = Writers({}, {}, np.zeros((0, 28, 28), dtype=np.float32))
    assert {kind.source for kind in kinds(SMALL, MNIST.labels, nothing)} == {"glyph", "family"}


def test_nothing_is_asked_for_nothing_is_made(writers):
    empty = make(Mixture(), writers)
    assert len(empty.images) == len(empty.epoch_indices(1)) == 0
    assert empty.parts() == []
