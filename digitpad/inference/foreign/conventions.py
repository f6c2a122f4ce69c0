"""How an ONNX model of other people's wants its images, and what its answers mean.

Conventions are plain values: the same as a short JSON object, which settings can keep, and as the
``KEY=VALUE`` of a command line.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from digitpad.image.normalize import SIZE
from digitpad.inference.contract import MAX_CLASSES
from digitpad.inference.errors import ModelError

#: Where the pixels are: batch N, channels C, height H, width W; flat is (N, H * W).
LAYOUTS = ("NCHW", "NHWC", "NHW", "flat")
#: The same for a model that knows no batch: one image at a time, by its rows or in one run.
ONE_IMAGE = ("HW", "pixels")
#: Grey or coloured.
CHANNELS = (1, 3)
#: Usual side of an image, and that which is padded with paper, as LeNet-5 has it; images of others
#: are scaled, of which the 8 x 8 of scikit-learn have no rim.
PADDED, RIMLESS = 32, 8
#: Smallest and largest side.
MIN_SIDE, MAX_SIDE = 8, 256
#: onnxruntime's names of the types that an input may have.
DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
}
#: What black and white are to the network. The last is what tutorials for PyTorch do with MNIST's
#: mean, 0.1307, and standard deviation, 0.3081.
SCALINGS = {
    "0..1": (0.0, 1.0),
    "0..255": (0.0, 255.0),
    "-1..1": (-1.0, 1.0),
    "-0.5..0.5": (-0.5, 0.5),
    "-128..127": (-128.0, 127.0),
    "0..16": (0.0, 16.0),
    "mean/std": (-0.4242, 2.8215),
}
INKS = ("white", "black")
ANSWERS = ("probabilities", "logits", "classes")
#: Largest fixed number of images that a model may insist on.
MAX_BATCH = 1024
#: Largest brightness that a scaling may have; beyond it, float16 is infinite.
_MOST = 65_504.0
#: Longest label, and name of an output, in characters.
_LABEL, _NAME = 40, 1_000
#: What may be chosen on a command line, with ``scaling`` for ``low`` and ``high``.
KEYS = ("scaling", "ink", "layout", "transposed", "output", "answers", "labels")


class ConventionsError(ModelError):
    """Conventions that do not exist; the message is one sentence for the user."""


@dataclass(frozen=True)
class Conventions:
    """How one model wants its images, and what its answers mean.

    Attributes:
        layout: one of :data:`LAYOUTS` or of :data:`ONE_IMAGE`.
        channels: 1, or 3 for a model of coloured images, which sees the grey one three times.
        side: height and width of the image.
        dtype: numpy's name for the type of the input, such as ``"float32"``.
        batch: how many images the model takes at a time; None for any number.
        low: the value of black.
        high: the value of white.
        ink: ``"white"`` on black, as in MNIST, or ``"black"`` on white, as on paper.
        output: the name of the output that answers.
        answers: ``"probabilities"``, which are divided by their sum, or ``"logits"``, of which the
            softmax is taken, or ``"classes"``, the number of one class without probabilities.
        labels: what each class is called, in the order of the output's columns.
        transposed: whether rows are columns, as in EMNIST's files.
    """

    layout: str
    channels: int
    side: int
    dtype: str
    batch: int | None
    low: float
    high: float
    ink: str
    output: str
    answers: str
    labels: tuple[str, ...]
    transposed: bool = False

    @property
    def scaling(self) -> str:
        """``"0..255"`` and the like."""
        for name, (low, high) in SCALINGS.items():
            if math.isclose(low, self.low, abs_tol=1e-3) and math.isclose(
                high, self.high, rel_tol=1e-3
            ):
                return name
        return f"{self.low:g}..{self.high:g}"

    @property
    def summary(self) -> str:
        """``"NCHW float32, 1 at a time, 0..1, white ink, logits"``."""
        count = "" if self.batch is None else f", {self.batch} at a time"
        size = "" if self.side == SIZE else f", {self.side} × {self.side}"
        colours = "" if self.channels == 1 else ", coloured"
        colours += ", transposed" if self.transposed else ""
        return (
            f"{self.layout} {self.dtype}{size}{colours}{count}, {self.scaling}, {self.ink} ink,"
            f" {self.answers}"
        )

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values, from which :func:`from_dict` makes the same conventions."""
        return asdict(self) | {"labels": list(self.labels)}


def from_dict(values: object) -> Conventions:
    """Conventions from JSON values, by anybody.

    Raises:
        ConventionsError: if a value is missing or not one that a model may have.
    """
    names = {field.name for field in fields(Conventions)}
    if not isinstance(values, Mapping) or set(values) != names:
        raise ConventionsError("the remembered conventions of this model are incomplete")
    return Conventions(**checked(values))


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Some of the values of conventions, as :class:`Conventions` takes them.

    Raises:
        ConventionsError: if one is not what it may be.
    """
    result = dict(values)
    for key, value in values.items():
        if key == "labels":
            result[key] = _labels(value)
        elif key not in _VALID:
            raise ConventionsError(f"there is no convention {str(key)[:40]!r}")
        elif not _VALID[key](value):
            raise ConventionsError(f"{key} cannot be {str(value)[:40]!r}")
    if values.get("low") is not None and values.get("low") == values.get("high"):
        raise ConventionsError("black and white must have different values")
    return result


def parse(options: list[str]) -> dict[str, Any]:
    """Values from a command line: ``["scaling=0..255", "ink=black"]``.

    Raises:
        ConventionsError: if one is not ``KEY=VALUE``, or not one of :data:`KEYS`.
    """
    values: dict[str, Any] = {}
    for option in options:
        key, equals, value = option.partition("=")
        if not equals or key not in KEYS:
            raise ConventionsError(
                f"{option[:40]!r} is no convention; write {', '.join(f'{k}=...' for k in KEYS)}"
            )
        if key == "scaling":
            values["low"], values["high"] = scaling(value)
        elif key == "transposed":
            values[key] = {"yes": True, "no": False}.get(value, value)
        else:
            values[key] = value.split(",") if key == "labels" else value
    return checked(values)


def scaling(text: str) -> tuple[float, float]:
    """The values of black and of white: by a name of :data:`SCALINGS`, or ``"-0.4..2.8"``.

    Raises:
        ConventionsError: if it is neither.
    """
    if text in SCALINGS:
        return SCALINGS[text]
    try:
        low, high = (float(part) for part in text.split(".."))
    except ValueError:
        raise ConventionsError(
            f"{text[:40]!r} is no scaling; write {', '.join(SCALINGS)}, or BLACK..WHITE"
        ) from None
    return low, high


def _labels(value: object) -> tuple[str, ...]:
    """Labels from a list, or from a JSON list as the metadata of models have it."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = None
    if not isinstance(value, list | tuple) or not 2 <= len(value) <= MAX_CLASSES:
        raise ConventionsError(f"labels are a list of 2 to {MAX_CLASSES}")
    labels = tuple(str(label)[:_LABEL] for label in value)
    if len(set(labels)) < len(labels) or not all(labels):
        raise ConventionsError("every class needs a label of its own")
    return labels


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _MOST


def _is_batch(value: object) -> bool:
    return value is None or (type(value) is int and 1 <= value <= MAX_BATCH)


_VALID: dict[str, Callable[[Any], bool]] = {
    "layout": (*LAYOUTS, *ONE_IMAGE).__contains__,
    "channels": lambda value: type(value) is int and value in CHANNELS,
    "side": lambda value: type(value) is int and MIN_SIDE <= value <= MAX_SIDE,
    "dtype": tuple(DTYPES.values()).__contains__,
    "batch": _is_batch,
    "low": _is_number,
    "high": _is_number,
    "ink": INKS.__contains__,
    "output": lambda value: isinstance(value, str) and len(value) <= _NAME,
    "answers": ANSWERS.__contains__,
    "transposed": lambda value: isinstance(value, bool),
}
