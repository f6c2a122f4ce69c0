"""What the synthetic pool costs: a drawing from its strokes to an image, beside a training step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from digitpad.image.normalize import normalize_ink
from digitpad.ink.ink import Ink
from training.networks import architectures
from training.recipes import DIGITS
from training.synth.forms import GLYPHS
from training.synth.strokes import StrokeAugmenter

SEVEN = GLYPHS["7 crossed and serifed"]
BATCH = 128


@pytest.mark.benchmark(group="one training image")
def test_draw_a_glyph(benchmark: Any) -> None:
    rng = np.random.default_rng(0)
    assert benchmark(lambda: SEVEN.draw(rng))


@pytest.mark.benchmark(group="one training image")
def test_distort_its_strokes(benchmark: Any) -> None:
    rng = np.random.default_rng(0)
    strokes = SEVEN.draw(rng)
    augmenter = StrokeAugmenter(DIGITS.mixture.strokes, rng)
    assert benchmark(lambda: augmenter(strokes))


@pytest.mark.benchmark(group="one training image")
def test_ink_it(benchmark: Any) -> None:
    ink = Ink.from_points(SEVEN.draw(np.random.default_rng(0)))
    assert benchmark(lambda: normalize_ink(ink)) is not None


@pytest.mark.benchmark(group=f"a training step of {BATCH} images")
def test_training_step(benchmark: Any) -> None:
    model = architectures.ARCHITECTURES[DIGITS.architecture](10, DIGITS.dropout, True)
    model.compile("adamw", ["categorical_crossentropy", "binary_crossentropy"], jit_compile=False)
    rng = np.random.default_rng(0)
    images = rng.random((BATCH, 28, 28), dtype=np.float32)
    targets = [np.eye(10, dtype=np.float32)[rng.integers(10, size=BATCH)], np.ones((BATCH, 1))]
    benchmark(lambda: model.train_on_batch(images, targets))
