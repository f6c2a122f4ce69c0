"""The command ``python -m training.forms``: contact sheets of the handwriting variants."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from digitpad.cli.terminal import Parser, printable
from digitpad.inference.errors import ModelError
from training.base.command import run_command
from training.base.environment import require

_EXAMPLES = """\
examples:
  python -m training.forms --output runs/forms
  python -m training.forms --model digits mine.onnx
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the contact sheets, or print the table; the exit code: 0, or 2 after an error."""
    parser = Parser(
        prog="python -m training.forms",
        description="Contact sheets of the forms that digits take, and how well models read them.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--output", type=Path, metavar="FOLDER", help="write forms-*.png there")
    task.add_argument(
        "--model", nargs="+", metavar="NAME|FILE", help="print a table of their accuracy by form"
    )
    parser.add_argument("--data-dir", type=Path, metavar="FOLDER", help="where the datasets lie")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="(%(default)s)")
    options = parser.parse_args(arguments)
    errors = (ModelError, OSError)
    return run_command("training.forms", lambda: _run(options), errors=errors)


def _run(options: argparse.Namespace) -> None:
    require()
    # Only now: require() has made sure of what these import.
    from rich.console import Console

    from training.base.publish import make_folders
    from training.data.fetch import data_folder
    from training.measure.forms import compare
    from training.synth.contact_sheet import variant_pages

    folder = data_folder(options.data_dir)
    if options.model:
        print("\n".join(compare(options.model, folder, Console(stderr=True))))
        return
    make_folders(options.output)
    for name, content in variant_pages(folder, options.seed).items():
        (options.output / name).write_bytes(content)
        print(printable(str(options.output / name)))


if __name__ == "__main__":
    sys.exit(main())
