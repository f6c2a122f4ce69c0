"""Somebody's own drawings, with classes of their own: what ``--data`` is trained with.

Taken are a folder with a sub-folder of pictures for each class (or its parts, each with such), or
with a ``labels.csv``, a ``.jsonl`` file of ink with labels, a ``.npz`` or ``.csv`` file of arrays,
and a pair of IDX files. Pictures and ink become images in the
way in which the app makes them, so that what is trained is what is drawn. Arrays of 28x28 are
taken as they are, as MNIST's are: ink 1 (or 255) on paper 0, already centred.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from digitpad.cli import sources
from digitpad.inference.contract import MAX_CLASSES
from training.data.datasets import Split
from training.data.own import arrays, drawings, idx, npz, table
from training.data.own.labelled import LabelledImages, LeftOut, OwnDataError, short

__all__ = ["MIN_SAMPLES", "OwnData", "OwnDataError", "load", "split"]

#: Fewest usable samples of a class: some to train on, and some for each of the other parts.
MIN_SAMPLES = 10
#: Share of each class that is validated on, and as much again that is tested on.
HELD_OUT = 0.15

_KINDS = (
    "give a folder with a sub-folder of pictures for each class, a .jsonl file of ink with labels,"
    " a .npz or .csv file, or the images file of an IDX pair"
)
_PICKLE = re.compile(r"\.(pkl|pickle|p)(\.gz|\.bz2|\.xz)?$", re.IGNORECASE)
#: What Windows keeps for devices, whatever follows a dot.
_RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)\d")


@dataclass(frozen=True, eq=False)
class OwnData:
    """Images with a class each.

    Attributes:
        name: for files, made of ``a-z``, ``0-9`` and ``-``.
        title: for people.
        labels: what each class is called, 2 to 100, each at most 40 characters.
        images: float32 (N, 28, 28), ink 1.0 on paper 0.0.
        classes: int64 (N,), indices into ``labels``; at least :data:`MIN_SAMPLES` of each.
        notices: one sentence for each thing that was left out, and why.
    """

    name: str
    title: str
    labels: tuple[str, ...]
    images: NDArray[np.float32]
    classes: NDArray[np.int64]
    notices: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.classes)


def load(path: Path, console: Console) -> OwnData:
    """Read a folder or a file; test images, where a file has some apart, are mixed in.

    Args:
        path: a folder with sub-folders, or with one IDX dataset; a ``.jsonl`` or ``.npz`` file; or
            an IDX file of images, beside which its labels lie.
        console: where a bar shows how far it is.

    Raises:
        OwnDataError: if nothing can be trained with it.
    """
    try:
        found = _found(path, console)
    except OSError as error:
        reason = error.strerror or error
        raise OwnDataError(f"cannot read {path} ({reason}); check its name and permissions") from (
            error
        )
    if not len(found.images):
        reason = found.notices[0] if found.notices else "it is empty"
        raise OwnDataError(f"nothing in {path} can be trained with ({reason}); {_KINDS}")
    title = _title(path)
    return OwnData(name_of(path), title, *_large_classes(found, path))


def split(own: OwnData, seed: int = 0) -> tuple[Split, Split, Split]:
    """Training (about 70 %), validation (15 %) and test (15 %), with every class in each.

    The same data and seed give the same parts; each is in random order.
    """
    order = np.random.default_rng(seed).permutation(len(own))
    part = np.zeros(len(own), dtype=np.int8)
    for number in range(len(own.labels)):
        members = order[own.classes[order] == number]
        held_out = max(1, round(HELD_OUT * len(members)))
        part[members[:held_out]] = 1
        part[members[held_out : 2 * held_out]] = 2
    chosen = (order[part[order] == number] for number in range(3))
    train, validation, test = (Split(own.images[i], own.classes[i]) for i in chosen)
    return train, validation, test


def _found(path: Path, console: Console) -> LabelledImages:
    if path.is_dir():
        pairs = idx.pairs(path)
        return (
            arrays.to_images(idx.read(pairs), console) if pairs else drawings.folder(path, console)
        )
    if not path.exists():
        raise OwnDataError(f"there is no file or folder {path}; {_KINDS}")
    if not path.is_file():
        raise OwnDataError(f"{path} is not a regular file; {_KINDS}")
    if sources.is_ink(path.name):
        return drawings.ink(path, console)
    if path.suffix.lower() == ".npz":
        return arrays.to_images(npz.read(path), console)
    if path.suffix.lower() == ".csv":
        return arrays.to_images(table.read(path), console)
    if _PICKLE.search(path.name):
        raise OwnDataError(
            f"{path} is a pickle, which runs any code that its writer wants; if you trust it, load"
            " it yourself and write numpy.savez(FILE, x=IMAGES, y=LABELS)"
        )
    if idx.is_images(path.name):
        return arrays.to_images(idx.read([idx.with_labels(path)]), console)
    raise OwnDataError(f"cannot tell what {path} holds; {_KINDS}")


def _large_classes(
    found: LabelledImages, path: Path
) -> tuple[tuple[str, ...], NDArray[np.float32], NDArray[np.int64], tuple[str, ...]]:
    """Labels, images, classes and notices, without the classes that have too few samples."""
    counts = np.bincount(found.classes, minlength=len(found.names))
    kept = np.flatnonzero(counts >= MIN_SAMPLES)
    left_out = LeftOut("classes")
    for name, count in zip(found.names, counts, strict=True):
        if count < MIN_SAMPLES:
            left_out.add(f'the class "{name}": {count} usable samples are fewer than {MIN_SAMPLES}')
    notices = (*found.notices, *left_out.sentences())
    if not 2 <= len(kept) <= MAX_CLASSES:
        what = "add samples" if len(kept) < 2 else "leave some out"
        reasons = (*left_out.sentences(), *found.notices)
        why = f" ({reasons[0]})" if len(kept) < 2 and reasons else ""
        raise OwnDataError(
            f"{path} has {len(kept)} of the 2 to {MAX_CLASSES} classes that a model needs, with at"
            f" least {MIN_SAMPLES} usable samples each; {what}{why}"
        )
    labels = tuple(found.names[i] for i in kept)
    if len(kept) == len(counts):
        return labels, found.images, found.classes, notices
    chosen = np.isin(found.classes, kept)
    return labels, found.images[chosen], np.searchsorted(kept, found.classes[chosen]), notices


def _title(path: Path) -> str:
    """What a file or folder is called, without what names end in."""
    name = path.resolve().name
    if path.is_dir():
        return short(name) or "own"
    return short(re.sub(r"[-.]?(images)?[-.]idx3.*$|\.[^.]*$", "", name)) or "own"


def name_of(path: Path) -> str:
    """What a model of these data is called."""
    return slug(_title(path))


def slug(title: str) -> str:
    """A name for files, of letters, figures and hyphens: ``"own-con"`` for ``"CON"``."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "own"
    return f"own-{name}" if _RESERVED.fullmatch(name) else name
