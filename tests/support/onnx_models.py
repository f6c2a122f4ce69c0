"""Small ONNX models for tests, right and wrong, made by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

#: So much ink, in pixels of the image, has the digit score 1; see ``save(score=...)``.
FULL_INK = 100


def save(
    path: Path,
    *,
    shape: tuple[object, ...] = ("N", 28, 28),
    classes: int = 10,
    output: str = "probabilities",
    metadata: dict[str, str] | None = None,
    external: bool = False,
    sharpness: float = 1.0,
    score: tuple[object, ...] | None = None,
    score_type: str = "FLOAT",
    score_factor: float = 1.0,
) -> Path:
    """A model that sums blocks of the image: fixed weights, softmax at the end.

    The higher the sharpness, the surer are its answers. With a shape for ``score`` it also has a
    digit score: a drawing of little ink, such as a plain line, is less of a digit.
    """
    onnx = pytest.importorskip("onnx")
    helper, numpy_helper = onnx.helper, onnx.numpy_helper
    weights = np.random.default_rng(0).normal(0, 0.05 * sharpness, (28 * 28, classes))
    nodes = [
        helper.make_node("Reshape", ["image", "flat_shape"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], [output]),
    ]
    constants = {"flat_shape": np.array([-1, 28 * 28]), "weights": weights.astype(np.float32)}
    outputs = [
        helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, (shape[0], classes)),
    ]
    if score is not None:
        kind = onnx.TensorProto.DataType.Value(score_type)
        more_nodes, more_constants = _digit_score(helper, score, kind, score_factor)
        nodes += more_nodes
        constants |= more_constants
        outputs.append(helper.make_tensor_value_info("digit_score", kind, score))
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, shape)],
        outputs,
        [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()],
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


def _digit_score(
    helper: Any, shape: tuple[object, ...], kind: int, factor: float
) -> tuple[list[Any], dict[str, Any]]:
    """Nodes and constants."""
    nodes = [
        helper.make_node("ReduceSum", ["image", "axes"], ["ink"], keepdims=0),
        helper.make_node("Div", ["ink", "full_ink"], ["share"]),
        helper.make_node("Clip", ["share", "zero", "one"], ["clipped"]),
        helper.make_node("Mul", ["clipped", "factor"], ["score"]),
        helper.make_node("Reshape", ["score", "score_shape"], ["shaped"]),
        helper.make_node("Cast", ["shaped"], ["digit_score"], to=kind),
    ]
    scalars = {"full_ink": FULL_INK, "zero": 0, "one": 1, "factor": factor}
    constants: dict[str, Any] = {name: np.float32(value) for name, value in scalars.items()}
    return nodes, constants | {"axes": np.array([1, 2]), "score_shape": np.array([-1, *shape[1:]])}


def save_judging(path: Path, threshold: float = 0.6, **options: Any) -> Path:
    """A model that is sure of its answers, and rejects drawings of less ink than this share of
    :data:`FULL_INK`: of the drawings in ``drawings.py`` the "1", which has 0.49.
    """
    metadata = {"digit_score_threshold": str(threshold)} | options.pop("metadata", {})
    return save(path, score=("N",), sharpness=20, metadata=metadata, **options)
