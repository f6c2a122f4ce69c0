"""A model so small that its answers are known: upright lines are 1, level lines are 7."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

UPRIGHT = '{"strokes": [[[0, 0], [0, 50], [0, 100]]]}'
LEVEL = '{"strokes": [[[0, 0], [100, 0]]], "label": "7"}'
EMPTY = '{"strokes": []}'


def save_model(path: Path, scale: float = 1.0, labels: list[str] | None = None) -> Path:
    """Write the model; ``scale`` nan makes all of its answers nan."""
    onnx = pytest.importorskip("onnx")  # has no wheels yet for the newest Python
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    weights = np.zeros((28, 28, 10), dtype=np.float32)
    weights[:, 13:16, 1] = weights[13:16, :, 7] = scale
    graph = helper.make_graph(
        [
            helper.make_node("Flatten", ["image"], ["flat"]),
            helper.make_node("MatMul", ["flat", "weights"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["probabilities"]),
        ],
        "stripes",
        [helper.make_tensor_value_info("image", kind, ["N", 28, 28])],
        [helper.make_tensor_value_info("probabilities", kind, ["N", 10])],
        [onnx.numpy_helper.from_array(weights.reshape(784, 10), "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"labels": json.dumps(labels)} if labels else {})
    onnx.save(model, path)
    return path
