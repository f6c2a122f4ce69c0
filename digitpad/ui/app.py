"""Starts Qt, opens the window, and does what the command line asked of it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

# On Windows, onnxruntime fails to load its libraries after PySide6 has loaded its own.
from digitpad.inference.errors import ModelError  # isort: skip
from digitpad.inference.recognizer import Recognizer  # isort: skip

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from digitpad import __version__
from digitpad.cli.terminal import printable
from digitpad.inference.contract import REJECTED
from digitpad.inference.model_file import DEFAULT_MODEL
from digitpad.inference.pending import Model
from digitpad.ink.ink import Ink
from digitpad.library.resources import asset
from digitpad.ui.display import DisplayError, require_display, use_no_display
from digitpad.ui.session.session import Session
from digitpad.ui.style import theme
from digitpad.ui.window.window import Window

#: What the smoke test draws, and what it must be read as.
SMOKE_INK = Ink.from_json(
    '{"label": "3", "strokes": [[[150, 130], [190, 95], [240, 85], [285, 100], [305, 140],'
    " [290, 185], [250, 215], [215, 225], [255, 230], [300, 255], [320, 300], [305, 350],"
    " [260, 385], [205, 390], [155, 365], [135, 330]]]}"
)


def run(
    *,
    model: str | None = None,
    device: str = "auto",
    overrides: Mapping[str, Any] | None = None,
    compare: str | None = None,
    scheme: str | None = None,
    ink: Ink | None = None,
) -> int:
    """Open the window for a person, and run until it closes.

    Args:
        model: a bundled model's name, or a file; None: the one of last time.
        overrides: how the model is used, as for :meth:`Recognizer.load`; None or {}: as last time.
        compare: a model to compare it with; None: that of last time, where there was one.
        scheme: one of :data:`~digitpad.ui.style.theme.SCHEMES`; None: the one of last time.
        ink: a drawing to begin with.

    Returns:
        The exit code: 0, or 2 after a sentence on standard error.
    """
    try:
        session = Session(model, device, compare, overrides)
        require_display()
    except (ModelError, DisplayError) as error:
        _say(str(error))
        return 2
    app = start_qt(scheme or session.settings.theme)
    session.set_language()
    window = Window(session.recognizer)
    session.attach(app, window, scheme)
    session.restore()
    session.models.unusable.connect(partial(_give_up, app))
    session.models.ready.connect(partial(_settle, window))
    window.show()
    if ink is not None:
        window.open_ink(ink)
    code = int(app.exec())
    session.save()
    return code


def run_unseen(
    *,
    model: str | None = None,
    device: str = "auto",
    overrides: Mapping[str, Any] | None = None,
    compare: str | None = None,
    scheme: str | None = None,
    ink: Ink | None = None,
    screenshot: Path | None = None,
) -> int:
    """Take a picture of the window, or check that it reads; what the user has chosen stays apart.

    Args:
        model, device, overrides, compare, scheme, ink: as for :func:`run`; None: the default.
        screenshot: the picture's file; None: the smoke test.

    Returns:
        The exit code: 0, 1 when the smoke test read the wrong digit, 2 after a sentence on
        standard error.
    """
    try:
        recognizer = Recognizer.load(model or DEFAULT_MODEL, device, overrides)
        second = None if compare is None else Recognizer.load(compare, device)
        use_no_display()
    except (ModelError, DisplayError) as error:
        _say(str(error))
        return 2
    _say_notice(recognizer)
    start_qt(scheme or "system")
    window = Window(recognizer)
    window.set_recognizer(recognizer, second)
    window.show()
    if screenshot is None:
        return _smoke_test(window, recognizer)
    if ink is not None:
        window.open_ink(ink)
    return _take_picture(window, screenshot)


def _give_up(app: QApplication, sentence: str) -> None:
    _say(sentence)
    app.exit(2)


def _settle(window: Window) -> None:
    """The models are there."""
    _say_notice(window.recognizer)
    if window.comparison.recognizer is not None:
        _say_notice(window.comparison.recognizer)
    # Nothing that is there now becomes garbage; looking it through stops the pen for 20 ms.
    gc.freeze()
    gc.enable()


def _say_notice(model: Model) -> None:
    if model.notice:
        _say(model.notice)


def _say(sentence: str) -> None:
    print(f"digitpad: {printable(sentence)}", file=sys.stderr)


def start_qt(scheme: str) -> QApplication:
    """The one QApplication, in a colour scheme that follows the system where asked."""
    # Every point of a fast stroke, even where several arrive within one frame.
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents, False)
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["digitpad"])
    app.setApplicationName("digitpad")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("digitpad")
    app.setWindowIcon(QIcon(str(asset("icons/digitpad.png"))))
    theme.apply(app, scheme)
    if existing is None:
        theme.follow_system(app)
    return app


def _take_picture(window: Window, path: Path) -> int:
    from digitpad.library.drawing_files import SaveError, write
    from digitpad.ui.files.exporting import png

    window.settle()
    QApplication.processEvents()
    try:  # a picture that was there stays until the new one is whole
        write(path, png(window.grab().toImage()))
    except SaveError as error:
        _say(f"cannot write the picture: {error}")
        return 2
    return 0


def _smoke_test(window: Window, recognizer: Recognizer) -> int:
    window.open_ink(SMOKE_INK)
    window.settle()
    read, share = window.answer.label, window.answer.probability
    doubt = f", {REJECTED}" if window.answer.rejected else ""
    passed = read == SMOKE_INK.label
    print(
        f"digitpad {__version__} smoke test {'passed' if passed else 'FAILED'}: drew"
        f" {SMOKE_INK.label}, read {printable(str(read))} ({share:.1%}{doubt}),"
        f" {printable(recognizer.name)} on {recognizer.provider}"
    )
    return 0 if passed else 1
