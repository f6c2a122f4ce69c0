"""Small ONNX models for tests, right and wrong, made by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest


def save(
    path: Path,
    *,
    shape: tuple[object, ...] = ("N", 28, 28),
    classes: int = 10,
    output: str = "probabilities",
    metadata: dict[str, str] | None = None,
    external: bool = False,
) -> Path:
    """A model that sums blocks of the image: fixed weights, softmax at the end."""
    onnx = pytest.importorskip("onnx")
    helper, numpy_helper = onnx.helper, onnx.numpy_helper
    weights = np.random.default_rng(0).normal(0, 0.05, (28 * 28, classes)).astype(np.float32)
    nodes = [
        helper.make_node("Reshape", ["image", "flat_shape"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], [output]),
    ]
    batch = shape[0]
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, (batch, classes))],
        [
            numpy_helper.from_array(np.array([-1, 28 * 28]), "flat_shape"),
            numpy_helper.from_array(weights, "weights"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    metadata = {"labels": json.dumps([str(i) for i in range(classes)])} | (metadata or {})
    helper.set_model_props(model, metadata)
    onnx.save(
        model,
        str(path),
        save_as_external_data=external,
        location=path.stem + ".weights",
        size_threshold=0,
    )
    return path
