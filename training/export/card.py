"""The model card: what a model is, how it was made, and how well it reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from digitpad.image.normalize import NORMALISATION
from training.base.calibration import Calibration
from training.base.environment import packages
from training.base.quantities import Spread
from training.data import pendigits
from training.fit.training_data import TrainingData
from training.measure.scores import Scores, wilson
from training.measure.validation import Digits, Validation
from training.networks.mixed_precision import chosen

if TYPE_CHECKING:
    from training.export.finish import Finished

#: What a recipe's model is not to be trusted with.
_LIMITS = {
    "digits": (
        "Reads one upright digit at a time. What is no digit gets a low digit score, but some"
        " letters and signs pass for digits, as they do among people; print was not trained. Its"
        " hands are American (MNIST) and Turkish (pendigits); forms of other regions were"
        " synthesised, and no collection from elsewhere was there to measure them on."
    ),
    "fashion": (
        "Reads photographs of clothes as Fashion-MNIST has them: 28 x 28, grey, upright, alone on"
        " black. A drawing with a pen looks different to it, so what it says of one is a guess; and"
        " it takes everything for clothes."
    ),
}


@dataclass(frozen=True, eq=False)
class Measured:
    """What a build measured of the model that it exports.

    Attributes:
        test: scores on the test set; None where it was not read.
        test_by_seed: test accuracy, 0..1, of each seed that was trained to the end.
        validation: on hands and drawings that training did not know.
        calibration: the model's temperature and threshold.
        compared: images on which Keras and onnxruntime were compared.
    """

    test: Scores | None
    test_by_seed: Mapping[int, float]
    validation: Validation
    calibration: Calibration
    compared: int


def card(
    training_data: TrainingData,
    finished: Finished,
    measured: Measured,
    command: str,
    taught_by: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """All that is known of an exported model, ready for JSON.

    Args:
        training_data: what it was trained on.
        finished: the run or ensemble that was exported.
        measured: how well it reads.
        command: what repeats the run.
        taught_by: what :func:`training.fit.teacher.introduced` tells of each teacher.
    """
    training = finished.training
    recipe, pen = training.recipe, measured.validation.pen
    data = training_data.key
    own = f"{data}_{recipe.watched}"
    accuracy: dict[str, Any] = {}
    if recipe.watched == "validation":
        accuracy[f"{data}_validation"] = round(finished.validation_accuracy, 6)
    if measured.test:
        accuracy |= {
            f"{data}_test": _share(measured.test),
            f"{data}_test_seeds": _seeds(measured.test_by_seed),
        }
    if pen:
        accuracy["pendigits_validation_writers"] = _share(pen.scores)
    return {
        "name": recipe.name,
        "summary": recipe.summary,
        "data": training_data.title,
        "labels": list(training_data.labels),
        **({"labels_ko": list(training_data.korean)} if training_data.korean else {}),
        "command": command,
        **({"taught_by": [dict(each) for each in taught_by]} if taught_by else {}),
        "accuracy": accuracy,
        **_beyond_accuracy(own, measured),
        "limits": "" if recipe.dataset == "own" else _LIMITS.get(recipe.name, ""),
        "training": {
            "recipe": asdict(recipe),
            "interrupted": finished.interrupted,
            "epochs": len(training.history),
            "best_epoch": training.best.number,
            "seconds": round(finished.seconds),
            "precision": chosen(recipe.precision),
        },
        **({"members": [_member(each) for each in finished.members]} if finished.members else {}),
        "datasets": [training_data.credit] + ([pendigits.CREDIT] if recipe.mixture.pen else []),
        "model": {
            "parameters": finished.parameters,
            **_stored(finished.model, finished.arithmetic),
            "normalisation": NORMALISATION,
            "keras_onnx_difference": float(f"{finished.difference:.2e}"),
            "keras_onnx_images": measured.compared,
        },
        "packages": packages(),
    }


def _beyond_accuracy(own: str, measured: Measured) -> dict[str, Any]:
    return {
        "calibration": {
            "temperature": measured.calibration.temperature,
            "expected_calibration_error": _errors(own, measured.validation),
        },
        "rejection": _rejection(own, measured)
        if measured.calibration.threshold is not None
        else None,
        "forms": [asdict(form) for form in measured.validation.forms],
    }


def _stored(model: bytes, arithmetic: str) -> dict[str, Any]:
    return {
        "arithmetic": arithmetic,
        "onnx_bytes": len(model),
        "onnx_sha256": hashlib.sha256(model).hexdigest(),
    }


def _member(finished: Finished) -> dict[str, Any]:
    """What is told of a part of an ensemble."""
    training = finished.training
    return {
        "seed": training.recipe.seed,
        "best_epoch": training.best.number,
        "seconds": round(training.seconds),
        "temperature": finished.calibration.temperature,
        "validation_accuracy": round(finished.validation_accuracy, 6),
    }


def to_json(card: Mapping[str, Any]) -> bytes:
    """The card as its file has it."""
    return (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode()


def summary(card: Mapping[str, Any]) -> str:
    """What a person wants to know first, in a few lines."""
    model = card["model"]
    rows = list(_accuracies(card))
    error = list(card["calibration"]["expected_calibration_error"].values())[-1]
    rows.append(("Expected calibration error", f"{error:.2%}"))
    if card["rejection"]:
        rows.append(("Drawings that are no digits", _judged(card["rejection"])))
    lines = [f"{name:32} {value}" for name, value in rows]
    lines.append(
        f"Keras and onnxruntime differ by at most {model['keras_onnx_difference']:.1e} on"
        f" {model['keras_onnx_images']:,} images"
    )
    if card["training"]["interrupted"]:
        lines.append("Training was ended early; the card says so")
    return "\n".join(lines)


def _accuracies(card: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in card["accuracy"].items():
        if name == "pendigits_validation_writers":
            yield "Pen digits, validation writers", _stated(value)
        elif name.endswith("_validation"):
            yield f"{card['data']}, validation", f"{value:.2%}"
        elif name.endswith("_test"):
            yield f"{card['data']}, test", _stated(value)
        elif value["n"] > 1:
            yield (
                f"  mean of {value['n']} seeds",
                f"{value['mean']:.3%} ± {value['standard_deviation']:.3%} (standard deviation)",
            )


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


def _errors(own: str, validation: Validation) -> dict[str, float]:
    return {
        name: round(digits.calibration_error, 6) for name, digits in _sets(own, validation).items()
    }


def _sets(own: str, validation: Validation) -> dict[str, Digits]:
    sets = {own: validation.own}
    return sets | ({"pendigits_validation_writers": validation.pen} if validation.pen else {})


def _rejection(own: str, measured: Measured) -> dict[str, Any]:
    validation = measured.validation
    return {
        "digit_score_threshold": measured.calibration.threshold,
        "digits_rejected": {
            name: {"rejected": digits.rejected, "total": digits.scores.total}
            for name, digits in _sets(own, validation).items()
        },
        "families": [asdict(family) for family in validation.families],
    }


def _judged(rejection: Mapping[str, Any]) -> str:
    held_out = [family for family in rejection["families"] if family["held_out"]]
    if not held_out:
        return "no family was held out"
    return "AUROC " + ", ".join(f"{f['auroc']:.4f} ({f['name']})" for f in held_out)


def _seeds(accuracies: Mapping[int, float]) -> dict[str, Any]:
    found = Spread.of(list(accuracies.values()))
    return {
        "by_seed": {str(seed): round(value, 6) for seed, value in accuracies.items()},
        "mean": round(found.mean, 6),
        "standard_deviation": None if found.deviation is None else round(found.deviation, 6),
        "n": found.n,
    }
