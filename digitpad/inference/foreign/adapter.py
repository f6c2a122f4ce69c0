"""Feeds images to a foreign model, and turns its answers into probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.image.normalize import SIZE
from digitpad.inference.contract import MAX_CLASSES
from digitpad.inference.foreign.conventions import ONE_IMAGE, PADDED, RIMLESS, Conventions

#: How far from 1 the sum of a row of probabilities may be: those of float16 and of int8 are coarse.
_COARSE = 0.05


@dataclass(frozen=True)
class Adapter:
    """Stands between digitpad's images and one session of a model of other people's.

    Attributes:
        input: the name of the model's one input.
        conventions: what the model expects.
    """

    input: str
    conventions: Conventions

    def predict(self, session: Any, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Class probabilities.

        Args:
            session: an onnxruntime session of the model.
            images: float32 (N, 28, 28), ink 1.0 on paper 0.0; N >= 1.

        Returns:
            float32 (N, classes), rows that sum to 1, or NaN where the model says NaN; (0, 0)
            where the model does not keep to the conventions.

        Raises:
            Exception: whatever onnxruntime raises.
        """
        (answers,) = run(session, self.input, self.conventions, images, [self.conventions.output])
        known = self.conventions
        if known.answers == "classes":
            rows = as_one_hot(answers, len(images), len(known.labels))
        else:
            rows = as_rows(answers, len(images))
        if rows is None or rows.shape[1] != len(self.conventions.labels):
            return np.zeros((0, 0), dtype=np.float32)
        return as_probabilities(rows, self.conventions.answers)

    def feed(self, image: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """What a session is run with for one image, (28, 28); it is the first of its batch."""
        batch = np.zeros((self.conventions.batch or 1, SIZE, SIZE), dtype=np.float32)
        batch[0] = image
        return {self.input: prepared(batch, self.conventions)}


def run(
    session: Any,
    name: str,
    conventions: Conventions,
    images: NDArray[np.float32],
    outputs: Sequence[str],
) -> list[Any]:
    """Outputs for N images, in as many runs as the model's batch makes of them.

    Returns:
        One value an output: an array whose first axis is N, or a list of N dictionaries. Outputs
        that are neither for each run of a fixed batch are as the last run left them.
    """
    batch = conventions.batch
    if batch is None:
        answered: list[Any] = session.run(outputs, {name: prepared(images, conventions)})
        return answered
    runs = []
    for start in range(0, len(images), batch):
        part = images[start : start + batch]
        # What is missing from the last batch is filled up with blank paper, and cut off again.
        full = np.zeros((batch, SIZE, SIZE), dtype=np.float32)
        full[: len(part)] = part
        values = session.run(outputs, {name: prepared(full, conventions)})
        runs.append([_cut(value, batch, len(part)) for value in values])
    return [_joined(values) for values in zip(*runs, strict=True)]


def prepared(images: NDArray[np.float32], conventions: Conventions) -> NDArray[Any]:
    """Images (N, 28, 28), ink 1.0 on paper 0.0, as the model wants them."""
    grey = _sized(images.transpose(0, 2, 1) if conventions.transposed else images, conventions.side)
    if conventions.ink == "black":
        grey = 1 - grey
    values = grey * np.float32(conventions.high - conventions.low) + np.float32(conventions.low)
    dtype = np.dtype(conventions.dtype)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        values = np.rint(values).clip(limits.min, limits.max)
    values = values.astype(dtype)
    side, channels = conventions.side, conventions.channels
    if conventions.layout == "NCHW":
        values = values[:, None].repeat(channels, axis=1)
    elif conventions.layout == "NHWC":
        values = values[..., None].repeat(channels, axis=3)
    elif conventions.layout == "flat":
        values = values.reshape(-1, side * side)
    elif conventions.layout in ONE_IMAGE:
        values = values[0] if conventions.layout == "HW" else values[0].ravel()
    return np.ascontiguousarray(values)


def _sized(images: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Images (N, 28, 28) as (N, side, side): padded, or scaled by the area that pixels share."""
    if side == SIZE:
        return images
    if side == PADDED:
        pad = (PADDED - SIZE) // 2
        return np.pad(images, ((0, 0), (pad, pad), (pad, pad)))
    if side == RIMLESS:
        images = images[:, 4:-4, 4:-4]
    edges, old = np.linspace(0, images.shape[1], side + 1), np.arange(images.shape[1])
    shared = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    weights = np.maximum(shared, 0) / (edges[1] - edges[0])
    result: NDArray[np.float32] = (weights @ images @ weights.T).astype(np.float32)
    return result


def as_one_hot(value: Any, count: int, classes: int) -> NDArray[np.float64] | None:
    """The numbers of ``count`` images' classes as rows with a single 1; None for anything else."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iu" or value.size != count:
        return None
    if value.min() < 0 or value.max() >= classes:
        return None
    result: NDArray[np.float64] = np.eye(classes)[value.reshape(-1)]
    return result


def as_rows(value: Any, count: int) -> NDArray[np.float64] | None:
    """An output as one row of 2 to 100 numbers for each of ``count`` images, else None.

    Besides arrays, this takes what scikit-learn's converter calls a zipmap: a dictionary from label
    to probability for each image.
    """
    if isinstance(value, list):
        if len(value) != count or not all(isinstance(row, dict) for row in value):
            return None
        value = np.array([list(row.values()) for row in value])
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu" or value.size == 0:
        return None
    columns, left_over = divmod(value.size, count)
    # Axes of one element may stand anywhere, and that of one image may be missing.
    axes = [length for length in value.shape if length != 1]
    wanted = [length for length in (count, columns) if length != 1]
    if left_over or axes != wanted or not 2 <= columns <= MAX_CLASSES:
        return None
    return value.reshape(count, columns).astype(np.float64)


def look_like_probabilities(rows: NDArray[np.float64]) -> bool:
    """Whether rows (N, classes) are shares: never negative, and either sums of one size or 0..1.

    The first is a softmax, also in per cent or in steps of a byte; the second, independent classes.
    """
    if not np.isfinite(rows).all() or (rows < 0).any():
        return False
    sums = rows.sum(axis=1)
    alike = sums.min() > 0 and np.ptp(sums) <= _COARSE * sums.max()
    return bool(alike or rows.max() <= 1 + _COARSE)


def as_probabilities(rows: NDArray[np.float64], answers: str) -> NDArray[np.float32]:
    """Rows (N, classes) of the kind ``answers`` as probabilities."""
    with np.errstate(invalid="ignore", over="ignore"):
        if answers == "logits":
            rows = np.exp(rows - rows.max(axis=1, keepdims=True))
        else:
            # Where no class has anything, all have the same.
            rows = np.maximum(rows, 0)
            rows = np.where(rows.sum(axis=1, keepdims=True) == 0, 1.0, rows)
        result: NDArray[np.float32] = (rows / rows.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


def _cut(value: Any, batch: int, count: int) -> Any:
    """The answers to the first ``count`` images of a batch."""
    if isinstance(value, list):
        return value[:count]
    if isinstance(value, np.ndarray) and value.size == batch:
        return value.reshape(batch, 1)[:count]
    rows = as_rows(value, batch)
    return value if rows is None else rows[:count]


def _joined(values: Sequence[Any]) -> Any:
    if all(isinstance(value, list) for value in values):
        return [row for value in values for row in value]
    if all(isinstance(value, np.ndarray) and value.ndim == 2 for value in values):
        try:
            return np.concatenate(values)
        except ValueError:
            pass
    return values[-1]


def column_names(value: Any) -> tuple[str, ...] | None:
    """What a zipmap calls its columns; None for arrays."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return tuple(map(str, value[0]))
    return None
