"""What a run's folder holds by now, checked so far as parts of it must fit each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from training.measure.scores import Scores, evaluate
from training.runs import PREDICTIONS, Configuration, Layer, Pictures, Result, RunError, RunFolder
from training.runs.history import Epoch, best_of
from training.runs.metrics import Story

#: More classes and epochs than any run of this program has.
_CLASSES, _EPOCHS = 200, 1_000_000


@dataclass(frozen=True)
class Family:
    """Drawings that are no digits, as a card tells of them; shares are 0..1."""

    name: str
    held_out: bool
    auroc: float
    rejected: float
    confidence: float


@dataclass(frozen=True)
class Rejected:
    """How many of the digits of a set were taken for something else."""

    rejected: int
    total: int


@dataclass(frozen=True)
class Rejection:
    """What a card says of what is no digit."""

    digit_score_threshold: float
    digits_rejected: dict[str, Rejected]
    families: list[Family]


@dataclass(frozen=True)
class Form:
    """How well a form of a digit is read, as a card tells of it."""

    source: str
    name: str
    accuracy: float
    total: int


@dataclass(frozen=True)
class Calibration:
    """What a card says of how sure the model is."""

    temperature: float | None = None


@dataclass(frozen=True)
class Member:
    """One of the networks that an ensemble consists of, as its card tells of it."""

    seed: int


@dataclass(frozen=True)
class Card:
    """What the report takes from a model's card."""

    calibration: Calibration = field(default_factory=Calibration)
    rejection: Rejection | None = None
    forms: list[Form] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Answers:
    """What the finished model said of a set of pictures.

    Attributes:
        name: one of :data:`training.runs.PREDICTIONS`.
        pictures: and what they show.
        probabilities: float32 (N, classes).
        scores: what came of it.
    """

    name: str
    pictures: Pictures
    probabilities: NDArray[np.float32]
    scores: Scores


@dataclass(frozen=True, eq=False)
class Contents:
    """Everything that a report speaks of; what the run does not have is None or empty."""

    configuration: Configuration
    environment: dict[str, str]
    layers: tuple[Layer, ...]
    samples: Pictures | None
    story: Story
    answers: dict[str, Answers]
    result: Result | None
    card: Card

    @property
    def labels(self) -> tuple[str, ...]:
        """What each class is called."""
        return self.configuration.labels

    @property
    def shown(self) -> Answers | None:
        """The answers that say best how well the model reads: of the test set, if it was read."""
        return self.answers.get("test") or self.answers.get("validation")

    @property
    def watched(self) -> str:
        """What the model was validated on, for people."""
        return "test set" if self.configuration.recipe.watched == "test" else "validation"

    @property
    def kept(self) -> Epoch | None:
        """The epoch whose weights the model has, or would have by now."""
        return kept_epoch(self.configuration, self.story.epochs, self.result)


def kept_epoch(
    configuration: Configuration, history: Sequence[Epoch], result: Result | None
) -> Epoch | None:
    """The epoch whose weights a run's model has, or would have by now; None before the first."""
    chosen = [epoch for epoch in history if result and epoch.number == result.best_epoch]
    if chosen or not history:
        return chosen[0] if chosen else None
    return best_of(history) if configuration.recipe.keeps_best else history[-1]


def outcome(folder: RunFolder) -> tuple[Story, Result | None]:
    """What happened in a run so far, and what came of it, with figures that can be true.

    Raises:
        BuildError: if one of them is damaged.
    """
    story, result = folder.story(), folder.result()
    if not all(1 <= epoch.number <= _EPOCHS for epoch in story.epochs):
        raise _mismatch(folder, folder.metrics.name)
    correct = result.test_correct if result else None
    if result and correct is not None and not 0 <= correct <= (result.test_total or 0):
        raise _mismatch(folder, "result.json")
    return story, result


def read(folder: RunFolder) -> Contents:
    """What is in a run's folder.

    Raises:
        BuildError: if a part of it is damaged, or does not belong to the rest.
    """
    configuration = folder.configuration()
    classes = len(configuration.labels)
    if not 2 <= classes <= _CLASSES:
        raise RunError(f"{folder.path} has {classes} classes; a report takes 2 to {_CLASSES}")
    story, result = outcome(folder)
    samples = folder.samples()
    if samples and (samples.labels >= classes).any():
        raise _mismatch(folder, "samples.npz")
    answers = {}
    for name in PREDICTIONS:
        pictures = folder.predictions(name)
        if pictures is None or not len(pictures.images):
            continue
        probabilities = pictures.probabilities
        if probabilities is None or probabilities.shape[1] != classes:
            raise _mismatch(folder, f"predictions/{name}.npz")
        if not ((probabilities >= 0) & (probabilities < 1.001)).all():
            raise _mismatch(folder, f"predictions/{name}.npz")
        scores = evaluate(probabilities, pictures.labels)
        answers[name] = Answers(name, pictures, probabilities, scores)
    return Contents(
        configuration,
        folder.environment(),
        folder.layers(),
        samples if samples and len(samples.images) else None,
        story,
        answers,
        result,
        _card(folder),
    )


def _card(folder: RunFolder) -> Card:
    found = folder.card()
    try:
        return TypeAdapter(Card).validate_python(found) if found else Card()
    except ValidationError as error:
        raise RunError(f"the model's card in {folder.path} is damaged") from error


def _mismatch(folder: RunFolder, name: str) -> RunError:
    return RunError(f"{folder.path / name} does not belong to the rest of this run")
