"""A run's log for TensorBoard, read back by TensorBoard itself."""

from __future__ import annotations

import sys

import pytest

pytest.importorskip("tensorboard", reason="needs the tensorboard extra")

from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

from tests.support.run_folders import BATCHES, begin_run, epoch, make_run, train_epoch
from training.fit.tensorboard import TensorBoardError, TensorBoardWriter, main
from training.runs.metrics import MetricsWriter, Started


def scalars(folder, name: str) -> dict[str, list[tuple[int, float]]]:
    """Steps and values by tag."""
    (file,) = (folder.path / "tensorboard" / name).iterdir()
    found: dict[str, list[tuple[int, float]]] = {}
    for event in EventFileLoader(str(file)).Load():
        for value in event.summary.value:
            number = value.tensor.float_val[0]
            found.setdefault(value.tag, []).append((event.step, number))
    return found


def test_a_finished_run_is_logged_afterwards(tmp_path, capsys):
    folder = make_run(tmp_path / "run", epochs=3)
    assert main([str(folder.path)]) == 0
    assert "Wrote " in capsys.readouterr().out
    training, validation = scalars(folder, "training"), scalars(folder, "validation")
    assert [step for step, _ in training["batch/loss"]] == list(range(1, 3 * BATCHES + 1))
    assert [step for step, _ in training["epoch/accuracy"]] == [1, 2, 3]
    values = [value for _, value in validation["epoch/loss"]]
    assert values == pytest.approx([epoch(i).validation_loss for i in (1, 2, 3)])
    values = [value for _, value in validation["epoch/accuracy"]]
    assert values == pytest.approx([epoch(i).validation_accuracy for i in (1, 2, 3)])


def test_a_run_that_goes_on_has_one_log_without_void_batches(tmp_path):
    folder = begin_run(tmp_path / "run")
    with MetricsWriter(folder.metrics) as metrics, TensorBoardWriter(folder) as board:
        for writer in (metrics, board):
            writer.note(Started(3, BATCHES, 2_000, 0, 1_000.0))
            train_epoch(writer, 1)
            train_epoch(writer, 2, batches=7)
    assert len(scalars(folder, "training")["batch/loss"]) == BATCHES + 7
    with TensorBoardWriter(folder) as board:
        board.note(Started(3, BATCHES, 2_000, 1, 1_010.0))
        train_epoch(board, 2)
    # The new beginning was not in the metrics yet when the log was begun.
    with MetricsWriter(folder.metrics) as metrics:
        metrics.note(Started(3, BATCHES, 2_000, 1, 1_010.0))
        train_epoch(metrics, 2)
    with TensorBoardWriter(folder):
        pass
    assert [step for step, _ in scalars(folder, "training")["batch/loss"]] == list(
        range(1, 2 * BATCHES + 1)
    )


def test_without_the_package_one_sentence_says_what_to_do(tmp_path, monkeypatch):
    folder = make_run(tmp_path / "run")
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    for name in [name for name in sys.modules if name.startswith("tensorboard.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(TensorBoardError, match="pip install"):
        TensorBoardWriter(folder)
    assert not (folder.path / "tensorboard").exists()


def test_a_log_that_cannot_be_written_is_said(tmp_path, capsys):
    folder = make_run(tmp_path / "run")
    (folder.path / "tensorboard").write_text("in the way")
    assert main([str(folder.path)]) == 2
    assert "training.fit.tensorboard: cannot write" in capsys.readouterr().err
    assert main([str(tmp_path)]) == 2
    assert "is not the folder of a run" in capsys.readouterr().err
