"""Changing a recipe on the command line: ``--set epochs=3 --set augmentation.rotation=8``."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter, ValidationError

from training.base.errors import BuildError
from training.recipes.schema import FORMER_NAMES, Recipe

#: What makes a recipe the one it is, and is not a setting.
_FIXED = ("name", "summary", "dataset", "quick")
_RENAMED = {former: name for name, former in FORMER_NAMES.items()}
_recipes = TypeAdapter(Recipe)
#: What pydantic's errors mean, by their type.
_HAS_TO_BE = {
    "int_parsing": "it has to be a whole number",
    "int_type": "it has to be a whole number",
    "float_parsing": "it has to be a number",
    "finite_number": "it has to be a finite number",
    "bool_parsing": "it has to be true or false",
    "literal_error": "it has to be {expected}",
    "greater_than": "it has to be above {gt}",
    "greater_than_equal": "it has to be at least {ge}",
    "less_than": "it has to be below {lt}",
    "less_than_equal": "it has to be at most {le}",
}


class SettingError(BuildError):
    """A setting that a recipe does not have, or a value that it cannot take."""


def settings(recipe: Recipe) -> dict[str, Any]:
    """Every setting of a recipe by its dotted name, with its value."""
    return {name: value for name, value in _flat(asdict(recipe)) if name not in _FIXED}


def current_name(name: str) -> str:
    """What a setting is called that may have been renamed."""
    return _RENAMED.get(name, name)


def with_former_names(recipe: Recipe) -> dict[str, Any]:
    """A recipe as a dictionary, as it was before settings were renamed: checkpoints know that."""
    return {FORMER_NAMES.get(name, name): value for name, value in asdict(recipe).items()}


def _flat(nested: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in nested.items():
        if isinstance(value, dict) and key != "quick":
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def changed(recipe: Recipe, assignments: Mapping[str, str]) -> Recipe:
    """A recipe with some of its settings changed.

    Args:
        recipe: what to begin with.
        assignments: values as text, by dotted name; a list of names is separated by commas.

    Raises:
        SettingError: if there is no such setting, or the value is out of bounds.
    """
    known = settings(recipe)
    nested = asdict(recipe)
    for given, text in assignments.items():
        name = current_name(given)
        if name not in known:
            raise SettingError(_unknown(name, recipe, known))
        *parents, last = name.split(".")
        group = nested
        for parent in parents:
            group = group[parent]
        is_list = isinstance(known[name], tuple)
        group[last] = (
            [word.strip() for word in text.split(",") if word.strip()] if is_list else text
        )
    try:
        return _recipes.validate_python(nested)
    except ValidationError as error:
        raise SettingError(_refused(error)) from error


def parse(words: Sequence[str]) -> dict[str, str]:
    """``["epochs=3"]`` as ``{"epochs": "3"}``.

    Raises:
        SettingError: if one of them has no equals sign.
    """
    pairs = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name.strip():
            raise SettingError(f"--set {word} is not NAME=VALUE, such as --set epochs=3")
        pairs[current_name(name.strip())] = value.strip()
    return pairs


def stated(value: Any) -> str:
    """A value as ``--set`` takes it."""
    if isinstance(value, (tuple, list)):
        return ",".join(value)
    return value if isinstance(value, str) else json.dumps(value)


def _unknown(name: str, recipe: Recipe, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ";"
    return (
        f"{recipe.name} has no setting {name}{hint} python -m training.build --recipe"
        f" {recipe.name} --settings lists them"
    )


def _refused(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    has_to_be = _HAS_TO_BE.get(first["type"], "{msg}").format(**first, **first.get("ctx", {}))
    return f"{name} cannot be {first['input']!r:.60}: {has_to_be}"
