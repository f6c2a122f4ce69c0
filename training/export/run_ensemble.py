"""The ensemble of finished runs, such as the best of a sweep; without Keras."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from digitpad.inference.model_file import MAX_MODEL_BYTES
from digitpad.inference.recognizer import Recognizer
from training.base import calibration
from training.base.calibration import Outputs
from training.base.errors import BuildError
from training.data.datasets import Split
from training.export import ensemble
from training.export.card import about_file, share
from training.measure.scores import evaluate, expected_calibration_error
from training.runs import RunFolder

_THRESHOLD = "digit_score_threshold"
#: What an ensemble says of itself as its members do.
_INHERITED = ("recipe", "dataset", "normalisation", "labels_ko")


def ensemble_of_runs(
    runs: Sequence[RunFolder], name: str, command: str
) -> tuple[bytes, dict[str, Any]]:
    """Combine the models of finished runs, the best one first, and measure the result on their
    validation images, which have to be the same: the ONNX file, and its card, ready for JSON.

    The threshold of the digit score is fitted anew, since a mean lies closer to the middle.
    ``command`` is what repeats it. Raises BuildError if the runs do not go together, RunError if
    their files cannot be read.
    """
    models = [_model(run) for run in runs]
    sets = _validation_sets(runs)
    labels = ensemble.labels_of(models)
    first = Recognizer(models[0], name, "cpu", {}).metadata
    described = {"recipe": name} | {key: first[key] for key in _INHERITED if key in first}
    described |= {"name": name, "labels": json.dumps(labels), "members": str(len(models))}
    draft = ensemble.average(models, described | {_THRESHOLD: "0.0"})
    reads = [read(draft, split) for split in sets]
    threshold = calibration.fit_threshold(reads)
    if threshold is not None:
        described[_THRESHOLD] = repr(threshold)
    scores = evaluate(reads[0].probabilities, reads[0].labels)
    error = expected_calibration_error(reads[0].probabilities, reads[0].labels)
    described["accuracy"] = json.dumps({"validation": round(scores.accuracy, 6)})
    content = ensemble.average(models, described)
    largest = ensemble.check_mean(content, models, sets[0].images)
    card = {
        "name": name,
        "summary": f"The mean of {len(models)} models of the recipe {described['recipe']}.",
        "labels": list(labels),
        "command": command,
        "accuracy": {"validation": share(scores)},
        "calibration": {"expected_calibration_error": {"validation": round(error, 6)}},
        "rejection": None if threshold is None else {_THRESHOLD: threshold},
        "members": [_member(run, model) for run, model in zip(runs, models, strict=True)],
        "model": about_file(content)
        | {"difference_from_mean": float(f"{largest:.2e}"), "compared_images": scores.total},
    }
    return content, card


def read(model: bytes, split: Split) -> Outputs:
    """What an ONNX file says of images."""
    said = Recognizer(model, "ensemble", "cpu", {}).read(split.images)
    return Outputs(said.probabilities, said.digit_scores, split.labels)


def _model(run: RunFolder) -> bytes:
    result = run.result()
    path = run.path / Path(result.onnx).name if result else None
    if path is None or not path.is_file():
        raise BuildError(f"{run.path} has no model; build it again, or take fewer models")
    if path.stat().st_size > MAX_MODEL_BYTES:
        raise BuildError(f"{path} is too large for a model of digitpad")
    return path.read_bytes()


def _validation_sets(runs: Sequence[RunFolder]) -> list[Split]:
    """The validation images of all runs, and those of the validation writers where they are."""
    sets = [run.predictions("validation") for run in runs]
    for run, pictures in zip(runs, sets, strict=True):
        if pictures is None or not len(pictures.labels):
            raise BuildError(f"{run.path} has no validation images, so nothing can be measured")
        first = sets[0] or pictures
        if not (
            np.array_equal(pictures.images, first.images)
            and np.array_equal(pictures.labels, first.labels)
        ):
            raise BuildError(
                f"{run.path} was validated on other images than {runs[0].path}; take models of one"
                " sweep"
            )
    return [
        Split(pictures.images.astype(np.float32) / np.float32(255), pictures.labels)
        for pictures in (sets[0], runs[0].predictions("writers"))
        if pictures
    ]


def _member(run: RunFolder, model: bytes) -> dict[str, Any]:
    configuration, result = run.configuration(), run.result()
    return {
        "command": configuration.command,
        "seed": configuration.recipe.seed,
        "validation_loss": result.validation_loss if result else None,
        "validation_accuracy": result.validation_accuracy if result else None,
        "onnx_sha256": hashlib.sha256(model).hexdigest(),
    }
