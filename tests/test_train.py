"""The fit loop on a few drawn digits: it learns, keeps the best epoch, and stops when it must."""

from __future__ import annotations

import math
import signal
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

pytest.importorskip("tensorflow", reason="needs the train extra")

from training_fixtures import TINY, drawn_digits

from training import environment
from training.datasets import Split
from training.errors import BuildError


@pytest.fixture(scope="module")
def train():
    environment.prepare()
    from training import train

    return train


@pytest.fixture(scope="module")
def splits() -> tuple[Split, Split]:
    return tuple(
        Split(images.astype(np.float32) / 255, labels.astype(np.int64))
        for images, labels in (drawn_digits(400, 1), drawn_digits(100, 2))
    )


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), width=120)


class InterruptedConsole(Console):
    """Ctrl-C arrives when a line that begins so is printed."""

    def __init__(self, start: str) -> None:
        super().__init__(file=StringIO(), width=120)
        self._start = start

    def print(self, *objects: object, **options: object) -> None:
        super().print(*objects, **options)
        if str(objects[0] if objects else "").startswith(self._start):
            signal.raise_signal(signal.SIGINT)


def test_it_learns_and_keeps_the_best_epoch(train, splits, console):
    training = train.fit(TINY, *splits, console)
    assert [epoch.number for epoch in training.history] == list(range(1, TINY.epochs + 1))
    assert training.history[-1].loss < training.history[0].loss
    assert training.best.validation_accuracy > 0.95
    best = min(training.history, key=lambda epoch: epoch.validation_loss)
    assert training.best == best
    assert not training.interrupted
    kept = train.score(training.model, splits[1])
    assert kept == pytest.approx((best.validation_loss, best.validation_accuracy), abs=1e-6)
    output = console.file.getvalue()
    assert f"Epoch {TINY.epochs}/{TINY.epochs}" in output
    assert "best so far" in output


def test_the_epoch_states_the_mean_over_its_batches(train, splits, console):
    """A random network guesses one in ten; the last batch of one epoch is far better."""
    training = train.fit(replace(TINY, epochs=1), *splits, console)
    assert 0.1 < training.history[0].accuracy < 0.9
    assert training.history[0].loss > 0.5


def test_interrupted_in_the_second_epoch_keeps_the_first(train, splits):
    console = InterruptedConsole("Epoch 1/")
    training = train.fit(TINY, *splits, console)
    assert training.interrupted
    assert [epoch.number for epoch in training.history] == [1]
    assert "Stopped by Ctrl-C" in console.file.getvalue()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_interrupted_before_anything_was_learnt(train, splits, monkeypatch):
    monkeypatch.setattr(
        train.FitProgress, "batch_done", lambda *_: signal.raise_signal(signal.SIGINT)
    )
    with pytest.raises(train.NothingTrainedError):
        train.fit(TINY, *splits, Console(file=StringIO()))


def test_a_second_ctrl_c_interrupts_at_once(train, splits, monkeypatch):
    def twice(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(train.FitProgress, "batch_done", twice)
    with pytest.raises(KeyboardInterrupt) as caught:
        train.fit(TINY, *splits, Console(file=StringIO()))
    assert not isinstance(caught.value, train.NothingTrainedError)


def test_a_loss_that_is_no_number_ends_it_with_a_sentence(train, splits, console):
    poisoned = Split(splits[0].images * np.float32(math.nan), splits[0].labels)
    with pytest.raises(BuildError, match="loss became nan in epoch 1") as caught:
        train.fit(TINY, poisoned, splits[1], console)
    assert "\n" not in str(caught.value)


def test_weights_are_averaged(train, splits, console):
    long, none = (
        train.fit(replace(TINY, averaging=horizon, batch=4, epochs=1), *splits, console).history[0]
        for horizon in (100.0, 0.0)
    )
    assert long.loss == none.loss  # the training itself is the same
    assert long.validation_loss != none.validation_loss


def test_other_seeds_follow_the_recipe_s_own(train, splits, console):
    quick = replace(TINY, epochs=1)
    runs = train.fit_seeds(quick, 2, *splits, console)
    assert [run.recipe.seed for run in runs] == [0, 1]
    alone = train.fit(quick, *splits, console)
    for weights, again in zip(runs[0].model.get_weights(), alone.model.get_weights(), strict=True):
        assert np.array_equal(weights, again)


def test_a_seed_that_was_cut_short_does_not_count(train, splits):
    class SecondRun(InterruptedConsole):
        def __init__(self) -> None:
            super().__init__("Training digits, seed 1")

    runs = train.fit_seeds(replace(TINY, epochs=1), 3, *splits, SecondRun())
    assert [run.recipe.seed for run in runs] == [0]
