"""Networks that compute with eight-bit integers: half as large as in half precision, and faster.

Up to the features, weights are rounded to seven bits, channel by channel, and what lies between
two layers to eight, by onnxruntime's static quantization (B. Jacob et al., "Quantization and
training of neural networks for efficient integer-arithmetic-only inference", CVPR 2018). Seven,
because processors without VNNI add two products in sixteen bits, which eight would overflow. Behind
the features everything stays as it is: 256 levels are too few for the logit of the digit score.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

#: What is computed with integers. Dense layers are small, or come after the features.
_OPERATORS = ["Conv", "Relu", "Add", "MaxPool"]
_BATCH = 100


def in_eight_bits(content: bytes, images: NDArray[np.float32]) -> bytes:
    """A model of :func:`training.export.export.to_onnx` whose convolutions compute with integers;
    one without convolutions as it is.

    What lies between its layers is expected in the range that the images, float32 (N, 28, 28),
    give. The same model and images give the same bytes.
    """
    model = onnx.load_model_from_string(content)
    if not any(node.op_type == "Conv" for node in model.graph.node):
        return content
    with tempfile.TemporaryDirectory() as scratch:
        inferred, quantized = Path(scratch, "inferred.onnx"), Path(scratch, "quantized.onnx")
        quant_pre_process(
            model,
            inferred,
            skip_optimization=True,  # of the file; onnxruntime does that when it loads one
            skip_symbolic_shape=True,
        )
        quantize_static(
            inferred,
            quantized,
            _Images(images),
            op_types_to_quantize=_OPERATORS,
            nodes_to_exclude=_behind_the_features(onnx.load(inferred).graph),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            # Where a range ends at 0, a Relu may go; digitpad shows the maps after it.
            extra_options={"QDQKeepRemovableActivations": True},
        )
        return quantized.read_bytes()


class _Images(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime is untyped
    def __init__(self, images: NDArray[np.float32]) -> None:
        self._batches: Iterator[NDArray[np.float32]] = iter(
            np.array_split(images, -(-len(images) // _BATCH))
        )

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        batch = next(self._batches, None)
        return None if batch is None else {"image": batch}


def _behind_the_features(graph: Any) -> list[str]:
    """Names of the nodes on which the features do not depend."""
    wanted, behind = {"features"}, []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            wanted.update(node.input)
        else:
            behind.append(node.name)
    return behind
