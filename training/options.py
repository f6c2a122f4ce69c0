"""The command line of ``python -m training.build``, and the plan that it makes."""

from __future__ import annotations

import argparse
import importlib.util
import re
from dataclasses import dataclass, replace
from pathlib import Path

from training.errors import BuildError
from training.recipes import BUNDLED, DIGITS, OWN, RECIPES, Mixture, Recipe
from training.recipes.settings import changed, parse
from training.runs import RunFolder, next_folder

_EXAMPLES = """\
examples:
  python -m training.build --list           the recipes, with what they reach and how long they take
  python -m training.build --recipe fashion-cnn --live
                                            run a tutorial, and watch it in a window
  digitpad --model runs/fashion-cnn-1/fashion-cnn.onnx
                                            draw on the result
  python -m training.build --recipe tf-basic --set epochs=10 --set learning_rate=0.003
                                            change what you like; --settings lists what there is
  python -m training.build --data scans/    your own pictures, a sub-folder for each class
  python -m training.build                  train the bundled model anew and replace it
  python -m training.build --quick          a rough model in about three minutes
  python -m training.build --resume runs/digits-1
                                            go on with a run that was killed or stopped
  KERAS_BACKEND=jax python -m training.build
                                            train with JAX (or torch), export with TensorFlow

Every run has a folder of its own: metrics, checkpoints, model, figures and report.html. The
datasets are taken from --data-dir, else from the folder that DIGITPAD_DATA_DIR names, else from
your cache, into which they are downloaded once (73 MB). Ctrl-C ends training early and goes on with
the best epoch so far; pressed twice, it stops at once and writes no model.
"""
#: What belongs to the run that --resume goes on with.
_OF_THE_RUN = ("recipe", "set", "quick", "epochs", "seed", "repeats", "data", "run", "test")


class OptionError(BuildError):
    """Options that do not go together; the message is one sentence."""


@dataclass(frozen=True)
class Plan:
    """What a build is to do.

    Attributes:
        recipe: with all that the command changes of it.
        own: the user's own data instead of the recipe's, or None.
        repeats: how many seeds are trained.
        bundled: whether the result takes the place of the model that comes with the app.
        tested: whether the test set is read at the end.
        folder: of the run.
        resume: whether the folder's checkpoint is gone on with.
        command: what repeats the run anywhere.
    """

    recipe: Recipe
    own: Path | None
    repeats: int
    bundled: bool
    tested: bool
    folder: RunFolder
    resume: bool
    command: str


def plan(options: argparse.Namespace) -> Plan:
    """What the options ask for.

    Raises:
        BuildError: if they do not go together, or name what is not there.
    """
    if options.tensorboard and importlib.util.find_spec("tensorboard") is None:
        raise OptionError(
            "--tensorboard needs a package that is not installed: pip install -e '.[tensorboard]'"
        )
    return _resumed(options) if options.resume else _new(options)


def _new(options: argparse.Namespace) -> Plan:
    recipe = wanted_recipe(options)
    named = Path("runs")
    path = options.run or next_folder(
        named, f"{recipe.name}-quick" if options.quick else recipe.name
    )
    plain = not (options.set or options.quick or options.epochs or options.data or options.output)
    return Plan(
        recipe=recipe,
        own=options.data.absolute() if options.data else None,
        repeats=options.repeats or 1,
        bundled=plain and options.test is not False and recipe.name in {r.name for r in BUNDLED},
        tested=options.test is not False,
        folder=RunFolder(path),
        resume=False,
        command=_command(options),
    )


def _resumed(options: argparse.Namespace) -> Plan:
    given = [name for name in _OF_THE_RUN if getattr(options, name) not in (None, [], False)]
    if given or options.test is False:
        raise OptionError(
            f"--resume goes on with what {options.resume} was asked for; leave out"
            f" --{given[0] if given else 'no-test'}"
        )
    folder = RunFolder.find(options.resume)
    asked = folder.configuration()
    return Plan(
        recipe=asked.recipe,
        own=Path(asked.own_data) if asked.own_data else None,
        repeats=asked.repeats,
        bundled=asked.bundled and not options.output,
        tested=asked.tested,
        folder=folder,
        resume=True,
        command=asked.command,
    )


def wanted_recipe(options: argparse.Namespace) -> Recipe:
    """The recipe, with what the command changes of it.

    Raises:
        OptionError, SettingError: if it does not have what is asked for.
    """
    name = options.recipe or (OWN.name if options.data else DIGITS.name)
    if name not in RECIPES:
        raise OptionError(f"there is no recipe {name}; --list shows them: {', '.join(RECIPES)}")
    recipe = RECIPES[name]
    if options.data:
        slug = re.sub("[^a-z0-9]+", "-", options.data.stem.lower()).strip("-")
        recipe = replace(recipe, name=slug or OWN.name, dataset="own", mixture=Mixture())
    elif recipe.dataset == "own":
        raise OptionError(
            f"{name} is for your own data; name them with --data, such as --data scans/"
        )
    assignments: dict[str, str] = {}
    if options.quick:
        if not recipe.quick:
            quick = [recipe.name for recipe in RECIPES.values() if recipe.quick]
            raise OptionError(
                f"{name} has no quick setting, as its text has none; leave out --quick or --small"
                f" (these have one: {', '.join(quick)})"
            )
        assignments |= recipe.quick
    if options.epochs:
        assignments["epochs"] = str(options.epochs)
    if options.seed is not None:
        assignments["seed"] = str(options.seed)
    assignments |= parse(options.set)
    recipe = changed(recipe, assignments)
    deep = min(recipe.mixture.epochs_apart, recipe.epochs)
    return replace(recipe, mixture=replace(recipe.mixture, epochs_apart=deep))


def _command(options: argparse.Namespace) -> str:
    """The command that repeats this run anywhere: without the folders of this machine."""
    words = ["python -m training.build"]
    if options.recipe:
        words.append(f"--recipe {options.recipe}")
    if options.data:
        words.append(f"--data {options.data.name}")
    if options.quick:
        words.append("--quick")
    words += [f"--set {setting}" for setting in options.set]
    for name in ("epochs", "seed", "repeats"):
        if getattr(options, name) is not None:
            words.append(f"--{name} {getattr(options, name)}")
    if options.test is False:
        words.append("--no-test")
    return " ".join(words)


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    parser = argparse.ArgumentParser(
        prog="python -m training.build",
        description="Train a network, measure it honestly, and export it for digitpad.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _what(parser.add_argument_group("what to build"))
    _where(parser.add_argument_group("where things are"))
    _watching(parser.add_argument_group("watching"))
    return parser


def _what(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--recipe", metavar="NAME", help=f"what to build ({DIGITS.name})")
    add("--list", action="store_true", help="list the recipes, with what they reach, and stop")
    add("--settings", action="store_true", help="list every setting of the recipe, and stop")
    add(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a setting of the recipe, such as epochs=3 or augmentation.rotation=8",
    )
    add(
        "--quick",
        "--small",
        action="store_true",
        help="the recipe's own quick setting: fewer epochs, or fewer images as a tutorial has it",
    )
    add("--epochs", type=_positive, metavar="N", help="the same as --set epochs=N")
    add("--seed", type=_seed, metavar="N", help="of weights, order and distortions")
    add(
        "--repeats",
        type=_positive,
        metavar="N",
        help="also train the next N-1 seeds, to state mean and deviation; the first is exported",
    )
    add(
        "--data",
        type=Path,
        metavar="PATH",
        help="your own data: a folder with a sub-folder for each class, an .npz or IDX file, or"
        " a .jsonl file of ink with labels",
    )
    add(
        "--no-test",
        dest="test",
        action="store_false",
        default=None,
        help="do not read the test set, as is right while you still choose settings",
    )


def _where(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--run", type=Path, metavar="FOLDER", help="the run's folder (runs/RECIPE-1, -2, ...)")
    add("--resume", type=Path, metavar="RUN", help="go on with a run that was killed or stopped")
    add("--output", type=Path, metavar="PATH", help="also put the model there: a folder or .onnx")
    add("--data-dir", type=Path, metavar="FOLDER", help="where the datasets lie")


def _watching(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--live",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="open a window beside the training; python -m training.live RUN does so later",
    )
    add("--tensorboard", action="store_true", help="also write TensorBoard's log into the folder")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _seed(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**31:
        raise argparse.ArgumentTypeError("must be 0 to 2147483647")
    return number
