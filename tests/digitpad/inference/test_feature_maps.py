"""The maps of convolutions: those of small networks by hand, of the bundled and foreign models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad.image.normalize import normalize_ink
from digitpad.inference import feature_maps as module
from digitpad.inference import session
from digitpad.inference.errors import ModelError
from digitpad.inference.feature_maps import MAX_MAPS, MAX_SIDE, FeatureMaps
from digitpad.inference.recognizer import Recognizer
from digitpad.library.resources import asset
from tests.support import onnx_models
from tests.support.drawings import digit
from tests.support.foreign_models import TYPES, helper, numpy_helper, onnx

MODELS = Path(__file__).parents[2] / "models"
#: 3x3 kernels: what they make of an image is known.
SAME = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], np.float32)
LEFT_NEIGHBOUR = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0]], np.float32)


@pytest.fixture
def image() -> np.ndarray:
    normalised = normalize_ink(digit("7"))
    assert normalised is not None
    return normalised


def conv(source: str, result: str, weights: str = "weights", **options: Any) -> Any:
    return helper.make_node("Conv", [source, weights], [result], **{"pads": [1] * 4} | options)


def node(operator: str, sources: str, result: str, **options: Any) -> Any:
    return helper.make_node(operator, sources.split(), [result], **options)


def network(
    *nodes: Any, constants: dict[str, np.ndarray] | None = None, kernels: Any = (SAME,)
) -> bytes:
    """A digitpad model: ``nodes`` make ``last`` (N, C, H, W) from ``planes`` (N, 1, 28, 28)."""
    weights = np.stack(kernels)[:, None].astype(np.float32)
    values: dict[str, Any] = {
        "one": np.array([1]),
        "weights": weights,
        "steps": np.linspace(-1, 1, 10, dtype=np.float32)[None],
    } | (constants or {})
    body = [
        node("Unsqueeze", "image one", "planes"),
        *nodes,
        node("ReduceMean", "last", "mean", axes=[1, 2, 3], keepdims=0),
        node("Unsqueeze", "mean one", "column"),
        node("Mul", "column steps", "logits"),
        node("Softmax", "logits", "probabilities"),
    ]
    graph = helper.make_graph(
        body,
        "small",
        [helper.make_tensor_value_info("image", TYPES.FLOAT, ["N", 28, 28])],
        [helper.make_tensor_value_info("probabilities", TYPES.FLOAT, ["N", 10])],
        [numpy_helper.from_array(np.asarray(v), name) for name, v in values.items()],
    )
    opset = helper.make_opsetid("", 17)
    content: bytes = helper.make_model(
        graph, opset_imports=[opset], ir_version=9
    ).SerializeToString()
    return content


def maps_of(content: bytes) -> FeatureMaps:
    return FeatureMaps(content, bounded=False)


def test_known_kernels_make_known_maps(image: np.ndarray) -> None:
    content = network(
        conv("planes", "edges"),
        node("Relu", "edges", "last"),
        kernels=(SAME, LEFT_NEIGHBOUR, -SAME),
    )
    (layer,) = maps_of(content).of(image)
    assert (layer.number, layer.name, layer.count) == (1, "last", 3)
    assert layer.maps.dtype == np.float32
    np.testing.assert_array_equal(layer.maps[0], image)
    np.testing.assert_array_equal(layer.maps[1], np.roll(image, 1, axis=1))
    np.testing.assert_array_equal(layer.maps[2], np.zeros_like(image))


@pytest.mark.parametrize(
    ("name", "near"), [("digits", 0.02), ("fashion", 1e-4)], ids=["digits", "fashion"]
)
def test_the_bundled_models_maps_are_those_of_the_onnx_reference(
    name: str, near: float, image: np.ndarray
) -> None:
    """Those of ``digits`` are whole numbers of steps, which may be rounded up or down."""
    made = onnx.load(str(asset(f"models/{name}.onnx")))
    # The reference knows integers from version 19 on only.
    made = pytest.importorskip("onnx.version_converter").convert_version(made, 21)
    layers = FeatureMaps.of_model(Recognizer.load(name, "cpu")).of(image)
    assert len(layers) == sum(node.op_type == "Conv" for node in made.graph.node)
    made.graph.output.extend(onnx.ValueInfoProto(name=layer.name) for layer in layers)
    reference = pytest.importorskip("onnx.reference").ReferenceEvaluator(made)
    wanted = reference.run([layer.name for layer in layers], {"image": image[None]})
    for layer, values in zip(layers, wanted, strict=True):
        most = layer.maps.max()
        assert most > 0
        np.testing.assert_allclose(layer.maps, values[0], rtol=1e-3, atol=near * most)


def test_what_comes_between_a_convolution_and_its_activation_is_part_of_it(
    image: np.ndarray,
) -> None:
    content = network(
        conv("planes", "c"),
        node("Mul", "c scale", "scaled"),
        node("Add", "scaled planes", "sum"),
        node("Clip", "sum", "last"),
        constants={"scale": np.float32([2])},
    )
    (layer,) = maps_of(content).of(image)
    assert layer.name == "last"
    np.testing.assert_array_equal(layer.maps[0], 3 * image)


def test_an_ensembles_layers_are_told_apart(image: np.ndarray) -> None:
    """Its file begins every name with the network's, as training.export.ensemble writes it."""
    content = network(
        conv("planes", "member0/first"),
        conv("member0/first", "member0/second"),
        conv("planes", "member1/first"),
        node("Add", "member0/second member1/first", "last"),
    )
    layers = maps_of(content).of(image)
    assert [(layer.network, layer.number) for layer in layers] == [(1, 1), (1, 2), (2, 1)]
    alone = maps_of(network(conv("planes", "last"))).of(image)
    assert [(layer.network, layer.number) for layer in alone] == [(0, 1)]


def test_without_an_activation_it_is_the_convolutions_own_result(image: np.ndarray) -> None:
    content = network(
        conv("planes", "c", weights="weights"),
        node("MaxPool", "c", "pooled", kernel_shape=[2, 2], strides=[2, 2]),
        node("Relu", "pooled", "last"),
        kernels=(-SAME,),
    )
    (layer,) = maps_of(content).of(image)
    np.testing.assert_array_equal(layer.maps[0], -image)


def test_two_branches_that_are_added_are_two_layers(image: np.ndarray) -> None:
    content = network(
        conv("planes", "a"),
        conv("planes", "b"),
        node("Add", "a b", "sum"),
        node("Relu", "sum", "last"),
    )
    first, second = maps_of(content).of(image)
    assert (first.name, second.name) == ("last", "b")
    np.testing.assert_array_equal(first.maps[0], 2 * image)
    np.testing.assert_array_equal(second.maps[0], image)


def test_convolutions_that_do_not_lead_to_the_answer_are_left_out(image: np.ndarray) -> None:
    content = network(conv("planes", "last"), conv("planes", "aside"), conv("last", "further"))
    maps = maps_of(content)
    assert maps.convolutions == 1
    assert [layer.name for layer in maps.of(image)] == ["last"]


def test_a_model_without_convolutions_has_no_maps(tmp_path: Path, image: np.ndarray) -> None:
    maps = FeatureMaps.of_model(Recognizer.load(onnx_models.save(tmp_path / "dense.onnx")))
    assert maps.convolutions == 0
    assert maps.of(image) == ()


def test_absurdly_large_maps_are_left_out_and_many_are_cut(image: np.ndarray) -> None:
    reach = MAX_SIDE // 2
    content = network(
        conv("planes", "huge", pads=[reach] * 4),
        conv("huge", "c", pads=[0] * 4, strides=[3, 3], weights="many"),
        node("Relu", "c", "last"),
        constants={"many": np.ones((MAX_MAPS + 9, 1, 3, 3), np.float32)},
    )
    maps = maps_of(content)
    assert maps.convolutions == 2
    (layer,) = maps.of(image)
    assert (layer.number, layer.count, len(layer.maps)) == (2, MAX_MAPS + 9, MAX_MAPS)


def test_quantised_convolutions_have_maps(image: np.ndarray) -> None:
    scale, zero = np.float32(1 / 255), np.uint8(0)
    content = network(
        node("QuantizeLinear", "planes scale zero", "bytes"),
        node(
            "QLinearConv",
            "bytes scale zero kernel unit none scale zero",
            "q",
            pads=[1] * 4,
        ),
        node("DequantizeLinear", "q scale zero", "last"),
        constants={
            "scale": scale,
            "zero": zero,
            "unit": np.float32(1),
            "none": np.int8(0),
            "kernel": SAME[None, None].astype(np.int8),
        },
    )
    (layer,) = maps_of(content).of(image)
    np.testing.assert_allclose(layer.maps[0], np.round(image * 255), atol=1)


def test_values_that_are_no_numbers_are_shown_as_numbers(image: np.ndarray) -> None:
    content = network(
        conv("planes", "c"), node("Div", "c none", "last"), constants={"none": np.float32([0])}
    )
    (layer,) = maps_of(content).of(image)
    np.testing.assert_array_equal(layer.maps[0], image)
    content = network(conv("planes", "last"), kernels=(SAME * np.float32("nan"),))
    (layer,) = maps_of(content).of(image)
    assert np.isfinite(layer.maps).all()


@pytest.mark.parametrize(
    "name", ["keras-softmax", "torch-half", "torch-logits-one", "torch-softmax-black"]
)
def test_other_peoples_models_have_maps(name: str, image: np.ndarray) -> None:
    recognizer = Recognizer.load(MODELS / f"{name}.onnx", "cpu")
    maps = FeatureMaps.of_model(recognizer)
    layers = maps.of(image)
    assert [layer.maps.shape for layer in layers] == [(6, 12, 12), (12, 5, 5)]
    assert all(layer.maps.min() == 0 < layer.maps.max() for layer in layers)
    blank = maps.of(np.zeros_like(image))
    assert not np.array_equal(layers[0].maps, blank[0].maps)


def test_maps_follow_how_a_model_is_fed(image: np.ndarray) -> None:
    recognizer = Recognizer.load(MODELS / "torch-softmax-black.onnx", "cpu")
    known = recognizer.conventions
    assert known is not None
    assert known.ink == "black"
    other = recognizer.adapted(replace(known, ink="white"))
    turned = FeatureMaps.of_model(other).of(1 - image)
    for layer, same in zip(FeatureMaps.of_model(recognizer).of(image), turned, strict=True):
        np.testing.assert_allclose(layer.maps, same.maps, atol=1e-4)


def test_a_batch_of_fixed_size_shows_the_first_image(tmp_path: Path, image: np.ndarray) -> None:
    made = onnx.load_from_string(network(conv("planes", "c"), node("Relu", "c", "last")))
    made.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 5
    made.graph.output[0].type.tensor_type.shape.dim[0].dim_value = 5
    path = tmp_path / "five.onnx"
    onnx.save(made, str(path))
    given = {"low": 0.0, "high": 1.0, "ink": "white"}
    recognizer = Recognizer.load(path, "cpu", given)
    (layer,) = FeatureMaps.of_model(recognizer).of(image)
    np.testing.assert_array_equal(layer.maps[0], image)


@pytest.mark.parametrize("content", [b"hello", network(conv("planes", "last"))[:-200]])
def test_what_does_not_start_is_a_sentence(content: bytes) -> None:
    with pytest.raises(ModelError, match="feature maps"):
        maps_of(content)


def test_what_fails_at_run_time_is_a_sentence(
    image: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        def run(self, *_: object) -> object:
            raise RuntimeError("out of memory")

    maps = maps_of(network(conv("planes", "last")))
    monkeypatch.setattr(maps, "_session", Failing())
    with pytest.raises(ModelError, match="feature maps"):
        maps.of(image)


def test_reading_is_not_touched(image: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[bytes] = []

    def counted(model: bytes, *args: Any, **options: Any) -> Any:
        started.append(model)
        return session.start(model, *args, **options)

    monkeypatch.setattr(module, "start", counted)
    images = np.stack([image, image.T, 1 - image])
    recognizer = Recognizer.load("digits", "cpu")
    normal = recognizer._session
    before = recognizer.read(images)
    assert not started  # not before somebody looks
    maps = FeatureMaps.of_model(recognizer)
    maps.of(image)
    after = recognizer.read(images)
    assert recognizer._session is normal
    assert [output.name for output in normal.get_outputs()] == [
        "probabilities",
        "features",
        "digit_score",
    ]
    np.testing.assert_array_equal(before.probabilities, after.probabilities)
    np.testing.assert_array_equal(before.digit_scores, after.digit_scores)
    # And the network that is looked at reads the same.
    (seen,) = maps._session.run(["probabilities"], {"image": images})
    np.testing.assert_allclose(seen, before.probabilities, rtol=1e-4, atol=1e-7)
    (content,) = started
    assert content.startswith(asset("models/digits.onnx").read_bytes())
    assert len(content) - len(asset("models/digits.onnx").read_bytes()) < 1_000
