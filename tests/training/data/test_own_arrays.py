"""Own data as arrays, ``.npz`` and IDX: what is taken, and what is told of everything else."""

from __future__ import annotations

import gzip
import pickle
import struct
import sys
import tracemalloc
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from digitpad.image.normalize import normalize_bitmap
from tests.support.own_data_files import (
    COUNT,
    idx,
    idx_pair,
    images,
    labels,
    loaded,
    npz,
    quiet,
    refused,
)
from training.data.datasets import MNIST, load_test
from training.data.own import OwnDataError

# -- arrays ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        ("x_train", "y_train"),
        ("train_images", "train_labels"),
        ("images", "labels"),
        ("x", "y"),
        ("X", "Y"),
        ("X", "y"),
    ],
)
@pytest.mark.parametrize("scale", [1, 255], ids=["whole", "fractions"])
def test_arrays_are_taken_as_they_are(tmp_path, names, scale):
    x, y = images(), labels()
    stored = x if scale == 1 else x / 255
    own = loaded(npz(tmp_path / "a.npz", **{names[0]: stored, names[1]: y}))
    assert np.allclose(own.images, x / 255, atol=1e-6)
    assert own.classes.tolist() == y.tolist()
    assert own.labels == ("0", "1")
    assert own.notices == ()


def test_test_images_are_mixed_in(tmp_path):
    x, y = images(), labels()
    path = npz(tmp_path / "mnist.npz", x_train=x, y_train=y, x_test=x[:5], y_test=y[:5])
    assert len(loaded(path)) == COUNT + 5
    npz(path, x_train=x, y_train=y, x_test=x[:5, :20], y_test=y[:5])
    assert "do not fit together" in refused(path)
    npz(path, x_train=x, y_train=y[:-1], x_test=x[:5], y_test=y[:6])
    assert "each its label" in refused(path)
    npz(path, x_train=x, y_train=y, x_test=3, y_test=4)
    assert "do not fit together" in refused(path)


@pytest.mark.parametrize(
    "y",
    [
        labels().astype(np.uint8),
        labels().astype(np.float64),
        labels().astype(bool),
        labels()[:, None],
        labels().astype(np.uint64),
    ],
    ids=["uint8", "float", "bool", "column", "uint64"],
)
def test_labels_of_many_types(tmp_path, y):
    assert loaded(npz(tmp_path / "a.npz", x=images(), y=y)).classes.tolist() == labels().tolist()


def test_labels_may_be_texts_or_have_names(tmp_path):
    x, y = images(), labels()
    texts = np.array(["yes", "no"])[y]
    own = loaded(npz(tmp_path / "a.npz", images=x, labels=texts))
    assert own.labels == ("no", "yes")
    assert own.classes.tolist() == (1 - y).tolist()
    assert loaded(npz(tmp_path / "a.npz", x=x, y=texts.astype("S"))).labels == ("no", "yes")
    own = loaded(npz(tmp_path / "a.npz", x=x, y=y, labels=["yes", "no", "never"]))
    assert own.labels == ("yes", "no")
    assert own.notices == ('left out the class "never": 0 usable samples are fewer than 10',)
    (tmp_path / "labels.txt").write_text("\ufeffja\nnein\n\n", encoding="utf-8")
    assert loaded(npz(tmp_path / "a.npz", x=x, y=y)).labels == ("ja", "nein")


def test_numbers_may_have_gaps(tmp_path):
    own = loaded(npz(tmp_path / "a.npz", x=images(), y=labels() * 25 + 1))
    assert own.labels == ("1", "26")
    assert own.notices == ()


@pytest.mark.parametrize("channels", [(), (1,), (3,)])
def test_other_sizes_are_normalised_as_pictures(tmp_path, channels):
    x = images(side=50)
    stored = x if not channels else np.repeat(x[..., None], channels[0], axis=3)
    own = loaded(npz(tmp_path / "a.npz", x=stored, y=labels()))
    expected = normalize_bitmap(stored[4].astype(np.float32) / np.float32(255))
    assert np.array_equal(own.images[4], expected)


def test_zeros_and_ones_of_whole_numbers_are_paper_and_ink(tmp_path):
    own = loaded(npz(tmp_path / "a.npz", x=(images() > 0).astype(np.uint8), y=labels()))
    assert np.unique(own.images).tolist() == [0, 1]


def test_blank_images_are_left_out(tmp_path):
    x = images(COUNT + 8)
    x[:7] = 0
    own = loaded(npz(tmp_path / "a.npz", x=x, y=labels(len(x), 2)))
    assert len(own) == 21
    assert own.notices[0].startswith("left out image 0 of a.npz: it is blank")
    assert own.notices[-1] == "left out 2 more blank images"


def test_dark_ink_on_light_paper_is_suspected(tmp_path):
    own = loaded(npz(tmp_path / "a.npz", x=255 - images(), y=labels()))
    assert "look like dark ink on light paper" in own.notices[0]


NAN = np.where(np.arange(COUNT) == 3, np.nan, labels())


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"y": labels() - 1}, "label 0 of a.npz is -1, but labels go from 0 to 99"),
        ({"y": labels() * 100}, "label 1 of a.npz is 100, but labels go from 0 to 99"),
        ({"y": labels().astype(np.uint64) << np.uint64(63)}, "is 9223372036854775808"),
        ({"y": labels() + 1, "labels": ["a", "b"]}, "from 0 to 1, as 2 classes are named"),
        ({"y": NAN}, "label 3 of a.npz is nan; labels are whole numbers"),
        ({"y": labels() / 2}, "label 1 of a.npz is 0.5; labels are whole numbers"),
        ({"y": np.full(COUNT, np.inf)}, "is inf; labels are whole"),
        ({"y": 2 * np.eye(2)[labels()]}, "save argmax"),
        ({"y": labels()[:-1]}, "20 images but 19 labels"),
        ({"y": np.array(["a", ""])[labels()]}, "a class has an empty name"),
        ({"y": labels(), "labels": ["a", "a"]}, 'both called "a"'),
        ({"y": labels(), "labels": ["a", " "]}, "empty name"),
        ({"y": labels(), "labels": [1, 2]}, "not a list of up to 100 texts"),
        ({"y": labels(), "labels": ["a"] * 101}, "not a list of up to 100 texts"),
        ({"x": images() / 255 + np.nan}, "numbers that are not finite"),
        ({"x": np.full((COUNT, 28, 28), -np.inf)}, "numbers that are not finite"),
        ({"x": images().astype(np.float32)}, "from 0 to 255 or fractions from 0 to 1"),
        ({"x": images().astype(int) - 1}, "numbers from -1 to"),
        ({"x": images().astype(int) * 9}, "whole numbers from 0 to 255"),
        ({"x": images().astype(complex)}, "holds neither numbers nor texts"),
        ({"x": images().astype(str)}, "no real numbers"),
        ({"x": images().astype("datetime64[s]")}, "holds neither numbers nor texts"),
        ({"x": images().reshape(COUNT, -1)[:, 1:]}, "is an array 20 x 783; images are N x height"),
        ({"x": images()[:, :0]}, "is an array 20 x 0 x 28"),
        ({"x": np.zeros((COUNT, 4, 4, 5))}, "is an array 20 x 4 x 4 x 5"),
        ({"x": np.float32(3)}, "is an array without axes"),
        ({"x": np.zeros((COUNT, 4, 1025), np.uint8)}, "at most 1024 x 1024"),
        ({"x": np.zeros((COUNT, 28, 28))}, "image 0 of a.npz: it is blank"),
        ({"x": images()[:0], "y": labels()[:0]}, "is an array 0 x 28 x 28"),
    ],
)
def test_arrays_that_are_wrong_are_told_in_a_sentence(tmp_path, changed, says):
    path = npz(tmp_path / "a.npz", **({"x": images(), "y": labels()} | changed))
    assert says in refused(path)


@given(
    arrays_of.arrays(
        st.sampled_from([np.uint8, np.int16, np.float32, np.float64, np.bool_, "U2", "S2"]),
        arrays_of.array_shapes(min_dims=0, max_dims=4, max_side=24, min_side=0),
    ),
    arrays_of.arrays(
        st.sampled_from([np.uint8, np.int64, np.float32, "U2", "S2"]),
        arrays_of.array_shapes(min_dims=0, max_dims=2, max_side=24, min_side=0),
    ),
)
def test_whatever_the_arrays_there_is_data_or_a_sentence(tmp_path_factory, x, y):
    path = npz(tmp_path_factory.mktemp("a") / "a.npz", x=x, y=y)
    try:
        loaded(path)
    except OwnDataError:
        refused(path)


# -- hostile .npz files ----------------------------------------------------------------------------


def npy(array: np.ndarray) -> bytes:
    stream = BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def header(declared: str) -> bytes:
    """The beginning of an array file of format 1.0 that declares this."""
    text = f"{declared}\n".encode()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text


def archive(path: Path, method: int = zipfile.ZIP_DEFLATED, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return path


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.place,)


def test_a_pickle_is_not_read(tmp_path):
    trap = tmp_path / "sprung"
    objects = np.array([Trap(trap)] * COUNT, dtype=object)
    path = npz(tmp_path / "a.npz", x=objects, y=labels())
    assert "x.npy" in refused(path)
    assert "pictures in folders" in refused(path)
    (tmp_path / "b.npz").write_bytes(pickle.dumps(Trap(trap)))
    assert "no .npz file, or a damaged one" in refused(tmp_path / "b.npz")
    archive(tmp_path / "c.npz", x=pickle.dumps(Trap(trap)), y=npy(labels()))
    assert "no .npz file, or a damaged one" in refused(tmp_path / "c.npz")
    assert not trap.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\3\4",
        header("{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999, 28, 28), }"),
        header("{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 28, 28), }") + bytes(9),
        header("{'descr': '<U0', 'fortran_order': False, 'shape': (9999999999999,), }"),
        header("{'descr': '|u1', 'fortran_order': False, 'shape': 'x', }"),
        header("{'descr': 'zz', 'fortran_order': False, 'shape': (1,), }"),
        header("[" * 5000),
        header("__import__('os').getcwd()"),
        b"\x93NUMPY\1\0\xff\xff",
        b"\x93NUMPY\3\0" + bytes(100),
        b"\x93NUMPY\2\0\xff\xff\xff\xff" + bytes(100),
        npy(images())[:-1],
        npy(images()) + b"\0",
    ],
)
def test_an_array_that_lies_about_itself(tmp_path, content):
    path = archive(tmp_path / "a.npz", x=content, y=npy(labels()))
    assert "no .npz file, or a damaged one" in refused(path)
    path = archive(tmp_path / "a.npz", x=npy(images()), y=content)
    assert "no .npz file, or a damaged one" in refused(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_cannot_be_bounded_are_refused(tmp_path, method):
    path = archive(tmp_path / "a.npz", method, x=npy(images()), y=npy(labels()))
    assert "damaged" in refused(path)


def test_damaged_archives(tmp_path):
    path = npz(tmp_path / "a.npz", x=images(), y=labels())
    whole = path.read_bytes()
    for broken in (whole[:-30], whole[:60] + bytes(40) + whole[100:], whole[30:], b"<html>"):
        path.write_bytes(broken)
        assert "damaged" in refused(path)
    path.write_bytes(whole.replace(b"x.npy", b"q.npy"))
    assert "no arrays x_train and y_train" in refused(path)


def peak_while(refusing: Path) -> tuple[str, int]:
    """The sentence, and the bytes that it took to find it."""
    tracemalloc.start()
    try:
        return refused(refusing), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_bomb_does_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["training.data.own.npz"], "MAX_BYTES", 1_000_000)
    bomb = npz(tmp_path / "a.npz", x=np.zeros((30, 1000, 1000), np.uint8), y=labels(30))
    sentence, peak = peak_while(bomb)
    assert "larger than" in sentence
    assert peak < 2_000_000
    understated = bomb.read_bytes().replace(struct.pack("<I", 30_000_128), struct.pack("<I", 128))
    bomb.write_bytes(understated)
    sentence, peak = peak_while(bomb)
    assert "damaged" in sentence
    assert peak < 2_000_000


# -- IDX -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_an_idx_pair_by_its_images_or_its_folder(tmp_path, suffix):
    folder = tmp_path / "KMNIST"
    x, y = images(), labels()
    path = idx_pair(folder, "train", suffix, x=x, y=y)
    own = loaded(path)
    assert np.allclose(own.images, x / 255, atol=1e-6)
    assert own.classes.tolist() == y.tolist()
    idx_pair(folder, "t10k", suffix)
    (folder / "._train-images-idx3-ubyte").write_bytes(b"left by a Mac")
    own = loaded(folder)
    assert (own.name, own.title, len(own)) == ("kmnist", "KMNIST", 2 * COUNT)
    (folder / "labels.txt").write_text("a\nb\n")
    assert loaded(folder).labels == ("a", "b")


def test_packed_and_unpacked_images_count_once(tmp_path):
    idx_pair(tmp_path / "a", "train", "")
    idx_pair(tmp_path / "a", "train", ".gz")
    assert len(loaded(tmp_path / "a")) == COUNT


def test_several_datasets_in_one_folder(tmp_path):
    idx_pair(tmp_path / "a", "emnist-letters-train")
    idx_pair(tmp_path / "a", "emnist-digits-train")
    assert "several datasets" in refused(tmp_path / "a")


def test_the_real_mnist_is_what_datasets_load(data_dir):
    own = loaded(data_dir / "mnist" / "t10k-images-idx3-ubyte.gz")
    expected = load_test(MNIST, data_dir, quiet())
    assert np.array_equal(own.images, expected.images)
    assert np.array_equal(own.classes, expected.labels)


X, Y = idx(images()), idx(labels())


@pytest.mark.parametrize(
    ("x", "y", "says"),
    [
        (X, b"", "labels-idx1-ubyte.gz is not an IDX file"),
        (X, X, "labels-idx1-ubyte.gz is not an IDX file"),
        (Y, Y, "images-idx3-ubyte.gz is not an IDX file"),
        (X[:-1], Y, "fewer numbers than it declares"),
        (X + b"\0", Y, "more numbers than it declares"),
        (X[:10], Y, "is not an IDX file"),
        (X[:2] + b"\x0d" + X[3:], Y, "is not an IDX file of bytes"),
        (X[:4] + b"\xff\xff\xff\xff" + X[8:], Y, "declares 3,211,263 MB of numbers"),
        (X[:4] + bytes(12), Y, "is an array 0 x 0 x 0"),
        (X, Y[:4] + struct.pack(">I", 3) + Y[8:11], "20 images but 3 labels"),
        (X, idx(labels() * 200), "label 1 of a-images-idx3-ubyte.gz is 200, but labels"),
        (X[:4] + struct.pack(">3I", 4_000_000_000, 0, 28), Y, "is an array 4000000000 x 0"),
    ],
)
def test_idx_files_that_are_wrong_are_told_in_a_sentence(tmp_path, x, y, says):
    path = idx_pair(tmp_path, "a", ".gz")
    path.write_bytes(gzip.compress(x))
    path.with_name("a-labels-idx1-ubyte.gz").write_bytes(gzip.compress(y))
    assert says in refused(path)


def test_damaged_gzip_files(tmp_path):
    path = idx_pair(tmp_path, "a", ".gz")
    whole = path.read_bytes()
    for broken in (whole[:-20], whole[:60] + bytes(40) + whole[100:], b"<html>", whole[:5]):
        path.write_bytes(broken)
        assert "damaged" in refused(path)
    path.write_bytes(b"")
    refused(path)


def test_a_gzip_bomb_is_not_unpacked(tmp_path):
    path = idx_pair(tmp_path, "a", ".gz")
    path.write_bytes(gzip.compress(X + bytes(50_000_000), 1))
    sentence, peak = peak_while(path)
    assert "more numbers than it declares" in sentence
    assert peak < 2_000_000


def test_labels_that_are_not_there(tmp_path):
    path = idx_pair(tmp_path / "a")
    path.with_name("train-labels-idx1-ubyte").unlink()
    assert "put train-labels-idx1-ubyte there" in refused(path)
    assert "put train-labels-idx1-ubyte there" in refused(path.parent)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a\n" * 40_000])
def test_names_that_are_no_text(tmp_path, content):
    path = npz(tmp_path / "a.npz", x=images(), y=labels())
    (tmp_path / "labels.txt").write_bytes(content)
    assert "labels.txt is not a short text" in refused(path)
