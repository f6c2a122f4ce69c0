"""What cannot be read from other people's files is worked out, for every convention."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitpad.image.normalize import normalize_ink
from digitpad.inference.errors import ModelError
from digitpad.inference.foreign.conventions import LAYOUTS, SCALINGS
from digitpad.inference.foreign.conventions_search import InferredConventions
from digitpad.inference.foreign.reference import references
from digitpad.inference.recognizer import Recognizer
from tests.support import foreign_models
from tests.support.drawings import digit
from tests.support.foreign_models import TYPES, helper


def opened(model, **given) -> Recognizer:
    recognizer = foreign_models.opened(model, **given)
    known = recognizer.inferred
    assert known is not None
    assert InferredConventions.from_json(known.to_json()) == known
    return recognizer


def reads(recognizer: Recognizer) -> str:
    """What it says of drawings that it was not fitted to, in one batch and one by one."""
    images = np.stack([normalize_ink(digit(label)) for label in "017"])
    together = recognizer.predict(images)
    single = np.concatenate([recognizer.predict(image[None]) for image in images])
    np.testing.assert_allclose(together, single, atol=2e-3)
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)
    assert together.dtype == np.float32
    return "".join(recognizer.labels[i] for i in together.argmax(axis=1))


def scalings(dtype: str) -> list[str]:
    if dtype == "int8":
        return ["-128..127", "0..1"]
    if dtype.startswith("float"):
        return [name for name in SCALINGS if name not in ("-128..127", "0..16")]
    return ["0..255", "0..1"]


DTYPES = ("float32", "float16", "float64", "uint8", "int8", "int64")
EVERY = [
    (dtype, scaling, ink)
    for dtype in DTYPES
    for scaling in scalings(dtype)
    for ink in ("white", "black")
]


@pytest.mark.parametrize(("dtype", "scaling", "ink"), EVERY)
def test_every_brightness(dtype: str, scaling: str, ink: str) -> None:
    low, high = SCALINGS[scaling]
    recognizer = opened(foreign_models.model(dtype=dtype, low=low, high=high, ink=ink))
    known = recognizer.conventions
    assert known is not None
    assert (known.dtype, known.scaling, known.ink) == (dtype, scaling, ink)
    assert reads(recognizer) == "017"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("batch", ["N", 1, 3])
@pytest.mark.parametrize("answers", ["logits", "probabilities", "log-probabilities", "sigmoids"])
def test_every_form(layout: str, batch: str | int, answers: str) -> None:
    made = foreign_models.model(
        layout=layout, batch=batch, answers=answers, low=-1, high=1, ink="black"
    )
    recognizer = opened(made, ink="black")
    known = recognizer.conventions
    assert known is not None
    assert (known.layout, known.batch) == (layout, batch if isinstance(batch, int) else None)
    assert known.answers == ("logits" if answers.startswith("log") else "probabilities")
    assert reads(recognizer) == "017"
    assert {"layout", "batch", "dtype"} <= recognizer.inferred.read


@pytest.mark.parametrize(("side", "channels"), [(32, 1), (28, 3), (32, 3)])
@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_padded_and_coloured_images(layout: str, side: int, channels: int) -> None:
    recognizer = opened(foreign_models.model(layout=layout, side=side, channels=channels))
    known = recognizer.conventions
    assert (known.layout, known.side, known.channels) == (layout, side, channels)
    assert reads(recognizer) == "017"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_shape_that_the_file_leaves_open_is_worked_out(layout: str) -> None:
    shape = [None] * len(foreign_models.shape_of(layout))
    made = foreign_models.model(layout=layout, shape=shape, low=0, high=255)
    # The graph reads only its own layout, as one does that was traced with it.
    recognizer = opened(made)
    assert recognizer.conventions.scaling == "0..255"
    assert reads(recognizer) == "017"


def test_a_batch_that_is_free_only_in_name_is_one_image_at_a_time() -> None:
    one = helper.make_node("Reshape", ["answer", "one_row"], ["output"])
    made = foreign_models.model(nodes=[one], constants={"one_row": np.array([1, 10])})
    assert opened(made).conventions.batch == 1
    assert reads(opened(made)) == "017"
    mean = foreign_models.model(
        nodes=[helper.make_node("ReduceMean", ["answer"], ["output"], axes=[0])]
    )
    assert opened(mean).conventions.batch == 1


def test_of_several_outputs_the_one_that_answers_is_taken() -> None:
    nodes = [
        helper.make_node("ArgMax", ["answer"], ["label"], axis=1, keepdims=0),
        helper.make_node("Slice", ["grey", "from10", "to74", "axis1"], ["features"]),
        helper.make_node("Softmax", ["answer"], ["digit"], axis=1),
    ]
    constants = {"from10": np.array([300]), "to74": np.array([364]), "axis1": np.array([1])}
    made = foreign_models.model(
        nodes=nodes, constants=constants, outputs=("label", "features", "digit")
    )
    del made.graph.output[:]
    for name, kind, shape in (
        ("features", TYPES.FLOAT, ["N", 64]),
        ("label", TYPES.INT64, ["N"]),
        ("digit", TYPES.FLOAT, ["N", 10]),
    ):
        made.graph.output.append(helper.make_tensor_value_info(name, kind, shape))
    recognizer = opened(made)
    assert recognizer.conventions.output == "digit"
    assert recognizer.inferred.outputs == {"features": 64, "digit": 10}
    assert "output" not in recognizer.inferred.read
    assert reads(recognizer) == "017"


def test_labels_from_the_file_or_counted_or_from_one_to_zero() -> None:
    counted = opened(foreign_models.model())
    assert counted.labels == tuple("0123456789")
    svhn = opened(foreign_models.model(order="1234567890"))
    assert svhn.labels == tuple("1234567890")
    assert reads(svhn) == "017"
    words = [f"digit {i}" for i in range(10)]
    named = opened(foreign_models.model(metadata={"labels": json.dumps(words)}))
    assert named.labels == tuple(words)
    assert "labels" in named.inferred.read
    more = opened(foreign_models.model(columns=47))
    assert len(more.labels) == 47
    assert reads(more) == "017"


def test_how_sure_it_is() -> None:
    assert opened(foreign_models.model(dtype="uint8", low=0, high=255)).inferred.sureness in (
        "sure",
        "likely",
    )
    shuffled = opened(foreign_models.model(order="3572908146")).inferred
    assert shuffled.sureness == "guess"
    assert shuffled.best.right < 0.5
    assert "guess; reads" in shuffled.verdict


def test_what_is_given_is_not_worked_out() -> None:
    made = foreign_models.model(low=0, high=255)
    known = opened(made, low=0.0, high=1.0, ink="black", labels=list("abcdefghij"))
    assert known.conventions.scaling == "0..1"
    assert known.conventions.ink == "black"
    assert known.labels == tuple("abcdefghij")
    assert {"scaling", "ink", "labels"} <= known.inferred.read
    whole = opened(made).conventions
    assert opened(made, **whole.as_dict()).conventions == whole


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"layout": "NHWC"}, "NHWC"),
        ({"output": "other"}, "no output 'other'"),
        ({"labels": ["a", "b", "c"]}, "10 classes, and 3 labels"),
        ({"labels": ["a", "a"]}, "label of its own"),
        ({"ink": "green"}, "ink cannot be 'green'"),
        ({"colour": "green"}, "no convention 'colour'"),
    ],
)
def test_what_is_given_and_cannot_be_is_a_sentence(given: dict, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        opened(foreign_models.model(), **given)


def test_the_same_model_in_another_way() -> None:
    first = opened(foreign_models.model())
    other = first.adapted(replace(first.conventions, ink="black", labels=tuple("abcdefghij")))
    assert other.conventions.ink == "black"
    assert other.labels == tuple("abcdefghij")
    assert first.conventions.ink == "white"
    assert reads(first) == "017"
    with pytest.raises(ModelError, match="10 classes need 10 labels"):
        first.adapted(replace(first.conventions, labels=("a", "b")))
    with pytest.raises(ModelError, match="failed"):
        first.adapted(replace(first.conventions, layout="NHWC"))
    own = Recognizer.load("digits", "cpu")
    with pytest.raises(ModelError, match="needs no conventions"):
        own.adapted(first.conventions)
    with pytest.raises(ModelError, match="needs no conventions"):
        Recognizer.load("digits", "cpu", {"ink": "black"})


def test_no_images_have_no_answers() -> None:
    recognizer = opened(foreign_models.model(batch=2))
    assert recognizer.predict(np.zeros((0, 28, 28), np.float32)).shape == (0, 10)
    assert not recognizer.has_digit_score


@pytest.mark.parametrize("answers", ["logits", "probabilities"])
def test_a_quantised_model(tmp_path: Path, answers: str) -> None:
    """Static quantisation to int8, as onnxruntime's own tool does it."""
    quantization = pytest.importorskip("onnxruntime.quantization")
    shown = references(10).images

    class Shown(quantization.CalibrationDataReader):
        def __init__(self) -> None:
            self.images = iter(shown)

        def get_next(self) -> dict | None:
            image = next(self.images, None)
            return None if image is None else {"image": image[None, None] * 255}

    path = tmp_path / "float.onnx"
    path.write_bytes(foreign_models.model(high=255, answers=answers).SerializeToString())
    small = tmp_path / "int8.onnx"
    quantization.quantize_static(path, small, Shown())
    recognizer = Recognizer.load(small, "cpu")
    assert recognizer.conventions.scaling == "0..255"
    assert reads(recognizer) == "017"
