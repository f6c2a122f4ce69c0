"""What the bundled model promises on validation data; the test set is for its card alone."""

from __future__ import annotations

import hashlib
import json
import shlex
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from digitpad.inference.recognizer import Recognizer
from digitpad.library.resources import asset

training_data = pytest.importorskip("training.fit.training_data")
validation = pytest.importorskip("training.measure.validation")

from pydantic import TypeAdapter

from training.cli.options import parser
from training.cli.plan import wanted_recipe
from training.recipes import BUNDLED, DIGITS, Recipe


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer.load("digits", "cpu")


@pytest.fixture(scope="module")
def data(data_dir):
    data = training_data.load_training_data(
        DIGITS, None, lambda: data_dir, Console(file=StringIO())
    )
    if data.pen is None or not len(data.validation_writers.clothes):
        pytest.skip("no pendigits or no Fashion-MNIST here")
    return data


@pytest.fixture(scope="module")
def measured(data):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "PER_FAMILY", 200)
        patch.setattr(validation, "PER_FORM", 20)
        model = asset("models/digits.onnx").read_bytes()
        return validation.measure(model, data, Console(file=StringIO()))


def test_it_is_small_and_its_card_is_its_own(recognizer):
    model = asset("models/digits.onnx").read_bytes()
    assert len(model) <= 1_000_000
    assert recognizer.card["model"]["onnx_sha256"] == hashlib.sha256(model).hexdigest()
    sources = " ".join(recognizer.card["datasets"])
    assert "MNIST" in sources
    assert "UCI" in sources
    assert "CC BY 4.0" in sources


@pytest.mark.parametrize("name", [recipe.name for recipe in BUNDLED])
def test_a_card_s_command_asks_for_the_recipe_that_it_records(name):
    card = json.loads(asset(f"models/{name}.json").read_text(encoding="utf-8"))
    python, option, module, *arguments = shlex.split(card["command"])
    assert (python, option, module) == ("python", "-m", "training.build")
    wanted = wanted_recipe(parser().parse_args(arguments))
    # A setting that is younger than the card has its default, which changes nothing.
    assert TypeAdapter(Recipe).validate_python(card["training"]["recipe"]) == wanted
    assert ("--teacher" in arguments) == ("taught_by" in card)


def test_neither_side_is_bought_with_the_other(measured):
    assert measured.own.scores.accuracy >= 0.994
    assert measured.pen.scores.accuracy >= 0.99


def test_it_is_as_sure_as_it_is_right(measured):
    assert measured.pen.calibration_error <= 0.01
    assert measured.own.calibration_error <= 0.01


def test_digits_are_hardly_ever_rejected(measured):
    assert measured.pen.rejected / measured.pen.scores.total <= 0.005
    assert measured.own.rejected / measured.own.scores.total <= 0.003


def test_it_knows_what_is_no_digit_even_of_families_it_never_saw(measured):
    held_out = {family.name: family for family in measured.families if family.held_out}
    assert set(held_out) == set(DIGITS.mixture.held_out)
    for family in measured.families:
        assert family.auroc >= 0.98, family


def test_regional_forms_are_read(measured, recognizer):
    trained_with = {(form["source"], form["name"]) for form in recognizer.card["forms"]}
    accuracies = {
        (form.source, form.name): form.accuracy
        for form in measured.forms
        if (form.source, form.name) in trained_with
    }
    assert len(accuracies) > 60
    for form in ("0 slashed", "0 dotted", "1 flagged and footed", "7 crossed", "9 hooked"):
        assert accuracies["glyph", form] >= 0.95
    assert np.mean(list(accuracies.values())) >= 0.98
