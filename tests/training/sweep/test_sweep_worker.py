"""Sweeps by workers of this process, with builds that take no time."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from optuna.exceptions import StorageInternalError
from optuna.storages import RDBStorage
from optuna.trial import TrialState

from tests.support.run_folders import begin_run
from tests.support.sweeps import PACE, SPACE, build, study_in, sweep, table
from training.base.errors import BuildError
from training.cli.options import parser
from training.cli.plan import wanted_recipe
from training.runs import Result, RunFolder
from training.sweep import worker as workers
from training.sweep.build import BuildFailedError, BuildLostError, Task
from training.sweep.worker import FAILURES, Worker


def test_a_sweep_over_seeds_ends_with_mean_deviation_and_n(tmp_path, capsys):
    sweep("--recipe", "tf-basic", "--seeds", "4", "--folder", str(tmp_path / "s"))
    folder = tmp_path / "s"
    rows = table(folder)
    assert [row["seed"] for row in rows] == ["0", "1", "2", "3"]
    assert [row["state"] for row in rows] == ["done"] * 4
    whole = json.loads((folder / "sweep.json").read_text())
    losses = [float(row["validation_loss"]) for row in rows]
    found = whole["summary"]["validation_loss"]
    assert found["mean"] == pytest.approx(np.mean(losses))
    assert found["deviation"] == pytest.approx(np.std(losses, ddof=1))
    assert found["n"] == 4
    assert whole["summary"]["test_accuracy"]["mean"] == pytest.approx(56.5 / 60)
    assert whole["best"] is None, "a sweep that reads the test set chooses nothing"
    assert (folder / "figures" / "seeds.png").read_bytes().startswith(b"\x89PNG")
    said = capsys.readouterr().out
    assert "watches its test set" in said
    assert "standard deviation" in said
    assert "n = 4" in said
    assert said.count("Trial ") == 4
    for number in range(4):
        recipe = RunFolder(folder / "trials" / f"{number:03}").configuration().recipe
        assert (recipe.name, recipe.seed) == ("tf-basic", number)


def test_a_search_finds_what_is_better_and_reads_no_test_set(tmp_path, capsys):
    (tmp_path / "space.toml").write_text(SPACE)
    words = ["--recipe", "tf-basic", "--search", str(tmp_path / "space.toml"), "--trials", "12"]
    sweep(*words, "--set", "epochs=2", "--folder", str(tmp_path / "s"))
    folder = tmp_path / "s"
    rows = table(folder)
    assert all(row["state"] == "done" and row["test_accuracy"] == "" for row in rows)
    assert len({row["learning_rate"] for row in rows}) == 12
    assert {row["batch_size"] for row in rows} == {"32", "64"}
    whole = json.loads((folder / "sweep.json").read_text())
    best = min(rows, key=lambda row: float(row["validation_loss"]))
    assert whole["best"] == int(best["trial"])
    recipe = RunFolder(folder / "trials" / f"{whole['best']:03}").configuration().recipe
    assert recipe.learning_rate == pytest.approx(float(best["learning_rate"]))
    assert (recipe.epochs, recipe.split, recipe.seed) == (2, "last 5000", 0)
    figures = {path.name for path in (folder / "figures").iterdir()}
    assert figures == {"history.png", "slices.png", "importances.png"}
    said = capsys.readouterr().out
    assert "validated on the last 5000 training images" in said
    shown = [line.split()[0] for line in said.splitlines() if line.lstrip()[:1].isdigit()]
    assert shown[0] == str(whole["best"]), "the best trial is the first row"


def test_a_failed_build_is_noted_and_the_sweep_goes_on(tmp_path, capsys):
    def fails(task: Task, tick: Callable[[float], None]) -> Result:
        if "seed=1" in task.arguments:
            raise BuildFailedError("the loss became nan in epoch 1")
        return build(task, tick)

    sweep("--recipe", "digits", "--seeds", "3", "--folder", str(tmp_path / "s"), run_build=fails)
    rows = table(tmp_path / "s")
    assert [row["state"] for row in rows] == ["done", "failed", "done"]
    assert rows[1]["error"] == "the loss became nan in epoch 1"
    assert (
        json.loads((tmp_path / "s" / "sweep.json").read_text())["summary"]["validation_loss"]["n"]
        == 2
    )
    assert "Trial 1 failed: the loss became nan in epoch 1" in capsys.readouterr().out


def test_a_lost_build_is_tried_again_and_goes_on_where_it_was(tmp_path):
    tried: list[tuple[str, bool]] = []

    def lost_once(task: Task, tick: Callable[[float], None]) -> Result:
        tried.append((task.folder.name, task.resume))
        if len(tried) == 1:
            begun = begin_run(task.folder, "digits")
            recipe = wanted_recipe(parser().parse_args(task.arguments))
            begun.write_json("run.json", replace(begun.configuration(), recipe=recipe))
            raise BuildLostError("killed")
        return build(task, tick)

    sweep(
        "--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path / "s"), run_build=lost_once
    )
    assert tried == [("000", False), ("000", True)]
    (row,) = table(tmp_path / "s")
    assert (row["state"], row["attempts"]) == ("done", "2")


def test_a_build_that_is_lost_again_and_again_fails(tmp_path):
    def lost(task: Task, tick: Callable[[float], None]) -> Result:
        raise BuildLostError("killed")

    with pytest.raises(BuildError, match="no trial was finished"):
        sweep("--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path), run_build=lost)
    (row,) = table(tmp_path)
    assert (row["state"], row["error"]) == ("failed", "its worker was killed 4 times")


def test_a_worker_stops_when_nothing_works_and_goes_on_later(tmp_path):
    def broken(task: Task, tick: Callable[[float], None]) -> Result:
        raise BuildFailedError("no space left")

    words = ["--recipe", "digits", "--seeds", "9", "--folder", str(tmp_path / "s")]
    with pytest.raises(BuildError, match=r"builds failed one after the other.*no space left"):
        sweep(*words, run_build=broken)
    states = [job.state for job in study_in(tmp_path / "s").jobs()]
    assert states == ["failed"] * FAILURES + ["waiting"] * (9 - FAILURES)
    sweep(*words)
    assert [row["state"] for row in table(tmp_path / "s")][FAILURES:] == ["done"] * 4


def test_too_little_space_stops_before_a_build(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "_ROOM", 2**70)
    words = ["--recipe", "digits", "--seeds", "2", "--folder", str(tmp_path / "s")]
    with pytest.raises(BuildError, match=r"MB are free .* goes on with what is left"):
        sweep(*words)
    assert [job.state for job in study_in(tmp_path / "s").jobs()] == ["waiting"] * 2


def test_ctrl_c_puts_the_trial_back(tmp_path):
    def interrupted(task: Task, tick: Callable[[float], None]) -> Result:
        raise KeyboardInterrupt

    words = ["--recipe", "digits", "--seeds", "2", "--folder", str(tmp_path / "s")]
    with pytest.raises(KeyboardInterrupt, match="the same command with --study s goes on"):
        sweep(*words, run_build=interrupted)
    first, second = study_in(tmp_path / "s").jobs()
    assert (first.state, first.losses, len(first.attempts)) == ("waiting", 0, 2)
    assert second.state == "waiting"
    sweep(*words)
    assert [row["attempts"] for row in table(tmp_path / "s")] == ["2", "1"]


def test_of_several_workers_all_end_when_one_fails_and_what_they_build_is_put_back(tmp_path):
    building = threading.Barrier(2)

    def stopped(task: Task, tick: Callable[[float], None]) -> Result:
        building.wait()
        while "seed=1" in task.arguments:
            tick(0.5)
        raise KeyboardInterrupt

    words = ["--recipe", "digits", "--seeds", "3", "--workers", "2", "--folder", str(tmp_path)]
    with pytest.raises(KeyboardInterrupt, match="goes on"):
        sweep(*words, run_build=stopped)
    jobs = study_in(tmp_path).jobs()
    assert [job.state for job in jobs] == ["waiting", "waiting", "waiting"]
    assert [job.losses for job in jobs] == [0, 0, 0]


def test_the_last_trial_is_given_to_one_of_several_workers(tmp_path):
    words = ["--recipe", "digits", "--seeds", "2", "--workers", "4", "--folder", str(tmp_path)]
    sweep(*words)
    assert [row["state"] for row in table(tmp_path)] == ["done", "done"]
    states = [trial.state for trial in study_in(tmp_path).optuna.trials]
    assert states[:2] == [TrialState.COMPLETE] * 2
    assert set(states[2:]) <= {TrialState.PRUNED}
    assert sorted(path.name for path in (tmp_path / "trials").iterdir()) == ["000", "001"]


def test_a_worker_that_lost_its_trial_stops_building_it(tmp_path, capsys):
    """Others count it as lost, but are killed before they enqueue it again."""
    folder, tried = tmp_path / "s", []

    def taken(task: Task, tick: Callable[[float], None]) -> Result:
        tried.append(task.folder.name)
        if len(tried) == 1:
            study = study_in(folder)
            (job,) = study.jobs()
            study.storage.set_trial_state_values(job.trial._trial_id, TrialState.FAIL)
            while True:
                tick(0.1)
        return build(task, tick)

    sweep("--recipe", "digits", "--seeds", "1", "--folder", str(folder), run_build=taken)
    assert "a trial was taken for lost and given to another worker" in capsys.readouterr().out
    assert tried == ["000", "000"]
    (row,) = table(folder)
    assert (row["state"], row["attempts"]) == ("done", "2")


def test_what_nobody_looks_after_since_its_claim_is_built_again(tmp_path):
    """A worker claimed it, and was killed before its first heartbeat."""
    words = ["--recipe", "digits", "--seeds", "2", "--folder", str(tmp_path)]
    with pytest.raises(KeyboardInterrupt):
        sweep(*words, run_build=interrupted)
    study = study_in(tmp_path)
    waiting = study.optuna.trials[1]
    assert study.storage.set_trial_state_values(waiting._trial_id, TrialState.RUNNING)
    sweep(*words)
    assert [(row["state"], row["attempts"]) for row in table(tmp_path)] == [
        ("done", "3"),
        ("done", "1"),
    ]


def interrupted(task: Task, tick: Callable[[float], None]) -> Result:
    raise KeyboardInterrupt


def test_who_slept_waits_for_the_others_heartbeats_before_it_judges(tmp_path, monkeypatch):
    sweep("--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path))
    happened = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            happened.append(f"waits {timeout}")
            return False

    monkeypatch.setattr(workers, "fail_stale_trials", lambda _: happened.append("judges"))
    pace = replace(PACE, stop=Stop())
    worker = Worker(study_in(tmp_path), tmp_path, build, None, None, pace)
    worker.work()
    assert happened == ["judges"]
    worker._answered -= PACE.grace
    worker.work()
    assert happened[1:] == [f"waits {2 * PACE.heartbeat}", "judges"]


def test_notes_tell_how_far_a_build_is(tmp_path):
    seen: list[float] = []

    def slow(task: Task, tick: Callable[[float], None]) -> Result:
        for share in (0.25, 0.5):
            while (job := study_in(tmp_path / "s").jobs()[0]).notes.share != share:
                tick(share)
            seen.append(job.notes.share)
        return build(task, tick)

    sweep("--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path / "s"), run_build=slow)
    assert seen == [0.25, 0.5]


def test_a_storage_that_is_away_for_a_while_stops_no_build(tmp_path, monkeypatch, capsys):
    answers = iter([True, True, True, True, False, False, True, True])
    note = RDBStorage.set_trial_user_attr

    def away(self: RDBStorage, trial_id: int, key: str, value: object) -> None:
        if next(answers, False):
            raise StorageInternalError("away")
        note(self, trial_id, key, value)

    monkeypatch.setattr(RDBStorage, "set_trial_user_attr", away)
    sweep("--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path / "s"))
    assert [row["attempts"] for row in table(tmp_path / "s")] == ["1"]
    assert capsys.readouterr().out.count("cannot be used (away)") in (1, 2), "not each time"


def test_a_storage_that_is_away_for_good_ends_the_work(tmp_path, monkeypatch):
    def away(self: RDBStorage, trial_id: int, key: str, value: object) -> None:
        raise StorageInternalError("away")

    monkeypatch.setattr(RDBStorage, "set_trial_user_attr", away)
    with pytest.raises(BuildError, match=r"study\.db cannot be used \(away\)"):
        sweep("--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path / "s"))


def test_a_heartbeat_that_cannot_be_written_does_not_end_them_all(tmp_path, monkeypatch):
    """Optuna's thread would end, with a traceback, and the trial be taken for lost."""
    beats = []

    def away(self: RDBStorage, trial_id: int) -> None:
        beats.append(trial_id)
        raise StorageInternalError("away")

    monkeypatch.setattr(RDBStorage, "record_heartbeat", away)

    def slow(task: Task, tick: Callable[[float], None]) -> Result:
        while len(beats) < 2:
            tick(0.5)
        return build(task, tick)

    sweep("--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path), run_build=slow)
    assert [row["state"] for row in table(tmp_path)] == ["done"]
