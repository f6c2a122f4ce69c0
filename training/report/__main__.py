"""Make the report of a run again; ``python -m training.report --help`` shows how."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from digitpad.cli.terminal import printable
from training.base.errors import BuildError

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
    try:
        # Only now: a typing error should not have to wait for matplotlib.
        from training.report import write
        from training.runs import RunFolder

        for path in options.runs:
            try:
                folder = RunFolder.find(path)
                write(folder)
                print(f"Wrote {printable(str(folder.report))}")
            except BuildError as error:
                print(f"training.report: {printable(str(error))}", file=sys.stderr)
                code = 2
    except ModuleNotFoundError as error:  # the app itself is installed without them
        print(
            f"training.report: the report needs {error.name}; install what is missing with"
            " pip install -e '.[train]'",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print("training.report: stopped", file=sys.stderr)
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.report",
        description="Make the report of a run from its folder: figures and one page.",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="the folder of a run")
    return parser


if __name__ == "__main__":
    sys.exit(main())
