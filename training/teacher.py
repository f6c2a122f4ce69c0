"""A finished model that a network learns from: besides the right class, how sure of it to be.

G. Hinton, O. Vinyals and J. Dean, "Distilling the knowledge in a neural network" (2015). The
teacher answers every image as it is distorted, so that both see the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from digitpad.model_file import ModelFileError, open_model
from digitpad.recognizer import Recognizer, RecognizerError
from training.errors import BuildError
from training.limits import tempered


class TeacherError(BuildError):
    """A model that cannot teach; the message is one sentence."""


def read_teacher(path: Path, labels: Sequence[str]) -> bytes:
    """The file of a teacher.

    Args:
        path: an ``.onnx`` file of digitpad's own kind.
        labels: of the dataset; the teacher has to have the same.

    Raises:
        TeacherError: if it cannot be used.
    """
    try:
        loaded = Recognizer.load(path, "cpu")
        content = open_model(path).content
    except (RecognizerError, ModelFileError) as error:
        raise TeacherError(f"--teacher: {error}") from error
    if loaded.adapter is not None:
        raise TeacherError(f"--teacher: {path} is not a model that training.build made")
    if loaded.labels != tuple(labels):
        raise TeacherError(f"--teacher: {path} reads other classes than the dataset has")
    return content


def introduced(model: bytes) -> dict[str, str]:
    """Who taught, as the card of its pupil tells it: recipe, dataset, seeds and hash."""
    told = Recognizer(model, "teacher", "cpu", {}).metadata
    known = {name: told[name] for name in ("recipe", "dataset", "seed") if name in told}
    return known | {"onnx_sha256": hashlib.sha256(model).hexdigest()}


class Teacher:
    """Answers images, on one core.

    Args:
        model: of :func:`read_teacher`.
        softness: what its logits are divided by.
    """

    def __init__(self, model: bytes, softness: float) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._softness = softness

    def __call__(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities, float32 (N, classes), of images, float32 (N, 28, 28)."""
        (said,) = self._session.run(["probabilities"], {"image": images})
        return tempered(said, self._softness)
