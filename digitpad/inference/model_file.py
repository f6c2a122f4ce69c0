"""Finds and reads a model's file, and the card beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitpad.inference.errors import ModelError
from digitpad.library.resources import AssetError, asset, assets_dir, bundled_models

#: Largest model file read, in bytes; the bundled one is below 1 MB.
MAX_MODEL_BYTES = 256 * 2**20
#: What reads where nothing else is asked for.
DEFAULT_MODEL = "digits"


@dataclass(frozen=True, eq=False)
class ModelFile:
    """A model's file.

    Attributes:
        name: short name, such as ``"digits"``.
        content: the whole file.
        card: the model card beside it; {} where there is none or it is damaged.
        bundled: whether it is one of digitpad's own.
    """

    name: str
    content: bytes
    card: dict[str, Any]
    bundled: bool


def open_model(name_or_path: str | Path) -> ModelFile:
    """Find and read a bundled model by name, or a file.

    Args:
        name_or_path: ``"digits"``, or the path of an ``.onnx`` file.

    Raises:
        ModelError: if there is no such model, or it is too large or cannot be read.
    """
    path = _find(name_or_path)
    content, bundled = _read(path), _is_bundled(path)
    if not bundled:
        from digitpad.inference.foreign.external import with_weights

        content = with_weights(content, path.parent, MAX_MODEL_BYTES)
    return ModelFile(path.stem, content, read_card(path), bundled)


def _find(name_or_path: str | Path) -> Path:
    path = Path(name_or_path)
    try:
        known = bundled_models()
        if str(name_or_path) in known:
            return asset(f"models/{name_or_path}.onnx")
    except AssetError as error:
        if not is_file(path):
            raise ModelError(str(error)) from error
    if path.suffix == ".data" and is_file(path.with_suffix("")):
        path = path.with_suffix("")  # the weights of the model beside them
    if is_file(path):
        return path
    raise ModelError(
        f"no model {path}: neither a file nor a bundled model ({', '.join(known) or 'none'})"
    )


def is_file(path: Path) -> bool:
    """Whether there is a file to read: no folder, pipe or device, nor a name no file can have."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _is_bundled(path: Path) -> bool:
    try:
        return path.resolve().parent == (assets_dir() / "models").resolve()
    except (AssetError, OSError):
        return False


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_MODEL_BYTES:
            raise ModelError(f"{path} is too large for a model (over 256 MB)")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}") from error


def read_card(path: Path) -> dict[str, Any]:
    """The model card beside a model's file; {} where there is none or it is damaged."""
    try:
        file = path.with_suffix(".json")
        card = json.loads(file.read_text(encoding="utf-8")) if is_file(file) else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return card if isinstance(card, dict) else {}
