"""Sweeps by workers of this process, with builds that take no time."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support import onnx_models
from tests.support.run_folders import begin_run, finish_run, pictures
from training.base.errors import BuildError
from training.cli.options import parser
from training.cli.plan import wanted_recipe
from training.runs import Result, RunFolder
from training.sweep.command import Means, run
from training.sweep.errors import TrialFailedError, TrialLostError
from training.sweep.jobs import Beat
from training.sweep.options import sweep_parser
from training.sweep.places import Places
from training.sweep.storage import StorageError, open_file
from training.sweep.study import Study, find
from training.sweep.trial import Task, checked
from training.sweep.worker import FAILURES, Pace, Worker

PACE = Pace(look=0.0, beat=0.0, grace=0.2, patience=0.2)
SPACE = """
[learning_rate]
low = 1e-4
high = 1e-2
log = true
[batch_size]
choices = [32, 64]
"""


def build(task: Task, tick: Callable[[float], None]) -> Result:
    """What a build leaves; its loss follows from its settings alone."""
    recipe = wanted_recipe(parser().parse_args(task.arguments))
    folder = RunFolder(task.folder)
    if not task.resume:
        begin_run(task.folder, recipe.name)
        folder.write_json("run.json", replace(folder.configuration(), recipe=recipe))
    tick(0.5)
    finish_run(folder, 3)
    folder.write_pictures("predictions/validation.npz", pictures(60, 10, 1))
    result = folder.result()
    onnx_models.save(folder.path / result.onnx, sharpness=1 + recipe.seed)
    loss = 0.1 + 0.01 * (recipe.seed % 7) + 10 * abs(recipe.learning_rate - 0.003)
    tested = None if "--no-test" in task.arguments else 58 - recipe.seed
    result = replace(
        result,
        validation_loss=loss,
        validation_accuracy=1 - loss / 10,
        test_correct=tested,
        test_total=tested and 60,
    )
    folder.write_json("result.json", result)
    return checked(folder)


def unheard(share: float) -> None:
    """A worker that hangs."""


def sweep(
    *words: str, run_trial: Callable[..., Result] = build, program: Sequence[str] = ()
) -> None:
    run(sweep_parser().parse_args(words), words, Means(run_trial, PACE, tuple(program)))


def study_in(folder: Path) -> Study:
    return find(open_file(Places(folder).database, create=False), "here", None)


def table(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "sweep.csv").read_text(encoding="utf-8").splitlines()))


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
            raise TrialFailedError("the loss became nan in epoch 1")
        return build(task, tick)

    sweep("--recipe", "digits", "--seeds", "3", "--folder", str(tmp_path / "s"), run_trial=fails)
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
            raise TrialLostError("killed")
        return build(task, tick)

    sweep(
        "--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path / "s"), run_trial=lost_once
    )
    assert tried == [("000", False), ("000", True)]
    (row,) = table(tmp_path / "s")
    assert (row["state"], row["attempts"]) == ("done", "2")


def test_a_build_that_is_lost_again_and_again_fails(tmp_path):
    def lost(task: Task, tick: Callable[[float], None]) -> Result:
        raise TrialLostError("killed")

    with pytest.raises(BuildError, match="no trial was finished"):
        sweep("--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path), run_trial=lost)
    (row,) = table(tmp_path)
    assert (row["state"], row["error"]) == ("failed", "its worker was killed 4 times")


def test_a_worker_stops_when_nothing_works_and_goes_on_later(tmp_path):
    def broken(task: Task, tick: Callable[[float], None]) -> Result:
        raise TrialFailedError("no space left")

    words = ["--recipe", "digits", "--seeds", "9", "--folder", str(tmp_path / "s")]
    with pytest.raises(BuildError, match=r"builds failed one after the other.*no space left"):
        sweep(*words, run_trial=broken)
    states = [job.state for job in study_in(tmp_path / "s").jobs()]
    assert states == ["failed"] * FAILURES + ["waiting"] * (9 - FAILURES)
    sweep(*words)
    assert [row["state"] for row in table(tmp_path / "s")][FAILURES:] == ["done"] * 4


def test_too_little_space_stops_before_a_build(tmp_path, monkeypatch):
    monkeypatch.setattr("training.sweep.places._ROOM", 2**70)
    words = ["--recipe", "digits", "--seeds", "2", "--folder", str(tmp_path / "s")]
    with pytest.raises(BuildError, match=r"MB are free .* goes on with what is left"):
        sweep(*words)
    assert [job.state for job in study_in(tmp_path / "s").jobs()] == ["waiting"] * 2


def test_ctrl_c_puts_the_trial_back(tmp_path):
    def interrupted(task: Task, tick: Callable[[float], None]) -> Result:
        raise KeyboardInterrupt

    words = ["--recipe", "digits", "--seeds", "2", "--folder", str(tmp_path / "s")]
    with pytest.raises(KeyboardInterrupt, match="the same command with --study s goes on"):
        sweep(*words, run_trial=interrupted)
    first, second = study_in(tmp_path / "s").jobs()
    assert (first.state, first.lost, len(first.attempts)) == ("waiting", 0, 2)
    assert second.state == "waiting"
    sweep(*words)
    assert [row["attempts"] for row in table(tmp_path / "s")] == ["2", "1"]


class Silent:
    def __init__(self) -> None:
        self.said: list[str] = []

    def show(self, jobs) -> None:
        pass

    def say(self, sentence: str) -> None:
        self.said.append(sentence)


def worker(folder: Path, run_trial: Callable[..., Result], display: Silent) -> Worker:
    """Another worker of a study that is there."""
    study, places = study_in(folder), Places(folder)

    def task(claim) -> Task:
        path = folder / "trials" / f"{claim.job:03}-again"
        words = ("--recipe", "digits", "--set", f"seed={claim.seed}")
        return Task(words, path, False, places.log_of(path))

    return Worker(study, places, run_trial, display, task=task, pace=PACE)


def test_who_is_silent_for_too_long_loses_its_trial_to_another_worker(tmp_path):
    """A worker hangs in a build; another one takes over and ends first."""
    folder, display = tmp_path / "s", Silent()

    def hangs(task: Task, tick: Callable[[float], None]) -> Result:
        worker(folder, build, display).work()
        return build(task, unheard)

    words = ["--recipe", "digits", "--seeds", "1", "--folder", str(folder)]
    sweep(*words, run_trial=hangs)
    (row,) = table(folder)
    assert (row["state"], row["attempts"]) == ("done", "2")
    assert row["folder"].endswith("000-again"), "the late result does not count"
    assert "gave no sign of life" in display.said[0]


def test_a_worker_that_lost_its_trial_stops_building_it(tmp_path):
    folder, ticks = tmp_path / "s", []

    def taken(task: Task, tick: Callable[[float], None]) -> Result:
        if not ticks:
            (job,) = study_in(folder).jobs()
            assert study_in(folder).lose(job.latest.id)
            ticks.append("tick")
            tick(0.1)
            ticks.append("never")
        return build(task, tick)

    sweep("--recipe", "digits", "--seeds", "1", "--folder", str(folder), run_trial=taken)
    assert ticks == ["tick"]
    (row,) = table(folder)
    assert (row["state"], row["attempts"]) == ("done", "2")


def test_signs_of_life_tell_how_far_a_build_is(tmp_path):
    seen: list[Beat] = []

    def slow(task: Task, tick: Callable[[float], None]) -> Result:
        for share in (0.25, 0.5):
            tick(share)
            (job,) = study_in(tmp_path / "s").jobs()
            seen.append(job.latest.notes.beat)
        return build(task, tick)

    sweep("--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path / "s"), run_trial=slow)
    assert [(beat.count, beat.share) for beat in seen] == [(1, 0.25), (2, 0.5)]


def test_a_storage_that_is_away_for_a_while_does_not_stop_a_build(tmp_path, monkeypatch):
    answers = iter([True, True, False])
    beat = Study.beat

    def away(self: Study, *arguments: object) -> None:
        if next(answers, False):
            raise StorageError("away")
        beat(self, *arguments)

    monkeypatch.setattr(Study, "beat", away)

    def slow(task: Task, tick: Callable[[float], None]) -> Result:
        for share in (0.2, 0.4, 0.6):
            tick(share)
        return build(task, tick)

    sweep("--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path / "s"), run_trial=slow)
    assert [row["attempts"] for row in table(tmp_path / "s")] == ["1"]
