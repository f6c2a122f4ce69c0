"""Keras model to ONNX bytes: canonical, described by its metadata, and checked against Keras.

``tf2onnx.convert.from_keras`` fails with Keras 3, so the model goes through a ``tf.function``. What
tf2onnx numbers differently on each run is renamed here, so that equal weights give equal bytes.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from digitpad.image.normalize import NORMALISATION, SIZE
from training.base.calibration import Calibration
from training.base.errors import BuildError
from training.export.ensemble import largest_difference
from training.fit.training_data import TrainingData
from training.recipes import Recipe

OPSET = 17
#: Largest difference between Keras and onnxruntime with which a model is published.
TOLERANCE = 1e-4
#: Outputs in the order of the contract.
OUTPUTS = ("probabilities", "features", "digit_score")


def to_onnx(model: Any, metadata: dict[str, str]) -> bytes:
    """Convert a model of :mod:`training.networks.architectures`; equal weights give equal bytes.

    Only TensorFlow can be converted. A model that another Keras backend has trained is saved, and
    loaded and converted by a process of its own; BuildError is raised if that fails. It takes
    float32 (N, 28, 28), and has layers ``features`` and ``probabilities``, and, with an
    out-of-distribution head, ``digit_score``. The metadata become its ``metadata_props``.
    """
    if keras.backend.backend() != "tensorflow":
        return _converted_elsewhere(model, metadata)
    import tensorflow as tf
    import tf2onnx

    names, exported = _outputs(model)
    signature = [tf.TensorSpec((None, SIZE, SIZE), tf.float32, name="image")]

    def serve(image: Any) -> dict[str, Any]:
        outputs = dict(zip(names, exported(image, training=False), strict=True))
        if "digit_score" in outputs:
            outputs["digit_score"] = tf.squeeze(outputs["digit_score"], axis=1)
        return outputs

    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    proto, _ = tf2onnx.convert.from_function(
        tf.function(serve, input_signature=signature), input_signature=signature, opset=OPSET
    )
    _canonicalise(proto, metadata)
    onnx.checker.check_model(proto, full_check=True)
    return bytes(proto.SerializeToString(deterministic=True))


def _outputs(model: Any) -> tuple[list[str], Any]:
    """Names of what is exported, and a model that gives it, in their order."""
    present = {layer.name for layer in model.layers}
    names = [name for name in OUTPUTS if name in present]
    return names, keras.Model(model.inputs, [model.get_layer(name).output for name in names])


def _converted_elsewhere(model: Any, metadata: dict[str, str]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        saved, converted = Path(folder, "model.keras"), Path(folder, "model.onnx")
        model.save(saved)
        done = subprocess.run(  # noqa: S603  # this very module
            [sys.executable, "-m", "training.export.export", saved, converted],
            env=os.environ | {"KERAS_BACKEND": "tensorflow"},
            input=json.dumps(metadata),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise BuildError(f"TensorFlow could not convert the trained model ({reason})")
        return converted.read_bytes()


def metadata(
    recipe: Recipe,
    training_data: TrainingData,
    accuracy: dict[str, float],
    calibration: Calibration,
) -> dict[str, str]:
    """What a model's file says of itself: accuracies are 0..1 by dataset, and the weights have the
    calibration's temperature already.
    """
    data = [training_data.name, *(["pendigits"] if recipe.mixture.pen else [])]
    described = {
        "name": recipe.name,
        "labels": json.dumps(training_data.labels),
        "recipe": recipe.name,
        "dataset": ", ".join(data),
        "normalisation": NORMALISATION,
        "accuracy": json.dumps(accuracy),
        "calibration": json.dumps({"temperature": calibration.temperature}),
        "seed": str(recipe.seed),
    }
    if training_data.korean:
        described["labels_ko"] = json.dumps(training_data.korean, ensure_ascii=False)
    if calibration.threshold is not None:
        described["digit_score_threshold"] = repr(calibration.threshold)
    return described


def apply_temperature(model: Any, temperature: float) -> None:
    """Divide a model's logits by a temperature, in place, so that its probabilities have it."""
    layer = model.get_layer("probabilities")
    layer.set_weights([array / np.float32(temperature) for array in layer.get_weights()])


def check_agreement(model: Any, content: bytes, images: NDArray[np.float32]) -> float:
    """The largest difference between Keras and onnxruntime in any output, on all of the images,
    float32 (N, 28, 28). Raises BuildError if it is above :data:`TOLERANCE`.
    """
    session = ort.InferenceSession(content, providers=["CPUExecutionProvider"])
    names, exported = _outputs(model)
    largest = largest_difference(
        lambda batch: exported.predict_on_batch(batch),
        lambda batch: session.run(names, {"image": batch}),
        images,
    )
    if not largest <= TOLERANCE:
        raise BuildError(
            f"Keras and onnxruntime differ by up to {largest:.1e} (allowed: {TOLERANCE:.0e}), so"
            " the model was not written; try other versions of tensorflow or tf2onnx"
        )
    return largest


def _canonicalise(proto: Any, metadata: dict[str, str]) -> None:
    """Order and name everything by its place in the graph alone, in place."""
    graph = proto.graph
    producer = {name: node for node in graph.node for name in node.output}
    nodes = list(_in_order([output.name for output in graph.output], producer))
    names = {value.name: value.name for value in (*graph.input, *graph.output)} | {"": ""}
    constants = {tensor.name: tensor for tensor in graph.initializer}
    weights: list[Any] = []
    for number, node in enumerate(nodes):
        for name in node.input:
            if name in constants and name not in names:
                names[name] = f"weight_{len(weights)}"
                weights.append(constants[name])
        for i, name in enumerate(node.output):
            names.setdefault(name, f"tensor_{number}_{i}")
        node.name = f"{node.op_type.lower()}_{number}"
        node.input[:] = [names[name] for name in node.input]
        node.output[:] = [names[name] for name in node.output]
    for tensor in weights:
        tensor.name = names[tensor.name]
    outputs = sorted(graph.output, key=lambda output: OUTPUTS.index(output.name))
    tidy = onnx.helper.make_graph(nodes, metadata["name"], list(graph.input), outputs, weights)
    for value in (*tidy.input, *tidy.output):
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    graph.CopyFrom(tidy)
    proto.doc_string = ""
    del proto.metadata_props[:]
    onnx.helper.set_model_props(proto, metadata)


def _in_order(wanted: list[str], producer: dict[str, Any]) -> Iterator[Any]:
    """Nodes that the wanted tensors need, each after those it depends on."""
    done: set[int] = set()
    stack = [(producer[name], False) for name in sorted(wanted) if name in producer]
    while stack:
        node, ready = stack.pop()
        if id(node) in done:
            continue
        if ready:
            done.add(id(node))
            yield node
            continue
        stack.append((node, True))
        stack.extend((producer[name], False) for name in reversed(node.input) if name in producer)


def main(arguments: Sequence[str]) -> None:
    """Convert ``MODEL.keras`` to ``MODEL.onnx`` with the metadata of standard input."""
    saved, converted = map(Path, arguments)
    model = keras.saving.load_model(saved, compile=False, safe_mode=True)
    converted.write_bytes(to_onnx(model, json.load(sys.stdin)))


if __name__ == "__main__":
    main(sys.argv[1:])
