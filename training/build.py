"""Build a model: data, training, evaluation, export, report, in this order.

The command is ``python -m training.build``; its ``--help`` shows how to use it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from digitpad.cli.terminal import printable
from digitpad.library.resources import assets_dir
from training import live
from training.base import publish
from training.base.environment import describe, prepare
from training.base.errors import BuildError
from training.cli.listing import list_recipes, list_settings
from training.cli.options import parser
from training.cli.plan import Plan, plan, wanted_recipe

if TYPE_CHECKING:
    from training.export.finish import Finished
    from training.fit.train import Data, Training
    from training.fit.training_data import TrainingData
    from training.measure.validation import Validation
    from training.recipes import Recipe
    from training.runs import RunFolder

#: Training images that a run's folder shows.
_SAMPLES = 25


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0, 2 after an error, 130 when stopped."""
    options = parser().parse_args(arguments)
    console = Console(highlight=False, markup=False, emoji=False)
    try:
        if options.list:
            list_recipes(console)
        elif options.settings:
            list_settings(wanted_recipe(options), console)
        else:
            prepare()
            build(plan(options), options, console)
    except BuildError as error:
        print(f"training.build: {printable(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("training.build: stopped; no model was written", file=sys.stderr)
        return 130
    return 0


def build(wanted: Plan, options: argparse.Namespace, console: Console) -> None:
    """The story of a model, from data to the file that the app loads.

    Raises:
        BuildError: if any step fails; the previous model is then untouched.
    """
    # Only now: prepare() has made sure of these modules' packages and has set Keras up.
    from training import report
    from training.data.fetch import data_folder
    from training.export import card
    from training.fit.distillation import make_targets
    from training.fit.teacher import introduced, read_teacher
    from training.fit.train import Data
    from training.fit.training_data import load_training_data
    from training.synth.pool import draw_pool

    targets = _targets(wanted, options.output)
    publish.make_folders(*(target.parent for target in targets))
    folder = wanted.folder
    with folder.opened(new=not wanted.resume):
        training_data = load_training_data(
            wanted.recipe, wanted.own, lambda: data_folder(options.data_dir), console
        )
        teachers = [read_teacher(path, training_data.labels) for path in wanted.teachers]
        if not wanted.resume:
            _begin(wanted, training_data, teachers)
        if options.live and (hindrance := live.start(folder.path)):
            console.print(printable(hindrance), soft_wrap=True)
        pool = draw_pool(
            training_data.recipe.mixture,
            training_data.labels,
            training_data.training_writers,
            console,
        )
        distillation = make_targets(
            training_data.recipe,
            training_data.train.images,
            teachers,
            console,
            seeds=wanted.repeats,
            done=_epochs_done(wanted, training_data.recipe),
        )
        data = Data(
            training_data.train,
            pool,
            training_data.validation_sets,
            len(training_data.labels),
            distillation,
        )
        finished = _train(wanted, training_data, data, options, console)
        exported = _exported(finished, wanted, training_data)
        written = card.card(
            training_data,
            exported,
            finished,
            _measure(exported, training_data, console),
            wanted.command,
            [introduced(teacher) for teacher in teachers],
        )
        exported.folder.write(f"{wanted.recipe.name}.json", card.to_json(written))
        for each in finished:
            each.write_result()
        report.write(folder)
        if exported.members:
            exported.write_result()
            report.write(exported.folder)
        publish.publish_model(
            targets, exported.model, card.to_json(written), exported.folder.figures, assets_dir()
        )
    console.print(card.summary(written), soft_wrap=True)
    model = targets[0] if targets else exported.folder.path / f"{wanted.recipe.name}.onnx"
    wrote = f"Wrote {model}; the report is {exported.folder.report}"
    console.print(printable(wrote), soft_wrap=True)


def _targets(wanted: Plan, output: Path | None) -> list[Path]:
    """Where the model goes besides the run's folder."""
    if output is None and not wanted.bundled:
        return []
    path = output or _bundled()
    return [path if path.suffix.lower() == ".onnx" else path / f"{wanted.recipe.name}.onnx"]


def _bundled() -> Path:
    return assets_dir() / "models"


def _begin(wanted: Plan, training_data: TrainingData, teachers: Sequence[bytes]) -> None:
    """Write down what is asked for, and show some of the images."""
    from training.export.finish import pictures
    from training.runs import Configuration

    folder = wanted.folder
    configuration = Configuration(
        command=wanted.command,
        recipe=wanted.recipe,
        data=training_data.title,
        own_data=str(wanted.own) if wanted.own else None,
        labels=training_data.labels,
        started=datetime.now().astimezone().isoformat(timespec="seconds"),
        repeats=wanted.repeats,
        ensemble=wanted.ensemble,
        bundled=wanted.bundled,
        tested=wanted.tested,
        output=wanted.output,
        taught_by=", ".join(path.name for path in wanted.teachers) or None,
    )
    for number, teacher in enumerate(teachers, start=1):
        folder.write(f"teacher-{number:02}.onnx", teacher)
    # First of all: with it, --resume can go on, whatever happens next.
    folder.write_json("run.json", configuration)
    folder.write_json("environment.json", describe())
    folder.write_pictures("samples.npz", pictures(training_data.train.first(_SAMPLES)))


def _train(
    wanted: Plan,
    training_data: TrainingData,
    data: Data,
    options: argparse.Namespace,
    console: Console,
) -> list[Finished]:
    """Train the recipe's own seed and, where asked for, the seeds that follow.

    Ending the first one early leaves out the others, but those of an ensemble that were trained
    beside it; of what was to come after it, only whole ones count.
    """
    from training.export.finish import finish
    from training.fit import parallel_seeds
    from training.fit.train import NothingTrainedError

    recipes = _of_each_seed(wanted, training_data.recipe)
    at_once = parallel_seeds.processes(len(recipes), options.jobs)
    ended = None
    if at_once > 1:
        folders = [_folder(wanted, recipe) for recipe in recipes]
        ended = parallel_seeds.train(
            recipes, folders, data, console, at_once=at_once, tensorboard=options.tensorboard
        )
    if ended is None:
        at_once = 1
    test = training_data.test() if wanted.tested else None
    finished: list[Finished] = []
    for number, recipe in enumerate(recipes):
        folder = _folder(wanted, recipe)
        try:
            if ended is None:
                training = _after_the_others(recipe, folder, data, options.tensorboard, console)
            else:
                training = _beside_the_others(recipe, folder, data, ended[number])
        except NothingTrainedError:
            if not finished:
                raise
            break
        together = wanted.ensemble and ended is not None
        if training.interrupted and finished and not together:
            break
        ready = finish(training, folder, training_data, test)
        finished.append(replace(ready, at_once=at_once))
        if training.interrupted and not together:
            break
    return finished


def _of_each_seed(wanted: Plan, first: Recipe) -> list[Recipe]:
    return [replace(first, seed=first.seed + number) for number in range(wanted.repeats)]


def _epochs_done(wanted: Plan, first: Recipe) -> int:
    """Epochs that every seed has behind it."""
    if not wanted.resume:
        return 0
    folders = [_folder(wanted, recipe) for recipe in _of_each_seed(wanted, first)]
    # Without its checkpoint a run begins anew, whatever its metrics tell.
    return min(len(f.story().epochs) if f.checkpoint.is_file() else 0 for f in folders)


def _folder(wanted: Plan, recipe: Recipe) -> RunFolder:
    """Of one of the seeds."""
    is_first = recipe.seed == wanted.recipe.seed
    return wanted.folder if is_first else wanted.folder.of_seed(recipe)


def _after_the_others(
    recipe: Recipe, folder: RunFolder, data: Data, tensorboard: bool, console: Console
) -> Training:
    """Train a seed in this process, from its checkpoint where there is one."""
    from training.fit.tensorboard import TensorBoardWriter
    from training.fit.train import fit

    resume = folder.checkpoint.is_file()
    with ExitStack() as logs:
        also = [logs.enter_context(TensorBoardWriter(folder))] if tensorboard else []
        return fit(recipe, data, folder, console, resume=resume, logs=also)


def _beside_the_others(
    recipe: Recipe, folder: RunFolder, data: Data, ended: str | None
) -> Training:
    """Take up a seed that another process has trained."""
    from training.fit.train import NothingTrainedError, fit

    if ended is None:
        raise NothingTrainedError
    return fit(recipe, data, folder, Console(quiet=True), resume=True, ended=ended)


def _exported(finished: Sequence[Finished], wanted: Plan, training_data: TrainingData) -> Finished:
    """The first seed's run, or all of them together."""
    from training.export.build_ensemble import build_ensemble

    if not wanted.ensemble or len(finished) < 2:
        return finished[0]
    test = training_data.test() if wanted.tested else None
    return build_ensemble(finished, wanted.folder.of_ensemble(), training_data, test)


def _measure(exported: Finished, training_data: TrainingData, console: Console) -> Validation:
    """How the exported model reads writers and drawings that training did not know."""
    from training.measure.validation import measure
    from training.synth.contact_sheet import sheet_pages

    measured = measure(exported.model, training_data, console)
    for name, page in sheet_pages(measured.drawn).items():
        exported.folder.write(f"figures/{name}", page)
    return measured


if __name__ == "__main__":
    sys.exit(main())
