"""Inputs and answers of unusual shapes, as tutorials export them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from digitpad.image.normalize import normalize_ink
from digitpad.inference.errors import ModelError
from digitpad.inference.foreign.adapter import prepared
from digitpad.inference.foreign.validate import validate
from digitpad.inference.recognizer import Recognizer
from tests.support import foreign_models
from tests.support.drawings import digit
from tests.support.foreign_models import TYPES, helper, numpy_helper

LABELS = "0123456789"


def tutorial(
    shape: list[object],
    *before: Any,
    after: tuple[Any, ...] = (),
    answer: tuple[str, int, list[object]] = ("z", TYPES.FLOAT, ["N", 10]),
    turned: bool = False,
    more: tuple[Any, ...] = (),
) -> Recognizer:
    """A softmax regression: input x, rows of pixels "flat", logits "z"."""
    w, b = foreign_models.weights()
    if turned:
        w = w.reshape(28, 28, 10).transpose(1, 0, 2).reshape(784, 10)
    values = {"w": w, "b": b, "rows": np.array([-1, 784]), "ten": np.array([10])}
    graph = helper.make_graph(
        [
            *(before or [helper.make_node("Identity", ["x"], ["plane"])]),
            helper.make_node("Reshape", ["plane", "rows"], ["flat"]),
            helper.make_node("Gemm", ["flat", "w", "b"], ["z"]),
            *after,
        ],
        "tutorial",
        [helper.make_tensor_value_info("x", TYPES.FLOAT, shape), *more],
        [helper.make_tensor_value_info(*answer)],
        [numpy_helper.from_array(v, name) for name, v in values.items()],
    )
    opsets = [helper.make_opsetid("", 17)]
    return foreign_models.opened(helper.make_model(graph, opset_imports=opsets, ir_version=9))


def reads(recognizer: Recognizer) -> str:
    images = np.stack([normalize_ink(digit(label)) for label in "017"])
    together = recognizer.predict(images)
    single = np.concatenate([recognizer.predict(image[None]) for image in images])
    np.testing.assert_allclose(together, single, atol=1e-5)
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)
    return "".join(recognizer.labels[i] for i in together.argmax(axis=1))


def test_transposed_images_are_found_out() -> None:
    recognizer = tutorial(["N", 1, 28, 28], turned=True)
    assert recognizer.conventions.transposed
    assert "transposed" in recognizer.conventions.summary
    assert reads(recognizer) == "017"
    assert not tutorial(["N", 1, 28, 28]).conventions.transposed


@pytest.mark.parametrize(("shape", "layout"), [([28, 28], "HW"), ([784], "pixels")])
def test_a_model_without_a_batch_reads_one_at_a_time(shape: list[object], layout: str) -> None:
    one = helper.make_node("Reshape", ["z", "ten"], ["y"])
    recognizer = tutorial(shape, after=(one,), answer=("y", TYPES.FLOAT, [10]))
    assert (recognizer.conventions.layout, recognizer.conventions.batch) == (layout, 1)
    assert reads(recognizer) == "017"


def test_a_class_without_probabilities_is_an_answer_and_said_so() -> None:
    highest = helper.make_node("ArgMax", ["z"], ["a"], axis=1, keepdims=0)
    recognizer = tutorial(["N", 1, 28, 28], after=(highest,), answer=("a", TYPES.INT64, ["N"]))
    assert recognizer.conventions.answers == "classes"
    assert recognizer.inferred.verdict.count("without probabilities") == 1
    assert reads(recognizer) == "017"
    assert set(recognizer.predict(np.zeros((2, 28, 28), np.float32)).ravel()) == {0, 1}


@pytest.mark.parametrize(
    ("name", "kind", "shape"), [("kp", TYPES.FLOAT, []), ("keep_prob:0", TYPES.FLOAT, [1])]
)
def test_dropout_keeps_everything(name: str, kind: int, shape: list[object]) -> None:
    more = helper.make_tensor_value_info(name, kind, shape)
    product = helper.make_node("Mul", ["z", name], ["y"])
    recognizer = tutorial(
        ["N", 1, 28, 28],
        after=(product,),
        answer=("y", TYPES.FLOAT, ["N", 10]),
        more=(more,),
    )
    assert reads(recognizer) == "017"
    sharp = recognizer.predict(normalize_ink(digit("7"))[None])
    np.testing.assert_array_equal(
        sharp, tutorial(["N", 1, 28, 28]).predict(normalize_ink(digit("7"))[None])
    )


def test_images_of_another_side_are_scaled() -> None:
    pool = helper.make_node("AveragePool", ["x"], ["plane"], kernel_shape=[2, 2], strides=[2, 2])
    recognizer = tutorial(["N", 1, 56, 56], pool)
    assert recognizer.conventions.side == 56
    assert reads(recognizer) == "017"


@pytest.mark.parametrize("side", [8, 14, 20, 56, 64, 224])
def test_scaled_images_keep_their_grey(side: int) -> None:
    known = foreign_models.opened(foreign_models.model(layout="NHW")).conventions
    images = np.zeros((2, 28, 28), np.float32)
    images[:, 4:24, 6:16] = 0.5
    scaled = prepared(images, replace(known, side=side))
    assert scaled.shape == (2, side, side)
    assert scaled.max() == pytest.approx(0.5)
    shown = images[:, 4:24, 4:24] if side == 8 else images
    assert scaled.mean() == pytest.approx(shown.mean(), rel=1e-5)


def test_classes_are_called_as_in_emnist() -> None:
    names = foreign_models.opened(foreign_models.model(columns=47)).labels
    assert "".join(names) == LABELS + "ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x1c\x00\x00\x00TFL3", "LiteRT.*tf2onnx"),
        (b"\x89HDF\r\n\x1a\n", "Keras.*model.export"),
        (b"PK\x03\x04", "Keras' or PyTorch's"),
    ],
)
def test_other_files_are_told_how_to_become_onnx(content: bytes, sentence: str) -> None:
    with pytest.raises(ModelError, match=f"not an ONNX model but {sentence}"):
        validate(content)
