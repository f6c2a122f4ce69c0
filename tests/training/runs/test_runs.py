"""The folder of a run: written whole, read with care."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pydantic", reason="needs the train extra")

from hypothesis import given
from hypothesis import strategies as st

from tests.support.run_folders import BATCHES, begin_run, epoch, make_run, pictures, train_epoch
from training.base.errors import BuildError
from training.runs import Pictures, RunFolder, next_folder
from training.runs.metrics import BatchDone, Ended, MetricsReader, MetricsWriter, Started, Story


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return make_run(tmp_path / "run")


def test_what_was_written_is_read(run):
    assert run.configuration().recipe.name == "tfjs-cnn"
    assert run.configuration().labels == tuple("0123456789")
    assert run.environment()["keras"] == "3.15.0"
    assert run.layers()[1].inputs == ("image",)
    assert run.result().test_accuracy == run.result().test_correct / 60
    test = run.predictions("test")
    assert np.array_equal(test.images, pictures(60).images)
    assert np.array_equal(test.probabilities, pictures(60).probabilities)
    assert run.samples().probabilities is None
    story = run.story()
    assert [e.number for e in story.epochs] == [1, 2, 3]
    assert len(story.batches) == 3 * BATCHES
    assert story.ended == Ended("finished", "", 1_100.0)


def test_what_is_not_there_yet_is_nothing(tmp_path):
    run = begin_run(tmp_path / "run")
    assert run.result() is None
    assert run.card() is None
    assert run.predictions("test") is None
    assert run.story() == Story()
    assert not run.in_use()
    assert not run.stop_requested()


def test_a_folder_that_is_no_run_is_said_to_be_none(tmp_path):
    with pytest.raises(BuildError, match="is not the folder of a run"):
        RunFolder.find(tmp_path)


def test_half_a_line_of_a_killed_process_is_waited_for_and_cut_off(tmp_path):
    path = tmp_path / "metrics.jsonl"
    with MetricsWriter(path) as writer:
        writer.note(Started(2, BATCHES, 100, 0, 0.0))
        train_epoch(writer, 1)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"event": "batch", "epo')
    reader = MetricsReader(path)
    assert len(reader.poll()) == BATCHES + 2
    assert reader.poll() == []
    with MetricsWriter(path) as writer:
        writer.note(Started(2, BATCHES, 100, 1, 0.0))
    assert path.read_bytes().startswith(whole)
    assert len(path.read_bytes().splitlines()) == BATCHES + 3


@given(st.integers(0, BATCHES), st.integers(0, BATCHES))
def test_what_a_kill_made_void_is_forgotten(first, second):
    """Whatever an epoch had noted when it was killed, and killed again."""
    story = Story()
    for done in (first, second):
        story.add([Started(2, BATCHES, 100, 0, 0.0)])
        story.add(BatchDone(1, batch, 1.0, 0.5, 0.0) for batch in range(1, done + 1))
    story.add([Started(2, BATCHES, 100, 0, 0.0)])
    story.add(BatchDone(1, batch, 1.0, 0.5, 0.0) for batch in range(1, BATCHES + 1))
    assert [batch.batch for batch in story.batches] == list(range(1, BATCHES + 1))


def test_what_is_noted_is_in_the_file_at_once(tmp_path):
    path = tmp_path / "metrics.jsonl"
    with MetricsWriter(path) as writer:
        for count, event in enumerate(
            (BatchDone(1, 1, 1.0, 0.5, 0.0), Ended("stopped", "", 0.0)), 1
        ):
            writer.note(event)
            assert path.read_bytes().count(b"\n") == count


@pytest.mark.parametrize(
    "line", [b"nonsense", b"{}", b'{"event": "batch"}', b"[]", b"\xff\xfe", b'{"event": "new"}']
)
def test_damaged_metrics_are_a_sentence(run, line):
    with run.metrics.open("ab") as stream:
        stream.write(line + b"\n")
    with pytest.raises(BuildError, match=r"metrics\.jsonl is damaged"):
        run.story()


@pytest.mark.parametrize("name", ["run.json", "environment.json", "model.json", "result.json"])
@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"labels": 3}', b"\xff", b"null"])
def test_damaged_json_is_a_sentence(run, name, content):
    (run.path / name).write_bytes(content)
    read = {
        "run.json": run.configuration,
        "environment.json": run.environment,
        "model.json": run.layers,
        "result.json": run.result,
    }
    with pytest.raises(BuildError, match="is damaged, or of another version"):
        read[name]()


@pytest.mark.parametrize(
    "changes",
    [
        {"images": np.zeros((3, 28, 28), np.float32)},
        {"images": np.zeros((3, 5, 5), np.uint8)},
        {"labels": np.array([0, 1], np.int64)},
        {"labels": np.array([0, 1, -1], np.int64)},
        {"labels": np.array([0, 1, 9], np.int64)},
        {"probabilities": np.zeros((2, 4), np.float32)},
        {"probabilities": np.zeros(3, np.float32)},
    ],
    ids=str,
)
def test_predictions_that_do_not_fit_together_are_a_sentence(run, changes):
    arrays = {
        "images": np.zeros((3, 28, 28), np.uint8),
        "labels": np.array([0, 1, 2], np.int64),
        "probabilities": np.zeros((3, 4), np.float32),
    }
    np.savez(run.predictions_file("test"), **(arrays | changes))
    with pytest.raises(BuildError, match="is damaged"):
        run.predictions("test")


def test_pickles_and_bombs_are_refused(run):
    file = run.predictions_file("test")
    np.savez(file, images=np.array([object()]), labels=np.zeros(1, np.int64))
    with pytest.raises(BuildError, match="is damaged"):
        run.predictions("test")
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("images.npy", "w", force_zip64=True) as stream,
    ):
        for _ in range(1_100):
            stream.write(bytes(2**20))
    assert file.stat().st_size < 2_000_000
    with pytest.raises(BuildError, match="is damaged"):
        run.predictions("test")


def test_a_card_is_looked_for_inside_the_folder_only(run, tmp_path):
    (tmp_path / "secret.json").write_text("{}")
    result = run.result()
    for name in ("../secret.onnx", "", "/secret.onnx", "..\\secret.onnx", "a\0.onnx", "a.json"):
        run.write_json("result.json", replace(result, onnx=name))
        with pytest.raises(BuildError, match="is damaged"):
            run.card()


def test_a_file_is_replaced_as_a_whole(run, monkeypatch):
    before = (run.path / "run.json").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("digitpad.library.atomic.os.fsync", full)
    with pytest.raises(BuildError, match=r"No space left on device.*--run"):
        run.write("run.json", b"new")
    monkeypatch.undo()
    assert (run.path / "run.json").read_bytes() == before
    assert not list(run.path.glob(".*"))


def test_one_process_at_a_time_trains_in_a_folder(tmp_path):
    run = RunFolder(tmp_path / "run")
    program = (
        "import sys, pathlib; from training.runs import RunFolder, RunError\n"
        f"run = RunFolder(pathlib.Path({str(run.path)!r})); print(run.in_use())\n"
        "try:\n    with run.opened(new=True): print('mine')\n"
        "except RunError as error: print(error)\n"
    )
    root = Path(__file__).resolve().parents[3]

    def other() -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, cwd=root, check=True
        )
        return done.stdout.splitlines()

    with run.opened(new=True):
        assert run.in_use()
        in_use, answer = other()
        assert in_use == "True"
        assert "another process is training" in answer
    assert other() == ["False", "mine"]


def test_a_run_that_never_began_leaves_no_folder(tmp_path):
    run = RunFolder(tmp_path / "runs" / "digits-1")
    with pytest.raises(BuildError, match="no data"), run.opened(new=True):
        raise BuildError("no data")
    assert not run.path.exists()
    with run.opened(new=True):
        run.write("run.json", b"{}")
    assert run.path.exists()


def test_what_lies_in_a_folder_is_left_alone(run):
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    with pytest.raises(BuildError, match="is not empty"), run.opened(new=True):
        pass
    after = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    assert {k: v for k, v in after.items() if k.name != "lock"} == before


def test_a_request_to_stop_is_seen_and_forgotten_by_the_next_run(run):
    run.request_stop()
    assert run.stop_requested()
    with run.opened(new=False):
        assert not run.stop_requested()


def test_folders_are_numbered(tmp_path):
    assert next_folder(tmp_path / "runs", "digits").name == "digits-1"
    for name in ("digits-1", "digits-3", "digits-quick-2"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    assert next_folder(tmp_path / "runs", "digits").name == "digits-2"


def test_json_is_for_people_too(run):
    text = (run.path / "run.json").read_text(encoding="utf-8")
    assert json.loads(text)["recipe"]["epochs"] == 10
    assert text.endswith("\n")
    assert epoch(1).number == 1
    assert isinstance(run.samples(), Pictures)


def test_randomly_damaged_predictions_are_a_sentence_or_still_fit(run):
    file = run.predictions_file("test")
    whole = bytearray(file.read_bytes())
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(300):
        damaged = whole.copy()
        for place in rng.integers(0, len(whole), rng.integers(1, 5)).tolist():
            damaged[place] = rng.integers(256)
        file.write_bytes(damaged[: rng.integers(1, len(whole) + 1)])
        try:
            assert run.predictions("test").images.shape[1:] == (28, 28)
        except BuildError as error:
            refused += "\n" not in str(error)
    assert refused > 200


def test_a_line_without_an_end_is_not_read_into_memory(run, monkeypatch):
    monkeypatch.setattr("training.runs.metrics._MOST", 10_000)
    assert len(run.story().batches) == 3 * BATCHES  # read in several parts
    run.metrics.write_bytes(b"x" * 20_000)
    with pytest.raises(BuildError, match="a line without an end"):
        run.story()


def test_the_folder_of_another_seed_is_in_use_with_its_run_s(tmp_path):
    run = RunFolder(tmp_path / "run")
    with run.opened(new=True):
        (run.path / "seed-1").mkdir()
        assert RunFolder(run.path / "seed-1").in_use()
    assert not RunFolder(run.path / "seed-1").in_use()
