"""The model card: what a model is, how it was made, and how well it reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from digitpad.image.normalize import NORMALISATION
from training.base.calibration import Calibration
from training.base.environment import packages
from training.base.quantities import Spread
from training.measure.scores import Scores, wilson
from training.measure.validation import Digits, Validation

if TYPE_CHECKING:
    from training.export.finish import Finished
    from training.fit.training_data import TrainingData

#: The sets of pen digits, as the card names them and for people.
_WRITERS = {
    "pendigits_validation_writers": "Pen digits, validation writers",
    "uji_validation_writers": "UJI, validation writers",
    "european_validation_writers": "Writers of seven countries",
}
#: What a recipe's model is not to be trusted with.
_LIMITS = {
    "digits": (
        "Reads one upright digit at a time. What is no digit gets a low digit score, but some"
        " letters and signs pass for digits, as they do among people; print was not trained. Its"
        " hands are American (MNIST), Turkish (pendigits) and Spanish (UJI); forms of other"
        " regions were synthesised, and chosen on digits of writers from seven countries."
    ),
    "fashion": (
        "Reads photographs of clothes as Fashion-MNIST has them: 28 x 28, grey, upright, alone on"
        " black. A drawing with a pen looks different to it, so what it says of one is a guess; and"
        " it takes everything for clothes."
    ),
}


def card(
    training_data: TrainingData,
    exported: Finished,
    seeds: Sequence[Finished],
    validation: Validation,
    command: str,
    teachers: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """All that is known of an exported model, ready for JSON.

    ``seeds`` is every run that was trained to the end, ``command`` what repeats the run,
    ``teachers`` what :func:`training.fit.distillation.teacher_entry` says of each.
    """
    training, data = exported.training, training_data.key
    recipe = training.recipe
    return {
        "name": recipe.name,
        "summary": recipe.summary,
        "data": training_data.title,
        "labels": list(training_data.labels),
        **({"labels_ko": list(training_data.korean)} if training_data.korean else {}),
        "command": command,
        **({"taught_by": [dict(each) for each in teachers]} if teachers else {}),
        "accuracy": _accuracy(data, exported, seeds, validation),
        **_beyond_accuracy(f"{data}_{recipe.watched}", validation, exported.calibration),
        "limits": "" if recipe.dataset == "own" else _LIMITS.get(recipe.name, ""),
        "training": {
            "recipe": asdict(recipe),
            "interrupted": exported.interrupted,
            "epochs": len(training.history),
            "best_epoch": training.best.number,
            "seconds": round(exported.seconds),
            "precision": exported.precision,
        },
        **({"members": [_member(each) for each in exported.members]} if exported.members else {}),
        "datasets": [training_data.credit, *training_data.ink_credits],
        "model": {
            "parameters": exported.parameters,
            "arithmetic": exported.arithmetic,
            **about_file(exported.model),
            "keras_onnx_difference": float(f"{exported.difference:.2e}"),
            "keras_onnx_images": len(training_data.validation),
        },
        "packages": packages(),
    }


def _accuracy(
    data: str, exported: Finished, seeds: Sequence[Finished], validation: Validation
) -> dict[str, Any]:
    accuracy: dict[str, Any] = {}
    if exported.training.recipe.watched == "validation":
        accuracy[f"{data}_validation"] = round(exported.validation_accuracy, 6)
    if exported.test:
        by_seed = {each.training.recipe.seed: each.test.accuracy for each in seeds if each.test}
        spread = Spread.of(list(by_seed.values()))
        accuracy[f"{data}_test"] = share(exported.test)
        accuracy[f"{data}_test_seeds"] = {
            "by_seed": {str(seed): round(value, 6) for seed, value in by_seed.items()},
            "mean": round(spread.mean, 6),
            "standard_deviation": None if spread.deviation is None else round(spread.deviation, 6),
            "n": spread.n,
        }
    by_writers = {name: share(digits.scores) for name, digits in _pen_sets(validation).items()}
    return accuracy | by_writers


def _pen_sets(validation: Validation) -> dict[str, Digits]:
    pen = {"pendigits": validation.pen} if validation.pen else {}
    sets = pen | dict(validation.other_writers)
    return {f"{name}_validation_writers": digits for name, digits in sets.items()}


def _beyond_accuracy(own: str, validation: Validation, fitted: Calibration) -> dict[str, Any]:
    """Calibration, rejection and handwriting variants; ``own`` names the dataset's images."""
    sets = {own: validation.own} | _pen_sets(validation)
    rejection = {
        "digit_score_threshold": fitted.threshold,
        "digits_rejected": {
            name: {"rejected": digits.rejected, "total": digits.scores.total}
            for name, digits in sets.items()
        },
        "families": [asdict(family) for family in validation.families],
    }
    return {
        "calibration": {
            "temperature": fitted.temperature,
            "expected_calibration_error": {
                name: round(digits.calibration_error, 6) for name, digits in sets.items()
            },
        },
        "rejection": None if fitted.threshold is None else rejection,
        "forms": [asdict(form) for form in validation.forms],
    }


def _member(finished: Finished) -> dict[str, Any]:
    training = finished.training
    return {
        "seed": training.recipe.seed,
        "best_epoch": training.best.number,
        "seconds": round(training.seconds),
        "temperature": finished.calibration.temperature,
        "validation_accuracy": round(finished.validation_accuracy, 6),
    }


def share(scores: Scores) -> dict[str, Any]:
    """An accuracy, 0..1, with its counts and 95 % interval."""
    low, high = wilson(scores.correct, scores.total)
    return {
        "accuracy": round(scores.accuracy, 6),
        "correct": scores.correct,
        "total": scores.total,
        "interval95": [round(low, 6), round(high, 6)],
    }


def about_file(model: bytes) -> dict[str, Any]:
    """What tells an ONNX file from others."""
    return {
        "onnx_bytes": len(model),
        "onnx_sha256": hashlib.sha256(model).hexdigest(),
        "normalisation": NORMALISATION,
    }


def to_json(card: Mapping[str, Any]) -> bytes:
    """The card as its file has it."""
    return (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode()


def summary(card: Mapping[str, Any]) -> str:
    """What a person wants to know first, in a few lines."""
    model, rejection = card["model"], card["rejection"]
    rows = list(_accuracy_rows(card))
    error = list(card["calibration"]["expected_calibration_error"].values())[-1]
    rows.append(("Expected calibration error", f"{error:.2%}"))
    if rejection:
        held_out = [
            f"{f['auroc']:.4f} ({f['name']})" for f in rejection["families"] if f["held_out"]
        ]
        separated = f"AUROC {', '.join(held_out)}" if held_out else "no family was held out"
        rows.append(("Drawings that are no digits", separated))
    lines = [f"{name:32} {value}" for name, value in rows]
    lines.append(
        f"Keras and onnxruntime differ by at most {model['keras_onnx_difference']:.1e} on"
        f" {model['keras_onnx_images']:,} images"
    )
    if card["training"]["interrupted"]:
        lines.append("Training was ended early; the card says so")
    return "\n".join(lines)


def _accuracy_rows(card: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in card["accuracy"].items():
        if name in _WRITERS:
            yield _WRITERS[name], _stated(value)
        elif name.endswith("_validation"):
            yield f"{card['data']}, validation", f"{value:.2%}"
        elif name.endswith("_test"):
            yield f"{card['data']}, test", _stated(value)
        elif value["n"] > 1:
            yield (
                f"  mean of {value['n']} seeds",
                f"{value['mean']:.3%} ± {value['standard_deviation']:.3%} (standard deviation)",
            )


def _stated(accuracy: Mapping[str, Any]) -> str:
    low, high = accuracy["interval95"]
    return (
        f"{accuracy['accuracy']:.2%}, {accuracy['correct']:,} of {accuracy['total']:,}"
        f" (95 % interval {low:.2%} to {high:.2%})"
    )
