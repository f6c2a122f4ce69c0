"""ONNX models as other people make them: one classifier, behind every convention there is.

The classifier is a softmax regression, fitted here to digits drawn by
``digitpad.inference.foreign.reference``; the graph before it undoes the convention, as if it had
been trained with it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from digitpad.inference.foreign.reference import reference_inks, references
from digitpad.inference.foreign.sandbox_child import examine
from digitpad.inference.recognizer import Recognizer

onnx = pytest.importorskip("onnx")  # has no wheels yet for the newest Python
helper, numpy_helper, TYPES = onnx.helper, onnx.numpy_helper, onnx.TensorProto
KINDS = {
    "float32": TYPES.FLOAT,
    "float16": TYPES.FLOAT16,
    "float64": TYPES.DOUBLE,
    "uint8": TYPES.UINT8,
    "int8": TYPES.INT8,
    "int64": TYPES.INT64,
}


@cache
def weights() -> tuple[np.ndarray, np.ndarray]:
    """float32 (784, 10) and (10,), after 300 steps of gradient descent."""
    shown = references(len(reference_inks()))
    plain, truth = shown.images[shown.plain], shown.digits[shown.plain, 0]
    moved = [np.roll(plain, (dy, dx), (1, 2)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    x = np.concatenate(moved).reshape(-1, 784).astype(np.float64)
    y = np.eye(10)[np.tile(truth, len(moved))]
    w, b = np.zeros((784, 10)), np.zeros(10)
    for _ in range(300):
        z = x @ w + b
        p = np.exp(z - z.max(axis=1, keepdims=True))
        slope = (p / p.sum(axis=1, keepdims=True) - y) / len(x)
        w, b = w - 0.5 * (x.T @ slope + 1e-4 * w), b - 0.5 * slope.sum(axis=0)
    return w.astype(np.float32), b.astype(np.float32)


def shape_of(layout: str, batch: object = "N", side: int = 28, channels: int = 1) -> list[object]:
    return {
        "NCHW": [batch, channels, side, side],
        "NHWC": [batch, side, side, channels],
        "NHW": [batch, side, side],
        "flat": [batch, side * side * channels],
    }[layout]


def model(
    *,
    layout: str = "NCHW",
    dtype: str = "float32",
    low: float = 0.0,
    high: float = 1.0,
    ink: str = "white",
    batch: object = "N",
    answers: str = "logits",
    side: int = 28,
    channels: int = 1,
    shape: list[object] | None = None,
    order: str = "0123456789",
    outputs: tuple[str, ...] = ("output",),
    columns: int = 10,
    metadata: dict[str, str] | None = None,
    nodes: list[Any] | None = None,
    constants: dict[str, np.ndarray] | None = None,
) -> Any:
    """An onnx.ModelProto that reads digits and follows the given conventions.

    ``nodes`` stand at the end, and may write ``outputs``, from the tensors image, grey, logits and
    answer.
    """
    w, b = weights()
    w, b = w[:, [int(c) for c in order]], b[[int(c) for c in order]]
    if columns > 10:  # classes that nothing is
        w = np.pad(w, ((0, 0), (0, columns - 10)))
        b = np.pad(b, (0, columns - 10), constant_values=-20)
    body = [helper.make_node("Cast", ["image"], ["numbers"], to=TYPES.FLOAT)]
    body += [helper.make_node("Sub", ["numbers", "low"], ["above"])]
    body += [helper.make_node("Div", ["above", "range"], ["light"])]
    grey = "light"
    if ink == "black":
        body.append(helper.make_node("Sub", ["one", "light"], ["dark"]))
        grey = "dark"
    body.append(helper.make_node("Reshape", [grey, "planes"], ["square"]))
    axis = 3 if layout == "NHWC" else 1
    body.append(helper.make_node("ReduceMean", ["square"], ["plane"], axes=[axis], keepdims=0))
    pad = (side - 28) // 2
    body.append(helper.make_node("Slice", ["plane", "from", "to", "axes"], ["middle"]))
    body.append(helper.make_node("Reshape", ["middle", "row"], ["grey"]))
    body.append(helper.make_node("MatMul", ["grey", "weights"], ["products"]))
    body.append(helper.make_node("Add", ["products", "bias"], ["logits"]))
    if answers == "probabilities":
        body.append(helper.make_node("Softmax", ["logits"], ["answer"], axis=1))
    elif answers == "log-probabilities":
        body.append(helper.make_node("LogSoftmax", ["logits"], ["answer"], axis=1))
    elif answers == "sigmoids":
        body.append(helper.make_node("Sigmoid", ["logits"], ["answer"]))
    else:
        body.append(helper.make_node("Identity", ["logits"], ["answer"]))
    if nodes is None:
        nodes = [
            helper.make_node("Cast", ["answer"], [name], to=_answer_kind(dtype)) for name in outputs
        ]
    square = [-1, side, side, channels] if layout == "NHWC" else [-1, channels, side, side]
    values: dict[str, Any] = {
        "low": np.float32(low),
        "range": np.float32(high - low),
        "one": np.float32(1),
        "planes": np.array(square),
        "from": np.array([pad, pad]),
        "to": np.array([pad + 28, pad + 28]),
        "axes": np.array([1, 2]),
        "row": np.array([-1, 784]),
        "weights": w,
        "bias": b,
    } | (constants or {})
    count = batch if isinstance(batch, int) else "N"
    graph = helper.make_graph(
        [*body, *nodes],
        "reader",
        [
            helper.make_tensor_value_info(
                "image", KINDS[dtype], shape or shape_of(layout, batch, side, channels)
            )
        ],
        [
            helper.make_tensor_value_info(name, _answer_kind(dtype), [count, columns])
            for name in outputs
        ],
        [numpy_helper.from_array(np.asarray(v), name) for name, v in values.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(made, metadata or {})
    return made


def _answer_kind(dtype: str) -> int:
    return KINDS[dtype] if dtype.startswith("float") else TYPES.FLOAT


def opened(made: Any, name: str = "mine", **given: object) -> Recognizer:
    """The model as it is used, without a child process."""
    content = made.SerializeToString()
    inferred = examine(content, given)
    return Recognizer(content, name, "cpu", {}, foreign=True, inferred=inferred)
