"""A run as it is shown: what its folder holds by now, for reports and the live window alike.

What is read here is checked so far as parts of a run must fit each other: folders may come from
strangers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from training.measure.answers import Answers
from training.measure.scores import wilson
from training.runs import PREDICTIONS, Configuration, Layer, Pictures, Result, RunError, RunFolder
from training.runs.history import Epoch, kept_of
from training.runs.metrics import Story

#: More classes and epochs than any run of this program has.
_CLASSES, _EPOCHS = 200, 1_000_000


@dataclass(frozen=True)
class _Family:
    name: str
    held_out: bool
    auroc: float
    rejected: float
    confidence: float


@dataclass(frozen=True)
class _Rejected:
    rejected: int
    total: int


@dataclass(frozen=True)
class _Rejection:
    digit_score_threshold: float
    digits_rejected: dict[str, _Rejected]
    families: list[_Family]


@dataclass(frozen=True)
class _Form:
    source: str
    name: str
    accuracy: float
    total: int


@dataclass(frozen=True)
class _Calibration:
    temperature: float | None = None


@dataclass(frozen=True)
class _Member:
    seed: int


@dataclass(frozen=True)
class Card:
    """A model's card, so far as a report speaks of it; shares are 0..1."""

    calibration: _Calibration = field(default_factory=_Calibration)
    rejection: _Rejection | None = None
    forms: list[_Form] = field(default_factory=list)
    members: list[_Member] = field(default_factory=list)


def read_card(folder: RunFolder) -> Card:
    """A run's card; an empty one before there is a model. Raises RunError if it is damaged."""
    found = folder.card()
    try:
        return TypeAdapter(Card).validate_python(found) if found else Card()
    except ValidationError as error:
        raise RunError(f"the model's card in {folder.path} is damaged") from error


@dataclass(frozen=True, eq=False)
class RunView:
    """A run at a moment; what it does not have is None or empty."""

    configuration: Configuration  #: what was asked for
    story: Story = field(default_factory=Story)  #: what has happened
    result: Result | None = None  #: what came of it
    layers: tuple[Layer, ...] = ()  #: of the network
    samples: Pictures | None = None  #: some of the training images
    #: What the finished model said, by the name of the predictions.
    answers: dict[str, Answers] = field(default_factory=dict)
    card: Card = field(default_factory=Card)  #: the model's
    environment: dict[str, str] = field(default_factory=dict)  #: versions and machine

    @property
    def labels(self) -> tuple[str, ...]:
        """What each class is called."""
        return self.configuration.labels

    @property
    def shown(self) -> Answers | None:
        """The answers that say best how well the model reads: of the test set, if it was read."""
        return self.answers.get("test") or self.answers.get("validation")

    @property
    def sure(self) -> Answers | None:
        """Those on which calibration is measured: validation data from other hands, if any."""
        # Where training watched the test set, there is no validation data.
        watched = ("test", "validation") if self.watched == "test set" else ("validation", "test")
        found = (self.answers.get(name) for name in ("writers", *watched))
        return next((answers for answers in found if answers), None)

    @property
    def watched(self) -> str:
        """What the model was validated on, for people."""
        return "test set" if self.configuration.recipe.watched == "test" else "validation"

    @property
    def kept(self) -> Epoch | None:
        """The epoch whose weights the model has, or would have by now; None before the first."""
        history, result = self.story.epochs, self.result
        if not history:
            return None
        chosen = (epoch for epoch in history if result and epoch.number == result.best_epoch)
        keeps_best = self.configuration.recipe.keeps_best
        return next(chosen, kept_of(history, keeps_best=keeps_best))

    @property
    def parameters(self) -> int:
        """Of all layers."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def test_interval(self) -> tuple[float, float] | None:
        """95 % interval of the test accuracy, 0..1."""
        if self.result is None or self.result.test_accuracy is None:
            return None
        correct, total = self.result.test_correct, self.result.test_total
        return wilson(correct, total) if correct is not None and total else None


def epoch_values(history: Sequence[Epoch]) -> dict[str, NDArray[np.float64]]:
    """Each figure of the epochs by its name, in order; NaN where there is none: (epochs,)."""
    return {
        figure.name: np.array([getattr(epoch, figure.name) for epoch in history], dtype=np.float64)
        for figure in fields(Epoch)
    }


def read(folder: RunFolder) -> RunView:
    """What is in a run's folder. Raises BuildError if a part of it is damaged, or does not belong
    to the rest.
    """
    run = read_outcome(folder)
    classes = len(run.labels)
    if not 2 <= classes <= _CLASSES:
        raise RunError(f"{folder.path} has {classes} classes; a report takes 2 to {_CLASSES}")
    answers = {name: read_answers(folder, name, run.labels) for name in PREDICTIONS}
    return RunView(
        run.configuration,
        run.story,
        run.result,
        folder.layers(),
        read_samples(folder, classes),
        {name: found for name, found in answers.items() if found},
        read_card(folder),
        folder.environment(),
    )


def read_outcome(folder: RunFolder) -> RunView:
    """What was asked for, what happened, and what came of it. Raises BuildError if one of them is
    damaged, or has figures that cannot be true.
    """
    configuration, story = folder.configuration(), folder.story()
    if not all(1 <= epoch.number <= _EPOCHS for epoch in story.epochs):
        raise _mismatch(folder, folder.metrics.name)
    return RunView(configuration, story, read_result(folder))


def read_result(folder: RunFolder) -> Result | None:
    """The figures of a finished run; None before its end. Raises RunError if they are damaged, or
    cannot be true.
    """
    result = folder.result()
    correct = result.test_correct if result else None
    if result and correct is not None and not 0 <= correct <= (result.test_total or 0):
        raise _mismatch(folder, "result.json")
    return result


def read_samples(folder: RunFolder, classes: int) -> Pictures | None:
    """Some training images; None where there are none. Raises RunError if they are damaged, or of
    other classes.
    """
    samples = folder.samples()
    if samples is None or not len(samples.labels):
        return None
    if samples.labels.max() >= classes:
        raise _other_classes(folder, "samples.npz")
    return samples


def read_answers(
    folder: RunFolder, name: str, labels: tuple[str, ...], *, strict: bool = True
) -> Answers | None:
    """What the finished model said of one of :data:`training.runs.PREDICTIONS`; None where there is
    none.

    Probabilities that are no such numbers are put right, unless ``strict``: then, and where they
    are damaged or of other classes, RunError is raised.
    """
    pictures, file = folder.predictions(name), f"predictions/{name}.npz"
    if pictures is None or not len(pictures.labels):
        return None
    said = pictures.probabilities
    if said is None or said.shape[1] != len(labels):
        raise _other_classes(folder, file)
    if strict and not ((said >= 0) & (said < 1.001)).all():
        raise _mismatch(folder, file)
    return Answers.of(name, labels, pictures)


def _mismatch(folder: RunFolder, name: str) -> RunError:
    return RunError(f"{folder.path / name} does not belong to the rest of this run")


def _other_classes(folder: RunFolder, name: str) -> RunError:
    return RunError(
        f"{folder.path / name} has other classes than run.json; one of the two is damaged, or of"
        " another run"
    )
