"""Measures an exported model through the path that the app uses, and write a report.

The command is ``python -m training.evaluate``; its ``--help`` shows how to use it.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from digitpad.cli.terminal import Parser, printable
from digitpad.inference.errors import ModelError
from digitpad.inference.recognizer import Recognizer
from digitpad.library.atomic import replace_file
from training.base.command import run_command
from training.base.errors import BuildError
from training.base.publish import make_folders
from training.data.fetch import data_folder
from training.measure import numbers, robustness
from training.measure.data import NAMES, Drawings, EvaluationError, load
from training.measure.evaluation import OTHER, Evaluation, Result, measure
from training.measure.robustness import Curve, Step

_HELP = f"""\
DATA is one of {", ".join(NAMES)};
or a .jsonl file of ink, one drawing a line:

  {{"strokes": [[[10, 12], [40, 11], [22, 60]]], "label": "7"}}

or a folder with one sub-folder of pictures for each class, named as the class. A drawing whose
label is not among the model's classes is something else to it: it counts only for how many the
model rejects. What cannot be read gets a sentence on standard error, and the exit code is 2.

examples:
  python -m training.evaluate                        the bundled model on strangers' pen digits
  python -m training.evaluate --robustness           and turned, slanted, shaken ...
  python -m training.evaluate --data european        writers of seven countries, and who is lost
  python -m training.evaluate --personal             what does learning a hand bring, and harm?
  python -m training.evaluate --personal features=20,image=0,reach=6
                                                     with other constants of the memory
  python -m training.evaluate --data fashion-mnist   how many clothes does it reject?
  python -m training.evaluate --data mine.jsonl      on drawings of your own
  python -m training.evaluate --model mine.onnx --against digits
                                                     is mine better than the bundled one?
  python -m training.evaluate --numbers mine.jsonl   numbers of several digits, whole
  python -m training.evaluate --export-jsonl pen.jsonl
                                                     pen digits as ink for `digitpad predict`

The writers of pendigits-val and uji-val are never trained on, nor is anything of european, which is
not for download. The test sets mnist and fashion-mnist are
for final figures: a choice that looks at them spoils them.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0, 2 after an error, 130 when stopped."""
    options = _parser().parse_args(arguments)
    return run_command(
        "training.evaluate",
        lambda: _chosen(options)(options),
        errors=(ModelError,),
        stopped="stopped; no report was written",
    )


def _chosen(options: argparse.Namespace) -> Callable[[argparse.Namespace], int]:
    if options.personal is not None:
        return _personal
    if options.numbers:
        return _numbers
    return _export_jsonl if options.export_jsonl else _report


def _personal(options: argparse.Namespace) -> int:
    """What learning a hand brings, on every data set with writers that is there."""
    from digitpad.reading.personal import kernel_of
    from training.measure import personal

    recognizer, console = Recognizer.load(options.model), Console(highlight=False, markup=False)
    kernel = kernel_of(recognizer)
    try:
        changes = dict(part.split("=") for part in options.personal.split(",") if part)
        kernel = kernel._replace(**{name: float(value) for name, value in changes.items()})
    except ValueError as error:
        raise EvaluationError("--personal takes features=20,image=14,reach=9") from error
    console.print(f"{recognizer.name}, {kernel}")
    for name in personal.NAMES:
        try:
            hands = personal.hands(
                recognizer, name, data_folder(options.data_dir), kernel, Console(stderr=True)
            )
        except BuildError as error:
            print(printable(f"{name} is left out: {error}"), file=sys.stderr)
            continue
        personal.report(name, hands, console)
    return 0


def _numbers(options: argparse.Namespace) -> int:
    """Whole numbers, and what would be read if it were known where to cut."""
    reads = numbers.measure(Recognizer.load(options.model), options.numbers)
    if not reads:
        raise EvaluationError(f"{options.numbers} holds no numbers")
    numbers.show(reads, Console(highlight=False, markup=False, emoji=False))
    return 0


def _report(options: argparse.Namespace) -> int:
    # Only now: a typing error should not have to wait for matplotlib.
    from training.measure import record, text
    from training.report.evaluation import PAGE, write

    names = [options.model] + ([options.against] if options.against else [])
    recognizers = [Recognizer.load(name) for name in names]
    report = options.report or _report_folder(recognizers[0].name, options.data)
    drawings = load(options.data, data_folder(options.data_dir), sys.stderr)
    if options.robustness and drawings.inks is None:
        raise EvaluationError(
            f"--robustness changes pen strokes, and {options.data} holds pictures; choose --data"
            " pendigits-val, pendigits or a .jsonl file of ink"
        )
    titles = _titles(names, recognizers)
    evaluations = tuple(
        measure(recognizer, title, drawings)
        for recognizer, title in zip(recognizers, titles, strict=True)
    )
    make_folders(report)
    curves = _curves(recognizers, evaluations, drawings) if options.robustness else ()
    result = Result(_command(options), options.data, evaluations, curves)
    write(result, report)
    if options.json:
        print(record.to_json(result), end="")
    else:
        text.show(result, Console(highlight=False, markup=False, emoji=False))
    page = report / PAGE
    print(f"Report: {printable(str(page))}", file=sys.stderr if options.json else sys.stdout)
    return 2 if drawings.problems else 0


def _curves(
    recognizers: Sequence[Recognizer], evaluations: Sequence[Evaluation], drawings: Drawings
) -> tuple[list[Curve], ...]:
    """Every model on every disturbance, with a bar; on the drawings that all of them know."""
    console = Console(stderr=True)

    def steps(sequence: Sequence[Step]) -> Iterable[Step]:
        return track(
            sequence,
            "Disturbing the drawings",
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    known = np.flatnonzero(np.all([e.truth != OTHER for e in evaluations], axis=0))
    if not len(known) or drawings.inks is None:
        raise EvaluationError(
            "--robustness measures accuracy, but no drawing has a label of the model; choose other"
            " data"
        )
    subject = robustness.Subject([drawings.inks[i] for i in known], drawings.images[known])
    readers = [
        (recognizer.predict, evaluation.truth[known])
        for recognizer, evaluation in zip(recognizers, evaluations, strict=True)
    ]
    return robustness.measure(subject, readers, steps)


def _titles(names: Sequence[str], recognizers: Sequence[Recognizer]) -> list[str]:
    """Short names; where two models share one, the folders of their files tell them apart."""
    short = [recognizer.name for recognizer in recognizers]
    if len(set(short)) == len(short):
        return short
    longer = [str(Path(*Path(name).with_suffix("").parts[-2:])) for name in names]
    return longer if len(set(longer)) == len(longer) else list(names)


def _report_folder(model: str, data: str) -> Path:
    name = data if data in NAMES else Path(data).resolve().stem
    return Path("runs", f"evaluate-{model}-{name}")


def _command(options: argparse.Namespace) -> str:
    """The words that repeat what was measured."""
    words = ["python", "-m", "training.evaluate", "--model", options.model, "--data", options.data]
    if options.robustness:
        words.append("--robustness")
    if options.against:
        words += ["--against", options.against]
    return shlex.join(words)


def _export_jsonl(options: argparse.Namespace) -> int:
    """Drawings as ink, one a line, with the label that was meant."""
    data, path = options.data, options.export_jsonl
    drawings = load(data, data_folder(options.data_dir), sys.stderr)
    if drawings.inks is None:
        raise EvaluationError(f"{data} has no ink; choose --data pendigits or pendigits-val")
    lines = "".join(ink.to_json() + "\n" for ink in drawings.inks)
    try:
        replace_file(path, lines.encode())
    except OSError as error:
        raise EvaluationError(
            f"cannot write {path} ({error.strerror}); choose another place with --export-jsonl"
        ) from error
    print(f"Wrote {len(drawings):,} drawings to {printable(str(path))}")
    return 2 if drawings.problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m training.evaluate",
        description="Measure an exported model as the app would use it, and write a report.",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--model", default="digits", metavar="NAME|FILE", help="what to measure (%(default)s)")
    add("--data", default="pendigits-val", metavar="DATA", help="on what (%(default)s)")
    add(
        "--numbers",
        type=Path,
        metavar="FILE.jsonl",
        help="read numbers of several digits, instead: ink with labels, .gz too",
    )
    add("--against", metavar="NAME|FILE", help="a second model, compared drawing by drawing")
    add(
        "--personal",
        nargs="?",
        const="",
        metavar="CONSTANTS",
        help="what learning a hand brings and harms, on all data with writers, instead of --data",
    )
    add("--robustness", action="store_true", help="also disturb the drawings (ink only)")
    add(
        "--report",
        type=Path,
        metavar="FOLDER",
        help="where the report goes (runs/evaluate-MODEL-DATA)",
    )
    add("--json", action="store_true", help="print evaluation.json instead of a summary")
    add("--export-jsonl", type=Path, metavar="OUT", help="write the ink of --data, and stop")
    add("--data-dir", type=Path, metavar="FOLDER", help="where the datasets lie")
    return parser


if __name__ == "__main__":
    sys.exit(main())
