"""How far a run is, how fast, and how it stands, by its events. No Qt."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from training.runs.metrics import BatchDone, Started, Story

#: The rate is that of the last so many seconds.
_RECENT = 10.0


class Phase(enum.Enum):
    """How a run stands; the value is what the window calls it."""

    WAITING = "Waiting for the first batch"
    TRAINING = "Training"
    STOPPING = "Stopping after this epoch"
    MEASURING = "Trained; measuring the model"
    FINISHED = "Finished"
    STOPPED = "Stopped early"
    FAILED = "Failed"
    KILLED = "Not running any more"

    @property
    def over(self) -> bool:
        """Whether nothing more will happen, unless somebody goes on with the run."""
        return self in (Phase.FINISHED, Phase.STOPPED, Phase.FAILED, Phase.KILLED)


@dataclass(frozen=True)
class Progress:
    """A run at a moment."""

    phase: Phase  #: how it stands
    epoch: int = 0  #: the one at hand, or the last one; 0 before the first batch
    epochs: int = 0  #: that will be trained at most; 0 while nobody knows
    share: float = 0.0  #: of all batches that are done, 0..1
    rate: float | None = None  #: training images a second, or None while nobody knows
    left: float | None = None  #: seconds until the last epoch's end, or None while nobody knows
    reason: str = ""  #: why it ended, where it says so


def progress(story: Story, *, in_use: bool, stop_requested: bool, measured: bool) -> Progress:
    """Put together how a run stands, by what happened, whether a process trains in the folder
    (asked before the story was read), and whether there are results.
    """
    phase = _phase(story, in_use=in_use, stop_requested=stop_requested, measured=measured)
    reason = story.ended.reason if story.ended else ""
    started = story.started
    if started is None:
        return Progress(phase, reason=reason)
    position, epochs = _position(story, started), max(started.epochs, 1)
    # Patience may end it before the last epoch.
    share = 1.0 if phase is Phase.FINISHED else min(max(position / epochs, 0.0), 1.0)
    last = story.batches[-1].epoch if story.batches else 0
    epoch = min(max(len(story.epochs), last), epochs)
    if phase not in (Phase.TRAINING, Phase.STOPPING):
        return Progress(phase, epoch, epochs, share, reason=reason)
    rate, left = _rate(story.batches, started), _left(story, started, position)
    return Progress(phase, epoch, epochs, share, rate, left, reason)


def _phase(story: Story, *, in_use: bool, stop_requested: bool, measured: bool) -> Phase:
    if story.ended is None:
        if not in_use:
            return Phase.KILLED
        if story.started is None or not (story.batches or story.epochs):
            return Phase.WAITING
        return Phase.STOPPING if stop_requested else Phase.TRAINING
    if story.ended.how == "failed":
        return Phase.FAILED
    if measured:
        return Phase.FINISHED if story.ended.how == "finished" else Phase.STOPPED
    if in_use:
        return Phase.MEASURING
    return Phase.KILLED if story.epochs else Phase.STOPPED


def _position(story: Story, started: Started) -> float:
    """Epochs that are done, the one at hand in parts."""
    finished = len(story.epochs)
    if story.batches and story.batches[-1].epoch > finished:
        return finished + min(story.batches[-1].batch / max(started.batches, 1), 1.0)
    return float(finished)


def _rate(batches: Sequence[BatchDone], started: Started) -> float | None:
    """Images a second of the last batches of one epoch: what lies between epochs is no training."""
    last = batches[-1] if batches else None
    recent = list(
        takewhile(
            lambda batch: last and batch.epoch == last.epoch and last.time - batch.time <= _RECENT,
            reversed(batches),
        )
    )
    seconds = recent[0].time - recent[-1].time if recent else 0.0
    images = started.images / max(started.batches, 1)
    return (len(recent) - 1) * images / seconds if seconds > 0 else None


def _left(story: Story, started: Started, position: float) -> float | None:
    """By the last finished epoch, else by the batches of the first one."""
    done, here = position - started.after, [e for e in story.epochs if e.number > started.after]
    if here:
        seconds = here[-1].seconds
    elif done > 0 and story.batches:
        seconds = (story.batches[-1].time - started.time) / done
    else:
        return None
    left = seconds * max(started.epochs - position, 0.0)
    return left if left >= 0 else None
