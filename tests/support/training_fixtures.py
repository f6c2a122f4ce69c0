"""A dataset of drawn digits, small enough to train on in a test, and a recipe for it."""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad.image.normalize import normalize_ink
from digitpad.ink.ink import Ink
from training import build, recipes
from training.base import environment
from training.data import datasets, pendigits
from training.data.datasets import Source
from training.data.fetch import RemoteFile
from training.data.writers import uji
from training.fit import training_data
from training.measure import validation
from training.synth.pool import Writers

ROOT = Path(__file__).resolve().parents[2]

#: One polyline per stroke, on a 4 x 6 grid, y down.
SHAPES: dict[str, list[list[tuple[float, float]]]] = {
    "0": [[(2, 0), (0, 1), (0, 5), (2, 6), (4, 5), (4, 1), (2, 0)]],
    "1": [[(2, 0), (2, 6)]],
    "2": [[(0, 1), (2, 0), (4, 1), (4, 2), (0, 6), (4, 6)]],
    "3": [[(0, 0), (4, 0), (2, 2.5), (4, 4), (3, 6), (0, 6)]],
    "4": [[(1, 0), (0, 4), (4, 4)], [(3, 2), (3, 6)]],
    "5": [[(4, 0), (0, 0), (0, 3), (3, 3), (4, 4.5), (3, 6), (0, 6)]],
    "6": [[(3, 0), (0, 4), (1, 6), (3, 6), (4, 4.5), (3, 3), (0, 4)]],
    "7": [[(0, 0), (4, 0), (1, 6)]],
    "8": [[(2, 3), (0, 1.5), (2, 0), (4, 1.5), (2, 3), (0, 4.5), (2, 6), (4, 4.5), (2, 3)]],
    "9": [[(4, 2), (1, 3), (0, 1.5), (1, 0), (3, 0), (4, 2), (3, 6)]],
}


def drawn_digits(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Shaky digits, every class as often: uint8 (count, 28, 28) and (count,)."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 10
    images = []
    for label in labels:
        strokes = [np.array(s) + rng.normal(0, 0.15, (len(s), 2)) for s in SHAPES[str(label)]]
        image = normalize_ink(Ink.from_points(strokes))
        assert image is not None
        images.append((image * 255).round().astype(np.uint8))
    return np.stack(images), labels.astype(np.uint8)


def idx(values: np.ndarray) -> bytes:
    """The IDX format."""
    header = bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
    return header + values.tobytes()


def remote_file(payload: bytes, name: str, url: str = "http://localhost:1/nowhere") -> RemoteFile:
    return RemoteFile(url, f"mnist/{name}.gz", len(payload), hashlib.sha256(payload).hexdigest())


def tiny_source(folder: Path, train: int = 600, test: int = 100) -> Source:
    """Write a dataset of drawn digits into a data folder, laid out like MNIST."""
    (folder / "mnist").mkdir(parents=True, exist_ok=True)
    files = []
    for name, count, seed in (("train", train, 1), ("test", test, 2)):
        images, labels = drawn_digits(count, seed)
        for kind, values in (("images", images), ("labels", labels)):
            file = remote_file(idx(values), f"{name}-{kind}")
            (folder / file.path).write_bytes(gzip.compress(idx(values), mtime=0))
            files.append(file)
    return replace(datasets.MNIST, train=(files[0], files[1]), test=(files[2], files[3]))


#: A few seconds of training; mild, so that drawn digits are learnt in them.
TINY = replace(
    recipes.DIGITS,
    architecture="compact_cnn",  # the quickest to trace, and tracing is most of the time
    ensemble=1,
    precision="float32",  # the same numbers on every machine
    epochs=3,
    batch_size=10,
    ema_epochs=0.0,  # an average over so few batches would still hold the first ones
    augmentation=recipes.Augmentation(rotation=3, elastic=0.3, thicker=0.2),
    mixture=recipes.Mixture(
        pen=20, per_glyph=1, per_mark=1, per_family=2, held_out=("spirals",), pen_spread=0.2
    ),
)


def smallest_network(classes: int, dropout: float, has_ood_head: bool) -> Any:
    """One hidden layer of 16: traced in a fifth of the time of any other, and as good for tests."""
    import keras
    from keras import layers

    image = keras.Input((28, 28), name="image")
    x = layers.Dense(16, activation="relu", name="features")(layers.Flatten()(image))
    x = layers.Dropout(dropout)(x)
    probabilities = layers.Dense(classes, activation="softmax", name="probabilities")(x)
    score = layers.Dense(1, activation="sigmoid", name="digit_score")(x)
    return keras.Model(image, [probabilities, score] if has_ood_head else probabilities)


def no_writers() -> Writers:
    """Nothing to draw from: glyphs and most families need nothing."""
    return Writers({}, {}, np.zeros((0, 28, 28), dtype=np.float32))


def keep_small(patch: pytest.MonkeyPatch) -> None:
    """Draw little to validate on, and find no mirror of pendigits, UJI and Fashion-MNIST."""
    patch.setattr(validation, "PER_FAMILY", 20)
    patch.setattr(validation, "PER_FORM", 4)
    nowhere = "http://localhost:1/nowhere"
    patch.setattr(pendigits, "URL", nowhere)
    patch.setattr(uji, "URL", nowhere)
    images, labels = datasets.FASHION_MNIST.train
    unreachable = replace(images, url=nowhere), replace(labels, url=nowhere)
    patch.setattr(
        training_data, "FASHION_MNIST", replace(datasets.FASHION_MNIST, train=unreachable)
    )


def install_tiny(
    patch: pytest.MonkeyPatch, folder: Path, *, smallest: bool = False, **changes: object
) -> None:
    """Let this process build the tiny recipe on the tiny dataset, and bundle it elsewhere.

    With ``smallest``, :func:`smallest_network` takes the place of the recipe's, in this process
    alone.
    """
    keep_small(patch)
    if smallest:
        environment.prepare()
        from training.networks.architectures import ARCHITECTURES

        patch.setitem(ARCHITECTURES, TINY.architecture, smallest_network)
    patch.setattr(build, "assets_dir", lambda: folder / "assets")
    patch.setitem(datasets.SOURCES, "mnist", tiny_source(folder))
    patch.setitem(recipes.RECIPES, "digits", replace(TINY, **changes))


def start_build(
    folder: Path, *arguments: str, largest_file: int = 0, **changes: object
) -> subprocess.Popen[str]:
    """``python -m training.build`` on the tiny dataset, in a process of its own.

    What is changed of the recipe, and ``smallest``, is for :func:`install_tiny`.

    With ``largest_file``, it cannot write files of more bytes, as if the disk were full. There is
    no report, whose figures take a quarter of the time; test_build.py looks at one.
    """
    limit = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({largest_file}, {largest_file}));"
    )
    program = (limit if largest_file else "") + (
        "import sys, pathlib, pytest; from tests.support import training_fixtures as f;"
        f"f.install_tiny(pytest.MonkeyPatch(), pathlib.Path({str(folder)!r}), **{changes!r});"
        "from training import report; report.write = lambda _: None;"
        "from training.build import main; sys.exit(main(sys.argv[1:]))"
    )
    paths = (str(ROOT), os.environ.get("PYTHONPATH", ""))
    return subprocess.Popen(
        [sys.executable, "-u", "-c", program, "--data-dir", str(folder), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )
