"""Several models in one file: what it says is what they say on average."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitpad.inference.recognizer import Recognizer
from tests.support import onnx_models
from tests.support.run_folders import make_run, pictures
from training.base.errors import BuildError
from training.export.ensemble import MOST, average, check_mean
from training.export.run_ensemble import ensemble_of_runs
from training.runs import RunFolder

METADATA = {"name": "three", "recipe": "digits"}
IMAGES = pictures(200, 10, 3).images.astype(np.float32) / 255


def model(folder: Path, sharpness: float, **how: object) -> bytes:
    path = onnx_models.save(folder / f"{sharpness}.onnx", sharpness=sharpness, **how)
    return path.read_bytes()


def judging(folder: Path, sharpness: float, factor: float) -> bytes:
    threshold = {"digit_score_threshold": "0.5"}
    return model(folder, sharpness, score=("N",), score_factor=factor, metadata=threshold)


def read(content: bytes):
    return Recognizer(content, "m", "cpu", {}).read(IMAGES)


def test_the_mean_of_three(tmp_path):
    models = [model(tmp_path, sharpness) for sharpness in (0.5, 1.0, 3.0)]
    joined = average(models, METADATA)
    expected = np.mean([read(content).probabilities for content in models], axis=0)
    assert np.abs(read(joined).probabilities - expected).max() < 1e-6
    assert np.abs(expected - read(models[0]).probabilities).max() > 0.01, "they differ"
    assert check_mean(joined, models, IMAGES) < 1e-6
    recognizer = Recognizer(joined, "m", "cpu", {})
    assert recognizer.labels == tuple("0123456789")
    assert recognizer.metadata["recipe"] == "digits"
    assert not recognizer.has_digit_score
    assert average(models, METADATA) == joined, "the same bytes again"
    assert read(joined).probabilities.sum(axis=1) == pytest.approx(np.ones(200), abs=1e-5)


def test_a_temperature_sharpens_the_mean(tmp_path):
    models = [model(tmp_path, sharpness) for sharpness in (0.5, 1.0, 3.0)]
    expected = np.mean([read(content).probabilities for content in models], axis=0) ** 2
    expected /= expected.sum(axis=1, keepdims=True)
    joined = average(models, METADATA, temperature=0.5)
    assert np.abs(read(joined).probabilities - expected).max() < 1e-5
    assert check_mean(joined, models, IMAGES, temperature=0.5) < 1e-5
    with pytest.raises(BuildError, match="differ"):
        check_mean(joined, models, IMAGES)


def test_one_model_is_an_ensemble_of_one(tmp_path):
    content = model(tmp_path, 1.0)
    joined = average([content], METADATA)
    assert np.array_equal(read(joined).probabilities, read(content).probabilities)


def test_digit_scores_are_averaged_where_all_have_them(tmp_path):
    models = [judging(tmp_path, 1.0, 1.0), judging(tmp_path, 2.0, 0.5)]
    joined = average(models, METADATA | {"digit_score_threshold": "0.25"})
    scores = [read(content).digit_scores for content in models]
    assert np.abs(read(joined).digit_scores - np.mean(scores, axis=0)).max() < 1e-6
    assert Recognizer(joined, "m", "cpu", {}).digit_score_threshold == 0.25
    mixed = average([models[0], model(tmp_path, 3.0)], METADATA)
    assert read(mixed).digit_scores is None


def test_the_bundled_model_with_itself(tmp_path):
    """A real one: all outputs, metadata and operators of an export."""
    import onnxruntime as ort

    from digitpad.library.resources import asset

    content = asset("models/digits.onnx").read_bytes()
    metadata = METADATA | {"digit_score_threshold": "0.5"}
    joined = average([content, content], metadata)
    one, two = (
        ort.InferenceSession(each, providers=["CPUExecutionProvider"]) for each in (content, joined)
    )
    names = ["probabilities", "digit_score", "features"]
    alone, together = (session.run(names, {"image": IMAGES}) for session in (one, two))
    assert np.abs(alone[0] - together[0]).max() < 1e-6
    assert np.abs(alone[1] - together[1]).max() < 1e-6
    assert np.array_equal(np.hstack([alone[2], alone[2]]), together[2])
    assert [output.name for output in two.get_outputs()] == [
        "probabilities",
        "features",
        "digit_score",
    ]


def test_what_does_not_go_together(tmp_path):
    ten, eleven = model(tmp_path, 1.0), model(tmp_path, 2.0, classes=11)
    letters = model(tmp_path, 3.0, metadata={"labels": json.dumps(list("abcdefghij"))})
    for other in (eleven, letters):
        with pytest.raises(BuildError, match="read different classes"):
            average([ten, other], METADATA)
    with pytest.raises(BuildError, match="a model of the ensemble is refused"):
        average([ten, b"no model"], METADATA)
    with pytest.raises(BuildError, match="a model of the ensemble is refused"):
        average([ten, model(tmp_path, 4.0, output="numbers")], METADATA)
    for count in (0, MOST + 1):
        with pytest.raises(BuildError, match=f"an ensemble has 1 to {MOST} models"):
            average([ten] * count, METADATA)


def test_models_of_different_onnx_versions(tmp_path):
    onnx = pytest.importorskip("onnx")
    ten = model(tmp_path, 1.0)
    other = onnx.load_model_from_string(ten)
    other.opset_import[0].version = 18
    with pytest.raises(BuildError, match="different versions of ONNX"):
        average([ten, other.SerializeToString()], METADATA)


def test_a_mean_that_is_none_is_not_published(tmp_path):
    models = [model(tmp_path, 0.5), model(tmp_path, 3.0)]
    with pytest.raises(BuildError, match=r"differ by up to .*, so it was not written"):
        check_mean(models[0], models, IMAGES)


def finished(folder: Path, sharpness: float, seed: int, **how: object) -> RunFolder:
    """A run with a model, and validation images that all runs share."""
    run = make_run(folder / str(seed), name="digits")
    configuration = run.configuration()
    recipe = replace(configuration.recipe, seed=seed)
    run.write_json("run.json", replace(configuration, recipe=recipe))
    run.write_pictures("predictions/validation.npz", pictures(60, 10, 5))
    run.write("tfjs-cnn.onnx", model(folder, sharpness, **how))
    return run


def test_runs_become_a_model_with_a_card(tmp_path):
    how = {"score": ("N",), "metadata": {"digit_score_threshold": "0.9", "dataset": "mnist"}}
    runs = [finished(tmp_path, 1.0, 4, **how), finished(tmp_path, 2.0, 7, **how)]
    content, card = ensemble_of_runs(runs, "digits-ensemble2", "python -m training.sweep")
    shown = pictures(60, 10, 5)
    recognizer = Recognizer(content, "m", "cpu", {})
    said = recognizer.read(shown.images.astype(np.float32) / 255)
    accuracy = float((said.probabilities.argmax(axis=1) == shown.labels).mean())
    assert card["accuracy"]["validation"]["accuracy"] == pytest.approx(accuracy, abs=1e-6)
    assert json.loads(recognizer.metadata["accuracy"])["validation"] == pytest.approx(
        accuracy, abs=1e-6
    )
    assert recognizer.metadata["dataset"] == "mnist"
    assert recognizer.metadata["name"] == "digits-ensemble2"
    assert [member["seed"] for member in card["members"]] == [4, 7]
    assert not said.rejected.any(), "the threshold was fitted anew, on these very images"
    assert recognizer.digit_score_threshold != 0.9
    assert card["rejection"]["digit_score_threshold"] == recognizer.digit_score_threshold
    assert card["model"]["difference_from_mean"] < 1e-6
    json.dumps(card)


def test_runs_that_cannot_be_put_together(tmp_path):
    good, other, bare = (finished(tmp_path, 1.0 + i, i) for i in range(3))
    other.write_pictures("predictions/validation.npz", pictures(60, 10, 6))
    with pytest.raises(BuildError, match="was validated on other images"):
        ensemble_of_runs([good, other], "e", "c")
    other.predictions_file("validation").unlink()
    with pytest.raises(BuildError, match="has no validation images"):
        ensemble_of_runs([good, other], "e", "c")
    (bare.path / "tfjs-cnn.onnx").unlink()
    with pytest.raises(BuildError, match="has no model"):
        ensemble_of_runs([good, bare], "e", "c")
    (bare.path / "result.json").write_text("{}")
    with pytest.raises(BuildError, match="is damaged"):
        ensemble_of_runs([good, bare], "e", "c")


def test_a_result_cannot_name_a_file_elsewhere(tmp_path):
    run = finished(tmp_path, 1.0, 1)
    (tmp_path / "secret.onnx").write_bytes(b"secret")
    run.write_json("result.json", replace(run.result(), onnx="../secret.onnx"))
    with pytest.raises(BuildError, match="is damaged"):
        ensemble_of_runs([run], "e", "c")
