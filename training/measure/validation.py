"""Validates an exported model: on writers, variants and families that it was not trained on.

Everything here is validation data: it may be looked at as often as one likes, and choices are made
on it. The models are asked through the path that the app uses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from digitpad.image.normalize import PEN_WIDTH
from digitpad.inference.recognizer import Recognizer
from training.data.datasets import Split
from training.fit.training_data import TrainingData
from training.measure.scores import (
    Reliability,
    Scores,
    auroc,
    evaluate,
    expected_calibration_error,
    reliability,
)
from training.recipes import Mixture, StrokeAugmentation
from training.synth.pool import NOT_A_DIGIT, Kind, SyntheticPool, Writers, draw_pool

#: Another seed than any that training draws its pool from.
_SEED = 2**31
#: Drawings of each family, and of each variant.
PER_FAMILY, PER_FORM = 1_000, 200
#: A steady writer: variants and families are to be met as they are, a little askew.
_STEADY = StrokeAugmentation(rotation=4, slant=0.1, aspect=0.1, warp=0.01, wander=0.008, tremor=0.3)


@dataclass(frozen=True, eq=False)
class Digits:
    """Measures of a model on real digits."""

    scores: Scores  #: right and wrong
    calibration_error: float  #: expected calibration error, 0..1
    reliability: Reliability  #: the table behind it
    digit_scores: NDArray[np.float32] | None  #: float32 (N,), or None for a model without
    rejected: int  #: how many of the digits are taken for something else


@dataclass(frozen=True)
class Family:
    """Measures of a model on one family of out-of-distribution drawings."""

    name: str  #: as in :mod:`training.negatives`
    held_out: bool  #: whether training knew no drawing of this family
    auroc: float  #: how well the digit score tells them from the validation writers' digits, 0.5..1
    rejected: float  #: share of them that is rejected, 0..1
    confidence: float  #: mean probability of the class that each is read as, 0..1


@dataclass(frozen=True)
class Form:
    """Accuracy of a model on one handwriting variant."""

    #: ``"glyph"``, ``"mark"`` (on the validation writers' digits) or ``"image mark"`` (on the
    #: dataset's validation images)
    source: str
    name: str  #: such as ``"7 crossed"``
    accuracy: float  #: 0..1
    total: int  #: drawings


@dataclass(frozen=True, eq=False)
class Validation:
    """All measures of an exported model on validation data."""

    own: Digits  #: on the dataset's validation images
    pen: Digits | None  #: on the validation writers' digits, or None without them
    other_writers: Mapping[str, Digits]  #: on the digits of writers of other data sets, by name
    families: tuple[Family, ...]  #: on what is no digit; empty for a model without a digit score
    forms: tuple[Form, ...]  #: on regional forms
    drawn: SyntheticPool  #: the drawings of both


def measure(model: bytes, training_data: TrainingData, console: Console) -> Validation:
    """Measure an exported model on a build's validation data."""
    recognizer = Recognizer(model, "model", "cpu", {})
    own = on_digits(recognizer, training_data.validation)
    pen = on_digits(recognizer, training_data.pen) if training_data.pen else None
    others = {
        name: on_digits(recognizer, split) for name, split in training_data.other_writers.items()
    }
    mixture = training_data.recipe.mixture
    drawn = SyntheticPool([], [])
    if mixture.pen or mixture.per_family:
        drawn = validation_pool(
            training_data.labels,
            training_data.validation_writers,
            console,
            families=bool(mixture.per_family),
        )
    digits = (pen or own).digit_scores
    families: list[Family] = []
    if digits is not None:
        families = on_families(recognizer, drawn, mixture.held_out, digits)
    forms = tuple(on_forms(recognizer, drawn))
    return Validation(own, pen, others, tuple(families), forms, drawn)


def on_digits(recognizer: Recognizer, split: Split) -> Digits:
    """Measure a model on real digits."""
    readings = recognizer.read(split.images)
    return Digits(
        evaluate(readings.probabilities, split.labels),
        expected_calibration_error(readings.probabilities, split.labels),
        reliability(readings.probabilities, split.labels),
        readings.digit_scores,
        int(readings.rejected.sum()),
    )


def on_families(
    recognizer: Recognizer,
    drawn: SyntheticPool,
    held_out: Sequence[str],
    digits: NDArray[np.float32],
) -> list[Family]:
    """Measure a model with a digit score on out-of-distribution drawings of
    :func:`validation_pool`, some families of which training held out, beside the digit scores of
    real digits, float32 (N,).
    """
    families = []
    for kind, images in by_kind(drawn):
        if kind.label != NOT_A_DIGIT:
            continue
        readings = recognizer.read(images)
        scores = readings.digit_scores
        families.append(
            Family(
                kind.name,
                kind.name in held_out,
                auroc(digits, scores if scores is not None else []),
                float(readings.rejected.mean()),
                float(readings.probabilities.max(axis=1).mean()),
            )
        )
    return families


def on_forms(recognizer: Recognizer, drawn: SyntheticPool) -> list[Form]:
    """Measure a model on every handwriting variant of :func:`validation_pool`."""
    return [
        Form(
            kind.source,
            kind.name,
            float((recognizer.predict(images).argmax(axis=1) == kind.label).mean()),
            len(images),
        )
        for kind, images in by_kind(drawn)
        if kind.label != NOT_A_DIGIT
    ]


def validation_pool(
    labels: Sequence[str], writers: Writers, console: Console, *, families: bool = True
) -> SyntheticPool:
    """Every variant and every family, with the app's pen, from writers unknown to training."""
    mixture = Mixture(
        per_glyph=PER_FORM,
        per_mark=PER_FORM,
        per_image_mark=PER_FORM,
        per_family=PER_FAMILY if families else 0,
        pen_width=PEN_WIDTH,
        strokes=_STEADY,
        seed=_SEED,
    )
    return draw_pool(mixture, labels, writers, console)


def by_kind(pool: SyntheticPool) -> list[tuple[Kind, NDArray[np.float32]]]:
    """Each kind of a synthetic pool with its images, float32 (N, 28, 28), 0..1."""
    return [
        (kind, images.astype(np.float32) / np.float32(255))
        for kind, images in zip(pool.kinds, pool.parts(), strict=True)
    ]
