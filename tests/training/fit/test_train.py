"""The fit loop on a few drawn digits: it learns, keeps the best epoch, and stops when it must."""

from __future__ import annotations

import shutil
import signal
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

pytest.importorskip("tensorflow", reason="needs the train extra")

from tests.support.training_fixtures import TINY, drawn_digits, no_writers
from training.base import environment
from training.base.errors import BuildError
from training.data.datasets import MNIST, Split
from training.fit.watch import Watch
from training.runs import RunFolder
from training.runs.metrics import BatchDone, Ended, read_story
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


@pytest.fixture
def folder(tmp_path) -> RunFolder:
    return RunFolder(tmp_path)


@pytest.fixture(scope="module")
def trained(train, data, tmp_path_factory):
    """One epoch, :data:`SHORT`, with its folder."""
    folder = RunFolder(tmp_path_factory.mktemp("trained"))
    return train.fit(SHORT, data, folder, Console(file=StringIO())), folder


@pytest.fixture
def its_folder(trained, tmp_path) -> RunFolder:
    """A copy of that folder, to be spoilt."""
    shutil.copytree(trained[1].path, tmp_path, dirs_exist_ok=True)
    return RunFolder(tmp_path)


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


def test_it_learns_and_keeps_the_best_epoch(train, data, folder, console):
    training = train.fit(TINY, data, folder, console)
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


def test_both_validation_sets_choose_the_epoch(train, data, folder, console):
    hard = Split(1 - data.validation[0].images, data.validation[0].labels)
    both = replace(data, validation=[*data.validation, hard])
    (epoch,) = train.fit(SHORT, both, folder, console).history
    (alone,) = train.fit(SHORT, data, folder, console).history
    assert alone.pen_accuracy is None
    assert epoch.validation_accuracy == alone.validation_accuracy > epoch.pen_accuracy
    assert epoch.validation_loss > alone.validation_loss
    assert "strangers" in console.file.getvalue()


def test_the_epoch_states_the_mean_over_its_batches(trained):
    """A random network guesses one in ten; the last batch of one epoch is far better."""
    training, _ = trained
    assert 0.1 < training.history[0].accuracy < 0.9
    assert training.history[0].loss > 0.5


def test_interrupted_in_the_second_epoch_keeps_the_first(train, data, folder):
    console = InterruptedConsole("Epoch 1/")
    training = train.fit(TINY, data, folder, console)
    assert training.interrupted
    assert [epoch.number for epoch in training.history] == [1]
    assert "Stopped by Ctrl-C" in console.file.getvalue()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_interrupted_before_anything_was_learnt(train, data, folder, monkeypatch):
    monkeypatch.setattr(Watch, "batch_done", lambda *_: signal.raise_signal(signal.SIGINT))
    with pytest.raises(train.NothingTrainedError):
        train.fit(TINY, data, folder, Console(file=StringIO()))


def test_a_second_ctrl_c_interrupts_at_once(train, data, folder, monkeypatch):
    def twice(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Watch, "batch_done", twice)
    with pytest.raises(KeyboardInterrupt) as caught:
        train.fit(TINY, data, folder, Console(file=StringIO()))
    assert not isinstance(caught.value, train.NothingTrainedError)


def test_a_loss_that_is_no_number_ends_it_with_a_sentence(train, data, folder, console):
    with pytest.raises(BuildError, match="loss became nan in epoch 1") as caught:
        train.fit(replace(TINY, learning_rate=1e30), data, folder, console)
    assert "\n" not in str(caught.value)


def test_weights_are_averaged(train, data, folder, console):
    short = replace(TINY, batch_size=4, epochs=1)
    long, none = (
        train.fit(replace(short, averaging=horizon), data, folder, console).history[0]
        for horizon in (100.0, 0.0)
    )
    assert long.loss == none.loss  # the training itself is the same
    assert long.validation_loss != none.validation_loss


def test_it_goes_on_where_it_was_killed_and_ends_alike(train, data, folder, monkeypatch):
    """The same weights, bit for bit, as those of a run that nobody disturbed."""
    whole = train.fit(replace(TINY, averaging=1.0), data, folder, Console(file=StringIO()))

    class Killed(Console):
        def print(self, *objects: object, **_: object) -> None:
            if str(objects[0] if objects else "").startswith("Epoch 2/"):
                raise SystemExit(137)

    elsewhere = RunFolder(folder.path / "other")
    with pytest.raises(SystemExit):
        train.fit(replace(TINY, averaging=1.0), data, elsewhere, Killed(file=StringIO()))
    console = Console(file=StringIO(), width=120)
    resumed = train.fit(replace(TINY, averaging=1.0), data, elsewhere, console, resume=True)
    assert "going on after epoch 2" in console.file.getvalue()
    assert "Epoch 3/3" in console.file.getvalue()
    assert "Epoch 2/3" not in console.file.getvalue()
    assert [replace(epoch, seconds=0) for epoch in resumed.history] == [
        replace(epoch, seconds=0) for epoch in whole.history
    ]
    for one, other in zip(whole.model.get_weights(), resumed.model.get_weights(), strict=True):
        assert np.array_equal(one, other)


def test_a_finished_run_is_not_trained_again(train, data, folder):
    first = train.fit(TINY, data, folder, Console(file=StringIO()))
    console = Console(file=StringIO(), width=120)
    again = train.fit(TINY, data, folder, console, resume=True)
    assert "Epoch 1/" not in console.file.getvalue()
    assert again.history == first.history


def test_another_recipe_does_not_go_on_with_a_strange_checkpoint(train, data, its_folder, console):
    other = replace(SHORT, learning_rate=1e-4)
    with pytest.raises(BuildError, match=r"other settings.*begin another run"):
        train.fit(other, data, its_folder, console, resume=True)


def test_a_damaged_checkpoint_is_a_sentence(train, data, its_folder, console):
    its_folder.checkpoint.write_bytes(its_folder.checkpoint.read_bytes()[:-2_000])
    with pytest.raises(BuildError, match="damaged; begin another run, without --resume"):
        train.fit(SHORT, data, its_folder, console, resume=True)


def test_a_full_disk_is_a_sentence_and_keeps_the_last_checkpoint(
    train, data, its_folder, console, monkeypatch
):
    before = its_folder.checkpoint.read_bytes()
    files = set(its_folder.path.iterdir())

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("training.fit.checkpoint.replace_file", full)
    with pytest.raises(BuildError, match=r"No space left on device.*--resume"):
        train.fit(SHORT, data, its_folder, console)
    assert its_folder.checkpoint.read_bytes() == before
    assert set(its_folder.path.iterdir()) == files


def test_every_step_is_noted(train, data, folder, console):
    training = train.fit(replace(TINY, epochs=2), data, folder, console)
    story = read_story(folder.metrics)
    assert story.epochs == list(training.history)
    assert story.ended is not None
    assert story.ended.how == "finished"
    assert [batch.batch for batch in story.batches] == 2 * list(range(1, story.started.batches + 1))
    first = [batch.loss for batch in story.batches if batch.epoch == 1]
    assert np.mean(first) == pytest.approx(training.history[0].loss)


def test_a_log_that_joins_in_is_told_the_same(train, data, folder, console):
    class Kept:
        def __init__(self) -> None:
            self.events: list[object] = []

        def note(self, event: object) -> None:
            self.events.append(event)

    kept = Kept()
    train.fit(SHORT, data, folder, console, logs=[kept])
    assert isinstance(kept.events[1], BatchDone)
    assert isinstance(kept.events[-1], Ended)
    assert len(kept.events) == len(folder.metrics.read_text().splitlines())


def test_a_request_ends_it_after_the_epoch_at_hand(train, data, folder, console):
    folder.request_stop()
    training = train.fit(TINY, data, folder, console)
    assert training.interrupted
    assert [epoch.number for epoch in training.history] == [1]
    assert "Stopped on request" in console.file.getvalue()
    assert read_story(folder.metrics).ended.how == "stopped"


def test_patience_ends_it_and_keeps_the_best(train, data, folder, console):
    """With a learning rate of nearly nothing, chance alone makes one epoch better than another."""
    impatient = replace(TINY, epochs=50, learning_rate=1e-12, schedule="constant", patience=2)
    training = train.fit(impatient, data, folder, console)
    assert len(training.history) == training.best.number + 2 < 50
    assert not training.interrupted
    assert read_story(folder.metrics).ended.how == "finished"


def test_a_recipe_that_watches_the_test_set_keeps_the_last_epoch(train, data, folder, console):
    worsening = replace(TINY, epochs=2, split="test", learning_rate=1.0, schedule="constant")
    training = train.fit(worsening, data, folder, console)
    assert training.best.number == 2
    assert "  test " in console.file.getvalue()


def test_the_best_model_is_there_for_keras(trained):
    import keras

    training, folder = trained
    saved = keras.saving.load_model(folder.best_model, compile=False, safe_mode=True)
    for one, other in zip(saved.get_weights(), training.model.get_weights(), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "adamw"])
@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_every_optimizer_learns(train, data, folder, console, optimizer, schedule):
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


@pytest.mark.parametrize("averaging", [0.0, 1.0])
def test_an_epoch_of_one_batch_counts(train, data, folder, console, averaging):
    """The kept weights are trained ones, however few batches there are."""
    import keras

    recipe = replace(TINY, epochs=2, batch_size=10_000, averaging=averaging)
    training = train.fit(recipe, data, folder, console)
    keras.utils.set_random_seed(recipe.seed)
    begun = train.Run(recipe, train.Batches(recipe, data.train, data.pool, 10), None).model
    first = training.model.get_weights()[0]
    assert not np.array_equal(first, begun.get_weights()[0])
    losses = [epoch.validation_loss for epoch in training.history]
    assert losses[0] != losses[1]


def test_without_averaging_the_weights_are_the_last_batch_s(train, data, folder, console):
    recipe = replace(TINY, epochs=1, batch_size=64, split="test")
    steps: list[list[np.ndarray]] = []
    update = train.Run.one_epoch

    def noted(run: object, *arguments: object) -> tuple[float, float]:
        result = update(run, *arguments)
        steps.append(run.model.get_weights())
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train.Run, "one_epoch", noted)
        training = train.fit(recipe, data, folder, console)
    for one, other in zip(steps[-1], training.model.get_weights(), strict=True):
        assert np.array_equal(one, other)


def test_a_validation_loss_that_is_no_number_ends_it_with_a_sentence(
    train, data, folder, console, monkeypatch
):
    monkeypatch.setattr(train, "score", lambda *_: (float("nan"), 0.1))
    with pytest.raises(BuildError, match="validation loss became nan in epoch 1"):
        train.fit(SHORT, data, folder, console)
    assert not folder.checkpoint.exists()


def test_an_epoch_s_mean_counts_images_not_batches(train, data, folder, console):
    images = len(data.train) + len(data.pool.epoch_indices(1))
    recipe = replace(TINY, epochs=1, batch_size=images - 1, last_batch=True)
    (epoch,) = train.fit(recipe, data, folder, console).history
    large, small = [batch.loss for batch in read_story(folder.metrics).batches]
    assert epoch.loss == pytest.approx((large * (images - 1) + small) / images)


@pytest.mark.parametrize("content", [b"", b"not a zip", "list", "array"])
def test_a_foreign_checkpoint_is_a_sentence(train, data, its_folder, console, content):
    if content == "list":
        np.savez(its_folder.checkpoint, record=np.array("[1, 2]"))
    elif content == "array":
        with its_folder.checkpoint.open("wb") as stream:
            np.save(stream, np.zeros(3))
    else:
        its_folder.checkpoint.write_bytes(content)
    with pytest.raises(BuildError, match=r"damaged; begin another run"):
        train.fit(SHORT, data, its_folder, console, resume=True)


def test_the_last_batch_may_be_smaller(train, data, folder, console):
    def steps(**changes: object) -> int:
        recipe = replace(TINY, epochs=1, batch_size=64, **changes)
        train.fit(recipe, data, folder, console)
        return len(read_story(folder.metrics).batches)

    images = len(data.train) + len(data.pool.epoch_indices(1))
    assert images % 64
    assert steps() == images // 64
    assert steps(last_batch=True) == images // 64 + 1
