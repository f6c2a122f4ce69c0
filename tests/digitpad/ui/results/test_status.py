"""The status bar: messages at the left, models at the right, never one on the other."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from pytestqt.qtbot import QtBot

from digitpad.ui.style import theme
from digitpad.ui.window.window import Window
from tests.support.hands import recognizer, window  # noqa: F401  fixtures


def painted(window: Window) -> np.ndarray:
    """The columns of the status bar in which something is written."""
    image = window.statusBar().grab().toImage().convertToFormat(image_format())
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    grey = rows[:, : image.width()].astype(int)
    return np.nonzero(np.abs(grey - grey[0, 0]).max(axis=0) > 30)[0]


def image_format():
    from PySide6.QtGui import QImage

    return QImage.Format.Format_Grayscale8


@pytest.mark.parametrize("message", ["A sentence.", "A long sentence. " * 40])
def test_a_message_begins_below_the_page_and_ends_before_the_models(
    window: Window,
    qtbot: QtBot,
    message: str,
) -> None:
    window.show()
    qtbot.waitExposed(window)
    beside = window.status.geometry()
    before = painted(window)
    assert before.min() >= beside.left()
    window.statusBar().showMessage(message)
    told = np.setdiff1d(painted(window), before)
    assert 3 * theme.GRID <= told.min() <= 4 * theme.GRID
    assert told.max() < beside.left() - theme.GRID
    assert window.statusBar().toolTip() == message


def test_without_a_message_the_room_is_empty(window: Window, qtbot: QtBot) -> None:
    window.show()
    qtbot.waitExposed(window)
    window.statusBar().showMessage("A sentence.")
    window.statusBar().clearMessage()
    assert painted(window).min() >= window.status.geometry().left()
