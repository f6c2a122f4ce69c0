"""Data in the layouts that Kaggle, scikit-learn, Keras and EMNIST hand them out in."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.support.own_data_files import COUNT, idx_pair, loaded, picture, pictures, refused
from training.data.own import OwnDataError
from training.data.own import table as tables


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    """uint8 (N, 28, 28) and labels 0 or 1; no picture is its own transpose."""
    rng = np.random.default_rng(0)
    pixels = np.zeros((2 * COUNT, 28, 28), np.uint8)
    pixels[:, 5:9, 4:24] = rng.integers(1, 256, (2 * COUNT, 4, 20))
    return pixels, np.arange(2 * COUNT) % 2


def table(path: Path, columns: list[np.ndarray], header: str = "") -> Path:
    np.savetxt(path, np.column_stack(columns), "%d", ",", header=header, comments="")
    return path


def test_kaggle_has_the_label_and_then_the_pixels(tmp_path: Path, digits) -> None:
    pixels, labels = digits
    header = ",".join(["label", *(f"pixel{i}" for i in range(784))])
    flat = pixels.reshape(-1, 784)
    for path in (
        table(tmp_path / "train.csv", [labels, flat], header),
        table(tmp_path / "bare.csv", [labels, flat]),
        table(tmp_path / "last.csv", [flat, labels], header.removeprefix("label,") + ",class"),
    ):
        own = loaded(path)
        np.testing.assert_array_equal(own.images, pixels / np.float32(255))
        np.testing.assert_array_equal(own.classes, labels)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "0 in"),
        (b"1\n2\n", "no columns of pixels"),
        (b"name,colour\na,b\n", "not a table of numbers"),
        (b"1,2,3,4\n1,2\n", "not a table of numbers"),
        (b"\xff\xfe1,2\n", "not a table of numbers"),
        (b"1,2,3\n", "array 1 x 2"),
        (b"1,nan,3,4,nan\n", "not finite"),
    ],
)
def test_other_tables_are_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    if content:
        assert sentence in refused(path)
    else:
        assert str(path) in refused(path)


def test_thousands_of_damaged_tables_are_read_or_a_sentence(tmp_path: Path, digits) -> None:
    pixels, labels = digits
    path = table(tmp_path / "small.csv", [labels[:4], pixels[:4, 5:9, 4:8].reshape(4, 16)])
    whole = np.frombuffer(path.read_bytes(), np.uint8)
    rng, said = np.random.default_rng(0), list[str]()
    for _ in range(2_000):
        damaged = whole.copy()
        places = rng.integers(0, len(whole), rng.integers(1, 9))
        damaged[places] = rng.integers(0, 256, len(places))
        path.write_bytes(damaged.tobytes())
        try:
            tables.read(path)
        except OwnDataError as error:
            said.append(str(error))
    assert 100 < len(said) < 2_000


@pytest.mark.parametrize("names", [("x", "y"), ("data", "target"), ("data", "labels")])
@pytest.mark.parametrize("one_hot", [False, True])
def test_rows_of_pixels_and_one_hot_labels(
    tmp_path: Path, digits, names: tuple[str, str], one_hot: bool
) -> None:
    pixels, labels = digits
    hot = np.eye(2)[labels] if one_hot else labels
    np.savez(tmp_path / "own.npz", **{names[0]: pixels.reshape(-1, 784), names[1]: hot})
    own = loaded(tmp_path / "own.npz")
    np.testing.assert_array_equal(own.images, pixels / np.float32(255))
    np.testing.assert_array_equal(own.classes, labels)


def test_labels_that_are_nearly_one_hot_are_not_guessed(tmp_path: Path, digits) -> None:
    pixels, labels = digits
    hot = np.eye(2)[labels]
    hot[3] = 1
    np.savez(tmp_path / "own.npz", x=pixels, y=hot)
    assert "nor one-hot" in refused(tmp_path / "own.npz")


def test_the_parent_of_train_and_test_is_both(tmp_path: Path) -> None:
    for part in ("train", "test"):
        pictures(tmp_path / part, {"a": COUNT, "b": COUNT})
    own = loaded(tmp_path)
    assert own.labels == ("a", "b")
    assert len(own) == 4 * COUNT


def test_a_flat_folder_with_its_labels(tmp_path: Path) -> None:
    lines = ["file,label"]
    for i in range(2 * COUNT):
        picture(seed=i).save(tmp_path / f"{i}.png")
        lines.append(f"{i}.png,{'ab'[i % 2]}")
    lines += ["../outside.png,a", "/etc/passwd,b", "missing.png,a"]
    (tmp_path / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    own = loaded(tmp_path)
    assert own.labels == ("a", "b")
    assert len(own) == 2 * COUNT
    (tmp_path / "labels.csv").write_text("x", encoding="utf-8")
    assert "names no picture" in refused(tmp_path)


def test_emnist_is_turned_upright_and_its_classes_are_named(tmp_path: Path, digits) -> None:
    pixels, labels = digits
    made = idx_pair(tmp_path / "made", x=pixels.transpose(0, 2, 1), y=labels)
    for kind, suffix in (("images", "idx3"), ("labels", "idx1")):
        (source,) = made.parent.glob(f"*{kind}*")
        shutil.copy(source, tmp_path / f"emnist-letters-train-{kind}-{suffix}-ubyte")
    (tmp_path / "emnist-letters-mapping.txt").write_text("0 65\n1 66 98\n", encoding="ascii")
    own = loaded(tmp_path / "emnist-letters-train-images-idx3-ubyte")
    np.testing.assert_array_equal(own.images, pixels / np.float32(255))
    assert own.labels == ("A", "B")
    (tmp_path / "emnist-letters-mapping.txt").write_text("1000000000 65\n", encoding="ascii")
    assert "no mapping" in refused(tmp_path / "emnist-letters-train-images-idx3-ubyte")


def test_a_pickle_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "mnist.pkl.gz"
    path.write_bytes(gzip.compress(b"cos\nsystem\n(S'touch ran'\ntR."))
    said = refused(path)
    assert "runs any code" in said
    assert "numpy.savez" in said
