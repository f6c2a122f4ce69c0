"""Own data as somebody might hand it in: folders, ink and arrays, and how loading answers."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from tests.support.drawings import scribble
from training.base.errors import BuildError
from training.data import own as own_data
from training.data.own import MIN_SAMPLES, OwnData, OwnDataError

COUNT = 2 * MIN_SAMPLES


def quiet() -> Console:
    return Console(file=StringIO())


def loaded(path: Path) -> OwnData:
    """What a path holds, with what is always true of it."""
    own = own_data.load(path, quiet())
    assert own.images.shape == (len(own), 28, 28)
    assert own.images.dtype == np.float32
    assert own.images.min() >= 0
    assert own.images.max() <= 1
    assert own.classes.dtype == np.int64
    assert np.unique(own.classes).tolist() == list(range(len(own.labels)))
    assert all(text.isprintable() for text in (*own.labels, *own.notices, own.title))
    return own


def refused(path: Path) -> str:
    """The one sentence with which a path is refused."""
    with pytest.raises(OwnDataError) as caught:
        own_data.load(path, quiet())
    assert isinstance(caught.value, BuildError)
    text = str(caught.value)
    assert text.isprintable()
    assert len(text) < 500
    return text


def picture(size: int = 40, seed: int = 0) -> Image.Image:
    """Dark ink on light paper, with a rim."""
    pixels = np.full((size, size), 250, dtype=np.uint8)
    pixels[size // 4 : size // 2 + seed % 5, size // 3 : size // 2] = 10
    return Image.fromarray(pixels)


def pictures(folder: Path, classes: dict[str, int], size: int = 40) -> Path:
    for name, count in classes.items():
        (folder / name).mkdir(parents=True)
        for i in range(count):
            picture(size, i).save(folder / name / f"{i:03}.png")
    return folder


def ink_file(path: Path, labels: dict[str, int]) -> Path:
    lines = [scribble(i).to_json() for _, n in labels.items() for i in range(n)]
    named = [label for label, n in labels.items() for _ in range(n)]
    records = [json.loads(line) | {"label": name} for line, name in zip(lines, named, strict=True)]
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return path


def images(count: int = COUNT, side: int = 28) -> np.ndarray:
    """Light ink on dark paper, as MNIST's: uint8 (count, side, side)."""
    rng = np.random.default_rng(0)
    result = np.zeros((count, side, side), dtype=np.uint8)
    for image in result:
        top, left = rng.integers(2, side // 2, 2)
        image[top : top + side // 3, left : left + side // 4] = rng.integers(100, 256)
    return result


def labels(count: int = COUNT, classes: int = 2) -> np.ndarray:
    return np.arange(count) % classes


def npz(path: Path, **arrays: object) -> Path:
    np.savez_compressed(path, **arrays)
    return path


def idx(values: np.ndarray) -> bytes:
    header = bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
    return header + values.astype(np.uint8).tobytes()


def idx_pair(folder: Path, part: str = "train", suffix: str = "", **named: np.ndarray) -> Path:
    folder.mkdir(exist_ok=True)
    pack: Callable[[bytes], bytes] = gzip.compress if suffix else bytes
    x, y = named.get("x", images()), named.get("y", labels())
    path = folder / f"{part}-images-idx3-ubyte{suffix}"
    path.write_bytes(pack(idx(x)))
    (folder / f"{part}-labels-idx1-ubyte{suffix}").write_bytes(pack(idx(y)))
    return path
