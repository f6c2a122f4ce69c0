"""A run's log for TensorBoard, read back by TensorBoard itself."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import pytest

pytest.importorskip("tensorboard", reason="needs the tensorboard extra")
tf = pytest.importorskip("tensorflow", reason="needs the train extra")

from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

from tests.support.run_folders import BATCHES, begin_run, epoch, make_run, train_epoch
from training import build
from training.base import environment
from training.fit.tensorboard import TensorBoardLog, main
from training.runs import RunFolder
from training.runs.metrics import Ended, EpochDone, MetricsWriter, Started


@pytest.fixture(scope="module", autouse=True)
def keras() -> None:
    environment.prepare()


class Both:
    """Notes in the metrics and in the log, as training does."""

    def __init__(self, metrics: MetricsWriter, folder: RunFolder) -> None:
        self._notes = (metrics.note, TensorBoardLog(folder).note)

    def note(self, event: object) -> None:
        for note in self._notes:
            note(event)


def scalars(folder: RunFolder, name: str) -> dict[str, list[tuple[int, float]]]:
    """Steps and values by tag."""
    (file,) = (folder.path / "tensorboard" / name).iterdir()
    found: dict[str, list[tuple[int, float]]] = {}
    for event in EventFileLoader(str(file)).Load():
        for value in event.summary.value:
            number = float(tf.make_ndarray(value.tensor))
            found.setdefault(value.tag, []).append((event.step, number))
    return found


def test_a_finished_run_is_logged_afterwards(tmp_path, capsys):
    folder = make_run(tmp_path / "run", epochs=3)
    assert main([str(folder.path)]) == 0
    assert "Wrote " in capsys.readouterr().out
    training, validation = scalars(folder, "train"), scalars(folder, "validation")
    assert [step for step, _ in training["batch_loss"]] == list(range(1, 3 * BATCHES + 1))
    assert [step for step, _ in training["epoch_accuracy"]] == [1, 2, 3]
    values = [value for _, value in validation["epoch_loss"]]
    assert values == pytest.approx([epoch(i).validation_loss for i in (1, 2, 3)])
    values = [value for _, value in validation["epoch_accuracy"]]
    assert values == pytest.approx([epoch(i).validation_accuracy for i in (1, 2, 3)])


def test_a_run_that_goes_on_has_one_log_without_void_batches(tmp_path):
    folder = begin_run(tmp_path / "run")
    with MetricsWriter(folder.metrics) as metrics:
        both = Both(metrics, folder)
        both.note(Started(3, BATCHES, 2_000, 0, 1_000.0))
        train_epoch(both, 1)
        train_epoch(both, 2, batches=7)
        both.note(Ended("failed", "", 1_005.0))
    assert len(scalars(folder, "train")["batch_loss"]) == BATCHES + 7
    with MetricsWriter(folder.metrics) as metrics:
        both = Both(metrics, folder)
        both.note(Started(3, BATCHES, 2_000, 1, 1_010.0))
        train_epoch(both, 2)
        both.note(Ended("stopped", "", 1_015.0))
    goes_on = scalars(folder, "train")
    assert [step for step, _ in goes_on["batch_loss"]] == list(range(1, 2 * BATCHES + 1))
    assert [step for step, _ in goes_on["epoch_loss"]] == [1, 2]
    assert main([str(folder.path)]) == 0
    assert scalars(folder, "train") == goes_on


def test_the_validation_writers_have_a_curve_of_their_own(tmp_path):
    folder = make_run(tmp_path / "run", epochs=1)
    log = TensorBoardLog(folder)
    log.note(Started(2, BATCHES, 2_000, 0, 1_000.0))
    log.note(EpochDone(replace(epoch(1), pen_accuracy=0.75), True, 1_001.0))
    log.note(Ended("finished", "", 1_002.0))
    assert scalars(folder, "validation")["epoch_accuracy of the validation writers"] == [(1, 0.75)]


def test_without_the_package_one_sentence_says_what_to_do(tmp_path, monkeypatch, capsys):
    folder = make_run(tmp_path / "run")
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "tensorboard" else found(name)
    )
    assert main([str(folder.path)]) == 2
    assert "pip install" in capsys.readouterr().err
    assert build.main(["--tensorboard", "--data-dir", "nowhere"]) == 2
    assert "--tensorboard needs a package" in capsys.readouterr().err
    assert not (folder.path / "tensorboard").exists()


def test_a_log_that_cannot_be_written_is_said(tmp_path, capsys):
    folder = make_run(tmp_path / "run")
    (folder.path / "tensorboard").write_text("in the way")
    assert main([str(folder.path)]) == 2
    assert "training.fit.tensorboard: cannot write" in capsys.readouterr().err
    assert main([str(tmp_path)]) == 2
    assert "is not the folder of a run" in capsys.readouterr().err
