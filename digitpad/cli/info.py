"""``digitpad info``: what is installed, what runs it, and what the models say of themselves."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from digitpad.cli.terminal import printable
from digitpad.cli.versions import versions
from digitpad.inference.errors import ModelError
from digitpad.inference.foreign.conventions_search import InferredConventions
from digitpad.inference.recognizer import Recognizer
from digitpad.inference.session import available_devices, onnxruntime
from digitpad.library.resources import AssetError, asset, bundled_models

#: Width of the text, in characters.
_WIDTH = 100
#: Parts of a card that only ``--json`` shows: how the model was made, in every detail.
_DETAILS = ("training", "packages")
#: Conventions that may have to be worked out.
_WORKED_OUT = ("layout", "scaling", "ink", "output", "answers", "labels")


def collect(
    model: str | None, device: str, overrides: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Everything that ``digitpad info`` says, as JSON-ready values.

    Args:
        model: name or file of one model, or None for all bundled ones.
        device: the device on which the models are tried.
        overrides: values of conventions that are known already.
    """
    problem: str | None = None
    try:
        models = [model] if model else bundled_models()
        if not models:
            problem = "no model is installed with digitpad; reinstall digitpad"
    except AssetError as error:
        models, problem = [], str(error)
    return {
        "versions": versions(),
        "devices": list(available_devices()),
        "providers": list(onnxruntime().get_available_providers()),
        "models": {name: _model(name, device, overrides) for name in models},
        "problem": problem,
    }


def as_text(report: Mapping[str, Any]) -> str:
    """The report as aligned lines for people."""
    rows = [*report["versions"].items()]
    rows.append(("devices", ", ".join(report["devices"])))
    rows.append(("providers", ", ".join(report["providers"])))
    blocks = [_aligned(rows)]
    if report["problem"]:
        blocks.append(report["problem"])
    for name, model in report["models"].items():
        blocks.append(f"model {printable(name)}\n{_aligned(_rows(model), indent=2)}")
    return "\n\n".join(blocks)


def _model(name: str, device: str, overrides: Mapping[str, Any] | None) -> dict[str, Any]:
    try:
        path = asset(f"models/{name}.onnx") if name in bundled_models() else Path(name)
        recognizer = Recognizer.load(name, device, overrides)
        size = path.stat().st_size
    except (ModelError, AssetError) as error:
        return {"problem": str(error)}
    except OSError as error:
        return {"problem": f"{path} cannot be read: {error.strerror}"}
    told: dict[str, Any] = {
        "file": str(path),
        "size": f"{size / 1000:,.0f} kB",
        "labels": list(recognizer.labels),
        "provider in use": recognizer.provider,
        "digit_score_threshold": recognizer.digit_score_threshold,
    }
    if recognizer.inferred is not None:
        told["conventions"] = _conventions(recognizer.inferred)
    if recognizer.notice:
        told["notice"] = recognizer.notice
    card = _card(path.with_suffix(".json"), recognizer.metadata)
    if recognizer.inferred is not None and not path.with_suffix(".json").exists():
        del card["problem"]  # other people's models have none
    if not isinstance(card["card"].get("calibration"), dict):  # a card may say more of it
        told |= _calibration(recognizer.metadata)
    return told | card


def _conventions(known: InferredConventions) -> dict[str, Any]:
    """How a model of other people's is used, and how that is known."""
    values = known.best.conventions.as_dict() | {"scaling": known.best.conventions.scaling}
    worked_out = [name for name in _WORKED_OUT if name not in known.read]
    return {
        **{name: value for name, value in values.items() if name not in ("low", "high", "labels")},
        "read or given": sorted(known.read),
        "worked out": worked_out,
        "verdict": known.verdict,
    }


def _card(path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
    """The model card or, where there is none that can be read, the model's own metadata."""
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise OSError(0, "not a regular file")
        # Python's reader takes NaN, which is no JSON and could not be written as such.
        card = json.loads(path.read_bytes(), parse_constant=str)
        if isinstance(card, dict):
            return {"card": card}
        reason = "is not an object"
    except FileNotFoundError:
        reason = "is missing"
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    except (ValueError, RecursionError):
        reason = "is not JSON"
    return {"card": dict(metadata), "problem": f"the model card {path} {reason}"}


def _calibration(metadata: Mapping[str, str]) -> dict[str, Any]:
    """What the model's probabilities were calibrated with, where its file says so."""
    try:
        temperature = float(json.loads(metadata["calibration"])["temperature"])
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return {}
    return {"calibration": {"temperature": temperature}} if math.isfinite(temperature) else {}


def _rows(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested values as rows: ``("accuracy mnist test", "0.9953")``."""
    for key, value in values.items():
        name = f"{prefix}{key}".replace("_", " ")
        if key == "card":
            told = {k: v for k, v in value.items() if k not in values and k not in _DETAILS}
            yield from _rows(told)
        elif isinstance(value, dict):
            yield from _rows(value, f"{name} ")
        elif value is not None:
            yield name, _shown(value)


def _shown(value: object) -> str:
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return f"{len(value)}, which digitpad info --json lists"
    if isinstance(value, list):
        return " ".join(map(_shown, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _aligned(rows: Iterable[tuple[str, str]], indent: int = 0) -> str:
    shown = [(printable(name), printable(text)) for name, text in rows]
    column = max((len(name) for name, _ in shown), default=0) + indent + 2
    return "\n".join(
        textwrap.fill(
            text,
            max(_WIDTH, column + 40),
            initial_indent=f"{'':{indent}}{name}".ljust(column),
            subsequent_indent=" " * column,
            break_long_words=False,
            break_on_hyphens=False,
        )
        or f"{'':{indent}}{name}"
        for name, text in shown
    )
