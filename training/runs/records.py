"""What the files of a run's folder hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from digitpad.image.normalize import SIZE
from training.recipes import Recipe

#: A path as somebody typed it, which is read on request only.
TypedPath = Annotated[str, Field(pattern=r"^[^\x00]+$", max_length=4_096)]
#: The name of a model's file, in the folder of its run.
ModelName = Annotated[str, Field(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*\.onnx$", max_length=205)]


@dataclass(frozen=True)
class Configuration:
    """What a run was asked for."""

    command: str  #: what repeats it
    recipe: Recipe  #: every hyper-parameter, the seed too
    data: str  #: what it is trained on, for people, such as ``"MNIST"``
    own_data: TypedPath | None  #: the path that ``--data`` named, or None
    labels: tuple[str, ...]  #: what each class is called
    started: str  #: local time, ISO 8601
    repeats: int = 1  #: seeds that are trained, this run's and those that follow
    ensemble: bool = False  #: whether all of them are exported together
    bundled: bool = False  #: whether the model takes the place of the one that comes with the app
    tested: bool = True  #: whether the test set is read at the end
    output: TypedPath | None = None  #: where ``--output`` wanted the model, too, or None
    taught_by: str | None = None  #: names of the files that ``--teacher`` named, or None


@dataclass(frozen=True)
class Layer:
    """A layer of the network."""

    name: str  #: unique in the network
    kind: str  #: Keras' class, such as ``"Conv2D"``
    shape: tuple[int, ...]  #: of its output, without the batch
    parameters: int  #: how many it has
    inputs: tuple[str, ...] = ()  #: names of the layers that it takes its input from


@dataclass(frozen=True)
class Result:
    """What came of a finished run."""

    how: str  #: ``"finished"``, or ``"stopped"`` early on request
    epochs: int  #: that were trained
    best_epoch: int  #: the one whose weights the model has
    seconds: float  #: that training took
    parameters: int  #: of the network
    validation_loss: float  #: of that epoch, mean cross-entropy in nats
    validation_accuracy: float  #: of that epoch, 0..1
    test_correct: int | None  #: of the test set; None where it was not read
    test_total: int | None  #: the same
    onnx: ModelName  #: name of the model's file
    onnx_bytes: int  #: its size
    test_loss: float | None = None  #: mean cross-entropy of the test set in nats, or None

    @property
    def test_accuracy(self) -> float | None:
        """0..1, or None."""
        if self.test_correct is None or not self.test_total:
            return None
        return self.test_correct / self.test_total


@dataclass(frozen=True, eq=False)
class Pictures:
    """Images, what they show, and what a model says of them."""

    images: NDArray[np.uint8]  #: uint8 (N, 28, 28), ink 255 on paper 0
    labels: NDArray[np.int64]  #: int64 (N,), classes
    probabilities: NDArray[np.float32] | None = None  #: float32 (N, classes), or None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it by name, as an ``.npz`` file has it."""
        arrays: dict[str, NDArray[Any]] = {"images": self.images, "labels": self.labels}
        if self.probabilities is not None:
            arrays["probabilities"] = self.probabilities
        return arrays


def checked_pictures(arrays: Mapping[str, NDArray[Any]]) -> Pictures:
    """Pictures from arrays of a file. Raises KeyError or ValueError if they are none."""
    images, labels = arrays["images"], arrays["labels"]
    probabilities = arrays.get("probabilities")
    if images.dtype != np.uint8 or images.shape[1:] != (SIZE, SIZE) or images.ndim != 3:
        raise ValueError("images")
    if labels.dtype != np.int64 or labels.shape != images.shape[:1] or (labels < 0).any():
        raise ValueError("labels")
    if probabilities is not None:
        if probabilities.dtype != np.float32 or probabilities.shape[:1] != labels.shape:
            raise ValueError("probabilities")
        if probabilities.ndim != 2 or (labels >= probabilities.shape[1]).any():
            raise ValueError("classes")
    return Pictures(images, labels, probabilities)


def layers_of(model: Any) -> Sequence[Layer]:
    """The layers of a Keras model, in order."""
    names = {layer.name for layer in model.layers}
    found = []
    for layer in model.layers:
        shape = layer.output.shape if not isinstance(layer.output, list) else ()
        found.append(
            Layer(
                layer.name,
                type(layer).__name__,
                tuple(int(size) for size in shape[1:] if size is not None),
                int(layer.count_params()),
                tuple(sorted(set(_sources(layer, names)))),
            )
        )
    return found


def _sources(operation: Any, names: Collection[str]) -> Iterator[str]:
    """The layers that an operation takes its input from, through operations that are none."""
    for node in operation._inbound_nodes:
        for tensor in node.input_tensors:
            parent = tensor._keras_history.operation
            if parent.name in names:
                yield parent.name
            else:
                yield from _sources(parent, names)
