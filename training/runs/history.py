"""What became of each epoch of a training run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Epoch:
    """What one pass over the training images came to."""

    number: int  #: 1-based
    loss: float  #: mean cross-entropy of the distorted training images
    accuracy: float  #: share of them read correctly, 0..1
    #: Mean cross-entropy of the dataset's validation images and of the validation writers' digits,
    #: both undistorted and counting alike.
    validation_loss: float
    validation_accuracy: float  #: share of the dataset's read correctly, 0..1
    #: Share of the validation writers' read correctly, or None without them.
    pen_accuracy: float | None
    seconds: float  #: how long it took, validation included


def best_of(history: Sequence[Epoch]) -> Epoch:
    """The epoch with the lowest validation loss; the first one among equals."""
    return min(history, key=lambda epoch: epoch.validation_loss)


def kept_of(history: Sequence[Epoch], *, keeps_best: bool) -> Epoch:
    """The epoch, of one or more, whose weights a model has, or would have by now."""
    return best_of(history) if keeps_best else history[-1]
