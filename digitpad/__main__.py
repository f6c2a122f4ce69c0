"""The command line: builds the objects, hands them to each other, runs them.

Every command imports what it needs when it runs, so that ``digitpad predict`` neither needs Qt nor
waits for it.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

from digitpad.cli.arguments import parse
from digitpad.cli.terminal import printable
from digitpad.image.pictures import CHILD
from digitpad.inference.foreign import sandbox
from digitpad.inference.session import DEVICES, LIBRARY_FIX
from digitpad.library.resources import AssetError

if TYPE_CHECKING:
    from types import ModuleType

    from digitpad.ink.ink import Ink

EXIT_ERROR, EXIT_INTERRUPTED = 2, 130


class CommandError(Exception):
    """A command that cannot run; the message is one sentence for the user."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run digitpad.

    Args:
        argv: arguments without the program's name; None for the process's own.

    Returns:
        The exit code, as listed by ``digitpad --help``.

    Raises:
        SystemExit: from argparse, after --help, --version or a usage error.
    """
    _mend_streams()
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == [sandbox.CHILD]:  # a child of this program, which tries a model
        from digitpad.inference.foreign import sandbox_child

        return sandbox_child.main(*words[1:])
    if words[:1] == [CHILD]:  # another, which decodes pictures
        from digitpad.image import decoding_child

        return decoding_child.main()
    try:
        return _run(argv)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # whoever read the answers, such as `head`, has seen enough
        _silence(sys.stdout)
        return 0
    except OSError as error:
        if error.filename is not None:  # no stream's
            raise
        _silence(sys.stdout)
        return _fail(f"the answer cannot be written: {error.strerror}")


def _run(argv: Sequence[str] | None) -> int:
    # numpy's threads for large matrices, of which there are none here: 20 ms and memory at a start.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from digitpad.inference.errors import ModelError
    except ImportError as error:
        return _fail(f"a library cannot be loaded ({error}); {LIBRARY_FIX}")
    options = parse(
        argv, DEVICES, {"window": _window, "predict": _predict, "info": _info, "hand": _hand}
    )
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except (CommandError, ModelError, AssetError) as error:
        return _fail(str(error))


def _window(options: argparse.Namespace) -> int:
    ink = _first_ink(options.ink) if options.ink else None
    gc.disable()  # while the window comes up, nothing becomes garbage
    try:
        app = _app()
        asked = {
            "model": options.model,
            "device": options.device,
            "overrides": _overrides(options),
            "compare": options.compare,
            "scheme": options.theme,
            "ink": ink,
        }
        if options.smoke_test:
            code: int = app.run_unseen(**asked)
        elif options.screenshot is not None:
            code = app.run_unseen(**asked, screenshot=options.screenshot)
        else:
            code = app.run(**asked)
        return code
    finally:
        gc.enable()


def _app() -> ModuleType:
    try:
        from digitpad.ui import app
    except ImportError as error:
        raise _missing_qt(error) from error
    return app


def _first_ink(path: str) -> Ink:
    from digitpad.cli.sources import SourceError, first_ink

    try:
        return first_ink(path, sys.stdin.buffer)
    except SourceError as error:
        raise CommandError(str(error)) from error


def _missing_qt(error: ImportError) -> Exception:
    """What to tell a user whose Qt does not load; the error itself where it is not Qt's."""
    if not (error.name or "PySide6").startswith(("PySide6", "shiboken6")):
        return error
    if isinstance(error, ModuleNotFoundError):
        return CommandError("the window needs PySide6: pip install 'pyside6-essentials>=6.8,<6.12'")
    if sys.platform == "linux":
        from digitpad.ui.display import DEBIAN_PACKAGES

        fix = f"on Debian or Ubuntu: sudo apt install {DEBIAN_PACKAGES}"
    else:
        fix = "reinstall it: pip install --force-reinstall 'pyside6-essentials>=6.8,<6.12'"
    return CommandError(f"Qt cannot be loaded ({error}); {fix}")


def _predict(options: argparse.Namespace) -> int:
    from digitpad.cli.predict import PredictError, run
    from digitpad.cli.sources import SourceError, is_ink
    from digitpad.image.pictures import prepare
    from digitpad.inference.model_file import DEFAULT_MODEL
    from digitpad.inference.recognizer import Recognizer
    from digitpad.reading.reader import Reader

    if not all(map(is_ink, options.paths)):
        prepare()  # which takes as long as a model takes to load
    model = options.model or DEFAULT_MODEL
    recognizer = Recognizer.load(model, options.device, _overrides(options))
    if recognizer.notice:
        _say(recognizer.notice)
    if recognizer.inferred is not None:
        known = recognizer.inferred
        _say(f"{recognizer.name}: {known.best.conventions.summary} ({known.verdict})")
    reader, problems = Reader(recognizer), list[str]()
    if options.teach is not None or options.personal:
        from digitpad.cli import hand

        try:
            reader, problems = hand.taught(recognizer, options.teach, personal=options.personal)
        except hand.HandError as error:
            raise CommandError(str(error)) from error
        for problem in problems:
            _say(problem)
    try:
        code = run(
            options.paths,
            reader,
            as_json=options.json,
            numbers=options.numbers,
            stdin=sys.stdin.buffer,
            stdout=sys.stdout,
            stderr=sys.stderr,
        )
        return EXIT_ERROR if problems else code
    except (PredictError, SourceError) as error:
        raise CommandError(str(error)) from error


def _hand(options: argparse.Namespace) -> int:
    from digitpad.cli import hand

    problems: list[str] = []
    try:
        if options.action == "export":
            said = hand.export(options.file, for_training=options.for_training)
        elif options.action == "import":
            said, problems = hand.take(options.file)
        else:
            said = hand.forget(options.labels)
    except hand.HandError as error:
        raise CommandError(str(error)) from error
    for problem in problems:
        _say(problem)
    if said:
        print(printable(said))
    return EXIT_ERROR if problems else 0


def _info(options: argparse.Namespace) -> int:
    from digitpad.cli.info import as_text, collect

    report = collect(options.model, options.device, _overrides(options))
    print(json.dumps(report, indent=2) if options.json else as_text(report))
    return 0


def _overrides(options: argparse.Namespace) -> dict[str, Any]:
    """The conventions that the command line says."""
    if not options.convention:
        return {}
    from digitpad.inference.foreign.conventions import ConventionsError
    from digitpad.inference.foreign.conventions import parse as parse_conventions

    try:
        return parse_conventions(options.convention)
    except ConventionsError as error:
        raise CommandError(str(error)) from error


def _fail(sentence: str) -> int:
    _say(sentence)
    return EXIT_ERROR


def _say(sentence: str) -> None:
    with suppress(OSError):  # the disk behind it is full: the exit code has to do
        print(f"digitpad: {printable(sentence)}", file=sys.stderr, flush=True)


def _mend_streams() -> None:
    """Standard streams that exist, and that write any file's name."""
    # A Windows program without a console has none.
    sys.stdin = sys.stdin or _nowhere("r")
    sys.stdout = sys.stdout or _nowhere("w")
    sys.stderr = sys.stderr or _nowhere("w")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _nowhere(mode: Literal["r", "w"]) -> TextIO:
    return Path(os.devnull).open(mode, encoding="utf-8")


def _silence(stream: TextIO) -> None:
    """Send what is still buffered nowhere: Python flushes at exit, and would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
