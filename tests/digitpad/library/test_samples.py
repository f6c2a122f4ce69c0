from __future__ import annotations

import gzip
import struct
import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest

from digitpad.library.samples import FASHION_MNIST, MNIST, data_folder, random_sample
from tests.support.damage import bounded, damaged

IMAGES, LABELS = "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A test set of twenty images, each of one grey that is ten times its label."""
    images = np.arange(20, dtype=np.uint8).repeat(28 * 28) % 10 * 10
    (tmp_path / MNIST).mkdir()
    header = struct.pack(">4I", 2051, 20, 28, 28)
    (tmp_path / MNIST / IMAGES).write_bytes(gzip.compress(header + images.tobytes()))
    labels = struct.pack(">2I", 2049, 20) + bytes(i % 10 for i in range(20))
    (tmp_path / MNIST / LABELS).write_bytes(gzip.compress(labels))
    return tmp_path


def test_image_and_label_belong_together(folder: Path) -> None:
    seen = set()
    for seed in range(60):
        sample = random_sample(MNIST, folder, Random(seed))  # noqa: S311
        assert sample is not None
        assert sample.image.shape == (28, 28)
        assert sample.image.dtype == np.float32
        np.testing.assert_allclose(sample.image, sample.label * 10 / 255)
        assert sample.label == sample.index % 10
        seen.add(sample.index)
    assert len(seen) > 15


def test_no_dataset_no_sample(folder: Path) -> None:
    assert random_sample(FASHION_MNIST, folder) is None
    assert random_sample(MNIST, folder / "nowhere") is None
    (folder / MNIST / LABELS).write_bytes(gzip.compress(struct.pack(">2I", 2049, 3) + b"123"))
    assert random_sample(MNIST, folder) is None


def test_any_damage_is_a_sample_or_none(folder: Path) -> None:
    for name in (IMAGES, LABELS):
        path = folder / MNIST / name
        whole = path.read_bytes()
        for bad in damaged([whole]):
            path.write_bytes(bad)
            with bounded(bad):
                sample = random_sample(MNIST, folder, Random(0))  # noqa: S311
            assert sample is None or sample.image.shape == (28, 28)
        path.write_bytes(whole)


def test_a_real_test_set(data_dir: Path) -> None:
    sample = random_sample(MNIST, data_dir, Random(1))  # noqa: S311
    assert sample is not None
    assert 0.03 < sample.image.mean() < 0.4


def test_the_folder_is_where_training_keeps_its_data(monkeypatch: pytest.MonkeyPatch) -> None:
    platformdirs = pytest.importorskip("platformdirs")
    assert data_folder({}) == platformdirs.user_cache_path("digitpad") / "data"
    assert data_folder({"DIGITPAD_DATA_DIR": "there"}) == Path("there")


def test_reading_one_needs_neither_qt_nor_training() -> None:
    code = "import digitpad.library.samples, sys; print({'PySide6', 'training'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
