"""Finished models that a network learns from: besides the right class, how sure of it to be.

G. Hinton, O. Vinyals and J. Dean, "Distilling the knowledge in a neural network" (2015).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from digitpad.inference.errors import ModelError
from digitpad.inference.model_file import open_model
from digitpad.inference.recognizer import Recognizer
from training.base.calibration import apply_temperature
from training.base.errors import BuildError

#: Probabilities below this count as this, so that no teacher alone rules a class out.
_LEAST = 1e-9


def read_teacher(path: Path, labels: Sequence[str]) -> bytes:
    """The file of a teacher, which digitpad has made and which reads the dataset's labels. Raises
    BuildError if it cannot be used.
    """
    try:
        loaded = Recognizer.load(path, "cpu")
        content = open_model(path).content
    except ModelError as error:
        raise BuildError(f"--teacher: {error}") from error
    if loaded.adapter is not None:
        raise BuildError(f"--teacher: {path} is not a model that training.build made")
    if loaded.labels != tuple(labels):
        raise BuildError(f"--teacher: {path} reads other classes than the dataset has")
    return content


def teacher_entry(model: bytes) -> dict[str, str]:
    """A teacher, as the card of its pupil tells of it: recipe, dataset, seeds and hash."""
    told = Recognizer(model, "teacher", "cpu", {}).metadata
    known = {name: told[name] for name in ("recipe", "dataset", "seed") if name in told}
    return known | {"onnx_sha256": hashlib.sha256(model).hexdigest()}


class Teachers:
    """Answer images together, on one core: with the geometric mean of what each of them says.

    That is, their logits are averaged, and divided by a temperature. Of a network that knows MNIST
    alone and one that knows everybody's hand, it has a lower loss on MNIST than the arithmetic
    mean.
    """

    def __init__(self, models: Sequence[bytes], temperature: float) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._sessions = [
            ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            for model in models
        ]
        self._temperature = temperature

    def __call__(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities, float32 (N, classes), of images, float32 (N, 28, 28)."""
        said = [session.run(["probabilities"], {"image": images})[0] for session in self._sessions]
        mean = np.exp(np.mean([np.log(np.maximum(each, _LEAST)) for each in said], axis=0))
        return apply_temperature(mean, self._temperature)
