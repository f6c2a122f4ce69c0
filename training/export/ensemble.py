"""An ensemble in one ONNX file: the mean of several models' answers.

Averaging the probabilities of networks that differ in seed or settings reads better, and is better
calibrated, than one of them (B. Lakshminarayanan, A. Pritzel and C. Blundell, "Simple and scalable
predictive uncertainty estimation using deep ensembles", NeurIPS 2017). It costs as many times the
time and space as there are members.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
#: Outputs in the order of the contract, and how members' are combined. Features are what sets
#: images apart, so none of them is mixed with another's.
_COMBINED = {"probabilities": "Mean", "features": "Concat", "digit_score": "Mean"}
_BATCH = 1_000
#: Values from which on a weight is worth a node of its own.
_LARGE = 256


def average(
    models: Sequence[bytes], metadata: Mapping[str, str], temperature: float = 1.0
) -> bytes:
    """Combine models, ONNX files of digitpad with the same labels, into one.

    It has the input ``image``, and as outputs the mean of the members' ``probabilities``, whose
    logarithm is divided by the temperature, their ``features`` one after the other, and the mean of
    their ``digit_score``, for which the metadata needs ``digit_score_threshold``; the last two
    where all members have them. The same models and metadata give the same bytes. Raises
    BuildError if a model is none of digitpad's, or they do not go together.
    """
    described = dict(metadata) | {"labels": json.dumps(labels_of(models))}
    members = [
        compose.add_prefix(onnx.load_model_from_string(content), f"member{i}/", rename_inputs=False)
        for i, content in enumerate(models)
    ]
    if len({tuple(sorted((o.domain, o.version) for o in m.opset_import)) for m in members}) > 1:
        raise BuildError("the models are of different versions of ONNX; build them anew")
    ensemble = helper.make_model(
        _graph([member.graph for member in members], metadata["name"], temperature),
        opset_imports=members[0].opset_import,
        functions=[function for member in members for function in member.functions],
        ir_version=max(member.ir_version for member in members),
        producer_name="digitpad",
    )
    helper.set_model_props(ensemble, described)
    content: bytes = ensemble.SerializeToString(deterministic=True)
    if len(content) > MAX_MODEL_BYTES:
        raise BuildError("together the models are too large for digitpad; take fewer of them")
    try:
        onnx.checker.check_model(ensemble, full_check=True)
        Recognizer(content, metadata["name"], "cpu", {})
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise BuildError(f"these models cannot be put together ({reason})") from error
    except ModelError as error:
        raise BuildError(f"what these models make together is refused: {error}") from error
    return content


def _graph(graphs: Sequence[Any], name: str, temperature: float) -> Any:
    """The members side by side, and behind them the nodes that combine their outputs."""
    outputs = [{o.name.partition("/")[2]: o for o in graph.output} for graph in graphs]
    nodes = [node for graph in graphs for node in graph.node]
    weights = [tensor for graph in graphs for tensor in graph.initializer]
    combined = []
    for output, operator in _COMBINED.items():
        shapes = [shape for o in outputs if (shape := _shape(o.get(output))) is not None]
        if len(shapes) < len(graphs):
            continue
        inputs = [f"member{i}/{output}" for i in range(len(graphs))]
        axis = {"axis": 1} if operator == "Concat" else {}
        nodes.append(helper.make_node(operator, inputs, [output], name=f"join/{output}", **axis))
        shape = [sum(size for size, *_ in shapes)] if axis else shapes[0]
        combined.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, ["N", *shape]))
    if temperature != 1.0:
        weights.append(_apply_temperature(nodes, temperature))
    return helper.make_graph(nodes, name, [graphs[0].input[0]], combined, weights)


def _shape(output: Any) -> list[int] | None:
    """An output's shape but for the batch; None where it is missing or not fixed."""
    if output is None:
        return None
    shape = [dim.dim_value for dim in output.type.tensor_type.shape.dim[1:]]
    return shape if all(shape) else None


def _apply_temperature(nodes: list[Any], temperature: float) -> Any:
    """Append the softmax of the mean's tempered logarithm to the nodes; the weight they need."""
    mean = next(node for node in nodes if "probabilities" in node.output)
    mean.output[:] = ["join/mean"]
    for operator, inputs, output in (
        ("Log", ["join/mean"], "join/logarithm"),
        ("Mul", ["join/logarithm", "join/sharpness"], "join/logits"),
        ("Softmax", ["join/logits"], "probabilities"),
    ):
        nodes.append(helper.make_node(operator, inputs, [output], name=f"{output}/node"))
    return numpy_helper.from_array(np.float32(1 / temperature), "join/sharpness")


def in_half_precision(content: bytes) -> bytes:
    """A model whose large weights take half the room: float16, and a Cast back to float32.

    onnxruntime folds the Cast when it loads the file, so the model is as fast as before.
    """
    model = onnx.load_model_from_string(content)
    weights, casts = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < _LARGE:
            weights.append(tensor)
            continue
        name = f"{tensor.name}/half"
        weights.append(numpy_helper.from_array(values.astype(np.float16), name))
        casts.append(helper.make_node("Cast", [name], [tensor.name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(weights)
    model.graph.node.extend(nodes)
    halved: bytes = model.SerializeToString(deterministic=True)
    return halved


def check_mean(
    content: bytes, models: Sequence[bytes], images: NDArray[np.float32], temperature: float = 1.0
) -> float:
    """How far an ensemble is from the mean of its members, as :func:`distance` measures it. Raises
    BuildError if that is above :data:`TOLERANCE`.
    """
    largest = distance(content, models, images, temperature)
    if not largest <= TOLERANCE:
        raise BuildError(
            f"the ensemble and the mean of its members differ by up to {largest:.1e} (allowed:"
            f" {TOLERANCE:.0e}), so it was not written; try another version of onnxruntime"
        )
    return largest


def distance(
    content: bytes, models: Sequence[bytes], images: NDArray[np.float32], temperature: float = 1.0
) -> float:
    """The largest difference, in any probability or digit score, of an ONNX file from the mean of
    models, whose probabilities have a temperature; on images, float32 (N, 28, 28).
    """
    whole, *parts = (
        ort.InferenceSession(each, providers=["CPUExecutionProvider"])
        for each in (content, *models)
    )
    names = [output.name for output in whole.get_outputs() if output.name != "features"]

    def mean(batch: NDArray[np.float32]) -> Iterator[Any]:
        outputs = (part.run(names, {"image": batch}) for part in parts)
        for name, answers in zip(names, zip(*outputs, strict=True), strict=True):
            answer = np.mean(answers, axis=0)
            yield apply_temperature(answer, temperature) if name == "probabilities" else answer

    return largest_difference(lambda batch: whole.run(names, {"image": batch}), mean, images)


def largest_difference(
    one: Callable[[NDArray[np.float32]], Iterable[Any]],
    other: Callable[[NDArray[np.float32]], Iterable[Any]],
    images: NDArray[np.float32],
) -> float:
    """The largest absolute difference between the outputs of two models, which answer batches of
    images, float32 (N, 28, 28); NaN where one is NaN.
    """
    largest = 0.0
    for start in range(0, len(images), _BATCH):
        batch = images[start : start + _BATCH]
        for ours, theirs in zip(one(batch), other(batch), strict=True):
            difference = np.abs(ours.reshape(theirs.shape) - theirs).max()
            largest = float(np.maximum(largest, difference))  # NaN stays NaN
    return largest


def labels_of(models: Sequence[bytes]) -> tuple[str, ...]:
    """The labels that all models share. Raises BuildError if a model is none of digitpad's, or
    their labels differ.
    """
    if not 1 <= len(models) <= MOST:
        raise BuildError(f"an ensemble has 1 to {MOST} models, not {len(models)}")
    try:
        known = {Recognizer(content, "member", "cpu", {}).labels for content in models}
    except ModelError as error:
        raise BuildError(f"a model of the ensemble is refused: {error}") from error
    if len(known) > 1:
        raise BuildError("these models read different classes, so they have no mean")
    return known.pop()
