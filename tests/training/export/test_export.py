"""ONNX files: the contract, equal bytes for equal weights, and no file that differs from Keras."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
onnx = pytest.importorskip("onnx", reason="needs the train extra")

from digitpad.image.normalize import NORMALISATION
from digitpad.inference.recognizer import Recognizer
from training.base import environment
from training.base.calibration import Calibration
from training.base.errors import BuildError
from training.recipes import DIGITS

IMAGES = np.random.default_rng(0).random((40, 28, 28), dtype=np.float32)
LABELS = tuple("0123456789")
FITTED = Calibration(temperature=1.25, threshold=0.375)


@pytest.fixture(scope="module")
def export():
    environment.prepare()
    from training.export import export

    return export


#: What export asks of a build's training data.
TRAINING_DATA = SimpleNamespace(name="mnist", labels=LABELS, korean=())


@pytest.fixture(scope="module")
def model():
    """An untrained network whose batch normalisation is far from the identity."""
    environment.prepare()
    from training.networks.architectures import compact_cnn

    model = compact_cnn(10, 0.25, has_ood_head=True)
    rng = np.random.default_rng(1)
    model.set_weights([w + rng.normal(0, 0.01, w.shape) for w in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def content(export, model):
    return export.to_onnx(
        model, export.metadata(DIGITS, TRAINING_DATA, {"mnist_test": 0.5}, FITTED)
    )


def test_names_types_and_opset(content):
    proto = onnx.load_from_string(content)
    assert [i.name for i in proto.graph.input] == ["image"]
    assert [o.name for o in proto.graph.output] == ["probabilities", "features", "digit_score"]
    assert [d.dim_value for d in proto.graph.output[1].type.tensor_type.shape.dim][1] == 96
    assert {o.domain: o.version for o in proto.opset_import}[""] in (17, 18)


def test_metadata_says_what_the_model_is(content):
    props = {p.key: p.value for p in onnx.load_from_string(content).metadata_props}
    assert json.loads(props["labels"]) == list(LABELS)
    assert json.loads(props["accuracy"]) == {"mnist_test": 0.5}
    assert json.loads(props["calibration"]) == {"temperature": 1.25}
    assert float(props["digit_score_threshold"]) == 0.375
    assert props["normalisation"] == NORMALISATION
    assert (props["name"], props["recipe"], props["dataset"]) == (
        "digits",
        "digits",
        "mnist, pendigits",
    )
    assert props["seed"] == str(DIGITS.seed)


def test_batch_normalisation_is_folded(content):
    operations = {node.op_type for node in onnx.load_from_string(content).graph.node}
    assert "Conv" in operations
    # Shape would mean a shape computed in the graph, which tf2onnx folds on most runs but not all.
    assert not operations & {"BatchNormalization", "Identity", "Dropout", "Shape"}
    assert len(content) < 1_000_000


def test_equal_weights_give_equal_bytes(export, model, content):
    import keras

    # Layers count on, so the copy has other names for the same things.
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    again = export.to_onnx(
        copy, export.metadata(DIGITS, TRAINING_DATA, {"mnist_test": 0.5}, FITTED)
    )
    assert again == content


def test_the_app_reads_it_and_agrees_with_keras(export, model, content):
    recognizer = Recognizer(content, "digits", "cpu", {})
    assert recognizer.labels == LABELS
    for count in (1, 40):
        probabilities, scores = model.predict_on_batch(IMAGES[:count])
        readings = recognizer.read(IMAGES[:count])
        assert readings.probabilities == pytest.approx(probabilities, abs=1e-5)
        assert readings.digit_scores == pytest.approx(scores[:, 0], abs=1e-5)
        assert list(readings.rejected) == list(readings.digit_scores < 0.375)


def test_the_difference_is_measured_over_all_images(export, model, content):
    difference = export.check_agreement(model, content, IMAGES)
    assert 0 < difference < export.TOLERANCE


def test_a_model_that_differs_is_refused(export, model, content):
    layer = model.get_layer("probabilities")
    kernel, bias = layer.get_weights()
    layer.set_weights([kernel, bias + np.eye(10)[0].astype(np.float32) * 0.1])
    try:
        with pytest.raises(BuildError, match="not written"):
            export.check_agreement(model, content, IMAGES)
    finally:
        layer.set_weights([kernel, bias])


def test_a_model_that_does_not_judge_has_no_digit_score(export):
    from training.networks.architectures import residual_cnn

    plain = residual_cnn(10, 0.0, has_ood_head=False)
    metadata = export.metadata(DIGITS, TRAINING_DATA, {}, Calibration(1.0, None))
    content = export.to_onnx(plain, metadata)
    assert "digit_score_threshold" not in metadata
    assert not Recognizer(content, "digits", "cpu", {}).has_digit_score
    assert export.check_agreement(plain, content, IMAGES) < export.TOLERANCE


def test_logits_are_divided_by_the_temperature(export, model):
    from training.base.calibration import apply_temperature

    before, scores = model.predict_on_batch(IMAGES)
    weights = model.get_weights()
    try:
        export.apply_temperature(model, 2.0)
        after, same = model.predict_on_batch(IMAGES)
    finally:
        model.set_weights(weights)
    assert after == pytest.approx(apply_temperature(before, 2.0), abs=1e-6)
    assert np.array_equal(same, scores)


def test_what_another_backend_trained_is_converted_by_a_process_of_its_own(
    export, model, content, monkeypatch
):
    monkeypatch.setattr(export.keras.backend, "backend", lambda: "jax")
    metadata = export.metadata(DIGITS, TRAINING_DATA, {"mnist_test": 0.5}, FITTED)
    assert export.to_onnx(model, metadata) == content
    monkeypatch.setattr(export.sys, "executable", "/bin/false")
    with pytest.raises(BuildError, match="could not convert the trained model"):
        export.to_onnx(model, metadata)


def test_a_model_says_what_its_classes_are_called_in_korean(export):
    clothes = SimpleNamespace(name="fashion-mnist", labels=("Bag", "Coat"), korean=("가방", "코트"))
    metadata = export.metadata(DIGITS, clothes, {}, Calibration(1.0, None))
    assert json.loads(metadata["labels_ko"]) == ["가방", "코트"]
    assert metadata["dataset"] == "fashion-mnist, pendigits"


@pytest.mark.parametrize("name", ["dense", "fashion_cnn", "mygrad_cnn", "tfjs_cnn"])
def test_a_tutorial_s_network_is_exported_with_its_features(export, name):
    from training.networks.architectures import ARCHITECTURES

    network = ARCHITECTURES[name](10, 0.4, has_ood_head=False)
    content = export.to_onnx(
        network, export.metadata(DIGITS, TRAINING_DATA, {}, Calibration(1.0, None))
    )
    recognizer = Recognizer(content, name, "cpu", {})
    assert recognizer.predict(IMAGES[:1]).shape == (1, 10)
    assert export.check_agreement(network, content, IMAGES) < export.TOLERANCE
    shapes = {o.name: o.type.tensor_type.shape for o in onnx.load_from_string(content).graph.output}
    assert [dim.dim_param for dim in shapes["features"].dim] == ["N", ""]


def test_a_difference_that_is_no_number_is_refused(export, model, content, monkeypatch):
    monkeypatch.setattr(export.np, "abs", lambda values: values * np.nan)
    with pytest.raises(BuildError, match="differ by up to nan"):
        export.check_agreement(model, content, IMAGES[:2])
