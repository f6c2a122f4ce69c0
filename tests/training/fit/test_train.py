"""Training on a few drawn digits: it learns, keeps the best epoch, and stops when it must.

What one network learns is looked at once; everything else is tried on a network so small that Keras
has traced it in no time.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

pytest.importorskip("tensorflow", reason="needs the train extra")

from tests.support.training_fixtures import TINY, drawn_digits, no_writers, smallest_network
from training.base import environment
from training.base.errors import BuildError
from training.data.datasets import MNIST, Split
from training.runs import RunFolder
from training.runs.metrics import BatchDone, Ended, Event, read_story
from training.synth.pool import draw_pool

SHORT = replace(TINY, epochs=1)


@pytest.fixture(scope="module")
def train():
    environment.prepare()
    from training.fit import train

    return train


@pytest.fixture(scope="module")
def data(train):
    """400 digits, and a synthetic pool of glyphs and of what is no digit."""
    own, validation = (
        Split(images.astype(np.float32) / 255, labels.astype(np.int64))
        for images, labels in (drawn_digits(400, 1), drawn_digits(100, 2))
    )
    pool = draw_pool(TINY.mixture, MNIST.labels, no_writers(), Console(file=StringIO()))
    return train.Data(own, pool, [validation], classes=10)


@pytest.fixture(scope="module")
def real(train, data, tmp_path_factory):
    """A real network, trained by :data:`TINY`; its folder, and what was printed."""
    folder = RunFolder(tmp_path_factory.mktemp("real"))
    console = Console(file=StringIO(), width=120)
    return train.fit(TINY, data, folder, console), folder, console.file.getvalue()


@pytest.fixture
def small(train, monkeypatch) -> None:
    """The smallest network takes the place of the recipe's."""
    monkeypatch.setitem(train.ARCHITECTURES, TINY.architecture, smallest_network)


@pytest.fixture
def folder(tmp_path) -> RunFolder:
    return RunFolder(tmp_path)


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), width=120)


@pytest.fixture(scope="module")
def one_epoch(train, data, tmp_path_factory) -> Path:
    """The folder of one finished epoch."""
    path = tmp_path_factory.mktemp("one")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(train.ARCHITECTURES, TINY.architecture, smallest_network)
        train.fit(SHORT, data, RunFolder(path), Console(quiet=True))
    return path


@pytest.fixture
def saved(one_epoch, small, folder) -> RunFolder:
    """A copy of it, to be spoilt."""
    shutil.copytree(one_epoch, folder.path, dirs_exist_ok=True)
    return folder


def ctrl_c_at(event: type, times: int = 1) -> Callable[[Event], None]:
    """A listener that presses Ctrl-C when it is told of such an event."""

    def listener(told: Event) -> None:
        if isinstance(told, event):
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)

    return listener


def killed_after(epoch: int) -> type[Console]:
    class Killing(Console):
        def print(self, *objects: object, **_: object) -> None:
            if str(objects[0] if objects else "").startswith(f"Epoch {epoch}/"):
                raise SystemExit(137)

    return Killing


def same_weights(one: object, other: object) -> bool:
    pairs = zip(one.get_weights(), other.get_weights(), strict=True)
    return all(np.array_equal(*pair) for pair in pairs)


# -- what is learnt --------------------------------------------------------------------------------


def test_it_learns_and_keeps_the_best_epoch(train, data, real):
    training, _, printed = real
    assert [epoch.number for epoch in training.history] == list(range(1, TINY.epochs + 1))
    assert training.history[-1].loss < training.history[0].loss
    assert training.best.validation_accuracy > 0.95
    best = min(training.history, key=lambda epoch: epoch.validation_loss)
    assert training.best == best
    assert not training.interrupted
    kept = train.evaluate(training.model, data.validation[0])
    assert kept == pytest.approx((best.validation_loss, best.validation_accuracy), abs=1e-6)
    assert f"Epoch {TINY.epochs}/{TINY.epochs}" in printed
    assert "best so far" in printed


def test_an_epoch_states_the_mean_over_its_batches(real):
    """A random network guesses one in ten; the last batch of one epoch is far better."""
    first = real[0].history[0]
    assert 0.1 < first.accuracy < 0.9
    assert first.loss > 0.5


def test_the_best_model_is_there_for_keras(real):
    import keras

    training, folder, _ = real
    saved = keras.saving.load_model(folder.best_model, compile=False, safe_mode=True)
    assert same_weights(saved, training.model)


def test_every_step_is_noted(real):
    training, folder, _ = real
    story = read_story(folder.metrics)
    assert story.epochs == training.history
    assert story.ended is not None
    assert story.ended.how == "finished"
    steps = list(range(1, story.started.batches + 1))
    assert [batch.batch for batch in story.batches] == TINY.epochs * steps
    for epoch in training.history:
        losses = [batch.loss for batch in story.batches if batch.epoch == epoch.number]
        assert np.mean(losses) == pytest.approx(epoch.loss)


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "adamw"])
@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_every_optimizer_learns(train, data, small, folder, console, optimizer, schedule):
    rate = 0.01 if optimizer == "sgd" else 3e-3
    recipe = replace(
        TINY, optimizer=optimizer, schedule=schedule, learning_rate=rate, momentum=0.9, warmup=0.1
    )
    history = train.fit(recipe, data, folder, console).history
    assert history[-1].loss < 0.8 * history[0].loss


def test_sgd_takes_its_share_of_each_kernel_whatever_the_rate(train):
    """MyNN: w <- w - decay x w + v, with v <- momentum x v - rate x gradient; no bias decays."""
    import keras

    from training.networks.optimizers import optimizer_of

    kernel = keras.Variable([[2.0]], name="kernel")
    bias = keras.Variable([2.0], name="bias")
    wanted = replace(
        TINY,
        optimizer="sgd",
        schedule="constant",
        learning_rate=0.1,
        momentum=0.9,
        weight_decay=0.5,
    )
    optimizer = optimizer_of(wanted, 10)
    gradients = [keras.ops.ones((1, 1)), keras.ops.zeros((1,))]
    optimizer.apply(gradients, [kernel, bias])
    assert float(kernel.numpy()[0, 0]) == pytest.approx(2.0 - 1.0 - 0.1)
    optimizer.apply(gradients, [kernel, bias])
    assert float(kernel.numpy()[0, 0]) == pytest.approx(0.9 - 0.45 - 0.19)
    assert float(bias.numpy()[0]) == 2.0


# -- what is counted -------------------------------------------------------------------------------


def test_both_validation_sets_choose_the_epoch(train, data, small, folder, console):
    hard = Split(1 - data.validation[0].images, data.validation[0].labels)
    both = replace(data, validation=[*data.validation, hard])
    (epoch,) = train.fit(SHORT, both, folder, console).history
    (alone,) = train.fit(SHORT, data, folder, console).history
    assert alone.pen_accuracy is None
    assert epoch.validation_accuracy == alone.validation_accuracy > epoch.pen_accuracy
    assert epoch.validation_loss > alone.validation_loss
    assert "strangers" in console.file.getvalue()


def test_an_epoch_s_mean_counts_images_not_batches(train, data, small, folder, console):
    images = len(data.train) + len(data.pool.epoch_indices(1))
    recipe = replace(SHORT, batch_size=images - 1, last_batch=True)
    (epoch,) = train.fit(recipe, data, folder, console).history
    large, one = [batch.loss for batch in read_story(folder.metrics).batches]
    assert epoch.loss == pytest.approx((large * (images - 1) + one) / images)


def test_rows_count_by_their_weights(train, data, small, folder, console):
    """What is no digit: in the classes' loss by the outlier-exposure weight; OOD by its own."""

    def first_loss(**changes: float) -> float:
        recipe = replace(SHORT, batch_size=400, dropout=0.0, **changes)
        train.fit(recipe, data, folder, console)
        return read_story(folder.metrics).batches[0].loss

    none, half, whole = (
        first_loss(outlier_exposure=weight, ood_weight=0.0) for weight in (0.0, 0.5, 1.0)
    )
    assert none < half < whole
    assert half == pytest.approx((none + whole) / 2, rel=1e-4)
    assert first_loss(outlier_exposure=0.0, ood_weight=1.0) > none + 0.1


def test_it_is_validated_on_the_ema(train, data, small, folder, console):
    short = replace(SHORT, batch_size=4)
    long, none = (
        train.fit(replace(short, ema_epochs=epochs), data, folder, console).history[0]
        for epochs in (100.0, 0.0)
    )
    assert long.loss == none.loss  # the training itself is the same
    assert long.validation_loss != none.validation_loss


def test_without_an_ema_the_weights_are_the_last_batch_s(train, data, small, folder, console):
    trained: list[list[np.ndarray]] = []
    save = train.Checkpoint.save

    def noted(checkpoint: object, state: object) -> None:
        trained.append(state.copy.get_weights())
        save(checkpoint, state)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train.Checkpoint, "save", noted)
        training = train.fit(replace(SHORT, split="test"), data, folder, console)
    for one, other in zip(trained[-1], training.model.get_weights(), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("ema_epochs", [0.0, 1.0])
def test_an_epoch_of_one_batch_counts(train, data, small, folder, console, ema_epochs):
    """The kept weights are trained ones, however few batches there are."""
    recipe = replace(TINY, epochs=2, batch_size=10_000, ema_epochs=ema_epochs)
    training = train.fit(recipe, data, folder, console)
    untrained = replace(recipe, learning_rate=1e-30, schedule="constant")
    begun = train.fit(untrained, data, RunFolder(folder.path / "other"), console)
    assert not np.array_equal(training.model.get_weights()[0], begun.model.get_weights()[0])
    losses = [epoch.validation_loss for epoch in training.history]
    assert losses[0] != losses[1]


def test_listeners_are_told_what_is_noted(train, data, small, folder, console):
    told: list[Event] = []
    train.fit(SHORT, data, folder, console, listeners=[told.append])
    assert isinstance(told[1], BatchDone)
    assert isinstance(told[-1], Ended)
    assert len(told) == len(folder.metrics.read_text().splitlines())


# -- how it ends -----------------------------------------------------------------------------------


def test_interrupted_in_the_second_epoch_keeps_the_first(train, data, small, folder, console):
    def ctrl_c(event: Event) -> None:
        if isinstance(event, BatchDone) and event.epoch == 2:
            signal.raise_signal(signal.SIGINT)

    training = train.fit(TINY, data, folder, console, listeners=[ctrl_c])
    assert training.interrupted
    assert [epoch.number for epoch in training.history] == [1]
    assert "Stopped by Ctrl-C" in console.file.getvalue()
    story = read_story(folder.metrics)
    assert story.ended.how == "stopped"
    assert [batch.batch for batch in story.batches if batch.epoch == 2] == [1]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_interrupted_before_anything_was_learnt(train, data, small, folder, console):
    with pytest.raises(train.NothingTrainedError):
        train.fit(TINY, data, folder, console, listeners=[ctrl_c_at(BatchDone)])
    assert read_story(folder.metrics).ended.reason == "before the first epoch had ended"


def test_a_second_ctrl_c_interrupts_at_once(train, data, small, folder, console):
    with pytest.raises(KeyboardInterrupt) as caught:
        train.fit(TINY, data, folder, console, listeners=[ctrl_c_at(BatchDone, times=2)])
    assert not isinstance(caught.value, train.NothingTrainedError)


def test_a_loss_that_is_no_number_ends_it_with_a_sentence(train, data, small, folder, console):
    with pytest.raises(BuildError, match="loss became nan in epoch 1") as caught:
        train.fit(replace(TINY, learning_rate=1e30), data, folder, console)
    assert "\n" not in str(caught.value)
    assert read_story(folder.metrics).ended.how == "failed"


def test_a_validation_loss_that_is_no_number_ends_it_with_a_sentence(
    train, data, small, folder, console, monkeypatch
):
    monkeypatch.setattr(train, "evaluate", lambda *_: (float("nan"), 0.1))
    with pytest.raises(BuildError, match="validation loss became nan in epoch 1"):
        train.fit(SHORT, data, folder, console)
    assert not folder.checkpoint.exists()


def test_a_request_ends_it_after_the_epoch_at_hand(train, data, small, folder, console):
    folder.request_stop()
    training = train.fit(TINY, data, folder, console)
    assert training.interrupted
    assert [epoch.number for epoch in training.history] == [1]
    assert "Stopped on request" in console.file.getvalue()
    assert read_story(folder.metrics).ended.how == "stopped"


def test_patience_ends_it_and_keeps_the_best(train, data, small, folder, console):
    """With a learning rate of nearly nothing, chance alone makes one epoch better than another."""
    impatient = replace(TINY, epochs=50, learning_rate=1e-12, schedule="constant", patience=2)
    training = train.fit(impatient, data, folder, console)
    assert len(training.history) == training.best.number + 2 < 50
    assert not training.interrupted
    assert read_story(folder.metrics).ended.how == "finished"
    again = train.fit(impatient, data, folder, console, resume=True)
    assert again.history == training.history


def test_a_recipe_that_watches_the_test_set_keeps_the_last_epoch(
    train, data, small, folder, console
):
    worsening = replace(TINY, epochs=2, split="test", learning_rate=1.0, schedule="constant")
    training = train.fit(worsening, data, folder, console)
    assert training.best.number == 2
    assert "  test " in console.file.getvalue()


# -- how it goes on --------------------------------------------------------------------------------


def test_it_goes_on_where_it_was_killed_and_ends_alike(train, data, small, folder, console):
    """The same weights, bit for bit, as those of a run that nobody disturbed."""
    recipe = replace(TINY, ema_epochs=1.0, dropout=0.3)
    whole = train.fit(recipe, data, folder, Console(file=StringIO()))
    elsewhere = RunFolder(folder.path / "other")
    with pytest.raises(SystemExit):
        train.fit(recipe, data, elsewhere, killed_after(2)(file=StringIO()))
    resumed = train.fit(recipe, data, elsewhere, console, resume=True)
    printed = console.file.getvalue()
    assert "going on after epoch 2" in printed
    assert "Epoch 3/3" in printed
    assert "Epoch 2/3" not in printed
    for one, other in zip(whole.history, resumed.history, strict=True):
        assert replace(one, seconds=0) == replace(other, seconds=0)
    assert same_weights(whole.model, resumed.model)
    # An epoch that was saved, but not yet noted, is noted now.
    assert [epoch.number for epoch in read_story(elsewhere.metrics).epochs] == [1, 2, 3]


def test_a_finished_run_is_not_trained_again(train, data, saved, console):
    first = Console(file=StringIO(), width=120)
    again = train.fit(SHORT, data, saved, first, resume=True)
    assert "Epoch 1/" not in first.file.getvalue()
    assert len(again.history) == 1


def test_another_recipe_does_not_go_on_with_a_strange_checkpoint(train, data, saved, console):
    other = replace(SHORT, learning_rate=1e-4)
    with pytest.raises(BuildError, match=r"other settings.*begin another run"):
        train.fit(other, data, saved, console, resume=True)


def test_another_version_s_checkpoint_is_a_sentence(train, data, saved, console, monkeypatch):
    def with_more(*arguments: object) -> object:
        import keras

        network = smallest_network(*arguments)
        probabilities, score = network.outputs
        return keras.Model(network.inputs, [keras.layers.Dense(10)(probabilities), score])

    monkeypatch.setitem(train.ARCHITECTURES, TINY.architecture, with_more)
    with pytest.raises(BuildError, match="belongs to another version of this program"):
        train.fit(SHORT, data, saved, console, resume=True)


def foreign(content: object) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, int):
            path.write_bytes(path.read_bytes()[:content])
        elif isinstance(content, str):
            np.savez(path, record=np.array(content))
        else:
            with path.open("wb") as stream:
                np.save(stream, np.zeros(3))

    return write


@pytest.mark.parametrize("content", [b"", b"not a zip", "[1, 2]", None, -2_000], ids=str)
def test_a_damaged_or_foreign_checkpoint_is_a_sentence(train, data, saved, console, content):
    foreign(content)(saved.checkpoint)
    with pytest.raises(BuildError, match="damaged; begin another run, without --resume"):
        train.fit(SHORT, data, saved, console, resume=True)


def test_a_full_disk_is_a_sentence_and_keeps_the_last_checkpoint(
    train, data, saved, console, monkeypatch
):
    before = saved.checkpoint.read_bytes()
    files = set(saved.path.iterdir())

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("training.fit.checkpoint.replace_file", full)
    with pytest.raises(BuildError, match=r"No space left on device.*--resume"):
        train.fit(SHORT, data, saved, console)
    assert saved.checkpoint.read_bytes() == before
    assert set(saved.path.iterdir()) == files
