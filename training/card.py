"""The model card: what a model is, how it was made, and how well it reads."""

from __future__ import annotations

import hashlib
import json
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from digitpad.normalize import NORMALISATION
from training import pendigits
from training.datasets import Source
from training.evaluate import Scores, wilson
from training.train import Training

_PACKAGES = (
    "keras",
    "numpy",
    "onnx",
    "onnxruntime",
    "opencv-python-headless",
    "tensorflow",
    "tf2onnx",
)
_LIMITS = (
    "Reads one upright digit at a time. It was not trained on letters, signs, scribbles, print or"
    " several digits at once, and answers each of them with some digit. Most of its training digits"
    " are American: slashed zeros and 1s with a foot are rare among them and are read less well."
)


@dataclass(frozen=True, eq=False)
class Measured:
    """What a build measured of the model that it exports.

    Attributes:
        test: scores on the test set.
        test_by_seed: test accuracy, 0..1, of each seed that was trained to the end.
        pen: scores on the pen digits of the validation writers, or None without that dataset.
        difference: largest difference between Keras and onnxruntime.
        compared: images on which that was found.
    """

    test: Scores
    test_by_seed: Mapping[int, float]
    pen: Scores | None
    difference: float
    compared: int


def card(
    source: Source, training: Training, measured: Measured, model: bytes, command: str
) -> dict[str, Any]:
    """All that is known of an exported model, ready for JSON.

    Args:
        source: what it was trained on.
        training: the run that was exported.
        measured: how well it reads.
        model: the ONNX file.
        command: what repeats the run.
    """
    recipe, best = training.recipe, training.best
    return {
        "name": recipe.name,
        "summary": recipe.summary,
        "labels": list(source.labels),
        "command": command,
        "accuracy": {
            "mnist_validation": round(best.validation_accuracy, 6),
            "mnist_test": _share(measured.test),
            "mnist_test_seeds": _seeds(measured.test_by_seed),
            "pendigits_validation_writers": _share(measured.pen) if measured.pen else None,
        },
        "limits": _LIMITS,
        "training": {
            "recipe": asdict(recipe),
            "interrupted": training.interrupted,
            "epochs": len(training.history),
            "best_epoch": best.number,
            "seconds": round(training.seconds),
        },
        "datasets": [source.credit] + ([pendigits.CREDIT] if recipe.pen_widths else []),
        "model": {
            "parameters": int(training.model.count_params()),
            "onnx_bytes": len(model),
            "onnx_sha256": hashlib.sha256(model).hexdigest(),
            "normalisation": NORMALISATION,
            "keras_onnx_difference": float(f"{measured.difference:.2e}"),
            "keras_onnx_images": measured.compared,
        },
        "packages": {name: version(name) for name in _PACKAGES},
    }


def to_json(card: Mapping[str, Any]) -> bytes:
    """The card as its file has it."""
    return (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode()


def summary(card: Mapping[str, Any]) -> str:
    """What a person wants to know first, in a few lines."""
    accuracy, model = card["accuracy"], card["model"]
    lines = [f"MNIST test                       {_stated(accuracy['mnist_test'])}"]
    over_seeds = accuracy["mnist_test_seeds"]
    if over_seeds["n"] > 1:
        lines.append(
            f"  mean of {over_seeds['n']} seeds               {over_seeds['mean']:.3%}"
            f" ± {over_seeds['standard_deviation']:.3%} (standard deviation)"
        )
    pen = accuracy["pendigits_validation_writers"]
    stated = _stated(pen) if pen else "not measured: no pendigits in the data folder"
    lines.append(f"Pen digits, validation writers   {stated}")
    lines.append(
        f"Keras and onnxruntime differ by at most {model['keras_onnx_difference']:.1e} on"
        f" {model['keras_onnx_images']:,} images"
    )
    if card["training"]["interrupted"]:
        lines.append("Training was cut short by Ctrl-C; the card says so")
    return "\n".join(lines)


def _stated(share: Mapping[str, Any]) -> str:
    low, high = share["interval95"]
    return (
        f"{share['accuracy']:.2%}, {share['correct']:,} of {share['total']:,}"
        f" (95 % interval {low:.2%} to {high:.2%})"
    )


def _share(scores: Scores) -> dict[str, Any]:
    low, high = wilson(scores.correct, scores.total)
    return {
        "accuracy": round(scores.accuracy, 6),
        "correct": scores.correct,
        "total": scores.total,
        "interval95": [round(low, 6), round(high, 6)],
    }


def _seeds(accuracies: Mapping[int, float]) -> dict[str, Any]:
    values = list(accuracies.values())
    return {
        "by_seed": {str(seed): round(value, 6) for seed, value in accuracies.items()},
        "mean": round(statistics.fmean(values), 6),
        "standard_deviation": round(statistics.stdev(values), 6) if len(values) > 1 else None,
        "n": len(values),
    }
