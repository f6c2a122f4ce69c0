"""Runs side by side: the table, the files, and folders that are not what they should be."""

from __future__ import annotations

import csv
import json
import statistics
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="needs the train extra")

from tests.support.run_folders import BATCHES, begin_run, epoch, make_run, train_epoch
from tests.training.report.test_report import Reader
from training.compare import main
from training.measure.scores import wilson
from training.runs import RunFolder
from training.runs.metrics import Ended, MetricsWriter, Started


def run(path: Path, epochs: int = 2, accuracy: float | None = None, **settings) -> RunFolder:
    """A finished run with these settings."""
    folder = make_run(path, epochs)
    asked = folder.configuration()
    folder.write_json("run.json", replace(asked, recipe=replace(asked.recipe, **settings)))
    if accuracy is not None:
        result = folder.result()
        assert result is not None
        correct = round(1_000 * accuracy)
        folder.write_json("result.json", replace(result, test_correct=correct, test_total=1_000))
    return folder


@pytest.fixture
def compared(tmp_path, capsys, monkeypatch):
    """Runs the command in a folder of its own; exit code, output, errors, record."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")

    def compare(*words: object) -> tuple[int, str, str, dict]:
        code = main([*map(str, words), "--output", "out"])
        said = capsys.readouterr()
        record = Path("out", "compare.json")
        return code, said.out, said.err, json.loads(record.read_text()) if record.is_file() else {}

    return compare


def test_two_runs_and_what_they_differ_in(tmp_path, compared):
    run(tmp_path / "runs/a", accuracy=0.95)
    run(tmp_path / "runs/b", epochs=3, accuracy=0.9, learning_rate=0.01, batch_size=64)
    code, output, errors, record = compared("runs/a", "runs/b")
    assert (code, errors) == (0, "")
    first, second = record["runs"]
    assert [first["run"], second["run"]] == ["a", "b"]
    assert first["settings"] == {"batch_size": "512", "learning_rate": "0.001"}
    assert second["settings"] == {"batch_size": "64", "learning_rate": "0.01"}
    assert (first["test_low"], first["test_high"]) == pytest.approx(wilson(950, 1_000))
    assert [first["epochs"], second["epochs"]] == [2, 3]
    assert second["history"][2]["validation_loss"] == epoch(3).validation_loss
    assert record["groups"] == []
    assert "95.00 %" in output
    assert "learning_rate" in output
    assert "recipe tfjs-cnn" in output  # both have it, so it has no column
    assert "momentum" not in output


def test_the_page_and_the_table(tmp_path, compared):
    run(tmp_path / "runs/a", seed=1)
    evil = "<script>alert(1)</script>"
    folder = run(tmp_path / "runs/b", batch_size=64)
    folder.write_json("run.json", replace(folder.configuration(), data=evil))
    assert compared("runs")[0] == 0
    page = Reader(Path("out/compare.html").read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert evil in page.text
    assert len(page.pictures()) == 1
    assert all(address.startswith("data:") for address in page.addresses)
    with Path("out/compare.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["seed"] for row in rows] == ["1", "0"]
    assert [row["batch_size"] for row in rows] == ["512", "64"]
    assert [row["data"] for row in rows] == ["MNIST", evil]
    assert Path("out/curves.png").read_bytes().startswith(b"\x89PNG")


def test_seeds_have_a_mean_and_a_deviation(tmp_path, compared):
    for seed, accuracy in enumerate((0.90, 0.92, 0.94)):
        run(tmp_path / f"runs/seed-{seed}", accuracy=accuracy, seed=seed)
    run(tmp_path / "runs/seed-0/seed-3", accuracy=0.96, seed=3)
    run(tmp_path / "runs/seed-2-again", accuracy=0.94, seed=2)
    run(tmp_path / "runs/other", accuracy=0.5, batch_size=64)
    _, output, _, record = compared("runs")
    (group,) = record["groups"]
    assert group["runs"] == ["seed-0", str(Path("seed-0/seed-3")), "seed-1", "seed-2"]
    found = {"mean": 0.93, "deviation": statistics.stdev((0.9, 0.92, 0.94, 0.96)), "n": 4}
    assert group["test_accuracy"] == pytest.approx(found)
    assert "MNIST, 4 seeds (seed-0, " in output
    assert "test 93.00 ± 2.58 % (n = 4)" in output
    # Named itself, a run brings its further seeds along.
    assert len(compared("runs/seed-0")[-1]["runs"]) == 2


def test_what_is_not_finished_is_shown_as_such(tmp_path, compared):
    run(tmp_path / "runs/good")
    with MetricsWriter(begin_run(tmp_path / "runs/killed").metrics) as writer:
        writer.note(Started(2, BATCHES, 2_000, 0, 1_000.0))
        train_epoch(writer, 1)
    with MetricsWriter(begin_run(tmp_path / "runs/sad").metrics) as writer:
        writer.note(Ended("failed", "the loss became nan", 1_000.0))
    begin_run(tmp_path / "runs/new")
    busy = begin_run(tmp_path / "runs/busy")
    with busy.opened(new=False):
        code, output, errors, record = compared("runs")
    assert (code, errors) == (0, "")
    assert {found["run"]: found["status"] for found in record["runs"]} == {
        "busy": "running",
        "good": "finished",
        "killed": "unfinished",
        "new": "unfinished",
        "sad": "failed",
    }
    assert "sad: the loss became nan" in output
    killed = next(found for found in record["runs"] if found["run"] == "killed")
    assert killed["validation_accuracy"] == epoch(1).validation_accuracy
    assert killed["test_accuracy"] is None


def test_a_damaged_run_does_not_spoil_the_rest(tmp_path, compared):
    run(tmp_path / "runs/good")
    bad = run(tmp_path / "runs/bad")
    bad.configuration_file.write_text("{")
    code, output, errors, record = compared("runs")
    assert code == 0
    assert [found["status"] for found in record["runs"]] == ["damaged", "finished"]
    assert "training.compare: " in errors
    assert "is damaged" in errors
    assert "damaged" in output
    # Named itself, it is an error; the rest is compared still.
    code, _, _, record = compared("runs/bad", "runs/good")
    assert code == 2
    assert len(record["runs"]) == 2


def test_nothing_that_can_be_compared(tmp_path, compared):
    run(tmp_path / "runs/bad").configuration_file.write_text("[]")
    for words in (["runs"], ["nowhere"], ["nothing-*"], ["runs/bad", tmp_path / "nowhere"]):
        code, output, errors, record = compared(*words)
        assert (code, output, record) == (2, "", {})
        assert errors.startswith("training.compare: there is nothing to compare: ")
        assert errors.count("\n") == 1


def test_patterns_sweeps_and_runs_named_twice(tmp_path, compared):
    for name in ("runs/a-2", "runs/a-10", "runs/sweep/trial-1", "runs/b"):
        run(tmp_path / name, epochs=1)
    (tmp_path / "runs/evaluate").mkdir()
    record = compared("runs/a-*")[-1]
    assert [found["run"] for found in record["runs"]] == ["a-2", "a-10"]
    record = compared(tmp_path / "runs/a-*", "runs")[-1]
    names = [found["run"] for found in record["runs"]]
    assert names == ["a-2", "a-10", "b", str(Path("sweep/trial-1"))]
    # As a shell would write runs/*: what is no run among them is no error.
    code, _, errors, record = compared("runs/evaluate", "runs/b")
    assert code == 0
    assert "runs/evaluate is neither" in errors
    assert [found["run"] for found in record["runs"]] == ["b"]


def test_curves_of_an_earlier_comparison_do_not_stay(tmp_path, compared):
    run(tmp_path / "a")
    begin_run(tmp_path / "b")
    compared("a")
    assert Path("out/curves.png").is_file()
    assert compared("b")[0] == 0
    assert not Path("out/curves.png").exists()


def test_a_place_that_cannot_be_written_to(tmp_path, compared):
    run(tmp_path / "a")
    Path("out").write_text("in the way")
    code, output, errors, _ = compared("a")
    assert (code, output) == (2, "")
    assert "choose another place with --output" in errors
