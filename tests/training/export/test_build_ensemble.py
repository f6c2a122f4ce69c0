"""Several seeds in one build, exported together."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from digitpad.inference.feature_maps import FeatureMaps
from digitpad.inference.recognizer import Recognizer
from tests.support import onnx_models
from tests.support.training_fixtures import drawn_digits, install_tiny
from training import build, recipes, report
from training.base.calibration import apply_temperature
from training.cli.options import parser
from training.cli.plan import plan
from training.export import build_ensemble
from training.export.ensemble import distance, in_half_precision
from training.export.quantize import in_eight_bits
from training.recipes import RECIPES
from training.runs import RunFolder


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A folder with data, the ensemble of seeds 3 and 4, its card, and the run."""
    folder = tmp_path_factory.mktemp("ensemble")
    with pytest.MonkeyPatch.context() as patch:
        install_tiny(patch, folder)
        arguments = ["--ensemble", "2", "--jobs", "2", "--seed", "3", "--epochs", "2", "--run"]
        options = ["--output", str(folder), "--data-dir", str(folder)]
        assert build.main([*arguments, str(folder / "run"), *options]) == 0
    return folder


def test_it_says_what_its_members_say_on_average(built):
    digits = drawn_digits(100, 2)[0].astype(np.float32) / 255
    images = (digits + np.roll(digits, 1, axis=0)) / 2  # two at once: not even these seeds agree
    joined, *parts = (
        Recognizer.load(file).read(images)
        for file in (
            built / "digits.onnx",
            built / "run" / "digits.onnx",
            built / "run" / "seed-4" / "digits.onnx",
        )
    )
    card = json.loads((built / "digits.json").read_text())
    temperature = card["calibration"]["temperature"]
    for name in ("probabilities", "digit_scores"):
        expected = np.mean([getattr(each, name) for each in parts], axis=0)
        assert np.abs(getattr(parts[0], name) - expected).max() > 1e-4, "they differ"
        if name == "probabilities":
            expected = apply_temperature(expected, temperature)
        # Rounding was bounded on validation images, which are surer than these.
        assert np.abs(getattr(joined, name) - expected).max() < 2 * build_ensemble.ROUNDING


def test_trained_at_once_they_are_what_each_is_alone(built, tmp_path, monkeypatch):
    install_tiny(monkeypatch, tmp_path)
    monkeypatch.setattr(report, "write", lambda _: None)
    arguments = ["--seed", "4", "--epochs", "2", "--run", str(tmp_path / "run")]
    assert build.main([*arguments, "--data-dir", str(tmp_path), "--output", str(tmp_path)]) == 0
    alone = (tmp_path / "digits.onnx").read_bytes()
    assert alone == (built / "run" / "seed-4" / "digits.onnx").read_bytes()


def test_the_card_tells_of_the_whole_and_of_the_parts(built):
    card = json.loads((built / "digits.json").read_text())
    assert card["command"] == "python -m training.build --epochs 2 --seed 3 --ensemble 2"
    assert [member["seed"] for member in card["members"]] == [3, 4]
    assert card["model"]["arithmetic"] == "int8"
    assert Recognizer.load(built / "digits.onnx").metadata["seed"] == "3, 4"
    parts = [RunFolder.find(built / "run"), RunFolder.find(built / "run" / "seed-4")]
    results = [part.result() for part in parts]
    by_seed = card["accuracy"]["mnist_test_seeds"]["by_seed"]
    assert by_seed == {"3": results[0].test_accuracy, "4": results[1].test_accuracy}
    assert card["model"]["parameters"] == sum(result.parameters for result in results)
    together = RunFolder.find(built / "run" / "ensemble").result()
    assert together.seconds == pytest.approx(sum(result.seconds for result in results) / 2, abs=0.2)
    images, labels = drawn_digits(100, 2)
    said = Recognizer.load(built / "digits.onnx").predict(images.astype(np.float32) / 255)
    right = (said.argmax(axis=1) == labels).mean()
    assert card["accuracy"]["mnist_test"]["accuracy"] == right > 0.8


def test_it_has_a_folder_and_a_report_of_its_own(built):
    whole = RunFolder.find(built / "run" / "ensemble")
    assert (whole.path / "digits.onnx").read_bytes() == (built / "digits.onnx").read_bytes()
    assert whole.card() == json.loads((built / "digits.json").read_text())
    page = whole.report.read_text(encoding="utf-8")
    assert "seeds 3, 4" in page
    assert "the mean of 2 networks" in page
    assert "the mean of 2 networks" not in RunFolder.find(built / "run").report.read_text("utf-8")


def images() -> np.ndarray:
    return drawn_digits(100, 2)[0].astype(np.float32) / 255


def read(content: bytes):
    return Recognizer(content, "m", "cpu", {}).read(images())


def test_half_precision_halves_the_file_and_hardly_changes_it(built):
    content = (built / "run" / "digits.onnx").read_bytes()
    halved = in_half_precision(content)
    onnx.checker.check_model(onnx.load_model_from_string(halved), full_check=True)
    assert len(halved) < 0.55 * len(content)
    before, after = (read(each).probabilities for each in (content, halved))
    assert 0 < np.abs(before - after).max() < 0.01


def test_eight_bits_take_a_third_of_the_file_and_hardly_change_it(built):
    content = (built / "run" / "digits.onnx").read_bytes()
    eighth = in_eight_bits(content, images())
    assert eighth == in_eight_bits(content, images()), "the same bytes again"
    assert len(eighth) < 0.35 * len(content)
    before, after = read(content), read(eighth)
    assert 0 < np.abs(before.probabilities - after.probabilities).max() < build_ensemble.ROUNDING
    assert 0 < np.abs(before.digit_scores - after.digit_scores).max() < build_ensemble.ROUNDING


def test_of_eight_bits_weights_use_seven(built):
    """With eight, processors without VNNI overflow where they add two products."""
    model = onnx.load_model_from_string((built / "digits.onnx").read_bytes())
    onnx.checker.check_model(model, full_check=True)
    constants = {
        tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer
    }
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    makers = {name: node for node in model.graph.node for name in node.output}
    assert len(convolutions) == 2 * 5
    for node in convolutions:
        weights = constants[makers[node.input[1]].input[0]]
        assert weights.dtype == np.int8
        assert np.abs(weights.astype(int)).max() == 64


def test_its_feature_maps_are_those_of_its_members(built):
    digit = images()[3]
    whole, first = (
        FeatureMaps(file.read_bytes(), bounded=False).of(digit)
        for file in (built / "digits.onnx", built / "run" / "digits.onnx")
    )
    assert [(layer.network, layer.number) for layer in whole] == [
        (network, number) for network in (1, 2) for number in range(1, 6)
    ]
    for ours, theirs in zip(whole[:5], first, strict=True):
        assert ours.maps.min() >= 0, "after the activation"
        assert np.abs(ours.maps - theirs.maps).max() < 0.05 * theirs.maps.max()


@pytest.mark.parametrize(("share", "expected"), [(1.0, "int8"), (0.5, "float16"), (0.0, "float32")])
def test_where_answers_move_too_far_weights_stay_finer(built, monkeypatch, share, expected):
    model = (built / "run" / "digits.onnx").read_bytes()
    moved = distance(in_half_precision(in_eight_bits(model, images())), [model], images())
    monkeypatch.setattr(build_ensemble, "ROUNDING", share * moved + 1e-7 * bool(share))
    described = Recognizer(model, "m", "cpu", {}).metadata | {"name": "digits"}
    small, arithmetic = build_ensemble.smaller([model], described, seen=images(), images=images())
    assert arithmetic == expected
    assert (small == [model]) is (expected == "float32")


def test_a_model_without_convolutions_stays_as_it_is(tmp_path):
    content = onnx_models.save(tmp_path / "dense.onnx").read_bytes()
    assert in_eight_bits(content, images()) == content
    described = Recognizer(content, "m", "cpu", {}).metadata | {"name": "dense"}
    small, arithmetic = build_ensemble.smaller([content], described, seen=images(), images=images())
    assert arithmetic == "float16"
    assert len(small[0]) < 0.6 * len(content)


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundled model is the mean of three networks."""
    monkeypatch.setitem(RECIPES, "digits", replace(recipes.DIGITS, ensemble=3))


@pytest.mark.parametrize(
    ("arguments", "trained", "together", "bundled"),
    [
        ([], 3, True, True),
        (["--seed", "7"], 3, True, True),
        (["--ensemble", "3"], 3, True, True),
        (["--ensemble", "2"], 2, True, False),
        (["--set", "ensemble=2"], 2, True, False),
        (["--ensemble", "1"], 1, False, False),
        (["--repeats", "4"], 4, False, False),
        (["--no-test"], 3, True, False),
    ],
    ids=lambda value: " ".join(value) or "plain" if isinstance(value, list) else None,
)
def test_a_recipe_says_how_many(joined, arguments, trained, together, bundled):
    planned = plan(parser().parse_args(arguments)).asked
    assert (planned.repeats, planned.ensemble, planned.bundled) == (trained, together, bundled)


def test_together_with_repeats_it_is_refused(built, capsys):
    assert build.main(["--ensemble", "2", "--repeats", "2"]) == 2
    assert "leave out --repeats" in capsys.readouterr().err
