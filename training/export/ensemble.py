"""Several models in one file, which says what they say on average.

Averaging the probabilities of networks that differ in seed or settings reads better, and is better
calibrated, than one of them (B. Lakshminarayanan, A. Pritzel and C. Blundell, "Simple and scalable
predictive uncertainty estimation using deep ensembles", NeurIPS 2017). It costs as many times the
time and space as there are members.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import TensorProto, compose, helper, numpy_helper

from digitpad.inference.errors import ModelError
from digitpad.inference.model_file import MAX_MODEL_BYTES
from digitpad.inference.recognizer import Recognizer
from training.base.calibration import apply_temperature
from training.base.errors import BuildError

#: Most models in one file.
MOST = 50
#: Largest difference between the file and the mean of its members with which it is published.
TOLERANCE = 1e-4
#: Outputs in the order of the contract, and how members' are put together. Features are what sets
#: images apart, so none of them is mixed with another's.
_JOINED = {"probabilities": "Mean", "features": "Concat", "digit_score": "Mean"}
_BATCH = 1_000
#: Weights that are worth a node of their own.
_LARGE = 256


class EnsembleError(BuildError):
    """Models that cannot be put together; the message is one sentence."""


def average(
    models: Sequence[bytes], metadata: Mapping[str, str], temperature: float = 1.0
) -> bytes:
    """Put models together.

    Args:
        models: ONNX files of digitpad with the same labels.
        metadata: what the result says of itself; its labels are those of the members. Where all of
            them judge, it needs ``digit_score_threshold``.
        temperature: what the logarithm of the mean probabilities is divided by.

    Returns:
        An ONNX file with the input ``image``, and as outputs the mean of the members'
        ``probabilities``, their ``features`` one after the other, and the mean of their
        ``digit_score``; the last two where all members have them. The same bytes for the same
        models and metadata.

    Raises:
        EnsembleError: if a model is none of digitpad's, or they do not go together.
    """
    labels = labels_of(models)
    members = [_member(content, f"member{i}/") for i, content in enumerate(models)]
    if len({_opsets(member) for member in members}) > 1:
        raise EnsembleError("the models are of different versions of ONNX; build them anew")
    graphs = [member.graph for member in members]
    names = [name for name in _JOINED if all(_can_join(graph, name) for graph in graphs)]
    nodes = [node for graph in graphs for node in graph.node]
    for name in names:
        axis = {"axis": 1} if _JOINED[name] == "Concat" else {}
        inputs = [f"member{i}/{name}" for i in range(len(graphs))]
        nodes.append(helper.make_node(_JOINED[name], inputs, [name], name=f"join/{name}", **axis))
    weights = [tensor for graph in graphs for tensor in graph.initializer]
    if temperature != 1.0:
        weights.append(_temper(nodes, temperature))
    graph = helper.make_graph(
        nodes,
        metadata["name"],
        [graphs[0].input[0]],
        [_joined_output(graphs, name) for name in names],
        weights,
    )
    joined = helper.make_model(
        graph,
        opset_imports=members[0].opset_import,
        functions=[function for member in members for function in member.functions],
        ir_version=max(member.ir_version for member in members),
        producer_name="digitpad",
    )
    helper.set_model_props(joined, dict(metadata) | {"labels": json.dumps(labels)})
    content: bytes = joined.SerializeToString(deterministic=True)
    if len(content) > MAX_MODEL_BYTES:
        raise EnsembleError("together the models are too large for digitpad; take fewer of them")
    try:
        onnx.checker.check_model(joined, full_check=True)
        Recognizer(content, metadata["name"], "cpu", {})
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise EnsembleError(f"these models cannot be put together ({_line(error)})") from error
    except ModelError as error:
        raise EnsembleError(f"what these models make together is refused: {error}") from error
    return content


def _temper(nodes: list[Any], temperature: float) -> Any:
    """Let nodes that make the mean go on to the softmax of its logarithm; the weight they need."""
    mean = next(node for node in nodes if "probabilities" in node.output)
    mean.output[:] = ["join/mean"]
    sharpness = numpy_helper.from_array(np.float32(1 / temperature), "join/sharpness")
    for operator, inputs, output in (
        ("Log", ["join/mean"], "join/logarithm"),
        ("Mul", ["join/logarithm", "join/sharpness"], "join/logits"),
        ("Softmax", ["join/logits"], "probabilities"),
    ):
        nodes.append(helper.make_node(operator, inputs, [output], name=f"{output}/node"))
    return sharpness


def in_half_precision(content: bytes) -> bytes:
    """A model whose large weights take half the room: float16, and a Cast back to float32.

    onnxruntime folds the Cast when it loads the file, so the model is as fast as before.
    """
    model = onnx.load_model_from_string(content)
    graph = model.graph
    weights, casts = [], []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < _LARGE:
            weights.append(tensor)
            continue
        name = f"{tensor.name}/half"
        weights.append(numpy_helper.from_array(values.astype(np.float16), name))
        casts.append(helper.make_node("Cast", [name], [tensor.name], to=TensorProto.FLOAT))
    return _made_of(model, [*casts, *graph.node], weights)


def in_single_precision(content: bytes) -> bytes:
    """What :func:`in_half_precision` was made from, but for the rounding."""
    model = onnx.load_model_from_string(content)
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    nodes = []
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in weights:
            values = numpy_helper.to_array(weights.pop(node.input[0])).astype(np.float32)
            weights[node.output[0]] = numpy_helper.from_array(values, node.output[0])
        else:
            nodes.append(node)
    return _made_of(model, nodes, list(weights.values()))


def _made_of(model: Any, nodes: Sequence[Any], weights: Sequence[Any]) -> bytes:
    """A model with other nodes and weights."""
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(weights)
    model.graph.node.extend(nodes)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def one_after_the_other(content: bytes) -> bytes:
    """An ensemble whose members' nodes were mixed, in the order of :func:`average` again."""
    model = onnx.load_model_from_string(content)
    nodes = sorted(model.graph.node, key=lambda node: _number_of(node.output[0]))  # a stable sort
    ordered = _made_of(model, nodes, list(model.graph.initializer))
    onnx.checker.check_model(ordered, full_check=True)
    return ordered


def _number_of(output: str) -> int:
    """Of the member to which a result belongs; :data:`MOST` for what joins them."""
    member, slash, _ = output.partition("/")
    return int(member.removeprefix("member")) if slash and member[6:].isdecimal() else MOST


def difference(
    content: bytes,
    models: Sequence[bytes],
    images: NDArray[np.float32],
    temperature: float = 1.0,
) -> float:
    """How far an ensemble is from the mean of its members.

    Args:
        content: of :func:`average`.
        models: its members.
        images: float32 (N, 28, 28).
        temperature: that :func:`average` was given.

    Returns:
        The largest absolute difference in any probability or digit score.

    Raises:
        EnsembleError: if it is above :data:`TOLERANCE`.
    """
    largest = distance(content, models, images, temperature)
    if not largest <= TOLERANCE:
        raise EnsembleError(
            f"the ensemble and the mean of its members differ by up to {largest:.1e} (allowed:"
            f" {TOLERANCE:.0e}), so it was not written; try another version of onnxruntime"
        )
    return largest


def distance(
    content: bytes, models: Sequence[bytes], images: NDArray[np.float32], temperature: float = 1.0
) -> float:
    """The same, however large it is; other models than its members may be asked, too."""
    sessions = [_session(model) for model in (content, *models)]
    names = [output.name for output in sessions[0].get_outputs() if output.name != "features"]
    largest = 0.0
    for start in range(0, len(images), _BATCH):
        batch = {"image": images[start : start + _BATCH]}
        whole, *parts = (session.run(names, batch) for session in sessions)
        for name, ours, *theirs in zip(names, whole, *parts, strict=True):
            mean = np.mean(theirs, axis=0)
            expected = apply_temperature(mean, temperature) if name == "probabilities" else mean
            largest = float(np.maximum(largest, np.abs(ours - expected).max()))  # NaN stays NaN
    return largest


def labels_of(models: Sequence[bytes]) -> tuple[str, ...]:
    """The labels that all models share.

    Raises:
        EnsembleError: if a model is none of digitpad's, or their labels differ.
    """
    if not 1 <= len(models) <= MOST:
        raise EnsembleError(f"an ensemble has 1 to {MOST} models, not {len(models)}")
    try:
        known = {Recognizer(content, "member", "cpu", {}).labels for content in models}
    except ModelError as error:
        raise EnsembleError(f"a model of the ensemble is refused: {error}") from error
    if len(known) > 1:
        raise EnsembleError("these models read different classes, so they have no mean")
    return known.pop()


def _member(content: bytes, prefix: str) -> Any:
    """A model with everything but its input renamed."""
    model = onnx.load_model_from_string(content)
    return compose.add_prefix(model, prefix, rename_inputs=False)


def _opsets(model: Any) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((opset.domain, opset.version) for opset in model.opset_import))


def _output(graph: Any, name: str) -> Any:
    """A member's output, by the name that it had; None where it has none."""
    return next((o for o in graph.output if o.name.partition("/")[2] == name), None)


def _can_join(graph: Any, name: str) -> bool:
    output = _output(graph, name)
    dims = output.type.tensor_type.shape.dim[1:] if output is not None else ()
    return output is not None and all(dim.dim_value for dim in dims)


def _joined_output(graphs: Sequence[Any], name: str) -> Any:
    shapes = [_output(graph, name).type.tensor_type.shape.dim for graph in graphs]
    sizes = [[dim.dim_value for dim in shape[1:]] for shape in shapes]
    if _JOINED[name] == "Concat":
        sizes = [[sum(size[0] for size in sizes)]]
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *sizes[0]])


def _session(content: bytes) -> Any:
    return ort.InferenceSession(content, providers=["CPUExecutionProvider"])


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
