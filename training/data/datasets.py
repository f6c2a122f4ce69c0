"""MNIST and Fashion-MNIST as arrays: verified, and split into training, validation and test.

Y. LeCun, C. Cortes and C. Burges, *The MNIST database of handwritten digits*. H. Xiao, K. Rasul and
R. Vollgraf, *Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms*,
arXiv 1708.07747, which takes over MNIST's format, sizes and file names.

Unless a recipe says otherwise, the last 5,000 of the 60,000 training images are for validation;
every choice is made on them. The test set is loaded by a function of its own, which only the final
evaluation calls, and what repeats a tutorial that watches it while training.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from digitpad.image.normalize import SIZE
from digitpad.library.idx import IdxError, read_array
from training.data.fetch import DatasetError, RemoteFile, read

VALIDATION = 5_000


@dataclass(frozen=True, eq=False)
class Split:
    """Images and what they show."""

    images: NDArray[np.float32]  #: float32 (N, 28, 28), ink 1.0 on paper 0.0
    labels: NDArray[np.int64]  #: int64 (N,), indices into the dataset's labels

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, chosen: slice | NDArray[np.int64]) -> Split:
        """Some of them, by their indices."""
        return Split(self.images[chosen], self.labels[chosen])

    def first(self, count: int) -> Split:
        """The first so many of them; all for 0."""
        return self.at(slice(count)) if count else self

    def __add__(self, other: Split) -> Split:
        return Split(
            np.concatenate([self.images, other.images]), np.concatenate([self.labels, other.labels])
        )


@dataclass(frozen=True)
class Source:
    """Where a dataset of four IDX files comes from."""

    name: str  #: its folder inside the data folder
    title: str  #: its name for people
    credit: str  #: its source and licence
    labels: tuple[str, ...]  #: what each class is called
    train: tuple[RemoteFile, RemoteFile]  #: images and labels of the training set
    test: tuple[RemoteFile, RemoteFile]  #: images and labels of the test set
    korean: tuple[str, ...] = ()  #: the labels in Korean; empty where they are figures


def _files(
    folder: str, mirrors: tuple[str, ...], sha256: str
) -> tuple[tuple[RemoteFile, RemoteFile], tuple[RemoteFile, RemoteFile]]:
    """The files of training and test set, with the checksums of their payloads in this order."""
    checksums = iter(sha256.split())

    def file(name: str, size: int) -> RemoteFile:
        url, *others = (f"{mirror}{name}.gz" for mirror in mirrors)
        path = f"{folder}/{name}.gz"
        return RemoteFile(url, path, size, next(checksums), mirrors=tuple(others))

    def pair(name: str, count: int) -> tuple[RemoteFile, RemoteFile]:
        images = file(f"{name}-images-idx3-ubyte", 16 + count * SIZE * SIZE)
        return images, file(f"{name}-labels-idx1-ubyte", 8 + count)

    return pair("train", 60_000), pair("t10k", 10_000)


MNIST = Source(
    "mnist",
    "MNIST",
    "The MNIST database of handwritten digits (LeCun, Cortes, Burges), CC BY-SA 3.0",
    tuple("0123456789"),
    *_files(
        "mnist",
        (
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",  # torchvision's
        ),
        """
        ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db
        65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5
        0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
        ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2
        """,
    ),
)
_KOREAN = "티셔츠 바지 스웨터 드레스 코트 샌들 셔츠 스니커즈 가방 앵클부츠"
_CLOTHES = "T-shirt/top Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag Ankle_boot"
FASHION_MNIST = Source(
    "fashion-mnist",
    "Fashion-MNIST",
    "Fashion-MNIST (Xiao, Rasul, Vollgraf 2017), MIT",
    tuple(name.replace("_", " ") for name in _CLOTHES.split()),
    *_files(
        "fashion-mnist",
        (
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",  # Keras'
        ),
        """
        c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888
        bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9
        5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b
        0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34
        """,
    ),
    tuple(_KOREAN.split()),
)
SOURCES = {source.name: source for source in (MNIST, FASHION_MNIST)}


def load_training(
    source: Source, folder: Path, console: Console, split: str = "last 5000"
) -> tuple[Split, Split]:
    """Training and validation images; ``split`` as in :class:`training.recipes.Recipe`. Raises
    DatasetError if a file cannot be had, or is not the one that it should be.
    """
    whole = _load(source.train, folder, console)
    if split == "test":
        return whole, load_test(source, folder, console)
    if split == "random fifth":
        return _random_fifth(whole)
    at = len(whole) - min(VALIDATION, len(whole) // 2)
    return whole.at(slice(at)), whole.at(slice(at, None))


def _random_fifth(whole: Split) -> tuple[Split, Split]:
    """What ``sklearn.model_selection.train_test_split(..., test_size=0.2, random_state=42)`` does:
    its ShuffleSplit validates on the first fifth (rounded up) of a permutation by NumPy's old
    generator.
    """
    order = np.random.RandomState(42).permutation(len(whole))
    fifth = -(-len(whole) // 5)
    return whole.at(order[fifth:]), whole.at(order[:fifth])


def load_test(source: Source, folder: Path, console: Console) -> Split:
    """The test images, for the final evaluation only; errors as those of :func:`load_training`."""
    return _load(source.test, folder, console)


def _load(files: tuple[RemoteFile, RemoteFile], folder: Path, console: Console) -> Split:
    images, labels = (
        _array(read(file, folder, console), file, axes)
        for file, axes in zip(files, (3, 1), strict=True)
    )
    if images.shape[1:] != (SIZE, SIZE) or labels.shape != images.shape[:1]:
        raise DatasetError(f"{files[0].path} and {files[1].path} do not belong together")
    return Split(images.astype(np.float32) / np.float32(255), labels.astype(np.int64))


def _array(payload: bytes, file: RemoteFile, axes: int) -> NDArray[np.uint8]:
    try:
        return read_array(BytesIO(payload), axes, file.size)
    except IdxError as error:
        raise DatasetError(f"{file.path} {error}") from error
