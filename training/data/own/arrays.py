"""Arrays of images with labels, however they were stored."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from digitpad.cli.terminal import printable
from digitpad.image.normalize import SIZE, normalize_bitmap
from digitpad.inference.contract import MAX_CLASSES
from training.data.own.labelled import (
    MAX_IMAGES,
    LabelledImages,
    LeftOut,
    OwnDataError,
    class_names,
    grouped,
)

#: Longest side of an image in pixels.
MAX_SIDE = 1024
#: Most bytes of a file of class names.
_NAMES_SIZE = 2**16


@dataclass(frozen=True, eq=False)
class Arrays:
    """Images and labels as a file has them, unchecked.

    Attributes:
        place: the name that sentences give to the images.
        images: should have the shape (N, h, w), or (N, h, w, 1, 3 or 4).
        labels: should be N numbers or texts.
        names: what the numbers stand for; None where they stand for themselves.
    """

    place: str
    images: NDArray[Any]
    labels: NDArray[Any]
    names: tuple[str, ...] | None = None


def to_images(arrays: Arrays, console: Console) -> LabelledImages:
    """Check arrays, and make images of them.

    Raises:
        OwnDataError: if images and labels are not what they should be.
    """
    images, place = _shaped(arrays), arrays.place
    classes, names = _classes(arrays)
    full = _full_ink(images, place)
    if images.shape[1:] == (SIZE, SIZE):
        result = np.divide(images, np.float32(full), dtype=np.float32)
        inked = np.ptp(result, axis=(1, 2)) > 0
        notices, reason = _inverted(result, place), "it is blank"
    else:
        result, inked = _normalised(images, full, place, console)
        notices, reason = (), "it is blank, or its ink touches its edge"
    blank = LeftOut("blank images")
    for i in np.flatnonzero(~inked):
        blank.add(f"image {i} of {place}: {reason}")
    if not inked.all():
        result, classes = result[inked], classes[inked]
    return LabelledImages(result, classes, names, (*notices, *blank.sentences()))


def joined(
    parts: Sequence[tuple[NDArray[Any], NDArray[Any]]], place: str
) -> tuple[NDArray[Any], NDArray[Any]]:
    """All images and all labels of a dataset's parts.

    Raises:
        OwnDataError: if they do not fit together.
    """
    if len(parts) == 1:
        return parts[0]
    kinds = {(x.shape[1:], x.dtype.kind, y.shape[1:], y.dtype.kind) for x, y in parts}
    if len(kinds) > 1 or any(x.shape[:1] != y.shape[:1] or not x.ndim for x, y in parts):
        raise OwnDataError(
            f"the parts of {place} do not fit together; give all images one size and type, and each"
            " its label"
        )
    images, labels = zip(*parts, strict=True)
    return np.concatenate(images), np.concatenate(labels)


def names_beside(path: Path) -> tuple[str, ...] | None:
    """The lines of ``labels.txt`` beside a file, or None.

    Raises:
        OwnDataError: if it is no short text.
        OSError: if it cannot be read.
    """
    file = path.with_name("labels.txt")
    if not file.is_file():
        return None
    with file.open("rb") as stream:
        content = stream.read(_NAMES_SIZE + 1)
    try:
        if len(content) > _NAMES_SIZE:
            raise ValueError("too long")
        return tuple(content.decode("utf-8-sig").rstrip().splitlines())
    except ValueError as error:
        raise OwnDataError(
            f"{file} is not a short text; write the name of one class on each line, or delete it"
        ) from error


def _shaped(arrays: Arrays) -> NDArray[Any]:
    """Images of the shape (N, h, w), (N, h, w, 3) or (N, h, w, 4)."""
    images = arrays.images
    shape = _times(images.shape)
    if images.dtype.kind not in "biuf":
        raise OwnDataError(
            f"{arrays.place} has images that are no real numbers; save them as uint8"
        )
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    if images.ndim == 2 and (side := math.isqrt(images.shape[1])) ** 2 == images.shape[1]:
        images = images.reshape(-1, side, side)
    if images.ndim not in (3, 4) or images.shape[3:] not in ((), (3,), (4,)) or 0 in images.shape:
        raise OwnDataError(
            f"{arrays.place} is an array {shape}; images are N x height x width, such as"
            f" N x {SIZE} x {SIZE}"
        )
    if len(images) > MAX_IMAGES or max(images.shape[1:3]) > MAX_SIDE:
        raise OwnDataError(
            f"{arrays.place} is an array {shape}; take at most {MAX_IMAGES:,} images of at most"
            f" {MAX_SIDE} x {MAX_SIDE}"
        )
    return images


def _full_ink(images: NDArray[Any], place: str) -> int:
    """The number that stands for full ink, 255 or 1."""
    low, high = images.min(), images.max()  # NaN where any number is
    if not np.isfinite(low) or not np.isfinite(high):
        raise OwnDataError(f"{place} has numbers that are not finite; replace them and save anew")
    if images.shape[1:3] == (8, 8) and 1 < high <= 16 and low >= 0:
        return 16  # scikit-learn's digits
    is_whole = images.dtype.kind in "iu"
    if low < 0 or high > (255 if is_whole else 1):
        raise OwnDataError(
            f"{place} has numbers from {low:g} to {high:g}; images are whole numbers from 0 to 255"
            " or fractions from 0 to 1"
        )
    return 255 if is_whole and high > 1 else 1


def _inverted(images: NDArray[np.float32], place: str) -> tuple[str, ...]:
    """A warning where images seem to be dark on light: the app shows models light on dark."""
    rim = np.concatenate([images[:, [0, -1]].ravel(), images[:, :, [0, -1]].ravel()])
    if rim.mean() < 0.5:
        return ()
    return (
        f"the images of {place} look like dark ink on light paper, but {SIZE} x {SIZE} images are"
        " taken as they are, with 0 for paper; if so, invert them and train anew",
    )


def _normalised(
    images: NDArray[Any], full: int, place: str, console: Console
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Images made as the app makes them of pictures, and which of them have ink."""
    result = np.zeros((len(images), SIZE, SIZE), dtype=np.float32)
    inked = np.zeros(len(images), dtype=np.bool_)
    description = escape(printable(f"Normalising {place}"))
    for i in track(range(len(images)), description, console=console, transient=True):
        image = normalize_bitmap(images[i].astype(np.float32) / np.float32(full))
        if image is not None:
            result[i], inked[i] = image, True
    return result, inked


def _classes(arrays: Arrays) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    labels, place = arrays.labels, arrays.place
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if _is_one_hot(labels):
        labels = labels.argmax(axis=1)
    if labels.ndim != 1:
        raise OwnDataError(
            f"the labels of {place} are an array {_times(labels.shape)}, not one for each image"
            " nor one-hot; save argmax(axis=1)"
        )
    if len(labels) != len(arrays.images):
        raise OwnDataError(
            f"{place} has {len(arrays.images):,} images but {len(labels):,} labels; give each image"
            " one"
        )
    if labels.dtype.kind == "S":
        return grouped([text.decode("utf-8", "replace") for text in labels])
    if labels.dtype.kind == "U":
        return grouped(labels.tolist())
    numbers = _whole(labels, place)
    names = arrays.names
    most = MAX_CLASSES if names is None else len(names)
    outside = np.flatnonzero((numbers < 0) | (numbers >= most))
    if len(outside):
        raise OwnDataError(
            f"label {outside[0]} of {place} is {labels[outside[0]]}, but labels go from 0 to"
            f" {most - 1}{_as_named(names)}; number the classes from 0 and save anew"
        )
    if names is not None:
        return numbers, class_names(names)
    used, classes = np.unique(numbers, return_inverse=True)
    return classes, tuple(map(str, used))


def _is_one_hot(labels: NDArray[Any]) -> bool:
    """Whether each row has a single 1 among 0s."""
    if (
        labels.ndim != 2
        or labels.dtype.kind not in "biuf"
        or not 2 <= labels.shape[1] <= MAX_CLASSES
    ):
        return False
    return bool(((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all())


def _as_named(names: tuple[str, ...] | None) -> str:
    return "" if names is None else f", as {len(names)} classes are named"


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "without axes"


def _whole(labels: NDArray[Any], place: str) -> NDArray[np.int64]:
    """The labels as whole numbers."""
    if labels.dtype.kind == "f":
        wrong = np.flatnonzero(~np.isfinite(labels) | (labels != np.floor(labels)))
        if len(wrong):
            raise OwnDataError(
                f"label {wrong[0]} of {place} is {labels[wrong[0]]}; labels are whole numbers from"
                " 0, or texts"
            )
    # Bounded first: what int64 does not hold would come out as another number.
    numbers: NDArray[np.int64] = np.clip(labels.astype(np.float64), -1, 2**31).astype(np.int64)
    return numbers
