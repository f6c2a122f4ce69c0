"""Checks that an ONNX model is one for digitpad, and reads what it says of its outputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from digitpad.image.normalize import NORMALISATION, SIZE
from digitpad.inference.errors import ModelError

#: Most classes a model may have.
MAX_CLASSES = 100
#: What people are told of a drawing whose digit score is below the model's threshold.
REJECTED = "not sure this is a digit"


class OtherModelError(ModelError):
    """A model that was not made for digitpad; it may still be adapted."""


@dataclass(frozen=True)
class Contract:
    """What a model's file says of its outputs.

    Attributes:
        labels: what each class is called, in the order of the probabilities.
        digit_score_threshold: 0..1, below which a drawing is rejected; None for a model without
            the output ``digit_score``, which takes every drawing for a digit.
    """

    labels: tuple[str, ...]
    digit_score_threshold: float | None


def check(session: Any, metadata: Mapping[str, str]) -> Contract:
    """Check a model against the contract.

    Args:
        session: an onnxruntime session of the model.
        metadata: what the model's file says of itself.

    Raises:
        OtherModelError: if inputs or outputs are not those of a digitpad model.
        ModelError: if it is one, and says something of itself that cannot be.
    """
    inputs = {i.name: (i.type, i.shape) for i in session.get_inputs()}
    outputs = {o.name: (o.type, o.shape) for o in session.get_outputs()}
    kind, shape = inputs.get("image", ("", []))
    if len(inputs) != 1 or kind != "tensor(float)" or list(shape[1:]) != [SIZE, SIZE]:
        raise OtherModelError('a digitpad model has one input "image", float32 (N, 28, 28)')
    if isinstance(shape[0], int) and shape[0] > 0:
        raise OtherModelError("a digitpad model takes any number of images, not a fixed number")
    kind, shape = outputs.get("probabilities", ("", []))
    classes = shape[-1] if len(shape) == 2 else None
    if kind != "tensor(float)" or not isinstance(classes, int) or not 2 <= classes <= MAX_CLASSES:
        raise OtherModelError(
            'a digitpad model has an output "probabilities", float32 (N, 2 to 100 classes)'
        )
    if metadata.get("normalisation", NORMALISATION) != NORMALISATION:
        raise ModelError(
            f"this model was trained for other images ({metadata['normalisation'][:40]}) than this"
            f" version of digitpad makes ({NORMALISATION}); build it again"
        )
    threshold = None
    if "digit_score" in outputs:
        threshold = _threshold(*outputs["digit_score"], metadata)
    return Contract(_labels(classes, metadata), threshold)


def _labels(classes: int, metadata: Mapping[str, str]) -> tuple[str, ...]:
    try:
        labels = json.loads(metadata.get("labels", "null"))
    except (ValueError, RecursionError):
        labels = None
    if labels is None:
        labels = [str(i) for i in range(classes)]
    if (
        not isinstance(labels, list)
        or len(labels) != classes
        or len(set(map(str, labels))) < classes
    ):
        raise ModelError("the labels in this model's metadata do not fit its classes")
    return tuple(str(label)[:40] for label in labels)


def _threshold(kind: str, shape: list[int | str | None], metadata: Mapping[str, str]) -> float:
    if kind != "tensor(float)" or len(shape) != 1 or isinstance(shape[0], int):
        raise ModelError('a digitpad model\'s output "digit_score" is float32 (N,)')
    try:
        threshold = float(metadata["digit_score_threshold"])
    except (KeyError, ValueError):
        threshold = float("nan")
    if not 0 <= threshold <= 1:
        raise ModelError(
            'a model with the output "digit_score" needs a digit_score_threshold from 0 to 1 in its'
            " metadata; build it again"
        )
    return threshold
