"""What a sweep is: everything that its workers must agree on."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from training.cli.options import parser
from training.cli.plan import wanted_recipe
from training.recipes import Recipe
from training.recipes.schema import Name
from training.recipes.settings import parse, settings
from training.sweep import SweepError
from training.sweep.space import Parameter, read_space

#: Changes when workers of different versions could not work together.
_FORMAT = 2
#: Trials of a search, unless the command names another number.
_TRIALS = 20
#: What a recipe that is validated on its test set is given where something is chosen.
_SPLIT = "last 5000"
#: What workers agree on, and what people call it.
_AGREED = {
    "recipe": "recipe",
    "settings": "setting",
    "space": "search space of",
    "jobs": "number of trials",
    "objective": "objective",
    "test": "use of the test set",
    "data": "data",
}


@dataclass(frozen=True)
class Sweep:
    """A sweep as its study has it, for every worker."""

    recipe: Name  #: its name
    #: Values by setting that differ from the recipe's, as ``--set`` takes them.
    changes: dict[str, str]
    settings: dict[str, Any]  #: every setting of the changed recipe, to notice other versions of it
    jobs: int  #: how many builds
    space: dict[str, Parameter]  #: what is searched; empty for a sweep over seeds
    #: Of validation: ``"loss"``, the lower the better, or ``"accuracy"``.
    objective: Literal["loss", "accuracy"]
    test: bool  #: whether each model is measured on the test set
    data: str | None  #: what ``--data`` named, without its folder, or None
    format: int = _FORMAT  #: version of all this

    @property
    def seed(self) -> int:
        """Of the first job; a search has it in all of them."""
        return int(self.settings["seed"])

    def seed_of(self, job: int) -> int:
        """What a job is built with."""
        return self.seed if self.space else self.seed + job

    @property
    def lower_is_better(self) -> bool:
        return self.objective == "loss"


_sweeps = TypeAdapter(Sweep)


def define(options: argparse.Namespace) -> Sweep:
    """The sweep that the command's options ask for.

    One that chooses models by their validation reads no test set, and a recipe without validation
    images of its own gets some. Raises BuildError if the options do not go together, or name what
    does not exist.
    """
    if (options.seeds is None) == (options.search is None):
        raise SweepError("say what varies: either --seeds N, or --search SPACE.toml")
    if options.trials and not options.search:
        raise SweepError("--trials is for --search; --seeds says how many trials there are")
    changes = parse(options.set)
    space = read_space(options.search, built(options, changes)) if options.search else {}
    jobs = options.seeds or options.trials or _TRIALS
    if options.ensemble and options.ensemble > jobs:
        raise SweepError(f"--ensemble {options.ensemble} needs as many trials, not {jobs}")
    if "ensemble" in {**changes, **space}:
        raise SweepError(
            "a trial trains one network, so there is no setting ensemble; --ensemble K averages the"
            " best K of them"
        )
    if twice := sorted(set(changes) & set(space)):
        raise SweepError(f"{twice[0]} is both set and searched; leave out one of the two")
    chooses = bool(space) or options.ensemble is not None
    if chooses and built(options, changes).split == "test":
        if "split" in changes:
            raise SweepError("nothing may be chosen by the test set; leave out --set split=test")
        changes["split"] = _SPLIT
    recipe = built(options, changes)
    if not space:
        built(options, {**changes, "seed": str(recipe.seed + jobs - 1)})  # seeds may run out
    return Sweep(
        recipe=options.recipe,
        changes=changes,
        settings=json.loads(json.dumps(settings(recipe))),
        jobs=jobs,
        space=space,
        objective=options.objective,
        test=not chooses,
        data=options.data.name if options.data else None,
    )


def build_arguments(options: argparse.Namespace, changes: Mapping[str, str]) -> tuple[str, ...]:
    """Arguments of ``training.build`` for one trial, which trains one network."""
    words = ["--recipe", options.recipe, "--ensemble", "1"]
    for name, value in changes.items():
        words += ["--set", f"{name}={value}"]
    return (*words, *(("--data", str(options.data)) if options.data else ()))


def built(options: argparse.Namespace, changes: Mapping[str, str]) -> Recipe:
    """The recipe that a trial builds. Raises BuildError if it does not have what is asked for."""
    return wanted_recipe(parser().parse_args(build_arguments(options, changes)))


def to_json(sweep: Sweep) -> dict[str, Any]:
    """As the study keeps it."""
    value: dict[str, Any] = _sweeps.dump_python(sweep, mode="json")
    return value


def from_json(value: Any) -> Sweep:
    """What a study keeps, checked. Raises SweepError if it is no sweep, or of another version."""
    try:
        sweep = _sweeps.validate_python(value)
        if sweep.format == _FORMAT and type(sweep.settings.get("seed")) is int:
            return sweep
    except ValidationError:
        pass
    raise SweepError(
        "this study is not a sweep that this version of the program can read; choose another"
        " --study"
    )


def disagreement(ours: Sweep, theirs: Sweep) -> str | None:
    """What a worker was asked for that its study is not; None where they agree."""
    for name, meaning in _AGREED.items():
        mine, others = getattr(ours, name), getattr(theirs, name)
        if not isinstance(mine, dict):
            mine, others = {"": mine}, {"": others}
        for key in (*others, *mine):
            if mine.get(key) != others.get(key):
                what = f"{meaning} {key}".strip()
                return f"{what} is {others.get(key)!s:.60}, not {mine.get(key)!s:.60}"
    return None
