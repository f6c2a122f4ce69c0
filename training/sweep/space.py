"""SPACE.toml: which settings of a recipe are searched, and in which bounds."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from optuna.trial import Trial

from training.recipes import Recipe
from training.recipes.settings import SettingError, changed, settings, stated
from training.sweep import SweepError

#: Largest file that is read, in bytes; most settings, and most choices of one.
_LARGEST, _MOST, _CHOICES = 2**16, 50, 100
#: What decides what the objective means, so that values of it would not compare.
_JUDGING = ("split", "validation_images", "seed")

Value = str | int | float | bool


@dataclass(frozen=True)
class Parameter:
    """A setting that is searched: among choices, or from ``low`` to ``high``."""

    kind: Literal["choice", "int", "float"]  #: ``"choice"``, ``"int"`` or ``"float"``
    choices: tuple[Value, ...] = ()  #: for a choice
    low: float = 0.0  #: the smallest value
    high: float = 0.0  #: the largest value
    step: float | None = None  #: between values, or None for any value in between
    log: bool = False  #: whether small values are looked at as closely as large ones

    def suggest(self, trial: Trial, name: str) -> Value:
        """A value for a trial."""
        if self.kind == "choice":
            chosen: Value = trial.suggest_categorical(name, self.choices)  # type: ignore[assignment]
            return chosen
        if self.kind == "int":
            low, high, step = int(self.low), int(self.high), int(self.step or 1)
            return trial.suggest_int(name, low, high, step=step, log=self.log)
        return trial.suggest_float(name, self.low, self.high, step=self.step, log=self.log)


Space = Mapping[str, Parameter]


def suggest(trial: Trial, space: Space) -> dict[str, str]:
    """What a trial is to be built with: values by setting, as ``--set`` takes them."""
    return {name: stated(parameter.suggest(trial, name)) for name, parameter in space.items()}


def read_space(path: Path, recipe: Recipe) -> dict[str, Parameter]:
    """Read and check a search space: a TOML file with a table for each setting of a recipe, with
    ``choices``, or with ``low``, ``high`` and, if wanted, ``step`` or ``log = true``. Raises
    SweepError or SettingError if it cannot be read, or a value is not one for the recipe.
    """
    known = settings(changed(recipe, {}))
    space = {}
    for name, table in _flat(_tables(path), known).items():
        if name in _JUDGING:
            raise SweepError(
                f"{path}: {name} cannot be searched, since trials would no longer be judged alike;"
                " leave it out"
            )
        if name not in known:
            changed(recipe, {name: ""})  # says which one it may have meant
        parameter = space[name] = _parameter(name, table, known[name])
        try:
            for value in parameter.choices or (table["low"], table["high"]):
                changed(recipe, {name: stated(value)})
        except SettingError as error:
            raise SweepError(f"the search space goes too far: {error}") from error
    if not 1 <= len(space) <= _MOST:
        raise SweepError(f"{path} names {len(space)} settings; name 1 to {_MOST}")
    return space


def _tables(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise SweepError(f"{path} is too large for a search space (over {_LARGEST:,} bytes)")
        return tomllib.loads(content.decode())
    except OSError as error:
        raise SweepError(
            f"cannot read {path} ({error.strerror}); name a search space with --search SPACE.toml"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SweepError(f"{path} is not TOML ({error}); see --help for an example") from error


def _flat(tables: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Tables by dotted name, whether TOML wrote ``[a.b]`` or ``["a.b"]``."""
    found: dict[str, dict[str, Any]] = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise SweepError(
                f"{name} = {table!r:.40} in the search space gives no bounds; write [{name}] and"
                " below it low = ... and high = ..., or choices = [...]"
            )
        if any(setting.startswith(f"{name}.") for setting in known):
            found |= _flat({f"{name}.{key}": value for key, value in table.items()}, known)
        else:
            found[name] = table
    return found


def _parameter(name: str, table: Mapping[str, Any], present: Any) -> Parameter:
    """A table of the file, for a setting that has such a value at present."""
    if set(table) == {"choices"}:
        return Parameter("choice", _choices(name, table["choices"]))
    if not {"low", "high"} <= set(table) <= {"low", "high", "step", "log"}:
        raise SweepError(
            f"[{name}] in the search space needs either choices, or low and high with step or log"
            " if wanted, and nothing else"
        )
    if isinstance(present, bool) or not isinstance(present, (int, float)):
        raise SweepError(f"{name} is not a number; write choices = [...] for it in the space")
    log, whole = table.get("log", False), isinstance(present, int)
    numbers = [table[key] for key in ("low", "high", "step") if key in table]
    kinds = (int,) if whole else (int, float)
    if type(log) is not bool or not all(type(n) in kinds and math.isfinite(n) for n in numbers):
        kind = "whole numbers" if whole else "numbers"
        raise SweepError(f"low, high and step of {name} are {kind}, and log is true or false")
    low, high, step = table["low"], table["high"], table.get("step")
    if not low < high or (step is not None and not 0 < step <= high - low):
        raise SweepError(f"{name} needs low < high, and a step that fits in between")
    if log and (low <= 0 or step is not None):
        raise SweepError(f"{name} with log = true needs low above 0, and no step")
    return Parameter("int" if whole else "float", (), low, high, step, log)


def _choices(name: str, choices: Any) -> tuple[Value, ...]:
    if (
        not isinstance(choices, list)
        or not 2 <= len(choices) <= _CHOICES
        or not all(isinstance(choice, (str, int, float)) for choice in choices)
        or len({stated(choice) for choice in choices}) < len(choices)
    ):
        raise SweepError(
            f"choices of {name} must be a list of 2 to {_CHOICES} different texts or numbers"
        )
    return tuple(choices)
