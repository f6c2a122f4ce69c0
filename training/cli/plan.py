"""What a build is to do, from the options of its command."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from training.base.errors import BuildError
from training.cli.options import parser
from training.data.own import name_of
from training.fit.tensorboard import require_tensorboard
from training.recipes import BUNDLED, DIGITS, OWN, RECIPES, Mixture, Recipe
from training.recipes.settings import changed, parse
from training.runs import Configuration, RunFolder, next_folder

#: What belongs to the run that --resume goes on with.
_OF_THE_RUN = (
    *("recipe", "set", "quick", "epochs", "seed", "repeats", "ensemble", "teacher"),
    *("data", "run", "test"),
)
#: What ``--teacher`` sets.
_TEACHING = {"distillation_weight": "0.7", "distillation_temperature": "1.5"}


@dataclass(frozen=True)
class Plan:
    """What a build is to do."""

    #: What the run is asked for; data and labels of a new one are known only later.
    asked: Configuration
    folder: RunFolder  #: of the run
    teachers: tuple[Path, ...]  #: models to learn from, too
    resume: bool  #: whether the folder's checkpoint is gone on with


def plan(options: argparse.Namespace) -> Plan:
    """What the options ask for. Raises BuildError if they do not go together, or name what is not
    there.
    """
    if options.tensorboard:
        require_tensorboard()
    return _new(options) if options.resume is None else _resumed(options)


def _new(options: argparse.Namespace) -> Plan:
    recipe = wanted_recipe(options)
    if options.ensemble and options.repeats:
        raise BuildError("--ensemble N trains N seeds already; leave out --repeats")
    if options.test is False and recipe.watched == "test":
        raise BuildError(
            f"{recipe.name} watches the test set while it trains, as its text does; leave out"
            " --no-test, or add --set 'split=last 5000'"
        )
    name = f"{recipe.name}-quick" if options.quick else recipe.name
    teachers = tuple(options.teacher or ())
    asked = Configuration(
        command=_command(options),
        recipe=recipe,
        data="",
        own_data=str(options.data.absolute()) if options.data else None,
        labels=(),
        started=datetime.now().astimezone().isoformat(timespec="seconds"),
        repeats=options.repeats or recipe.ensemble,
        ensemble=recipe.ensemble > 1,
        bundled=_is_bundled(recipe, options),
        tested=options.test is not False,
        output=str(options.output) if options.output else None,
        taught_by=", ".join(path.name for path in teachers) or None,
    )
    folder = RunFolder(options.run or next_folder(Path("runs"), name))
    return Plan(asked, folder, teachers, resume=False)


def _is_bundled(recipe: Recipe, options: argparse.Namespace) -> bool:
    """Whether this makes the model that comes with the app: whatever its seed, nothing changed."""
    names = ("set", "quick", "epochs", "teacher", "data", "output")
    if options.test is False or any(getattr(options, name) for name in names):
        return False
    is_one = recipe.name in {bundled.name for bundled in BUNDLED}
    return is_one and recipe.ensemble == RECIPES[recipe.name].ensemble


def _is_unchanged(recipe: Recipe) -> bool:
    """Whether a run's recipe is one of the bundled models' but for its seed, as its name says."""
    if recipe.name not in {bundled.name for bundled in BUNDLED}:
        return False
    return recipe == _with_depth(replace(RECIPES[recipe.name], seed=recipe.seed))


def _resumed(options: argparse.Namespace) -> Plan:
    unchanged = parser().get_default
    for name in _OF_THE_RUN:
        if getattr(options, name) != unchanged(name):
            option = "no-test" if name == "test" else name
            raise BuildError(
                f"--resume goes on with what {options.resume} was asked for; leave out --{option}"
            )
    folder = RunFolder.find(options.resume)
    asked = folder.configuration()
    # Only what somebody types is written to: a run's folder may come from elsewhere.
    if asked.output and not options.output:
        raise BuildError(
            f"{options.resume} was to put its model into {asked.output}, too; repeat that with"
            f" --output {shlex.quote(asked.output)}, or name another place"
        )
    if bool(asked.recipe.distillation_weight) != bool(folder.teachers):
        raise BuildError(
            f"{options.resume} was taught by {asked.taught_by}, and what it kept of that is not"
            " there; begin another run, with --teacher"
        )
    bundled = asked.bundled and not options.output and _is_unchanged(asked.recipe)
    return Plan(replace(asked, bundled=bundled), folder, folder.teachers, resume=True)


def wanted_recipe(options: argparse.Namespace) -> Recipe:
    """The recipe, with what the command changes of it. Raises BuildError or SettingError if it
    does not have what is asked for.
    """
    recipe = _named(options.recipe, options.data)
    assignments: dict[str, str] = {}
    if options.quick:
        if not recipe.quick:
            quick = ", ".join(recipe.name for recipe in RECIPES.values() if recipe.quick)
            raise BuildError(
                f"{recipe.name} has no quick setting, as its text has none; leave out --quick or"
                f" --small (these have one: {quick})"
            )
        assignments |= recipe.quick
    for name in ("epochs", "seed", "ensemble"):
        if getattr(options, name) is not None:
            assignments[name] = str(getattr(options, name))
    if options.repeats:
        assignments["ensemble"] = "1"
    if options.teacher:
        assignments |= _TEACHING
    by_hand = parse(options.set)
    recipe = changed(recipe, assignments | by_hand)
    if bool(recipe.distillation_weight) != bool(options.teacher):
        raise BuildError(
            "--set distillation_weight=... and --teacher FILE go together; add what is missing"
        )
    _check_effects(recipe, by_hand)
    if recipe.patience and recipe.watched == "test":
        raise BuildError(
            "patience would choose the last epoch by the test set, which must not choose anything;"
            " add --set 'split=last 5000'"
        )
    return _with_depth(recipe)


def _with_depth(recipe: Recipe) -> Recipe:
    """No more epochs apart than there are."""
    deep = min(recipe.mixture.epochs_apart, recipe.epochs)
    return replace(recipe, mixture=replace(recipe.mixture, epochs_apart=deep))


def _named(name: str | None, own: Path | None) -> Recipe:
    if name is None:
        name = DIGITS.name if own is None else OWN.name
    if name not in RECIPES:
        raise BuildError(
            f'there is no recipe "{name}"; --list shows what there is: {", ".join(RECIPES)}'
        )
    recipe = RECIPES[name]
    if own is not None:
        # What is mixed into digits would not fit other classes.
        return replace(recipe, name=name_of(own), dataset="own", mixture=Mixture())
    if recipe.dataset == "own":
        raise BuildError(
            f"{name} is for your own data; name them with --data, such as --data scans/"
        )
    return recipe


def _check_effects(recipe: Recipe, settings: Iterable[str]) -> None:
    """Refuse a setting that would change nothing. Raises BuildError if there is one."""
    for name in settings:
        for beginning, is_void, instead in _VOID:
            if name.startswith(beginning) and is_void(recipe):
                raise BuildError(f"{name} changes nothing here; add {instead}, too")


def _draws_nothing(recipe: Recipe) -> bool:
    mixture = recipe.mixture
    return not (mixture.pen or mixture.per_glyph or mixture.per_mark or mixture.per_family)


#: Settings by how their names begin, when they change nothing, and what would give them an effect.
_VOID: tuple[tuple[str, Callable[[Recipe], bool], str], ...] = (
    ("augmentation.", lambda r: not (r.distorted or r.mixture.distorted), "--set distorted=1"),
    ("momentum", lambda r: r.optimizer != "sgd", "--set optimizer=sgd"),
    ("weight_decay", lambda r: r.optimizer == "adam", "--set optimizer=adamw"),
    ("warmup", lambda r: r.schedule == "constant", "--set schedule=cosine"),
    ("mixture.strokes.", _draws_nothing, "--set mixture.pen=16000"),
    ("mixture.pen_", _draws_nothing, "--set mixture.pen=16000"),
    ("distillation_temperature", lambda r: not r.distillation_weight, "--teacher FILE"),
    ("augmented_copies", lambda r: not r.distillation_weight, "--teacher FILE"),
    ("ood_weight", lambda r: not r.mixture.per_family, "--set mixture.per_family=1100"),
    ("outlier_exposure", lambda r: not r.mixture.per_family, "--set mixture.per_family=1100"),
)


def _command(options: argparse.Namespace) -> str:
    """The command that repeats this run anywhere: without the folders of this machine."""
    words = ["python", "-m", "training.build"]
    if options.recipe:
        words += ["--recipe", options.recipe]
    if options.data:
        words += ["--data", options.data.name]
    if options.quick:
        words.append("--quick")
    for setting in options.set:
        words += ["--set", setting]
    for name in ("epochs", "seed", "repeats", "ensemble"):
        if getattr(options, name) is not None:
            words += [f"--{name}", str(getattr(options, name))]
    for teacher in options.teacher or ():
        words += ["--teacher", teacher.name]
    if options.test is False:
        words.append("--no-test")
    return shlex.join(words)
