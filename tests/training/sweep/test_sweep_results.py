"""What a sweep leaves: its ensemble, its files on other machines, and what it shows meanwhile."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import numpy as np
import pytest
from optuna.trial import TrialState
from rich.console import Console

from digitpad.inference.recognizer import Recognizer
from tests.support.run_folders import pictures
from tests.training.sweep.test_sweep_jobs import RESULT, done, trial
from tests.training.sweep.test_sweep_worker import build, study_in, sweep
from training.base.errors import BuildError
from training.recipes import RECIPES
from training.recipes.settings import settings
from training.runs import Result
from training.sweep.artifacts import ArtifactError, Artifacts
from training.sweep.config import Sweep, from_json, to_json
from training.sweep.errors import SweepError
from training.sweep.jobs import jobs_of
from training.sweep.progress import SweepProgress, seconds_left
from training.sweep.storage import open_file
from training.sweep.study import NotOursError
from training.sweep.trial import Task


def test_accuracy_as_the_objective_is_the_higher_the_better(tmp_path):
    words = ["--recipe", "digits", "--seeds", "3", "--ensemble", "1", "--objective", "accuracy"]
    sweep(*words, "--folder", str(tmp_path / "s"))
    assert json.loads((tmp_path / "s" / "sweep.json").read_text())["best"] == 0
    (study,) = [study_in(tmp_path / "s")]
    values = [job.latest.value for job in study.jobs()]
    assert values == [job.latest.notes.result.validation_accuracy for job in study.jobs()]


def test_the_best_models_become_one(tmp_path, capsys):
    words = ["--recipe", "tf-basic", "--seeds", "4", "--ensemble", "2"]
    sweep(*words, "--folder", str(tmp_path / "s"))
    path = tmp_path / "s" / "tf-basic-ensemble2.onnx"
    recognizer = Recognizer.load(path)
    card = json.loads(path.with_suffix(".json").read_text())
    assert [member["seed"] for member in card["members"]] == [0, 1]
    images = pictures(60, 10, 1).images.astype(np.float32) / 255
    members = [
        Recognizer.load(tmp_path / "s" / "trials" / name / "tfjs-cnn.onnx").predict(images)
        for name in ("000", "001")
    ]
    assert np.abs(recognizer.predict(images) - np.mean(members, axis=0)).max() < 1e-6
    right = (recognizer.predict(images).argmax(axis=1) == pictures(60, 10, 1).labels).mean()
    assert card["accuracy"]["validation"]["accuracy"] == pytest.approx(right, abs=1e-6)
    assert "on average read" in capsys.readouterr().out


def test_files_reach_the_artifact_store_and_come_back_from_it(tmp_path, capsys):
    there, here, store = tmp_path / "there", tmp_path / "here", tmp_path / "store"
    common = ["--recipe", "tf-basic", "--seeds", "2", "--ensemble", "2", "--study", "lab"]
    common += ["--storage", f"sqlite:///{tmp_path / 'lab.db'}", "--artifacts", str(store)]
    sweep(*common, "--folder", str(there))
    made = (there / "tf-basic-ensemble2.onnx").read_bytes()
    there.rename(tmp_path / "gone")
    sweep(*common, "--folder", str(here))
    assert (here / "tf-basic-ensemble2.onnx").read_bytes() == made
    kept = {str(p.relative_to(here / "kept" / "000")) for p in (here / "kept" / "000").rglob("*.*")}
    assert kept == {
        "metrics.jsonl",
        "result.json",
        "run.json",
        "tfjs-cnn.json",
        "tfjs-cnn.onnx",
        "predictions/validation.npz",
    } - {"metrics.jsonl"}
    assert "2 of 2 trials are over already" in capsys.readouterr().out


def test_without_a_store_the_ensemble_says_where_the_files_are(tmp_path):
    common = ["--recipe", "tf-basic", "--seeds", "2", "--ensemble", "2", "--study", "lab"]
    common += ["--storage", f"sqlite:///{tmp_path / 'lab.db'}"]
    sweep(*common, "--folder", str(tmp_path / "there"))
    with pytest.raises(BuildError, match="make the ensemble there, or sweep with --artifacts"):
        sweep(*common, "--folder", str(tmp_path / "here"))


def test_a_store_cannot_name_files_elsewhere(tmp_path):
    common = ["--recipe", "tf-basic", "--seeds", "1", "--study", "lab"]
    sweep(*common, "--folder", str(tmp_path / "lab"))
    storage = open_file(tmp_path / "lab" / "study.db")
    store = tmp_path / "store"
    artifacts = Artifacts(str(store), storage)
    study = study_in(tmp_path / "lab")
    study._study.enqueue_trial({})
    waiting = study._study.get_trials()[-1]
    for name in ("../evil.onnx", "/evil.onnx", "a/b.onnx", ".onnx", "run.json.exe", "good.onnx"):
        meta = {"artifact_id": "x", "filename": name, "mimetype": "", "encoding": None}
        key = f"artifacts:{name}"
        storage.set_trial_system_attr(waiting._trial_id, key, json.dumps(meta))
        (store / "x").write_bytes(b"content")
    (fake,) = jobs_of([trial(0, TrialState.RUNNING)], 1)
    attempt = fake.latest
    object.__setattr__(attempt, "id", waiting._trial_id)
    assert artifacts.fetch(attempt, tmp_path / "kept")
    assert [path.name for path in (tmp_path / "kept").rglob("*")] == ["good.onnx"]
    (store / "x").unlink()
    with pytest.raises(ArtifactError, match=r"failed .*make sure that it is there"):
        artifacts.fetch(attempt, tmp_path / "kept")


def test_a_store_that_cannot_be_opened(tmp_path):
    storage = open_file(tmp_path / "study.db")
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtifactError, match="cannot make"):
        Artifacts(str(tmp_path / "file"), storage)
    with pytest.raises(ArtifactError, match="needs boto3: pip install boto3"):
        Artifacts("s3://bucket/prefix", storage)


SWEEP = Sweep("digits", {}, settings(RECIPES["digits"]), 4, {}, "loss", True, None)


def test_a_sweep_survives_its_study():
    assert from_json(json.loads(json.dumps(to_json(SWEEP)))).jobs == 4
    for strange in (None, {}, [], to_json(SWEEP) | {"format": 99}, to_json(SWEEP) | {"jobs": "x"}):
        with pytest.raises(SweepError, match="not a sweep that this version"):
            from_json(strange)


def beating(number: int, job: int, seconds: float, share: float):
    beat = {"count": 1, "seconds": seconds, "share": share}
    return trial(number, TrialState.RUNNING, job, beat=beat, worker="there:1")


def test_the_time_left_is_shared_by_those_at_work():
    assert seconds_left(jobs_of([], 4)) is None
    running = [beating(0, 0, 30.0, 0.5), beating(1, 1, 30.0, 0.5)]
    assert seconds_left(jobs_of(running, 4)) == pytest.approx(60 * 3 / 2)
    assert seconds_left(jobs_of([beating(0, 0, 1.0, 0.001)], 4)) is None
    after = [done(0, job=0), beating(1, 1, 99.0, 0.5)]
    assert seconds_left(jobs_of(after, 4)) == pytest.approx(RESULT.seconds * 2.5)
    assert seconds_left(jobs_of([done(i, job=i) for i in range(4)], 4)) is None


def test_progress_over_all_workers():
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=160, highlight=False)
    failed = trial(1, TrialState.FAIL, 1, error="[red]nan[/red]")
    with SweepProgress(SWEEP, console) as display:
        display.show(jobs_of([beating(0, 0, 30.0, 0.5)], 4))
        display.show(jobs_of([done(0, job=0), failed, beating(2, 2, 3.0, 0.5)], 4))
        display._bar.refresh()
    shown = screen.getvalue()
    assert "1 done  1 running  1 waiting  1 failed" in shown
    assert "about 9 s left" in shown
    assert "Trial 0  dropout=0.2  loss 0.1000  accuracy 97.00%" in shown
    assert "Trial 1  failed: [red]nan[/red]" in shown


def test_a_file_takes_lines_and_no_bar():
    log = io.StringIO()
    with SweepProgress(SWEEP, Console(file=log, width=200)) as display:
        display.show(jobs_of([done(3, job=3)], 4))
        display.show(jobs_of([done(2, job=2), done(3, job=3)], 4))
    assert [line[:7] for line in log.getvalue().splitlines()] == ["1 of 4 ", "Trial 2"]


def test_what_is_over_can_no_longer_be_changed(tmp_path):
    sweep("--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path / "s"))
    study = study_in(tmp_path / "s")
    (job,) = study.jobs()
    assert job.latest.state is TrialState.COMPLETE
    assert study.claim(study.jobs(), "me") is None
    assert not study.lose(job.latest.id)
    with pytest.raises(NotOursError):
        study._end(job.latest.id, TrialState.FAIL)


def test_what_two_workers_enqueued_at_the_same_time_is_built_once(tmp_path):
    """Another worker sees the same gap, and fills it a moment later."""
    folder, built = tmp_path / "s", []

    def counting(task: Task, tick: Callable[[float], None]) -> Result:
        if not built:
            for job in (1, 2):
                study_in(folder)._study.enqueue_trial({}, user_attrs={"job": job, "attempt": 0})
        built.append(task.folder.name)
        return build(task, tick)

    words = ["--recipe", "digits", "--seeds", "3", "--folder", str(folder)]
    sweep(*words, run_trial=counting)
    assert built == ["000", "001", "002"]
    states = [trial.state for trial in study_in(folder)._study.get_trials()]
    assert states == [TrialState.COMPLETE] * 3 + [TrialState.FAIL] * 2
