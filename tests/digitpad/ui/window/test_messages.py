"""Messages end: with their time, with what they speak of, or with the next word on it."""

from __future__ import annotations

from functools import partial

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from digitpad.ui.window.messages import DRAWING, FILES, LEAST_MS, MODEL, UNDO_MS, Messages
from digitpad.ui.window.window import Window
from tests.digitpad.ui.window.test_window import draw
from tests.support.drawings import digit
from tests.support.hands import recognizer, window  # noqa: F401  fixtures


@pytest.fixture
def messages(window: Window, qtbot: QtBot) -> Messages:
    window.show()
    qtbot.waitExposed(window)
    return window.messages


def shown(window: Window) -> str:
    return window.statusBar().currentMessage()


def timer(messages: Messages) -> QTimer:
    return messages.findChild(QTimer)


def end(messages: Messages) -> None:
    """The time of the message that is shown is over."""
    assert timer(messages).isActive()
    timer(messages).timeout.emit()


def test_a_message_ends_with_its_time(window: Window, messages: Messages) -> None:
    messages.say("Saved.")
    assert shown(window) == "Saved."
    assert timer(messages).interval() == LEAST_MS
    end(messages)
    assert shown(window) == ""
    assert not timer(messages).isActive()


def test_longer_messages_stand_longer(messages: Messages) -> None:
    messages.say("A sentence that takes its time to be read. " * 3)
    assert timer(messages).interval() > LEAST_MS


def test_a_drawing_takes_its_message_along(window: Window, messages: Messages) -> None:
    draw(window, digit("1"))
    messages.say("Test image 7: its label is 1", about=DRAWING)
    messages.say("Saved.", about=FILES)
    draw(window, digit("1"))
    assert shown(window) == "Saved."
    end(messages)
    assert shown(window) == ""


def test_what_is_said_of_the_same_replaces(window: Window, messages: Messages) -> None:
    messages.say("this file is not an ONNX model", about=MODEL)
    messages.say("digits reads", about=MODEL)
    end(messages)
    assert shown(window) == ""


def test_an_interrupted_message_comes_back(window: Window, messages: Messages) -> None:
    messages.say("The model is being tried…", about=MODEL, stays=True)
    messages.say("The answer is on the clipboard", about=FILES)
    assert shown(window) == "The answer is on the clipboard"
    end(messages)
    assert shown(window) == "The model is being tried…"
    assert not timer(messages).isActive()
    messages.clear(MODEL)
    assert shown(window) == ""


def test_undo_stands_behind_its_message_and_is_done_once(
    window: Window, messages: Messages, qtbot: QtBot
) -> None:
    done: list[str] = []
    button = window.statusBar().undo
    assert not button.isVisible()
    messages.say("Forgotten.", undo=partial(done.append, "undone"))
    assert timer(messages).interval() == UNDO_MS
    width = window.statusBar().fontMetrics().horizontalAdvance("Forgotten.")
    assert width < button.x() < window.statusBar().width() // 2
    assert button.geometry().bottom() < window.statusBar().height()
    messages.say("Saved.", about=FILES)
    assert not button.isVisible()  # it is not what Undo would take back
    end(messages)
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == ["undone"]
    assert not button.isVisible()
    assert shown(window) == ""


def test_undo_does_not_go_away_under_the_keys(window: Window, messages: Messages) -> None:
    window.activateWindow()
    messages.say("Forgotten.", undo=lambda: None)
    window.statusBar().undo.setFocus(Qt.FocusReason.TabFocusReason)
    end(messages)
    assert shown(window) == "Forgotten."
    QTest.keyClick(window.statusBar().undo, Qt.Key.Key_Space)
    assert shown(window) == ""


def test_a_long_message_leaves_room_for_undo(window: Window, messages: Messages) -> None:
    messages.say("A long sentence. " * 40, undo=lambda: None)
    button = window.statusBar().undo.geometry()
    assert 0 < button.left() < button.right() < window.status.geometry().left()


def test_screen_readers_hear_each_message_once(
    messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    def note(event: QEvent) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            heard.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", staticmethod(note))
    for _ in range(3):  # as at every frame
        messages.say("the model failed on this image", about="reading", stays=True)
    messages.say("Saved.")
    messages.say("Saved.")  # once more, as it was done once more
    assert heard == ["the model failed on this image", "Saved.", "Saved."]
