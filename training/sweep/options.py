"""The command line of ``python -m training.sweep``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from digitpad.cli.terminal import Parser

_EXAMPLES = """\
examples:
  python -m training.sweep --recipe tf-basic --seeds 20
                            the same build with 20 seeds: mean, standard deviation, n, and plots
  python -m training.sweep --recipe digits --search space.toml --trials 50
                            look for better settings; space.toml names them and their bounds:

                              [learning_rate]
                              low = 1e-4
                              high = 1e-2
                              log = true

                              [augmentation.rotation]
                              low = 0
                              high = 15
                              step = 5

                              [batch_size]
                              choices = [64, 128, 256]

  python -m training.sweep --recipe digits --seeds 5 --ensemble 3
                            average the best three of five into one model
  python -m training.sweep --study sweep-digits-1 ...
                            the same command, which goes on with what is left
  python -m training.sweep show runs/sweep-digits-1
                            where a sweep stands

several machines: one of them serves the study, and any number of workers join and leave:
  python -m training.sweep serve --host 0.0.0.0
  python -m training.sweep --recipe digits --seeds 20 --study lab --storage grpc://HOST:13000 \\
      --artifacts /mnt/shared/lab

What a killed worker was at is done again by another one, from its last checkpoint where that can be
reached. Trials are compared by validation; a sweep that chooses reads no test set. Ctrl-C puts the
trial at hand back. The proxy asks nobody for a password: keep it inside a network that you trust.
"""


def sweep_parser() -> argparse.ArgumentParser:
    """The parser of a worker."""
    parser = Parser(
        prog="python -m training.sweep",
        description="Build a recipe many times, over seeds or in search of better settings, on any"
        " number of machines. `serve` and `show` are commands of their own; see below.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument_group("what to build").add_argument
    add("--recipe", required=True, metavar="NAME", help="python -m training.build --list has them")
    add("--seeds", type=_count(1_000), metavar="N", help="build with N seeds, from the recipe's on")
    add("--search", type=Path, metavar="SPACE.toml", help="search settings within these bounds")
    add("--trials", type=_count(10_000), metavar="N", help="of the search (20)")
    setting = "change a setting in every trial, such as epochs=3"
    add("--set", action="append", default=[], metavar="NAME=VALUE", help=setting)
    add("--data", type=Path, metavar="PATH", help="your own data, as for training.build")
    add("--data-dir", type=Path, metavar="FOLDER", help="where the datasets lie")

    add = parser.add_argument_group("where and by whom").add_argument
    add("--study", metavar="NAME", help="begin or join this study (sweep-RECIPE-1, -2, ...)")
    add("--folder", type=Path, metavar="FOLDER", help="of this machine's runs (runs/STUDY)")
    shared = "what all workers share: grpc://HOST:PORT of `serve`, or a database's"
    add("--storage", metavar="URL", help=f"{shared} (FOLDER/study.db)")
    add("--workers", type=_count(64), default=1, metavar="N", help="builds at once (%(default)s)")
    kept = "also bring each trial's files to this shared folder, or s3://BUCKET/PREFIX"
    add("--artifacts", metavar="PLACE", help=kept)
    add("--quiet", action="store_true", help="show no progress and no table")

    add = parser.add_argument_group("at the end").add_argument
    objective = "of validation, by which trials are compared (%(default)s)"
    add("--objective", choices=("loss", "accuracy"), default="loss", help=objective)
    add("--ensemble", type=_count(50), metavar="K", help="average the best K models into one")
    return parser


def serve_parser() -> argparse.ArgumentParser:
    """The parser of the proxy."""
    parser = Parser(
        prog="python -m training.sweep serve",
        description="Let workers on other machines join studies (Optuna's gRPC proxy); Ctrl-C ends"
        " it. It asks nobody for a password: keep it inside a network that you trust.",
    )
    add = parser.add_argument
    add("--host", default="localhost", help="where it listens; 0.0.0.0 for all (%(default)s)")
    add("--port", type=_count(65_535), default=13_000, help="(%(default)s)")
    database = "the database behind it (%(default)s)"
    add("--storage", default="sqlite:///runs/studies.db", metavar="URL", help=database)
    return parser


def show_parser() -> argparse.ArgumentParser:
    """The parser of the table."""
    parser = Parser(prog="python -m training.sweep show", description="Show where a sweep stands.")
    parser.add_argument("folder", nargs="?", type=Path, help="of a sweep without --storage")
    parser.add_argument("--storage", metavar="URL", help="what its workers share")
    parser.add_argument("--study", metavar="NAME", help="which of the studies there")
    return parser


def _count(most: int) -> Callable[[str], int]:
    """A type of argument: 1 to ``most``."""

    def count(text: str) -> int:
        number = int(text)
        if not 1 <= number <= most:
            raise argparse.ArgumentTypeError(f"must be 1 to {most:,}")
        return number

    return count
