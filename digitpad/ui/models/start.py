"""The models that a window begins with: asked for on the command line, or those of last time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from digitpad.inference.errors import NOT_NEEDED, ModelError
from digitpad.inference.model_file import is_file, open_model
from digitpad.library.resources import bundled_models
from digitpad.ui.settings.settings import Settings


class Start(NamedTuple):
    """The models that a window begins with, by name or file.

    Attributes:
        first: reads.
        second: is compared with it; "": none is.
        overrides: values of the first one's conventions; {}: as last time.
        asked: those that the command line asks for: without them, there is no start.
    """

    first: str
    second: str
    overrides: Mapping[str, Any]
    asked: frozenset[str]


def start_models(
    settings: Settings, model: str | None, compare: str | None, overrides: Mapping[str, Any]
) -> Start:
    """The models that are asked for or, failing that, those of last time.

    Raises:
        ModelError: if one that is asked for is not there, or sure not to be usable.
    """
    first = model or settings.model
    if compare == first:
        raise ModelError(f"{compare} is the model that reads; compare it with another")
    asked = {first} if model or overrides else set()
    if compare:
        asked.add(compare)
    for name in asked:
        _check(name, overrides if name == first else {})
    second = compare or (settings.second_model if settings.compares else "")
    return Start(first, "" if second == first else second, overrides, frozenset(asked))


def _check(name: str, overrides: Mapping[str, Any]) -> None:
    """Look at a model's file, without running it."""
    file = open_model(name)
    if file.bundled and overrides:
        raise ModelError(NOT_NEEDED)
    if not file.bundled:
        from digitpad.inference.foreign.validate import validate

        validate(file.content)


def rival(settings: Settings, current: str) -> str | None:
    """The model to compare with where none was chosen: of last time, or another one; or none."""
    bundled = bundled_models()
    known = (settings.second_model, *settings.recent_models, *bundled)
    usable = (name for name in known if name in bundled or is_file(Path(name)))
    return next((name for name in usable if name != current), None)
