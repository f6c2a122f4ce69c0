"""Make the report of a run again; ``python -m training.report --help`` shows how."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from digitpad.cli.terminal import Parser, printable
from training.base.command import INTERRUPTED, run_command

_HELP = """\
Every build writes this report at its end; a run that was killed, or is still training, gets one
with what there is so far. RUN is a run's folder. Nothing is read but that folder, so it works for
runs of other people too. report.html needs no other file: send it, print it, keep it.

examples:
  python -m training.report runs/tfjs-cnn-1
  python -m training.report runs/*-1          several at once
  python -m training.compare runs/*           and side by side
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0, 2 after an error, 130 when stopped."""
    options = _parser().parse_args(arguments)
    code = 0
    for path in options.runs:
        code = max(code, run_command("training.report", partial(_write, path)))
        if code == INTERRUPTED:
            break
    return code


def _write(path: Path) -> None:
    # Only now: a typing error should not have to wait for matplotlib.
    from training.report import write
    from training.runs import RunFolder

    folder = RunFolder.find(path)
    write(folder)
    print(f"Wrote {printable(str(folder.report))}")


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m training.report",
        description="Make the report of a run from its folder: figures and one page.",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="the folder of a run")
    return parser


if __name__ == "__main__":
    sys.exit(main())
