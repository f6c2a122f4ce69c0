"""Exit codes of the commands of training, and one sentence where one failed."""

from __future__ import annotations

import sys
from collections.abc import Callable

from digitpad.cli.terminal import printable
from training.base.errors import BuildError

FAILED = 2
INTERRUPTED = 130
_INSTALL = "install what is missing with pip install -e '.[train]'"


def run_command(
    name: str,
    body: Callable[[], int | None],
    *,
    errors: tuple[type[Exception], ...] = (),
    stopped: str = "stopped",
) -> int:
    """Run the body of a command, whose module has this name; the exit code.

    That is the body's (0 for None), 2 after a :class:`BuildError` or one of ``errors``, whose
    message goes to standard error, and 130 after Ctrl-C, with the exception's sentence or
    ``stopped``.
    """
    expected: tuple[type[Exception], ...] = (BuildError, *errors)
    try:
        return body() or 0
    except expected as error:
        complain(name, str(error))
        return FAILED
    except ModuleNotFoundError as error:  # the app itself is installed without many of them
        if (error.name or "").partition(".")[0] in ("", "digitpad", "training"):
            raise
        complain(name, f"this needs {error.name}; {_INSTALL}")
        return FAILED
    except KeyboardInterrupt as error:
        if stopped:
            complain(name, str(error) or stopped)
        return INTERRUPTED


def complain(name: str, sentence: str) -> None:
    """Print a sentence of a command on standard error."""
    print(f"{name}: {printable(sentence)}", file=sys.stderr)
