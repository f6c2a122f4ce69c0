"""The command ``python -m training.negatives``: contact sheets of what is no digit."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from digitpad.cli.terminal import Parser, printable
from training.base.command import run_command
from training.base.environment import require


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a contact sheet for each family; the exit code: 0, or 2 after an error."""
    parser = Parser(
        prog="python -m training.negatives",
        description="Write a contact sheet for each family of drawings that are no digit.",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--data-dir", type=Path, metavar="FOLDER", help="where the datasets lie")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="(%(default)s)")
    options = parser.parse_args(arguments)
    return run_command("training.negatives", lambda: _run(options), errors=(OSError,))


def _run(options: argparse.Namespace) -> None:
    require()
    # Only now: require() has made sure of what these import.
    from training.base.publish import make_folders
    from training.data.fetch import data_folder
    from training.synth.contact_sheet import family_pages

    make_folders(options.output)
    for name, content in family_pages(data_folder(options.data_dir), options.seed).items():
        (options.output / name).write_bytes(content)
        print(printable(str(options.output / name)))


if __name__ == "__main__":
    sys.exit(main())
