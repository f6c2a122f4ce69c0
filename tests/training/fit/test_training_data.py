"""Whose digits a build draws from, and whose it is only validated on."""

from __future__ import annotations

import gzip
import hashlib
import json
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from training.data import datasets, pendigits
from training.data.writers import european, tablet, uji
from training.fit.training_data import TrainingData, load_training_data
from training.recipes import Mixture, Recipe

pytest.importorskip("ncompress", reason="needs the train extra")

from tests.support.training_fixtures import TINY, keep_small, tiny_source

LABELS = "0123456789"


def written(folder, name, digits):
    """A data set whose digits are one line each, as long as is said."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    lines = (
        json.dumps({"strokes": [[[0, 0], [3, long]]], "label": label, "writer": writer})
        for writer, long in digits
        for label in LABELS
    )
    path.write_bytes(gzip.compress("\n".join(lines).encode()))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    keep_small(monkeypatch)
    monkeypatch.setitem(datasets.SOURCES, "mnist", tiny_source(tmp_path))
    path = tmp_path / pendigits.FILE
    path.parent.mkdir()
    path.write_text(
        "".join(
            f'.SEGMENT DIGIT 0 ? "{label}"\n.COMMENT {label} {writer} 1\n'
            f".PEN_DOWN\n 0 0\n 3 {writer}\n.PEN_UP\n"
            for writer in (1, 2)
            for label in LABELS
        )
    )
    monkeypatch.setattr(pendigits, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    return tmp_path


def loaded(folder, recipe: Recipe = TINY) -> tuple[TrainingData, str]:
    said = StringIO()
    found = load_training_data(recipe, None, lambda: folder, Console(file=said, width=500))
    return found, said.getvalue()


def lengths(writers) -> dict[float, int]:
    """How often each length of a line occurs among the 1s."""
    found = [float(np.ptp(strokes[0][:, 1])) for strokes in writers.pen["1"]]
    return {long: found.count(long) for long in set(found)}


def test_every_training_writer_weighs_the_same_and_no_other_is_there(folder):
    written(folder, uji.DIGITS, [("w00", 100)] * 2 + [("w40", 140)])
    written(folder, tablet.FILE, [("a", 200)] * 50)
    written(folder, european.DIGITS, [("w001", 300)])
    found, _ = loaded(folder)
    assert lengths(found.training_writers) == {1: 24, 100: 24, 200: 24}
    assert lengths(found.validation_writers) == {2: 24}
    assert list(found.other_writers) == ["uji", "european"]
    assert [len(split) for split in found.validation_sets[1:]] == [10, 10, 10]


def test_what_is_not_there_is_left_out_with_a_sentence(folder):
    found, said = loaded(folder)
    assert "Going on without the digits of UJI" in said
    assert "Going on without the digits drawn on tablets" in said
    assert found.other_writers == {}
    assert lengths(found.training_writers) == {1: 24}
    assert "european" not in said, "nobody else can have it"


def test_images_alone_need_no_writers(folder):
    written(folder, european.DIGITS, [("w001", 300)])
    found, _ = loaded(folder, Recipe(**{**vars(TINY), "mixture": Mixture()}))
    assert len(found.validation_sets) == 1
