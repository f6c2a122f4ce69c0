"""The feature maps of a model's convolutions for one drawing.

The model's file stays as it is, and so does the session that reads: a second one is started from
the same bytes, with the maps as further outputs
(:func:`digitpad.inference.foreign.validate.with_outputs`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from digitpad.inference.errors import ModelError
from digitpad.inference.foreign.adapter import Adapter
from digitpad.inference.foreign.validate import Node, nodes, with_outputs
from digitpad.inference.recognizer import Recognizer
from digitpad.inference.session import start

#: Most convolutions that are looked at, the first ones; most maps kept of one; and their longest
#: side, in pixels. Networks for small images stay within these.
MAX_LAYERS, MAX_MAPS, MAX_SIDE = 64, 256, 64

#: How an ensemble's file names what belongs to one of its networks, which count from 0.
_MEMBER = re.compile(r"member(\d{1,3})/")
_CONVOLUTIONS = {"Conv", "QLinearConv", "ConvInteger", "FusedConv"}
#: What may stand between a convolution and its activation: each works on one number at a time, or
#: adds the other branch of a residual block.
_BETWEEN = {
    "Add",
    "BatchNormalization",
    "Cast",
    "DequantizeLinear",
    "Identity",
    "Mul",
    "QuantizeLinear",
    "Sub",
}
_ACTIVATIONS = {
    "Celu",
    "Clip",
    "Elu",
    "Gelu",
    "HardSigmoid",
    "HardSwish",
    "LeakyRelu",
    "Mish",
    "PRelu",
    "Relu",
    "Selu",
    "Sigmoid",
    "Softplus",
    "Softsign",
    "Swish",
    "Tanh",
    "ThresholdedRelu",
}


@dataclass(frozen=True)
class Layer:
    """One convolution at work, after its activation.

    Attributes:
        network: 1 for the first network of an ensemble; 0 where there is only one.
        number: 1 for the network's first convolution.
        name: what the model's file calls the result.
        maps: float32 (maps, height, width), finite; at most :data:`MAX_MAPS` of them.
        count: how many maps there are.
    """

    network: int
    number: int
    name: str
    maps: NDArray[np.float32]
    count: int


class FeatureMaps:
    """A session of one model that answers with the maps of its convolutions, on the CPU.

    Attributes:
        convolutions: how many convolutions lead to the model's answer.

    Raises:
        ModelError: if the session does not start.
    """

    def __init__(self, model: bytes, adapter: Adapter | None = None, *, bounded: bool) -> None:
        """A session of a model that is in use already.

        Args:
            model: the whole file.
            adapter: stands before models of other people's; None for digitpad's own.
            bounded: whether it has to do with the memory of other people's models.
        """
        self._adapter = adapter
        answer = "probabilities" if adapter is None else adapter.conventions.output
        try:
            found = list(_results(nodes(model), answer))
            self.convolutions = len(found)
            self._names = found[:MAX_LAYERS]
            if self._names:
                looking = with_outputs(model, self._names)
                self._session, _ = start(looking, "cpu", threads=1, bounded=bounded)
        except ModelError as error:
            raise ModelError(_HIDDEN) from error

    @classmethod
    def of_model(cls, recognizer: Recognizer) -> Self:
        """A session of the model that a recognizer reads with.

        Raises:
            ModelError: if the session does not start.
        """
        return cls(recognizer.model, recognizer.adapter, bounded=recognizer.foreign)

    def of(self, image: NDArray[np.float32]) -> tuple[Layer, ...]:
        """The maps for a drawing; results that are no maps, or absurdly large, are left out.

        Args:
            image: float32 (28, 28), ink 1.0 on paper 0.0.

        Raises:
            ModelError: if the model fails.
        """
        if not self._names:
            return ()
        feed = {"image": image[None]} if self._adapter is None else self._adapter.feed(image)
        try:
            values: list[Any] = self._session.run(self._names, feed)
        except Exception as error:  # onnxruntime's exceptions have no common base of their own
            raise ModelError(_HIDDEN) from error
        made = map(_layer, _places(self._names), self._names, values)
        return tuple(layer for layer in made if layer is not None)


def _results(graph: Sequence[Node], answer: str) -> Iterator[str]:
    """The result of every convolution that leads to the answer, in the order they run."""
    readers: dict[str, list[Node]] = {}
    for node in graph:
        for name in set(node.inputs):
            readers.setdefault(name, []).append(node)
    taken: set[str] = set()
    for node in _leading_to(answer, graph):
        if node.operator in _CONVOLUTIONS and node.outputs:
            result = _activated(node.outputs[0], readers)
            # Two branches that are added together have one result; then each shows its own.
            yield node.outputs[0] if result in taken else result
            taken.add(result)


def _leading_to(answer: str, graph: Sequence[Node]) -> list[Node]:
    wanted, leading = {answer}, []
    for node in reversed(graph):
        if wanted.intersection(node.outputs):
            wanted.update(node.inputs)
            leading.append(node)
    return leading[::-1]


def _activated(result: str, readers: dict[str, list[Node]]) -> str:
    """The result of the activation after a convolution; where there is none, its own."""
    name = result
    while len(reading := readers.get(name, [])) == 1 and reading[0].outputs:
        operator, _, (name, *_) = reading[0]
        if operator in _ACTIVATIONS:
            return name
        if operator not in _BETWEEN:
            break
    return result


def _places(names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The network and the number of each layer."""
    members = [_MEMBER.match(name) for name in names]
    networks = [int(member[1]) + 1 if member else 0 for member in members]
    for i, network in enumerate(networks):
        yield network, 1 + networks[:i].count(network)


def _layer(place: tuple[int, int], name: str, value: Any) -> Layer | None:
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu" or value.ndim != 4:
        return None
    _, count, height, width = value.shape
    if not (len(value) and count and 0 < height <= MAX_SIDE and 0 < width <= MAX_SIDE):
        return None
    with np.errstate(over="ignore"):
        maps = np.nan_to_num(value[0, :MAX_MAPS].astype(np.float32))
    return Layer(*place, name, maps, count)


_HIDDEN = "this model does not let its feature maps be seen"
