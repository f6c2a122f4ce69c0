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
from training.limits import Limits
from training.scores import Scores, wilson
from training.train import Training
from training.validation import Validation

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
    "Reads one upright digit at a time. What is no digit gets a low digit score, but some letters"
    " and signs pass for digits, as they do among people; print was not trained. Its hands are"
    " American (MNIST) and Turkish (pendigits); forms of other regions were synthesised, and no"
    " collection from elsewhere was there to measure them on."
)


@dataclass(frozen=True, eq=False)
class Measured:
    """What a build measured of the model that it exports.

    Attributes:
        test: scores on the test set.
        test_by_seed: test accuracy, 0..1, of each seed that was trained to the end.
        validation: on hands and drawings that training did not know.
        limits: the model's temperature and threshold.
        difference: largest difference between Keras and onnxruntime.
        compared: images on which that was found.
    """

    test: Scores
    test_by_seed: Mapping[int, float]
    validation: Validation
    limits: Limits
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
    recipe, best, pen = training.recipe, training.best, measured.validation.pen
    return {
        "name": recipe.name,
        "summary": recipe.summary,
        "labels": list(source.labels),
        "command": command,
        "accuracy": {
            "mnist_validation": round(best.validation_accuracy, 6),
            "mnist_test": _share(measured.test),
            "mnist_test_seeds": _seeds(measured.test_by_seed),
            "pendigits_validation_writers": _share(pen.scores) if pen else None,
        },
        "calibration": {
            "temperature": measured.limits.temperature,
            "expected_calibration_error": _errors(measured.validation),
        },
        "rejection": _rejection(measured) if measured.limits.threshold is not None else None,
        "forms": [asdict(form) for form in measured.validation.forms],
        "limits": _LIMITS,
        "training": {
            "recipe": asdict(recipe),
            "interrupted": training.interrupted,
            "epochs": len(training.history),
            "best_epoch": best.number,
            "seconds": round(training.seconds),
        },
        "datasets": [source.credit] + ([pendigits.CREDIT] if recipe.mixture.pen else []),
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
    stated = _stated(pen) if pen else "not measured: there were no pendigits"
    lines.append(f"Pen digits, validation writers   {stated}")
    error = list(card["calibration"]["expected_calibration_error"].values())[-1]
    lines.append(f"Expected calibration error       {error:.2%}")
    if card["rejection"]:
        lines.append(f"Drawings that are no digits      {_judged(card['rejection'])}")
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


def _errors(validation: Validation) -> dict[str, float]:
    sets = {"mnist_validation": validation.own, "pendigits_validation_writers": validation.pen}
    return {name: round(digits.calibration_error, 6) for name, digits in sets.items() if digits}


def _rejection(measured: Measured) -> dict[str, Any]:
    validation = measured.validation
    sets = {"mnist_validation": validation.own, "pendigits_validation_writers": validation.pen}
    return {
        "digit_score_threshold": measured.limits.threshold,
        "digits_rejected": {
            name: {"rejected": digits.rejected, "total": digits.scores.total}
            for name, digits in sets.items()
            if digits
        },
        "families": [asdict(family) for family in validation.families],
    }


def _judged(rejection: Mapping[str, Any]) -> str:
    held_out = [family for family in rejection["families"] if family["held_out"]]
    if not held_out:
        return "no family was held out"
    return "AUROC " + ", ".join(f"{f['auroc']:.4f} ({f['name']})" for f in held_out)


def _seeds(accuracies: Mapping[int, float]) -> dict[str, Any]:
    values = list(accuracies.values())
    return {
        "by_seed": {str(seed): round(value, 6) for seed, value in accuracies.items()},
        "mean": round(statistics.fmean(values), 6),
        "standard_deviation": round(statistics.stdev(values), 6) if len(values) > 1 else None,
        "n": len(values),
    }
