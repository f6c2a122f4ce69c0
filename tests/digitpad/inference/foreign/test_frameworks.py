"""Files from PyTorch's two exporters, scikit-learn's converter and Keras; see models/make.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from digitpad.image.normalize import normalize_ink
from digitpad.inference.foreign.reference import reference_inks
from digitpad.inference.recognizer import Recognizer
from tests.support.drawings import digit

MODELS = Path(__file__).parents[3] / "models"
#: Layout, type, batch, scaling, ink and answers of each.
MADE = {
    "keras-softmax": ("NHWC", "float32", None, "-1..1", "white", "probabilities"),
    "sklearn-forest-255": ("flat", "float32", None, "0..255", "white", "probabilities"),
    "sklearn-linear-zipmap": ("flat", "float32", None, "0..1", "white", "probabilities"),
    "torch-half": ("NCHW", "float16", 1, "mean/std", "white", "logits"),
    "torch-logits-one": ("NCHW", "float32", 1, "mean/std", "white", "logits"),
    "torch-softmax-black": ("NCHW", "float32", None, "0..1", "black", "probabilities"),
}


@pytest.mark.parametrize("name", MADE)
def test_opens_as_it_is(name: str) -> None:
    recognizer = Recognizer.load(MODELS / f"{name}.onnx", "cpu")
    known = recognizer.conventions
    assert known is not None
    assert (
        known.layout,
        known.dtype,
        known.batch,
        known.scaling,
        known.ink,
        known.answers,
    ) == MADE[name]
    assert recognizer.labels == tuple("0123456789")
    assert recognizer.inferred is not None
    assert recognizer.inferred.sureness in ("sure", "likely")
    images = np.stack([normalize_ink(digit(label)) for label in "013"])
    probabilities = recognizer.predict(images)
    assert "".join(recognizer.labels[i] for i in probabilities.argmax(axis=1)) == "013"
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_every_model_of_the_folder_is_tested() -> None:
    assert {path.stem for path in MODELS.glob("*.onnx")} == set(MADE)


def test_the_reference_digits_are_digits() -> None:
    """All of them, to the bundled model, without doubt."""
    images = np.stack([normalize_ink(ink) for ink in reference_inks()])
    digits = Recognizer.load("digits", "cpu")
    readings = digits.read(images)
    read = [digits.labels[i] for i in readings.probabilities.argmax(axis=1)]
    assert read == [ink.label for ink in reference_inks()]
    assert not readings.rejected.any()
    assert len(reference_inks()) == 60
