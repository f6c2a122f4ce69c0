"""A finished mean of networks, stored in eight bits and measured anew.

A build does so by itself (:mod:`training.members`). ``python -m training.shrink`` does it to a file
that was made before builds did, without training it again.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter
from rich.console import Console

from digitpad.model_file import ModelFile, ModelFileError, open_model
from digitpad.recognizer import Recognizer, RecognizerError
from digitpad.resources import assets_dir
from training.environment import prepare
from training.errors import BuildError
from training.recipes import Recipe

if TYPE_CHECKING:
    from training.card import Measured
    from training.datasets import Split
    from training.limits import Read
    from training.material import Material
    from training.scores import Scores

_EXAMPLES = """\
Needs the card that training.build wrote beside the model, and the datasets, on which everything in
the card but the accuracy of the single seeds is measured anew.

example:
  python -m training.shrink runs/digits-1/ensemble/digits.onnx --output small/
"""


class ShrinkError(BuildError):
    """A model that cannot be stored in eight bits; the message is one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0, 2 after an error, 130 when stopped."""
    parser = argparse.ArgumentParser(
        prog="python -m training.shrink",
        description="Store a finished mean of networks in eight bits: smaller, and twice as fast.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", metavar="NAME|FILE", help="a bundled model, or an .onnx file")
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", required=True, help="where model and card go"
    )
    parser.add_argument("--data-dir", type=Path, metavar="FOLDER", help="where the datasets lie")
    options = parser.parse_args(arguments)
    console = Console(highlight=False)
    try:
        _run(options, console)
    except (BuildError, ModelFileError, RecognizerError) as error:
        print(f"training.shrink: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("training.shrink: stopped; nothing was written", file=sys.stderr)
        return 130
    return 0


def _run(options: argparse.Namespace, console: Console) -> None:
    found = open_model(options.model)
    recipe = _recipe(found)
    prepare()
    # Only now: prepare() has made sure of what these import.
    from training import card, material, publish
    from training.fetch import data_folder

    publish.make_folders(options.output)
    gathered = material.gather(recipe, None, lambda: data_folder(options.data_dir), console)
    command = f"python -m training.shrink {shlex.quote(Path(options.model).name)}"
    path = options.output / f"{recipe.name}.onnx"
    with tempfile.TemporaryDirectory() as figures:
        content, measured = _shrunk(found, gathered, Path(figures), console)
        told = card.remeasured(found.card, gathered, content, measured, command)
        publish.publish_model([path], content, card.to_json(told), Path(figures), assets_dir())
    console.print(card.summary(told), soft_wrap=True)
    sizes = f"{len(found.content) / 1000:,.0f} kB became {len(content) / 1000:,.0f} kB"
    console.print(f"Wrote {path}: {sizes}", soft_wrap=True)


def _recipe(found: ModelFile) -> Recipe:
    """How the model was made, by its card.

    Raises:
        ShrinkError: if the card does not say so, or the model is none that can be stored so.
        RecognizerError: if it is no model at all.
    """
    try:
        if found.card["model"].get("arithmetic", "") == "int8":
            raise ShrinkError(f"{found.name} is stored in eight bits already")
        if len(found.card["members"]) < 2:
            raise ShrinkError(f"{found.name} is no mean of several networks")
        float(found.card["calibration"]["temperature"])
        dict(found.card["accuracy"])
        recipe = TypeAdapter(Recipe).validate_python(found.card["training"]["recipe"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ShrinkError(
            f"{found.name} has no card of a mean that training.build made beside it, so nothing"
            " tells what to measure it on"
        ) from error
    recognizer = Recognizer(found.content, found.name, "cpu", {})
    if recognizer.adapter is not None:
        raise ShrinkError(f"{found.name} is not a model that training.build made")
    if recipe.dataset == "own":
        raise ShrinkError(f"{found.name} was trained on somebody's own data; build it anew")
    return recipe


def _shrunk(
    found: ModelFile, gathered: Material, figures: Path, console: Console
) -> tuple[bytes, Measured]:
    """The model in eight bits, and what was measured of it; figures of that go into a folder."""
    from training import limits, members, validation
    from training.card import Measured, key
    from training.ensemble import described_as
    from training.scores import evaluate

    content = members.shrunk(found.content, gathered)
    own, *others = [members.read(content, split) for split in gathered.validation_sets]
    data = key(gathered.name)
    accuracy = {f"{data}_validation": evaluate(own.probabilities, own.labels).accuracy}
    scores = None
    if f"{data}_test" in found.card["accuracy"]:
        test = gathered.test()
        tested = members.read(content, test)
        scores = evaluate(tested.probabilities, test.labels)
        accuracy[f"{data}_test"] = scores.accuracy
        _draw(scores, test, tested, gathered.labels, figures)
    threshold = limits.fit_threshold([own, *others])
    told = {"accuracy": json.dumps(accuracy)}
    if threshold is not None:
        told["digit_score_threshold"] = repr(threshold)
    content = described_as(content, told)
    measured = Measured(
        test=scores,
        test_by_seed={},
        validation=validation.measure(content, gathered, console),
        limits=limits.Limits(found.card["calibration"]["temperature"], threshold),
        compared=len(gathered.validation),
    )
    _draw_sureness([own, *others][-1], figures)
    return content, measured


def _draw(scores: Scores, test: Split, said: Read, labels: Sequence[str], folder: Path) -> None:
    """What is read as what on the test set, and what is misread."""
    from training import plots
    from training.finish import pictures

    plots.confusion(scores, labels, folder / "confusion.png")
    if len(scores.mistakes):
        shown = pictures(test, said.probabilities)
        plots.mistakes(shown, scores.mistakes, labels, folder / "mistakes.png")


def _draw_sureness(said: Read, folder: Path) -> None:
    """How often the model is right when it is so sure, on the validation writers' digits."""
    from training import plots
    from training.scores import expected_calibration_error, reliability

    error = expected_calibration_error(said.probabilities, said.labels)
    table = reliability(said.probabilities, said.labels)
    plots.reliability_diagram(table, error, folder / "reliability.png")


if __name__ == "__main__":
    sys.exit(main())
