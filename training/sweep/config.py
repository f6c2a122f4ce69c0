"""What a sweep is: everything that its workers must agree on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from optuna.study import StudyDirection
from pydantic import TypeAdapter, ValidationError

from training.cli.options import parser
from training.cli.plan import wanted_recipe
from training.recipes import Recipe
from training.recipes.schema import Name
from training.recipes.settings import settings
from training.sweep.errors import SweepError
from training.sweep.space import Parameter

#: Changes when workers of different versions could not work together.
_FORMAT = 1
#: What a recipe that is validated on its test set is given where something is chosen.
VALIDATED = "last 5000"


@dataclass(frozen=True)
class Sweep:
    """A sweep as its study has it, for every worker.

    Attributes:
        recipe: its name.
        changes: values by setting that differ from the recipe's, as ``--set`` takes them.
        settings: every setting of the changed recipe, to notice other versions of it.
        jobs: how many builds.
        space: what is searched; empty for a sweep over seeds.
        objective: of validation: ``"loss"``, the lower the better, or ``"accuracy"``.
        test: whether each model is measured on the test set.
        data: what ``--data`` named, without its folder, or None.
        format: version of all this.
    """

    recipe: Name
    changes: dict[str, str]
    settings: dict[str, Any]
    jobs: int
    space: dict[str, Parameter]
    objective: Literal["loss", "accuracy"]
    test: bool
    data: str | None
    format: int = _FORMAT

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

    @property
    def direction(self) -> StudyDirection:
        """The same for Optuna."""
        return StudyDirection.MINIMIZE if self.lower_is_better else StudyDirection.MAXIMIZE


_sweeps = TypeAdapter(Sweep)


def make_sweep(
    wanted: Wanted,
    jobs: int,
    space: Mapping[str, Parameter],
    objective: Literal["loss", "accuracy"],
    *,
    chooses: bool,
) -> Sweep:
    """Put a sweep together.

    Args:
        wanted: what is built.
        jobs: how many times.
        space: what is searched, if anything.
        objective: of validation.
        chooses: whether models are chosen by their validation: then the test set is not read, and
            a recipe without validation images of its own gets some.

    Raises:
        BuildError: if the recipe, a setting or a value does not exist.
        SweepError: if a setting is both changed and searched, or seeds run out.
    """
    if "ensemble" in {**wanted.changes, **space}:
        raise SweepError(
            "a trial trains one network, so there is no setting ensemble; --ensemble K averages the"
            " best K of them"
        )
    twice = sorted(set(wanted.changes) & set(space))
    if twice:
        raise SweepError(f"{twice[0]} is both set and searched; leave out one of the two")
    if chooses and wanted.built({}).split == "test":
        if "split" in wanted.changes:
            raise SweepError("nothing may be chosen by the test set; leave out --set split=test")
        wanted = replace(wanted, changes={**wanted.changes, "split": VALIDATED})
    built = wanted.built({})
    if not space:
        wanted.built({"seed": str(built.seed + jobs - 1)})
    return Sweep(
        recipe=wanted.recipe,
        changes=dict(wanted.changes),
        settings=json.loads(json.dumps(settings(built))),
        jobs=jobs,
        space=dict(space),
        objective=objective,
        test=not chooses,
        data=wanted.data.name if wanted.data else None,
    )


@dataclass(frozen=True)
class Wanted:
    """What the command asks to be built.

    Attributes:
        recipe: its name.
        changes: values by setting.
        data: the user's own, or None.
        data_dir: where the datasets lie, or None.
    """

    recipe: str
    changes: Mapping[str, str]
    data: Path | None = None
    data_dir: Path | None = None

    def arguments(self, more: Mapping[str, str]) -> tuple[str, ...]:
        """Of ``training.build``, with more values by setting; a trial trains one network."""
        words = ["--recipe", self.recipe, "--ensemble", "1"]
        for name, value in {**self.changes, **more}.items():
            words += ["--set", f"{name}={value}"]
        if self.data:
            words += ["--data", str(self.data)]
        return tuple(words)

    @property
    def here(self) -> tuple[str, ...]:
        """Arguments of ``training.build`` about this machine."""
        where = ("--data-dir", str(self.data_dir)) if self.data_dir else ()
        return (*where, "--no-live")

    def built(self, more: Mapping[str, str]) -> Recipe:
        """The recipe that is built, with more values by setting.

        Raises:
            BuildError: if it does not have what is asked for.
        """
        return wanted_recipe(parser().parse_args(self.arguments(more)))


def to_json(sweep: Sweep) -> dict[str, Any]:
    """As the study keeps it."""
    value: dict[str, Any] = json.loads(json.dumps(asdict(sweep)))
    return value


def from_json(value: Any) -> Sweep:
    """What a study keeps, checked.

    Raises:
        SweepError: if it is no sweep, or of another version.
    """
    try:
        sweep = _sweeps.validate_python(value)
    except ValidationError:
        sweep = None
    if sweep is None or sweep.format != _FORMAT or not isinstance(sweep.settings.get("seed"), int):
        raise SweepError(
            "this study is not a sweep that this version of the program can read; choose another"
            " --study"
        )
    return sweep


def disagreement(ours: Sweep, theirs: Sweep) -> str | None:
    """What a worker was asked for that its study is not; None where they agree."""
    for name, of in (("settings", "setting"), ("space", "search space of")):
        mine, others = getattr(ours, name), getattr(theirs, name)
        for key in (*others, *mine):
            if ours.recipe == theirs.recipe and mine.get(key) != others.get(key):
                return f"{of} {key} is {_shown(others.get(key))}, not {_shown(mine.get(key))}"
    for name, meant in (
        ("recipe", "recipe"),
        ("jobs", "number of trials"),
        ("objective", "objective"),
        ("test", "use of the test set"),
        ("data", "data"),
    ):
        if getattr(ours, name) != getattr(theirs, name):
            return f"{meant} is {getattr(theirs, name)}, not {getattr(ours, name)}"
    return None


def _shown(value: Any) -> str:
    return "absent" if value is None else f"{value!r:.60}"
