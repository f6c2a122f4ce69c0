"""Compares runs side by side: settings, training, results.

The command is ``python -m training.compare``; its ``--help`` shows how to use it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from digitpad.cli.terminal import Parser, printable
from training.base.command import complain, run_command

_HELP = """\
RUN is a run's folder (its further seeds come along), a folder of runs (two levels deep, so that
sweeps are found), or a pattern such as 'runs/tfjs-*'. Runs that are not finished, failed or are
damaged are shown as what they are; the exit code is 2 only if a run that was named itself is
damaged or is not there, or if nothing remains.

Beside the table, OUTPUT gets compare.html (one page that needs no other file), compare.csv,
compare.json and curves.png, with the loss and accuracy of all runs in one picture.

examples:
  python -m training.compare runs/                       everything there is
  python -m training.compare runs/tf-basic-1 runs/fashion-cnn-1
                                                         two tutorials on the same clothes
  python -m training.compare 'runs/tfjs-cnn-*' --output runs/seeds
                                                         the same recipe with other seeds: also the
                                                         mean and standard deviation

Finished runs on the same data, with the same settings but for the seed, are one group. A difference
between recipes that is no larger than what seeds make may be the seed's alone.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0, 2 after an error, 130 when stopped."""
    options = _parser().parse_args(arguments)
    stopped = "stopped; nothing was written"
    return run_command("training.compare", lambda: _run(options), stopped=stopped)


def _run(options: argparse.Namespace) -> int:
    # Only now: a typing error should not have to wait for matplotlib.
    from training.report.comparison import compare, files, text
    from training.report.comparison.runs import find

    found = find(options.runs)
    for sentence in found.problems:
        complain("training.compare", sentence)
    result = compare(found.runs)
    files.write(result, options.output)
    text.show(result, Console(highlight=False, markup=False, emoji=False))
    print(f"Comparison: {printable(str(options.output / files.PAGE))}")
    return 2 if found.named_unusable else 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m training.compare",
        description="Put runs side by side, in a table and in one picture.",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("runs", nargs="+", metavar="RUN", help="folder of a run, folder of runs, or pattern")
    add(
        "--output",
        type=Path,
        metavar="FOLDER",
        default=Path("runs", "compare"),
        help="where the comparison goes (%(default)s)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
