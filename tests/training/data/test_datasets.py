"""Datasets: found, verified and split; what a download goes through is in ``test_fetch.py``."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

pytest.importorskip("pooch", reason="needs the train extra")

from tests.support.mirror import Mirror
from tests.support.training_fixtures import idx, remote_file, tiny_source
from training.base.errors import BuildError
from training.data import datasets, fetch
from training.data.fetch import DatasetError

PAYLOAD = idx(np.arange(100_000, dtype=np.uint8).reshape(100, 1000))


@pytest.fixture
def serve() -> Iterator[Callable[..., Mirror]]:
    with ExitStack() as running:
        yield lambda *answer, **options: running.enter_context(Mirror(*answer, **options))


@pytest.fixture
def console() -> Console:
    return Console(file=StringIO(), force_terminal=True, width=100)


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def one_sentence(error: BaseException) -> str:
    text = str(error)
    assert "\n" not in text
    assert len(text) < 400
    return text


def test_a_missing_file_is_downloaded_once_with_a_progress_bar(serve, tmp_path, console):
    mirror = serve(gzip.compress(PAYLOAD))
    file = remote_file(PAYLOAD, "some", mirror.url)
    for _ in range(2):
        assert fetch.read(file, tmp_path, console) == PAYLOAD
    assert mirror.answered == 1
    assert files_below(tmp_path) == [tmp_path / "mnist" / "some.gz"]
    assert "Downloading some.gz" in console.file.getvalue()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", "not a gzip file"),
        (gzip.compress(PAYLOAD)[:-500], "truncated"),
        (gzip.compress(PAYLOAD[:-1]), "truncated"),
        (gzip.compress(PAYLOAD[:-1] + b"?"), "checksum"),
        (gzip.compress(bytes(300_000_000), 1), "checksum"),
        (gzip.compress(PAYLOAD)[:50] + bytes(100_000), "damaged"),
        (b"", "not a gzip file"),
    ],
    ids=["html", "cut", "short", "wrong", "bomb", "garbage", "empty"],
)
def test_what_is_not_the_file_is_refused_and_not_kept(serve, tmp_path, console, body, says):
    file = remote_file(PAYLOAD, "some", serve(body).url)
    with pytest.raises(DatasetError, match=says) as caught:
        fetch.read(file, tmp_path, console)
    assert "--data-dir" in one_sentence(caught.value)
    assert files_below(tmp_path) == []


def test_a_damaged_file_in_the_folder_is_named(tmp_path, console):
    file = remote_file(PAYLOAD, "some")
    path = tmp_path / file.path
    path.parent.mkdir()
    path.write_bytes(gzip.compress(PAYLOAD)[:-500])
    with pytest.raises(DatasetError, match="truncated; delete it") as caught:
        fetch.read(file, tmp_path, console)
    assert str(path) in one_sentence(caught.value)
    assert path.exists()


def test_where_the_data_folder_is(tmp_path, monkeypatch):
    named, variable = tmp_path / "named", tmp_path / "variable"
    named.mkdir()
    variable.mkdir()
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(variable))
    assert fetch.data_folder(named) == named
    assert fetch.data_folder(None) == variable
    monkeypatch.setenv("DIGITPAD_DATA_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert "digitpad" in fetch.data_folder(None).parts
    with pytest.raises(DatasetError, match="no data folder"):
        fetch.data_folder(tmp_path / "mistyped")


def test_splits_hold_every_image_once_and_in_order(tmp_path, console):
    source = tiny_source(tmp_path, train=60, test=20)
    train, validation = datasets.load_training(source, tmp_path, console)
    test = datasets.load_test(source, tmp_path, console)
    assert (len(train), len(validation), len(test)) == (30, 30, 20)
    labels = np.concatenate([train.labels, validation.labels])
    assert np.array_equal(labels, np.arange(60) % 10)
    assert train.images.dtype == np.float32
    assert train.images.min() == 0
    assert 0.99 < train.images.max() <= 1


def test_files_that_do_not_belong_together(tmp_path, console):
    source = tiny_source(tmp_path, train=60, test=20)
    mixed = replace(source, test=(source.test[0], source.train[1]))
    with pytest.raises(DatasetError, match="do not belong together"):
        datasets.load_test(mixed, tmp_path, console)


def test_bytes_that_are_no_idx_file(tmp_path, console):
    file = remote_file(b"\1\2\3\4" * 100, "odd")
    (tmp_path / "mnist").mkdir()
    (tmp_path / file.path).write_bytes(gzip.compress(b"\1\2\3\4" * 100))
    with pytest.raises(DatasetError, match="not an IDX file"):
        datasets.load_test(replace(datasets.MNIST, test=(file, file)), tmp_path, console)


def test_real_mnist(data_dir, console):
    train, validation = datasets.load_training(datasets.MNIST, data_dir, console)
    assert (len(train), len(validation)) == (55_000, 5_000)
    assert train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert len(datasets.load_test(datasets.MNIST, data_dir, console)) == 10_000


def test_real_fashion_mnist(data_dir, console):
    source = datasets.SOURCES["fashion-mnist"]
    if not (data_dir / source.test[0].path).is_file():
        pytest.skip(f"no Fashion-MNIST in {data_dir}")
    train, validation = datasets.load_training(source, data_dir, console)
    test = datasets.load_test(source, data_dir, console)
    assert train.images.shape == (55_000, 28, 28)
    assert (len(validation), len(test)) == (5_000, 10_000)
    assert np.bincount((train + validation).labels).tolist() == [6_000] * 10
    assert np.bincount(test.labels).tolist() == [1_000] * 10
    names = [source.labels[label] for label in test.labels[:4]]
    assert names == ["Ankle boot", "Pullover", "Trouser", "Trouser"]


@pytest.mark.parametrize("source", datasets.SOURCES.values(), ids=datasets.SOURCES)
def test_a_source_names_ten_classes_and_four_files(source):
    assert datasets.SOURCES[source.name] is source
    assert len(set(source.labels)) == 10
    files = [*source.train, *source.test]
    assert {Path(file.path).parent.name for file in files} == {source.name}
    assert len({file.sha256 for file in files}) == 4
    assert all(file.url.endswith(Path(file.path).name) for file in files)


def test_every_failure_is_one_that_commands_report():
    assert issubclass(DatasetError, BuildError)
