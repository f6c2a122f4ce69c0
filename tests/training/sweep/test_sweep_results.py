"""What a sweep leaves: its ensemble, its files on other machines, and what it shows meanwhile."""

from __future__ import annotations

import io
import json
import sqlite3

import numpy as np
import pytest
from optuna.trial import TrialState
from rich.console import Console

from digitpad.inference.recognizer import Recognizer
from tests.support.run_folders import pictures
from tests.support.sweeps import PACE, study_in, sweep
from tests.training.sweep.test_sweep_jobs import RUNNING, done, trial
from training.base.errors import BuildError
from training.recipes import RECIPES
from training.recipes.settings import settings
from training.runs import RunFolder
from training.sweep import SweepError
from training.sweep.artifacts import Artifacts
from training.sweep.command import SweepProgress
from training.sweep.definition import Sweep, from_json, to_json
from training.sweep.storage import open_file
from training.sweep.study import jobs_of


def test_accuracy_as_the_objective_is_the_higher_the_better(tmp_path):
    words = ["--recipe", "digits", "--seeds", "3", "--ensemble", "1", "--objective", "accuracy"]
    sweep(*words, "--folder", str(tmp_path / "s"))
    assert json.loads((tmp_path / "s" / "sweep.json").read_text())["best"] == 0
    jobs = study_in(tmp_path / "s").jobs()
    assert [job.trial.value for job in jobs] == [
        job.notes.result.validation_accuracy for job in jobs
    ]


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
    storage = open_file(tmp_path / "lab" / "study.db", PACE)
    store = tmp_path / "store"
    artifacts = Artifacts(str(store), storage)
    study = study_in(tmp_path / "lab").optuna
    study.enqueue_trial({})
    waiting = study.get_trials()[-1]
    for number, name in enumerate(
        ("../evil.onnx", "/evil.onnx", "a/b.onnx", ".onnx", "run.json.exe", "good.onnx")
    ):
        meta = {"artifact_id": "x", "filename": name, "mimetype": "", "encoding": None}
        key = f"artifacts:{number}"
        storage.set_trial_system_attr(waiting._trial_id, key, json.dumps(meta))
    (store / "x").write_bytes(b"content")
    kept = RunFolder(tmp_path / "kept")
    waiting = storage.get_trial(waiting._trial_id)
    assert artifacts.fetch(waiting, kept)
    assert [path.name for path in kept.path.rglob("*")] == ["good.onnx"]
    (store / "x").unlink()
    with pytest.raises(SweepError, match=r"failed .*make sure that it is there"):
        artifacts.fetch(waiting, kept)


def test_a_store_that_cannot_be_opened(tmp_path):
    storage = open_file(tmp_path / "study.db", PACE)
    (tmp_path / "file").write_text("")
    with pytest.raises(SweepError, match="cannot make"):
        Artifacts(str(tmp_path / "file"), storage)
    with pytest.raises(SweepError, match="needs boto3: pip install boto3"):
        Artifacts("s3://bucket/prefix", storage)


SWEEP = Sweep("digits", {}, settings(RECIPES["digits"]), 4, {}, "loss", True, None)


def test_a_sweep_survives_its_study():
    assert from_json(json.loads(json.dumps(to_json(SWEEP)))).jobs == 4
    for strange in (None, {}, [], to_json(SWEEP) | {"format": 99}, to_json(SWEEP) | {"jobs": "x"}):
        with pytest.raises(SweepError, match="not a sweep that this version"):
            from_json(strange)


def test_a_sweep_of_the_version_before_is_one_sentence(tmp_path, capsys):
    sweep("--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path))
    study_in(tmp_path).optuna.set_user_attr("sweep", to_json(SWEEP) | {"format": 1})
    with pytest.raises(BuildError, match="not a sweep that this version"):
        sweep("--recipe", "digits", "--seeds", "1", "--folder", str(tmp_path))


def test_what_a_worker_noted_cannot_name_a_folder_elsewhere(tmp_path):
    words = ["--recipe", "tf-basic", "--seeds", "1", "--ensemble", "1"]
    sweep(*words, "--folder", str(tmp_path / "s"))
    (tmp_path / "s" / "trials" / "000").rename(tmp_path / "000")
    with sqlite3.connect(tmp_path / "s" / "study.db") as connection:
        for folder in (str(tmp_path / "000"), "../../000", "..\\..\\000", ".."):
            connection.execute(
                "UPDATE trial_user_attributes SET value_json = ? WHERE key = 'folder'",
                [json.dumps(folder)],
            )
            connection.commit()
            with pytest.raises(BuildError, match="make the ensemble there"):
                sweep(*words, "--folder", str(tmp_path / "s"))
    connection.close()


def running(number: int, share: float):
    return trial(number, TrialState.RUNNING, share=share, worker="there:1")


def test_progress_over_all_workers():
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=160, highlight=False)
    lost = trial(0, TrialState.FAIL, lost="the build ended")
    silent = trial(4, TrialState.FAIL, 0, 1, worker="there:1")
    failed = trial(1, TrialState.FAIL, error="[red]nan[/red]")
    with SweepProgress(SWEEP, console) as display:
        display.show(jobs_of([running(0, 0.5)], 4))
        display.show(jobs_of([lost, failed, running(2, 0.5), trial(4, RUNNING, 0, 1)], 4))
        display.show(jobs_of([lost, failed, running(2, 0.5), silent, trial(5, RUNNING, 0, 2)], 4))
        display.show(jobs_of([lost, failed, running(2, 0.5), silent, done(5, 0)], 4))
        display.refresh()
    shown = screen.getvalue()
    assert "1 done  1 running  1 waiting  1 failed" in shown
    assert "Trial 0  dropout=0.2  loss 0.1000  accuracy 97.00%" in shown
    assert "Trial 0  is tried again: the build ended" in shown
    assert "Trial 0  is tried again: there:1 gave no sign of life" in shown
    assert "Trial 1  failed: [red]nan[/red]" in shown


def test_a_file_takes_lines_and_no_bar():
    log = io.StringIO()
    with SweepProgress(SWEEP, Console(file=log, width=200)) as display:
        display.show(jobs_of([done(0), running(1, 0.1)], 4))
        display.show(jobs_of([done(0), done(1)], 4))
    assert [line[:7] for line in log.getvalue().splitlines()] == ["1 of 4 ", "Trial 1"]
