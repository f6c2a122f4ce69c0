"""The command ``python -m training.live``: opens the window of a run, and runs until it closes."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from digitpad.cli.terminal import Parser
from training.base.command import INTERRUPTED, run_command
from training.base.errors import BuildError
from training.live import missing

_EXAMPLES = """\
examples:
  python -m training.live runs/tfjs-cnn-1          watch a run, or look at a finished one
  python -m training.live runs/tfjs-cnn-1 --theme dark
  python -m training.build --recipe tfjs-cnn       trains, and opens this window itself

The window only reads the run's folder, and its one button leaves a request there to stop after the
epoch at hand. Closing it, or its crash, never touches the training.

keys:
  Ctrl+1 ... Ctrl+7   the pages           Alt+S    stop after this epoch
  arrows, Enter       choose an image     Ctrl+Q   close the window
  Alt+Left, Alt+Right, Ctrl+R             the previous, the next, a random image
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0, 2 after an error, 130 when stopped with Ctrl-C."""
    options = _parser().parse_args(arguments)
    # Until the window is there, which hears Ctrl-C by itself.
    return run_command("training.live", lambda: _run(options.run, options.theme), stopped="")


def _run(run: Path, scheme: str) -> int:
    complaint = missing()
    if complaint is not None:
        raise BuildError(complaint)
    # Only now: Qt is there, and aborts no more for want of a screen.
    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QApplication

    from digitpad.library.resources import asset
    from digitpad.ui.style import theme
    from training.live.monitor import RunMonitor
    from training.live.window import Window
    from training.runs import RunFolder

    monitor = RunMonitor(RunFolder.find(run))
    app = QApplication(["training.live"])
    app.setApplicationName("training.live")
    app.setWindowIcon(QIcon(str(asset("icons/digitpad.png"))))
    theme.apply(app, scheme)
    theme.follow_system(app)
    window = Window(monitor)
    window.show()
    # The window's clock lets Python see the signal.
    signal.signal(signal.SIGINT, lambda *_: app.exit(INTERRUPTED))
    return app.exec()


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m training.live",
        description="Watch a training run in a window: its data, model, curves and mistakes.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="folder of a run, such as runs/own-1")
    schemes = ("system", "light", "dark")
    parser.add_argument("--theme", choices=schemes, default="system", help="colours (%(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
