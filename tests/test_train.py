"""The fit loop on a few drawn digits: it learns, keeps the best epoch, and stops when it must."""

from __future__ import annotations

import signal
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

pytest.importorskip("tensorflow", reason="needs the train extra")

from training_fixtures import TINY, drawn_digits, no_hands

from training import environment
from training.datasets import MNIST, Split
from training.errors import BuildError
from training.stock import make_stock


@pytest.fixture(scope="module")
def train():
    environment.prepare()
    from training import train

    return train


@pytest.fixture(scope="module")
def data(train):
    """400 digits, and a stock of glyphs and of what is no digit."""
    own, validation = (
        Split(images.astype(np.float32) / 255, labels.astype(np.int64))
        for images, labels in (drawn_digits(400, 1), drawn_digits(100, 2))
    )
    stock = make_stock(TINY.mixture, MNIST.labels, no_hands(), Console(file=StringIO()))
    return train.Data(own, stock, [validation])


@pytest.fixture
def saving(train, tmp_path):
    return train.Saving(tmp_path, resume=False)


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


def test_it_learns_and_keeps_the_best_epoch(train, data, saving, console):
    training = train.fit(TINY, data, saving, console)
    assert [epoch.number for epoch in training.history] == list(range(1, TINY.epochs + 1))
    assert training.history[-1].loss < training.history[0].loss
    assert training.best.validation_accuracy > 0.95
    best = min(training.history, key=lambda epoch: epoch.validation_loss)
    assert training.best == best
    assert not training.interrupted
    kept = train.score(training.model, data.validation[0])
    assert kept == pytest.approx((best.validation_loss, best.validation_accuracy), abs=1e-6)
    output = console.file.getvalue()
    assert f"Epoch {TINY.epochs}/{TINY.epochs}" in output
    assert "best so far" in output


def test_both_validation_sets_choose_the_epoch(train, data, saving, console):
    hard = Split(1 - data.validation[0].images, data.validation[0].labels)
    both = replace(data, validation=[*data.validation, hard])
    (epoch,) = train.fit(replace(TINY, epochs=1), both, saving, console).history
    (alone,) = train.fit(replace(TINY, epochs=1), data, saving, console).history
    assert alone.pen_accuracy is None
    assert epoch.validation_accuracy == alone.validation_accuracy > epoch.pen_accuracy
    assert epoch.validation_loss > alone.validation_loss
    assert "strangers" in console.file.getvalue()


def test_the_epoch_states_the_mean_over_its_batches(train, data, saving, console):
    """A random network guesses one in ten; the last batch of one epoch is far better."""
    training = train.fit(replace(TINY, epochs=1), data, saving, console)
    assert 0.1 < training.history[0].accuracy < 0.9
    assert training.history[0].loss > 0.5


def test_interrupted_in_the_second_epoch_keeps_the_first(train, data, saving):
    console = InterruptedConsole("Epoch 1/")
    training = train.fit(TINY, data, saving, console)
    assert training.interrupted
    assert [epoch.number for epoch in training.history] == [1]
    assert "Stopped by Ctrl-C" in console.file.getvalue()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_interrupted_before_anything_was_learnt(train, data, saving, monkeypatch):
    monkeypatch.setattr(
        train.FitProgress, "batch_done", lambda *_: signal.raise_signal(signal.SIGINT)
    )
    with pytest.raises(train.NothingTrainedError):
        train.fit(TINY, data, saving, Console(file=StringIO()))


def test_a_second_ctrl_c_interrupts_at_once(train, data, saving, monkeypatch):
    def twice(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(train.FitProgress, "batch_done", twice)
    with pytest.raises(KeyboardInterrupt) as caught:
        train.fit(TINY, data, saving, Console(file=StringIO()))
    assert not isinstance(caught.value, train.NothingTrainedError)


def test_a_loss_that_is_no_number_ends_it_with_a_sentence(train, data, saving, console):
    with pytest.raises(BuildError, match="loss became nan in epoch 1") as caught:
        train.fit(replace(TINY, learning_rate=1e30), data, saving, console)
    assert "\n" not in str(caught.value)


def test_weights_are_averaged(train, data, saving, console):
    short = replace(TINY, batch=4, epochs=1)
    long, none = (
        train.fit(replace(short, averaging=horizon), data, saving, console).history[0]
        for horizon in (100.0, 0.0)
    )
    assert long.loss == none.loss  # the training itself is the same
    assert long.validation_loss != none.validation_loss


def test_other_seeds_follow_the_recipe_s_own(train, data, saving, console):
    quick = replace(TINY, epochs=1)
    runs = train.fit_seeds(quick, 2, data, saving, console)
    assert [run.recipe.seed for run in runs] == [0, 1]
    alone = train.fit(quick, data, saving, console)
    for weights, again in zip(runs[0].model.get_weights(), alone.model.get_weights(), strict=True):
        assert np.array_equal(weights, again)


def test_a_seed_that_was_cut_short_does_not_count(train, data, saving):
    class SecondRun(InterruptedConsole):
        def __init__(self) -> None:
            super().__init__("Training digits, seed 1")

    runs = train.fit_seeds(replace(TINY, epochs=1), 3, data, saving, SecondRun())
    assert [run.recipe.seed for run in runs] == [0]


def test_it_goes_on_where_it_was_killed_and_ends_alike(train, data, saving, monkeypatch):
    """The same weights, bit for bit, as those of a run that nobody disturbed."""
    whole = train.fit(replace(TINY, averaging=1.0), data, saving, Console(file=StringIO()))

    class Killed(Console):
        def print(self, *objects: object, **_: object) -> None:
            if str(objects[0] if objects else "").startswith("Epoch 2/"):
                raise SystemExit(137)

    elsewhere = train.Saving(saving.folder / "other", resume=True)
    with pytest.raises(SystemExit):
        train.fit(replace(TINY, averaging=1.0), data, elsewhere, Killed(file=StringIO()))
    console = Console(file=StringIO(), width=120)
    resumed = train.fit(replace(TINY, averaging=1.0), data, elsewhere, console)
    assert "going on after epoch 2" in console.file.getvalue()
    assert "Epoch 3/3" in console.file.getvalue()
    assert "Epoch 2/3" not in console.file.getvalue()
    assert [replace(epoch, seconds=0) for epoch in resumed.history] == [
        replace(epoch, seconds=0) for epoch in whole.history
    ]
    for one, other in zip(whole.model.get_weights(), resumed.model.get_weights(), strict=True):
        assert np.array_equal(one, other)


def test_a_finished_run_is_not_trained_again(train, data, saving):
    first = train.fit(TINY, data, saving, Console(file=StringIO()))
    console = Console(file=StringIO(), width=120)
    again = train.fit(TINY, data, replace(saving, resume=True), console)
    assert "Epoch 1/" not in console.file.getvalue()
    assert again.history == first.history


def test_another_recipe_does_not_go_on_with_a_strange_checkpoint(train, data, saving):
    train.fit(replace(TINY, epochs=1), data, saving, Console(file=StringIO()))
    console = Console(file=StringIO(), width=120)
    other = replace(TINY, epochs=1, learning_rate=1e-4)
    train.fit(other, data, replace(saving, resume=True), console)
    assert "going on" not in console.file.getvalue()


def test_a_damaged_checkpoint_is_a_sentence(train, data, saving):
    train.fit(replace(TINY, epochs=1), data, saving, Console(file=StringIO()))
    (path,) = saving.folder.glob("*.npz")
    path.write_bytes(path.read_bytes()[:-2_000])
    with pytest.raises(BuildError, match="damaged; delete it, or build without --resume"):
        train.fit(
            replace(TINY, epochs=1), data, replace(saving, resume=True), Console(file=StringIO())
        )


def test_a_full_disk_is_a_sentence_and_keeps_the_last_checkpoint(train, data, saving, monkeypatch):
    train.fit(replace(TINY, epochs=1), data, saving, Console(file=StringIO()))
    (path,) = saving.folder.glob("*.npz")
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(BuildError, match=r"No space left on device.*--resume"):
        train.fit(replace(TINY, epochs=1), data, saving, Console(file=StringIO()))
    assert path.read_bytes() == before
    assert list(saving.folder.iterdir()) == [path]
