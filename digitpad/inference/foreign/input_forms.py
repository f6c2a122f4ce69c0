"""Tries a model of other people's: does it take images, in which form, and how fast?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from time import perf_counter
from typing import Any

import numpy as np

from digitpad.image.normalize import SIZE
from digitpad.inference.errors import ModelError
from digitpad.inference.foreign.adapter import as_rows, run
from digitpad.inference.foreign.conventions import (
    CHANNELS,
    DTYPES,
    LAYOUTS,
    MAX_BATCH,
    MAX_SIDE,
    MIN_SIDE,
    ONE_IMAGE,
    PADDED,
    Conventions,
)
from digitpad.inference.foreign.reference import references

#: Longest that one image may take, in seconds: about a frame of a screen, or the pen is ahead.
MAX_SECONDS = 0.02
#: The name of each axis of each layout.
_AXES = {"NCHW": "NCHW", "NHWC": "NHWC", "NHW": "NHW", "flat": "NP", "HW": "HW", "pixels": "P"}


@dataclass(frozen=True)
class InputForms:
    """How a model's input can be filled.

    Attributes:
        input: the name of the model's input.
        forms: conventions under which it runs, with default values for what is not known yet; more
            than one where the file leaves the shape open.
        seconds: how long one image takes.
    """

    input: str
    forms: tuple[Conventions, ...]
    seconds: float


def try_input_forms(session: Any, fixed: Mapping[str, Any]) -> InputForms:
    """Run a model on a few images in every form that its input allows.

    Args:
        session: an onnxruntime session.
        fixed: values of conventions that are known already.

    Raises:
        ModelError: if it takes no images of digits, or is too slow to follow a pen.
    """
    inputs = session.get_inputs()
    if len(inputs) != 1:
        raise ModelError(f"this model has {len(inputs)} inputs; digitpad has one image for it")
    name, kind, shape = inputs[0].name, inputs[0].type, inputs[0].shape
    if kind not in DTYPES:
        raise ModelError(f"this model wants {kind[:40]}, not images")
    forms = [
        Conventions(**{**_DEFAULTS, **values, "dtype": DTYPES[kind], **fixed})
        for values in _shapes(shape)
        if all(fixed.get(key, value) == value for key, value in values.items() if key != "batch")
    ]
    if not forms:
        shown = ", ".join(str(length)[:12] for length in shape[:6])
        wanted = f"{fixed['layout']} images" if "layout" in fixed else "images"
        raise ModelError(
            f"this model's input is ({shown}), which holds no square {wanted} such as 28 × 28"
        )
    working = tuple(run for form in forms if (run := _working(session, name, form)) is not None)
    if not working:
        raise ModelError("this model fails on every image")
    return InputForms(name, working, _seconds(session, name, working[0]))


_DEFAULTS: dict[str, Any] = {
    "low": 0.0,
    "high": 1.0,
    "ink": "white",
    "output": "",
    "answers": "probabilities",
    "labels": (),
}


def _shapes(shape: Sequence[int | str | None] | None) -> Iterator[dict[str, Any]]:
    """Layout, channels, side and batch that an input's shape allows, likeliest first."""
    lengths = [d if isinstance(d, int) and d > 0 else None for d in shape or []]
    sides = {SIZE, PADDED, *filter(None, lengths)} | {math.isqrt(d) for d in lengths if d}
    allowed = [SIZE, *sorted(s for s in sides if MIN_SIDE <= s <= MAX_SIDE and s != SIZE)]
    for layout, channels, side in product((*LAYOUTS, *ONE_IMAGE), CHANNELS, allowed):
        axes = _AXES[layout]
        wanted = {"C": channels, "H": side, "W": side, "P": side * side}
        known = dict(zip(axes, lengths, strict=True)) if len(axes) == len(lengths) else {}
        if lengths and not known:
            continue
        if any(known.get(axis) not in (None, length) for axis, length in wanted.items()):
            continue
        # What the shape leaves open is as usual, and not everything that could be.
        if (channels > 1 and not known.get("C")) or (
            side != SIZE and not (known.get("H") or known.get("W") or known.get("P"))
        ):
            continue
        if layout in ONE_IMAGE and (channels > 1 or None in lengths or not lengths):
            continue
        batch = 1 if layout in ONE_IMAGE else known.get("N")
        if batch is None or batch <= MAX_BATCH:
            yield {"layout": layout, "channels": channels, "side": side, "batch": batch}


def _working(session: Any, name: str, form: Conventions) -> Conventions | None:
    """The form, or with one image at a time where only that works; None where neither does.

    Models that say they take any number of images often have one image's shape built in.
    """
    outputs = [output.name for output in session.get_outputs()]
    images = references(10).images[:3]
    forms = [form] if form.batch else [form, replace(form, batch=1)]
    for candidate in forms:
        try:
            values = run(session, name, candidate, images, outputs)
        except Exception:  # noqa: S112 onnxruntime's exceptions have no common base of their own
            continue
        if candidate is forms[-1] or any(
            as_rows(value, len(images)) is not None for value in values
        ):
            return candidate
    return None


def _seconds(session: Any, name: str, form: Conventions) -> float:
    outputs = [output.name for output in session.get_outputs()]
    count = form.batch or 1
    blank = np.zeros((count, SIZE, SIZE), dtype=np.float32)
    times = []
    for _ in range(3):  # the fastest: a busy machine is no property of the model
        started = perf_counter()
        run(session, name, form, blank, outputs)
        times.append(perf_counter() - started)
    if min(times) > MAX_SECONDS:
        raise ModelError(
            f"this model takes {min(times):.2g} s for an image, too long to follow a pen"
        )
    return min(times) / count
