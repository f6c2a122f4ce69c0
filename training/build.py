"""Build a model: data, training, evaluation, export, report, in this order.

The command is ``python -m training.build``; its ``--help`` shows how to use it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from digitpad.cli.terminal import printable
from digitpad.library.resources import assets_dir
from training import live
from training.base import publish
from training.base.command import run_command
from training.base.environment import describe, prepare
from training.cli.listing import list_recipes, list_settings
from training.cli.options import parser
from training.cli.plan import Plan, plan, wanted_recipe

if TYPE_CHECKING:
    from training.export.finish import Finished
    from training.fit.train import Data
    from training.fit.training_data import TrainingData
    from training.measure.validation import Validation
    from training.recipes import Recipe

#: Training images that a run's folder shows.
_SAMPLES = 25


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0, 2 after an error, 130 when stopped."""
    options = parser().parse_args(arguments)
    console = Console(highlight=False, markup=False, emoji=False)

    def body() -> None:
        if options.list:
            list_recipes(console)
        elif options.settings:
            list_settings(wanted_recipe(options), console)
        else:
            prepare()
            build(plan(options), options, console)

    return run_command("training.build", body, stopped="stopped; no model was written")


def build(wanted: Plan, options: argparse.Namespace, console: Console) -> None:
    """The story of a model, from data to the file that the app loads. Raises BuildError if any step
    fails; the previous model is then untouched.
    """
    # Only now: prepare() has made sure of these modules' packages and has set Keras up.
    from training.data.fetch import data_folder
    from training.export import card
    from training.fit.distillation import read_teacher, teacher_entry
    from training.fit.training_data import load_training_data

    # Set-up
    asked = wanted.asked
    targets = _targets(wanted, options.output)
    publish.make_folders(*(target.parent for target in targets))
    with wanted.folder.opened(new=not wanted.resume):
        # Data
        own = Path(asked.own_data) if asked.own_data else None
        training_data = load_training_data(
            asked.recipe, own, lambda: data_folder(options.data_dir), console
        )
        teachers = [read_teacher(path, training_data.labels) for path in wanted.teachers]
        if not wanted.resume:
            _record(wanted, training_data, teachers)
        if options.live and (hindrance := live.start(wanted.folder.path)):
            console.print(printable(hindrance), soft_wrap=True)
        first = training_data.recipe
        recipes = [
            replace(first, seed=first.seed + number) for number in range(wanted.asked.repeats)
        ]
        data = _data(wanted, recipes, training_data, teachers, console)
        # Model and training
        finished = _train(wanted, recipes, training_data, data, options, console)
        # Evaluation
        exported = _exported(finished, wanted, training_data)
        written = card.card(
            training_data,
            exported,
            finished,
            _measure(exported, training_data, console),
            asked.command,
            [teacher_entry(teacher) for teacher in teachers],
        )
        _publish(wanted, finished, exported, card.to_json(written), targets)
    console.print(card.summary(written), soft_wrap=True)
    model = targets[0] if targets else exported.folder.path / f"{asked.recipe.name}.onnx"
    wrote = f"Wrote {model}; the report is {exported.folder.report}"
    console.print(printable(wrote), soft_wrap=True)


def _targets(wanted: Plan, output: Path | None) -> list[Path]:
    """Where the model goes besides the run's folder."""
    if output is None and not wanted.asked.bundled:
        return []
    path = output or assets_dir() / "models"
    return [path if path.suffix.lower() == ".onnx" else path / f"{wanted.asked.recipe.name}.onnx"]


def _record(wanted: Plan, training_data: TrainingData, teachers: Sequence[bytes]) -> None:
    """Write down what is asked for, and show some of the images."""
    from training.export.finish import pictures

    folder, data, labels = wanted.folder, training_data.title, training_data.labels
    for number, teacher in enumerate(teachers, start=1):
        folder.write(f"teacher-{number:02}.onnx", teacher)
    # First of all: with it, --resume can go on, whatever happens next.
    folder.write_json("run.json", replace(wanted.asked, data=data, labels=labels))
    folder.write_json("environment.json", describe())
    folder.write_pictures("samples.npz", pictures(training_data.train.first(_SAMPLES)))


def _data(
    wanted: Plan,
    recipes: Sequence[Recipe],
    training_data: TrainingData,
    teachers: Sequence[bytes],
    console: Console,
) -> Data:
    """The images, the drawings that join them, and what teachers say of the images."""
    from training.fit.distillation import make_targets
    from training.fit.train import Data
    from training.synth.pool import draw_pool

    recipe, labels = training_data.recipe, training_data.labels
    pool = draw_pool(recipe.mixture, labels, training_data.training_writers, console)
    done = 0
    if wanted.resume:
        # Without its checkpoint a run begins anew, whatever its metrics tell.
        folders = [wanted.folder.of_seed(each) for each in recipes]
        done = min(len(f.story().epochs) if f.checkpoint.is_file() else 0 for f in folders)
    images, seeds = training_data.train.images, len(recipes)
    targets = make_targets(recipe, images, teachers, console, seeds=seeds, done=done)
    sets = training_data.validation_sets
    return Data(training_data.train, pool, sets, len(labels), targets)


def _train(
    wanted: Plan,
    recipes: Sequence[Recipe],
    training_data: TrainingData,
    data: Data,
    options: argparse.Namespace,
    console: Console,
) -> list[Finished]:
    from training.export.finish import finish
    from training.fit.parallel_seeds import processes, train_seeds

    test = training_data.test() if wanted.asked.tested else None
    trained = train_seeds(
        recipes,
        wanted.folder,
        data,
        console,
        at_once=processes(len(recipes), options.jobs),
        tensorboard=options.tensorboard,
        ensemble=wanted.asked.ensemble,
    )
    return [
        replace(finish(training, folder, training_data, test), at_once=at_once)
        for training, folder, at_once in trained
    ]


def _exported(finished: Sequence[Finished], wanted: Plan, training_data: TrainingData) -> Finished:
    from training.export.build_ensemble import build_ensemble

    if not wanted.asked.ensemble or len(finished) < 2:
        return finished[0]
    test = training_data.test() if wanted.asked.tested else None
    return build_ensemble(finished, wanted.folder.of_ensemble(), training_data, test)


def _measure(exported: Finished, training_data: TrainingData, console: Console) -> Validation:
    """How the exported model reads writers and drawings that training did not know."""
    from training.measure.validation import measure
    from training.synth.contact_sheet import sheet_pages

    measured = measure(exported.model, training_data, console)
    for name, page in sheet_pages(measured.drawn).items():
        exported.folder.write(f"figures/{name}", page)
    return measured


def _publish(
    wanted: Plan,
    finished: Sequence[Finished],
    exported: Finished,
    card: bytes,
    targets: Sequence[Path],
) -> None:
    from training import report

    exported.folder.write(f"{wanted.asked.recipe.name}.json", card)
    for each in dict.fromkeys([*finished, exported]):
        each.write_result()
    for folder in dict.fromkeys([wanted.folder, exported.folder]):
        report.write(folder)
    figures = exported.folder.figures
    publish.publish_model(targets, exported.model, card, figures, assets_dir())


if __name__ == "__main__":
    sys.exit(main())
