"""The best models of a sweep in one file, measured on the images that chose them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.image.normalize import NORMALISATION
from digitpad.inference.model_file import MAX_MODEL_BYTES
from digitpad.inference.recognizer import Recognizer
from training.base import calibration
from training.export.ensemble import EnsembleError, average, difference, labels_of
from training.measure.scores import Scores, evaluate, expected_calibration_error, wilson
from training.runs import Pictures, RunFolder

_THRESHOLD = "digit_score_threshold"
#: What an ensemble says of itself as its members do.
_INHERITED = ("recipe", "dataset", "normalisation", "labels_ko")


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Members in one file.

    Attributes:
        model: the ONNX file.
        card: what is known of it, ready for JSON.
        accuracy: share, 0..1, of the validation images read correctly.
        difference: largest difference from the mean of the members, on those images.
    """

    model: bytes
    card: dict[str, Any]
    accuracy: float
    difference: float


def combine(runs: Sequence[RunFolder], name: str, command: str) -> Ensemble:
    """Put the models of finished runs together, and measure the result on their validation images.

    The threshold of the digit score is fitted anew, since a mean lies closer to the middle.

    Args:
        runs: the best one first; all validated on the same images.
        name: of the ensemble.
        command: what repeats it.

    Raises:
        EnsembleError: if they do not go together.
        RunError: if a run's files cannot be read.
    """
    models = [_model(run) for run in runs]
    validation, writers = _shared_validation(runs), runs[0].predictions("writers")
    described = _metadata(models, name)
    unlimited = average(models, described | {_THRESHOLD: "0.0"})
    read = [_read(unlimited, pictures) for pictures in (validation, writers) if pictures]
    threshold = calibration.fit_threshold(read)
    if threshold is not None:
        described[_THRESHOLD] = repr(threshold)
    scores = evaluate(read[0].probabilities, validation.labels)
    described["accuracy"] = json.dumps({"validation": round(scores.accuracy, 6)})
    content = average(models, described)
    largest = difference(content, models, _images(validation))
    card = {
        "name": name,
        "summary": f"The mean of {len(models)} models of the recipe {described['recipe']}.",
        "labels": json.loads(described["labels"]),
        "command": command,
        **_measured(read[0], scores),
        "rejection": None if threshold is None else {_THRESHOLD: threshold},
        "members": [_told(run, model) for run, model in zip(runs, models, strict=True)],
        "model": {
            "onnx_bytes": len(content),
            "onnx_sha256": hashlib.sha256(content).hexdigest(),
            "normalisation": NORMALISATION,
            "difference_from_mean": float(f"{largest:.2e}"),
            "compared_images": len(validation.labels),
        },
    }
    return Ensemble(content, card, scores.accuracy, largest)


def _read(content: bytes, pictures: Pictures) -> calibration.Outputs:
    said = Recognizer(content, "ensemble", "cpu", {}).read(_images(pictures))
    return calibration.Outputs(said.probabilities, said.digit_scores, pictures.labels)


def _measured(read: calibration.Outputs, scores: Scores) -> dict[str, Any]:
    """What a card says of validation."""
    low, high = wilson(scores.correct, scores.total)
    error = expected_calibration_error(read.probabilities, read.labels)
    return {
        "accuracy": {
            "validation": {
                "accuracy": round(scores.accuracy, 6),
                "correct": scores.correct,
                "total": scores.total,
                "interval95": [round(low, 6), round(high, 6)],
            }
        },
        "calibration": {"expected_calibration_error": {"validation": round(error, 6)}},
    }


def _images(pictures: Pictures) -> NDArray[np.float32]:
    return pictures.images.astype(np.float32) / np.float32(255)


def _model(run: RunFolder) -> bytes:
    result = run.result()
    path = run.path / Path(result.onnx).name if result else None
    if path is None or not path.is_file():
        raise EnsembleError(f"{run.path} has no model; build it again, or take fewer models")
    if path.stat().st_size > MAX_MODEL_BYTES:
        raise EnsembleError(f"{path} is too large for a model of digitpad")
    return path.read_bytes()


def _shared_validation(runs: Sequence[RunFolder]) -> Pictures:
    """The images on which all runs were validated."""
    first, *others = (_validation(run) for run in runs)
    for run, pictures in zip(runs[1:], others, strict=True):
        if not (
            np.array_equal(pictures.images, first.images)
            and np.array_equal(pictures.labels, first.labels)
        ):
            raise EnsembleError(
                f"{run.path} was validated on other images than {runs[0].path}; take models of one"
                " sweep"
            )
    return first


def _validation(run: RunFolder) -> Pictures:
    pictures = run.predictions("validation")
    if pictures is None or not len(pictures.labels):
        raise EnsembleError(f"{run.path} has no validation images, so nothing can be measured")
    return pictures


def _metadata(models: Sequence[bytes], name: str) -> dict[str, str]:
    """What the ensemble says of itself, its calibration and accuracy apart."""
    labels = labels_of(models)
    first = Recognizer(models[0], name, "cpu", {}).metadata
    inherited = {key: first[key] for key in _INHERITED if key in first}
    described = {"recipe": name} | inherited
    return described | {"name": name, "labels": json.dumps(labels), "members": str(len(models))}


def _told(run: RunFolder, model: bytes) -> dict[str, Any]:
    """What a card says of a member."""
    asked, result = run.configuration(), run.result()
    return {
        "command": asked.command,
        "seed": asked.recipe.seed,
        "validation_loss": result.validation_loss if result else None,
        "validation_accuracy": result.validation_accuracy if result else None,
        "onnx_sha256": hashlib.sha256(model).hexdigest(),
    }
