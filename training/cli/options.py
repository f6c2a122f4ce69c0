"""The command line of ``python -m training.build``."""

from __future__ import annotations

import argparse
from pathlib import Path

from digitpad.cli.terminal import Parser
from training.recipes import DIGITS

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
  python -m training.build --quick          one rough network in about three minutes
  python -m training.build --resume runs/digits-1
                                            go on with a run that was killed or stopped
  python -m training.build --recipe mnist-alone --ensemble 4
  python -m training.build --teacher runs/mnist-alone-1/ensemble/mnist-alone.onnx
                                            learn MNIST from networks that know nothing else, too
  python -m training.build --recipe fashion --set precision=auto
                                            faster, where the processor multiplies bfloat16
  KERAS_BACKEND=jax python -m training.build
                                            train with JAX (or torch), export with TensorFlow

Every run has a folder of its own: metrics, checkpoints, model, figures and report.html. The
datasets are taken from --data-dir, else from the folder that DIGITPAD_DATA_DIR names, else from
your cache, into which they are downloaded once (73 MB). Ctrl-C ends training early and goes on with
the best epoch so far; pressed twice, it stops at once and writes no model.
"""


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    parser = Parser(
        prog="python -m training.build",
        description="Train a network, measure it honestly, and export it for digitpad.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_argument_group("what to build")
    _what(what)
    _how(what)
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


def _how(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--epochs", type=number, metavar="N", help="the same as --set epochs=N")
    add("--seed", type=seed, metavar="N", help="of weights, order and distortions")
    add(
        "--repeats",
        type=number,
        metavar="N",
        help="train N seeds, one network each, to state mean and deviation; the first is exported",
    )
    add(
        "--ensemble",
        type=number,
        metavar="N",
        help="the same as --set ensemble=N: train N seeds, and export what they say on average",
    )
    add(
        "--teacher",
        type=path,
        action="append",
        metavar="FILE",
        help="learn the dataset's images from what this finished model says of them, too; repeat it"
        " for several, which answer together (settings distillation_weight,"
        " distillation_temperature and augmented_copies)",
    )
    add(
        "--jobs",
        type=number,
        metavar="N",
        help="of several seeds, train so many at once, each on one core (on several cores: all of"
        " them, up to two for each core)",
    )
    add(
        "--data",
        type=path,
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
    add("--run", type=path, metavar="FOLDER", help="the run's folder (runs/RECIPE-1, -2, ...)")
    add("--resume", type=path, metavar="RUN", help="go on with a run that was killed or stopped")
    add("--output", type=path, metavar="PATH", help="also put the model there: a folder or .onnx")
    add("--data-dir", type=path, metavar="FOLDER", help="where the datasets lie")


def _watching(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--live",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="open a window beside the training; python -m training.live RUN does so later",
    )
    add("--tensorboard", action="store_true", help="also write TensorBoard's log into the folder")


def number(text: str) -> int:
    """A whole number, 1 or more; argparse says "invalid number value" of anything else."""
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def seed(text: str) -> int:
    """A seed, 0 to 2147483647."""
    if not 0 <= (value := int(text)) < 2**31:
        raise argparse.ArgumentTypeError("must be 0 to 2147483647")
    return value


def path(text: str) -> Path:
    """A path that is not empty, as that of an unset variable is."""
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return Path(text)
