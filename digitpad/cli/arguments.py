"""The words of the command line: options, commands, and the help that teaches them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from digitpad import __version__
from digitpad.cli.terminal import Parser

Command = Callable[[argparse.Namespace], int]
if TYPE_CHECKING:
    # argparse has no public name for it, and only its annotation is generic.
    _Subparsers = argparse._SubParsersAction[Parser]

_EPILOG = """\
examples:
  digitpad                          draw, and watch the bars
  digitpad --theme dark             the same at night
  digitpad --model other.onnx --convention ink=black
                                    with a model of other people's that expects black ink
  digitpad --compare mine.onnx      two models on the same drawing
  digitpad predict seven.png        what does this picture show?
  digitpad predict --json scans/    a folder of pictures, one JSON object a line
  digitpad predict - < ink.jsonl    pen strokes on standard input
  digitpad predict --teach mine.jsonl new.jsonl
                                    read with labelled drawings of one's own learned
  digitpad hand export mine.jsonl   what the window has learned of your hand, as a file
  digitpad info --model other.onnx  how would a model of other people's be used?
  digitpad info                     versions, devices and models

exit codes:
  0    everything was answered
  1    --smoke-test read the wrong digit
  2    something could not be read or run; a sentence on standard error says what
  130  stopped with Ctrl-C
"""

_PREDICT_EPILOG = """\
A PATH is a picture (PNG, JPEG, BMP, GIF, WebP, TIFF) of one digit, a folder of such pictures
(sorted by name, without subfolders and hidden files), or a .jsonl file of ink; "-" is ink on
standard input. Ink is one drawing a line, x to the right and y down, in any unit:

  {"strokes": [[[10, 12], [40, 11], [22, 60]]]}

Answers come in order, one line each: FILE[:LINE], the digit, and how probable it is. With --json:

  {"source": "ink.jsonl", "index": 0, "label": "7", "probability": 0.998321,
   "probabilities": {"0": 0.000012, ...}, "digit_score": 0.981204, "rejected": false}

on one line, where index counts the drawings of a source from 0, unreadable ones included. Some
models also judge whether a drawing is a digit at all: digit_score, from 0 to 1, is higher for what
looks more like one, and a drawing below the model's threshold (digitpad info) is rejected: true, or
"not sure this is a digit" at the end of the line. It keeps its label and its probabilities. Models
that do not judge have digit_score null and reject nothing.

With --numbers, ink is cut into digits, and every line of a drawing is one answer:

  {"source": "ink.jsonl", "index": 0, "number": "42", "probability": 0.981204, "digits":
   [{"label": "4", "probability": 0.99, "probabilities": {...}, "digit_score": 0.98,
   "strokes": [0, 1]}, ...], "rejected": false}

where strokes are counted from 0, and a label is "✕" for what is perhaps no digit. Without it, ink
that is rather a number than a digit has one more key in --json, "looks_like": "42".

With --teach, labelled drawings of FILE (lines of ink with "label": "7") are learned from first, and
with --personal, what the window has learned of your hand is used; nothing is stored. Where that
changed the answer, --json adds "learned": true.

A drawing without ink has no answer: "-" or, with --json, label, probability and digit_score null,
probabilities {}, rejected false. What cannot be read gets a sentence on standard error, the rest
its answers, and the exit code is 2.
"""

_HAND_EPILOG = """\
examples:
  digitpad hand export mine.jsonl   labelled drawings, one a line, the oldest first
  digitpad hand import mine.jsonl   on another machine; no drawing is learned twice
  digitpad hand forget              everything; forget 1 7: only what was called so

Drawings and labels lie in one file on this machine, and go nowhere else.
"""

_WINDOW_OPTIONS = ("theme", "compare", "ink", "screenshot", "smoke_test")


def parse(
    argv: Sequence[str] | None, devices: Sequence[str], commands: Mapping[str, Command]
) -> argparse.Namespace:
    """Parse the command line.

    Args:
        argv: arguments without the program's name; None for the process's own.
        devices: what ``--device`` takes.
        commands: what runs ``"window"``, ``"predict"``, ``"hand"`` and ``"info"``.

    Returns:
        The options; ``run`` among them is the command that was chosen.

    Raises:
        SystemExit: after --help, --version or a usage error.
    """
    # Without defaults, so that these options count before and after the name of a command.
    common = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument(
        "--model", metavar="NAME|FILE", help="a bundled model or a file (default: digits)"
    )
    common.add_argument("--device", choices=devices, help="what runs the model (default: auto)")
    parser = _window_parser(common)
    subparsers = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    for name, add in (("predict", _add_predict), ("hand", _add_hand), ("info", _add_info)):
        add(subparsers, common).set_defaults(run=commands[name])
    defaults = argparse.Namespace(model=None, device="auto", convention=[], run=commands["window"])
    options = parser.parse_args(argv, defaults)
    options.convention = [*options.convention_before, *options.convention]
    if options.command and any(
        getattr(options, name) != parser.get_default(name) for name in _WINDOW_OPTIONS
    ):
        parser.error(f"{options.command} opens no window and takes none of the window's options")
    return options


def _window_parser(common: Parser) -> Parser:
    parser = Parser(
        prog="digitpad",
        description="Draw a digit and see, live, what a CNN makes of it.",
        epilog=_EPILOG,
        parents=[common],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_conventions(parser, "convention_before")  # before the name of a command, or without one
    parser.add_argument("--version", action="version", version=f"digitpad {__version__}")
    window = parser.add_argument_group("options of the window")
    window.add_argument(
        "--theme", choices=("system", "light", "dark"), help="its colours (default: as last time)"
    )
    window.add_argument(
        "--compare", metavar="NAME|FILE", help="show what a second model reads beside the first"
    )
    window.add_argument(
        "--ink", metavar="FILE.jsonl", help="begin with the first drawing of this file"
    )
    window.add_argument(
        "--screenshot", metavar="OUT.png", type=Path, help="save a picture of the window and quit"
    )
    window.add_argument(
        "--smoke-test",
        action="store_true",
        help="check that a built-in drawing is read rightly, and quit",
    )
    return parser


def _add_predict(subparsers: _Subparsers, common: Parser) -> Parser:
    predict = subparsers.add_parser(
        "predict",
        help="answer pictures and files of ink",
        description="Answer drawings in pictures, folders of pictures and files of ink.",
        epilog=_PREDICT_EPILOG,
        parents=[common],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_conventions(predict, "convention")
    predict.add_argument("--json", action="store_true", help="one JSON object a line")
    predict.add_argument("--numbers", action="store_true", help="read numbers of several digits")
    predict.add_argument(
        "--teach", metavar="FILE.jsonl", help="learn from these labelled drawings before"
    )
    predict.add_argument(
        "--personal", action="store_true", help="read with what the window has learned"
    )
    predict.add_argument("paths", nargs="+", metavar="PATH", help='picture, folder, .jsonl or "-"')
    return predict


def _add_hand(subparsers: _Subparsers, common: Parser) -> Parser:
    hand = subparsers.add_parser(
        "hand",
        help="what the window has learned of your hand",
        description="Export, import or forget what the window has learned of your hand.",
        epilog=_HAND_EPILOG,
        parents=[common],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    actions = hand.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    export = actions.add_parser("export", help="write the labelled drawings as JSONL")
    export.add_argument("file", metavar="FILE.jsonl", help='"-" is standard output')
    export.add_argument(
        "--for-training",
        action="store_true",
        help="only strokes that are a class, for python -m training.build --data",
    )
    take = actions.add_parser("import", help="learn from labelled drawings")
    take.add_argument("file", metavar="FILE.jsonl", help='"-" is standard input')
    forget = actions.add_parser("forget", help="forget everything, or some labels")
    forget.add_argument("labels", nargs="*", metavar="LABEL", help="only drawings called so")
    return hand


def _add_info(subparsers: _Subparsers, common: Parser) -> Parser:
    info = subparsers.add_parser(
        "info",
        help="versions, devices and models",
        description="Say which versions, devices and models there are, and what runs the models.",
        parents=[common],
        allow_abbrev=False,
    )
    _add_conventions(info, "convention")
    info.add_argument("--json", action="store_true", help="as one JSON object")
    return info


def _add_conventions(parser: Parser, dest: str) -> None:
    parser.add_argument(
        "--convention",
        dest=dest,
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="how a model of other people's is used, where digitpad works it out wrongly:"
        " scaling=0..255, ink=black, layout=NHWC, output=NAME, answers=logits, labels=A,B,C",
    )
