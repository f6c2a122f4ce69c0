"""Build a model: data, training, evaluation, report, export, verification, in this order.

The command is ``python -m training.build``; its ``--help`` shows how to use it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from digitpad.resources import assets_dir
from training.environment import prepare
from training.errors import BuildError
from training.recipes import DIGITS, RECIPES, Recipe

_EXAMPLES = """\
examples:
  python -m training.build                  train the bundled model anew and replace it
  python -m training.build --quick          a rough model in about three minutes, put into
                                            runs/ so that the bundled one stays as it is
  python -m training.build --seed 7 --output mine.onnx
                                            another training run, kept beside the bundled one
  digitpad --model mine.onnx                draw with it
  python -m training.build --resume         go on with a build that was killed: at most one
                                            epoch is lost
  KERAS_BACKEND=jax python -m training.build
                                            train with JAX (or torch), export with TensorFlow

The datasets are taken from --data-dir, else from the folder that DIGITPAD_DATA_DIR names, else
from your cache, into which they are downloaded once (43 MB). Ctrl-C ends training early and
goes on with the best epoch so far; pressed twice, it stops at once and writes no model.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0, 2 after an error, 130 when stopped."""
    options = _parser().parse_args(arguments)
    if options.list:
        for recipe in RECIPES.values():
            print(f"{recipe.name:16} {recipe.summary}")
        return 0
    try:
        prepare()
        build(options, Console(highlight=False))
    except BuildError as error:
        print(f"training.build: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("training.build: stopped; no model was written", file=sys.stderr)
        return 130
    return 0


def build(options: argparse.Namespace, console: Console) -> None:
    """The story of a model, from data to the file that the app loads.

    Raises:
        BuildError: if any step fails; the previous model is then untouched.
    """
    # Only now: prepare() has made sure of these modules' packages and has set Keras up.
    from training import (
        card,
        datasets,
        export,
        limits,
        material,
        publish,
        report,
        stock,
        train,
        validation,
    )
    from training.scores import evaluate

    output, report_folder = _places(options)
    publish.make_folders(output.parent, report_folder)

    source = datasets.SOURCES[RECIPES[options.recipe].dataset]
    folder = datasets.data_folder(options.data_dir)
    gathered = material.gather(_recipe(options), source, folder, console)
    recipe = gathered.recipe
    drawn = stock.make_stock(recipe.mixture, source.labels, gathered.training_hands, console)

    trainings = train.fit_seeds(
        recipe,
        options.repeats,
        train.Data(gathered.train, drawn, gathered.validation_sets),
        train.Saving(options.checkpoints, options.resume),
        console,
    )
    training = trainings[0]
    fitted = limits.fit(
        limits.Read(*train.predict(training.model, split.images), split.labels)
        for split in gathered.validation_sets
    )
    export.cool(training.model, fitted.temperature)

    test = datasets.load_test(source, folder, console)
    results = [train.predict(run.model, test.images)[0] for run in trainings]

    scores = [evaluate(result, test.labels) for result in results]
    accuracy = {
        "mnist_test": scores[0].accuracy,
        "mnist_validation": training.best.validation_accuracy,
    }
    model = export.to_onnx(training.model, export.metadata(recipe, source.labels, accuracy, fitted))
    measured = card.Measured(
        test=scores[0],
        test_by_seed={
            run.recipe.seed: s.accuracy for run, s in zip(trainings, scores, strict=True)
        },
        validation=validation.measure(model, gathered, console),
        limits=fitted,
        difference=export.largest_difference(training.model, model, test.images),
        compared=len(test),
    )
    report.write_report(training, test, results[0], measured, source.labels, report_folder)

    written = card.card(source, training, measured, model, _command(options))
    files = {output: model, output.with_suffix(".json"): card.to_json(written)}
    publish.publish(files | _figures(report_folder, output))
    console.print(card.summary(written), soft_wrap=True)
    console.print(f"Wrote {output} and its card; the report is in {report_folder}", soft_wrap=True)


def _recipe(options: argparse.Namespace) -> Recipe:
    """The recipe, with what the command changes of it."""
    recipe = RECIPES[options.recipe]
    epochs = options.epochs or (recipe.quick_epochs if options.quick else recipe.epochs)
    seed = recipe.seed if options.seed is None else options.seed
    deep = min(recipe.mixture.epochs_apart, epochs)
    mixture = replace(recipe.mixture, epochs_apart=deep)
    return replace(recipe, epochs=epochs, seed=seed, mixture=mixture)


def _places(options: argparse.Namespace) -> tuple[Path, Path]:
    """The model's file and the report's folder."""
    report = options.report or Path(
        "runs", f"{options.recipe}-quick" if options.quick else options.recipe
    )
    output = options.output or (report if options.quick else _bundled())
    if output.suffix != ".onnx":
        output = output / f"{options.recipe}.onnx"
    return output, report


def _bundled() -> Path:
    return assets_dir() / "models"


def _figures(report_folder: Path, output: Path) -> dict[Path, bytes]:
    """The bundled model's figures, for the README."""
    if output.parent.resolve() != _bundled().resolve():
        return {}
    figures = assets_dir() / "figures"
    return {
        figures / f"{output.stem}-{figure.name}": figure.read_bytes()
        for figure in sorted(report_folder.glob("*.png"))
    }


def _command(options: argparse.Namespace) -> str:
    """The command that repeats this run anywhere: without the folders of this machine."""
    words = ["python -m training.build"]
    if options.recipe != DIGITS.name:
        words.append(f"--recipe {options.recipe}")
    if options.quick:
        words.append("--quick")
    if options.epochs is not None:
        words.append(f"--epochs {options.epochs}")
    if options.seed is not None:
        words.append(f"--seed {options.seed}")
    if options.repeats > 1:
        words.append(f"--repeats {options.repeats}")
    return " ".join(words)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.build",
        description="Train a digit reader, measure it, and export it for digitpad.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--recipe", choices=sorted(RECIPES), default=DIGITS.name, help="what to build (%(default)s)"
    )
    add("--list", action="store_true", help="list the recipes and stop")
    add("--quick", action="store_true", help="few epochs, into runs/: a rough model in 3 minutes")
    add("--epochs", type=_positive, metavar="N", help="passes over the training images")
    add("--seed", type=_seed, metavar="N", help="of weights, order and distortions")
    add(
        "--repeats",
        type=_positive,
        default=1,
        metavar="N",
        help="also train the next N-1 seeds, to state mean and deviation; the first is exported",
    )
    add("--resume", action="store_true", help="go on with a build that was killed")
    add("--output", type=Path, metavar="PATH", help="folder or .onnx file (the bundled model)")
    add("--report", type=Path, metavar="FOLDER", help="where the report goes (runs/RECIPE)")
    add(
        "--checkpoints",
        type=Path,
        metavar="FOLDER",
        default=Path("runs", "checkpoints"),
        help="where each epoch is saved (%(default)s)",
    )
    add("--data-dir", type=Path, metavar="FOLDER", help="where the datasets lie")
    return parser


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


if __name__ == "__main__":
    sys.exit(main())
