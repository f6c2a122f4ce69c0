"""What the live window makes of a run's files, without Qt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.run_folders import BATCHES, begin_run, finish_run, make_run, train_epoch
from training.base.quantities import about
from training.live.curves import Batches, curve, trend
from training.live.monitor import RunMonitor
from training.live.progress import Phase, progress
from training.runs import RunFolder
from training.runs.history import Epoch, kept_of
from training.runs.metrics import BatchDone, Ended, EpochDone, MetricsWriter, Started, Story

STARTED = Started(4, 100, 5_000, 0, 1_000.0)
SLOW = Epoch(1, 0.5, 0.8, 0.6, 0.7, None, 30.0)


def story(*events: Started | BatchDone | EpochDone | Ended) -> Story:
    result = Story()
    result.add(events)
    return result


def batches(epoch: int, count: int, first: int = 1) -> list[BatchDone]:
    """A batch every tenth of a second."""
    return [
        BatchDone(epoch, number, 1.0, 0.5, 1_000.0 + 30.0 * (epoch - 1) + number / 10)
        for number in range(first, first + count)
    ]


def phase(told: Story, *, in_use: bool, stop: bool = False, measured: bool = False) -> Phase:
    return progress(told, in_use=in_use, stop_requested=stop, measured=measured).phase


def test_every_phase_of_a_run() -> None:
    going = story(STARTED, *batches(1, 3))
    done = story(STARTED, EpochDone(SLOW, True, 1_030.0), Ended("finished", "", 1_031.0))
    cut = story(STARTED, EpochDone(SLOW, True, 1_030.0), Ended("stopped", "by Ctrl-C", 1_031.0))
    too_soon = story(STARTED, *batches(1, 3), Ended("stopped", "", 1_031.0))
    failed = story(STARTED, Ended("failed", "no", 1_031.0))
    assert phase(Story(), in_use=True) is Phase.WAITING
    assert phase(Story(), in_use=False) is Phase.KILLED
    assert phase(going, in_use=True) is Phase.TRAINING
    assert phase(going, in_use=True, stop=True) is Phase.STOPPING
    assert phase(going, in_use=False) is Phase.KILLED
    assert phase(done, in_use=True) is Phase.MEASURING
    assert phase(done, in_use=False) is Phase.KILLED
    assert phase(done, in_use=False, measured=True) is Phase.FINISHED
    assert phase(cut, in_use=False, measured=True) is Phase.STOPPED
    assert phase(too_soon, in_use=False) is Phase.STOPPED
    assert phase(failed, in_use=False) is Phase.FAILED
    assert phase(story(STARTED, *batches(1, 3), STARTED), in_use=True) is Phase.WAITING


def test_rate_and_time_left_of_the_first_epoch_come_from_its_batches() -> None:
    now = progress(
        story(STARTED, *batches(1, 50)), in_use=True, stop_requested=False, measured=False
    )
    assert (now.epoch, now.epochs) == (1, 4)
    assert now.share == pytest.approx(0.5 / 4)
    assert now.rate == pytest.approx(500)  # 50 images every tenth of a second
    assert now.left == pytest.approx(3.5 * 10)


def test_later_the_time_left_counts_validation_too() -> None:
    told = story(STARTED, *batches(1, 100), EpochDone(SLOW, True, 1_030.0), *batches(2, 50))
    now = progress(told, in_use=True, stop_requested=False, measured=False)
    assert now.share == pytest.approx(1.5 / 4)
    assert now.rate == pytest.approx(500)
    assert now.left == pytest.approx(2.5 * 30)


def test_a_run_that_went_on_counts_from_there() -> None:
    again = Started(4, 100, 5_000, 1, 1_030.0)
    told = story(STARTED, EpochDone(SLOW, True, 1_020.0), *batches(2, 9), again, *batches(2, 50))
    now = progress(told, in_use=True, stop_requested=False, measured=False)
    assert now.share == pytest.approx(1.5 / 4)
    assert now.left == pytest.approx(2.5 * 10)


def test_patience_may_end_a_run_early_and_it_is_whole_all_the_same() -> None:
    told = story(STARTED, EpochDone(SLOW, True, 1_030.0), Ended("finished", "", 1_031.0))
    now = progress(told, in_use=False, stop_requested=False, measured=True)
    assert now.share == 1.0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 s"),
        (42.4, "42 s"),
        (200, "3 min"),
        (5_300, "88 min"),
        (5_399, "1 h 30 min"),
        (7_500, "2 h 05 min"),
    ],
)
def test_durations_for_people(seconds: float, text: str) -> None:
    assert about(seconds) == text


def test_batches_are_added_and_void_ones_forgotten() -> None:
    curves = Batches()
    told = story(STARTED, *batches(1, 10))
    assert len(curves.curves(told)[0].x) == 10
    told.add(batches(1, 5, first=11))
    loss, accuracy = curves.curves(told)
    assert loss.x[-1] == pytest.approx(0.15)
    assert accuracy.y.tolist() == [0.5] * 15
    told.add([STARTED, *batches(1, 2)])
    assert len(curves.curves(told)[0].x) == 2


def test_a_trend_is_the_mean_of_the_batches_around() -> None:
    assert not len(trend(curve([], [])).x)
    assert len(trend(curve(range(199), [1.0] * 199)).x) == 199
    found = trend(curve(range(1_005), [x % 2 for x in range(1_005)]))
    assert found.y.tolist() == [0.5] * 100
    assert found.x[0] == pytest.approx(4.5)


def test_what_is_kept_is_the_best_or_the_last() -> None:
    worse = Epoch(2, 0.4, 0.9, 0.9, 0.9, None, 30.0)
    assert kept_of([SLOW, worse], keeps_best=True) is SLOW
    assert kept_of([SLOW, worse], keeps_best=False) is worse


def test_a_look_without_news_changes_nothing(tmp_path: Path) -> None:
    monitor = RunMonitor(make_run(tmp_path / "run"))
    assert monitor.poll() >= {"story", "progress", "layers", "samples", "test", "validation"}
    for _ in range(12):
        assert not monitor.poll()


def test_a_story_that_was_cut_off_and_replaced_is_read_anew(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    monitor = RunMonitor(folder)
    monitor.poll()
    assert len(monitor.run.story.epochs) == 3
    folder.metrics.unlink()
    monitor.poll()
    assert not monitor.run.story.epochs
    with MetricsWriter(folder.metrics) as writer:
        writer.note(Started(3, BATCHES, 2_000, 0, 1_000.0))
        train_epoch(writer, 1)
    monitor.poll()
    assert len(monitor.run.story.epochs) == 1


def test_damaged_metrics_heal_when_they_are_mended(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    good = folder.metrics.read_bytes()
    monitor = RunMonitor(folder)
    monitor.poll()
    folder.metrics.write_bytes(good + b"{}\n")
    monitor.poll()
    assert "damaged" in monitor.problem
    folder.metrics.write_bytes(good)
    monitor.poll()
    assert monitor.problem == ""
    assert len(monitor.run.story.epochs) == 3


def test_results_of_before_do_not_count_while_the_run_goes_on(tmp_path: Path) -> None:
    folder = begin_run(tmp_path / "run")
    finish_run(folder, 1, how="stopped")
    with MetricsWriter(folder.metrics) as writer:
        writer.note(Started(3, BATCHES, 2_000, 0, 1_000.0))
        train_epoch(writer, 1)
        writer.note(Ended("stopped", "on request", 1_100.0))
        writer.note(Started(3, BATCHES, 2_000, 1, 2_000.0))
        train_epoch(writer, 2, batches=3)
    monitor = RunMonitor(folder)
    with folder.opened(new=False):
        monitor.poll()
    assert monitor.run.result is None
    assert monitor.progress.phase is Phase.TRAINING


def test_probabilities_that_are_no_numbers_are_none(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    found = RunFolder(folder.path).predictions("test")
    assert found is not None
    assert found.probabilities is not None
    found.probabilities[:] = float("nan")
    folder.write_pictures("predictions/test.npz", found)
    monitor = RunMonitor(folder)
    monitor.poll()
    assert monitor.run.shown is not None
    assert not monitor.run.shown.probabilities.any()
