"""Drives keys, clicks, undo and restarts of a whole window that learns."""

from __future__ import annotations

import sqlite3

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from digitpad.library.correction import NOT_A_DIGIT
from digitpad.library.user_folder import drawings_file
from digitpad.ui.hand.learning import _AT_ONCE
from tests.digitpad.ui.window.test_window import draw
from tests.support.drawings import digit, scribble
from tests.support.whole_pad import Open, Pad, home, start  # noqa: F401  fixtures


@pytest.fixture
def pad(start: Open) -> Pad:
    return start()


def press(pad: Pad, key: str) -> None:
    QTest.keyClick(pad.window, key)


def undo_button(pad: Pad) -> QToolButton:
    (button,) = [b for b in pad.window.statusBar().findChildren(QToolButton) if b.text() == "Undo"]
    return button


def again(pad: Pad, label: str) -> str | None:
    """What the same drawing is read as, drawn once more."""
    pad.window.clear()
    draw(pad.window, digit(label))
    return pad.window.answer.label


def test_a_key_teaches_and_undo_forgets(pad: Pad) -> None:
    window = pad.window
    pad.draw("7")
    press(pad, "1")
    assert (window.answer.label, window.answer.learned) == ("1", True)
    assert pad.says("Learned: this is 1.")
    assert window.bars.bars[7].alone > 0.9
    button = undo_button(pad)
    assert button.isVisible()
    assert again(pad, "7") == "1"
    assert not button.isVisible()  # its drawing is gone
    assert window.statusBar().currentMessage() == ""
    assert again(pad, "3") == "3"
    assert not window.answer.learned
    pad.window.clear()
    draw(window, digit("7"))
    press(pad, "2")
    assert window.answer.label == "2"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.answer.label == "1"  # what was said before
    press(pad, "7")
    assert (window.answer.label, window.answer.learned) == ("7", False)
    pad.session.hand.learning.replace(pad.session.hand.learning.entries, [])
    assert not window.answer.learned
    assert window.bars.bars[7].alone is None


def test_a_click_on_a_bar_and_the_menu_teach(pad: Pad) -> None:
    pad.draw("7")
    QTest.mouseClick(pad.window.bars.bars[4], Qt.MouseButton.LeftButton, pos=QPoint(60, 8))
    assert pad.window.answer.label == "4"
    (two,) = [a for a in pad.session.hand.teaching.menu.actions() if a.text() == "2"]
    two.trigger()
    assert pad.window.answer.label == "2"
    assert len(pad.session.hand.learning.entries) == 1


def test_the_same_key_confirms(pad: Pad) -> None:
    pad.draw("7")
    press(pad, "7")
    assert pad.says("Remembered: 7, as it was read.")
    assert [c.label for c in pad.session.hand.learning.entries] == ["7"]


def test_what_was_learned_is_there_after_a_restart_and_in_the_next_window(
    pad: Pad,
    start: Open,
) -> None:
    pad.draw("7")
    press(pad, "1")
    second = start()
    second.window.clear()
    draw(second.window, digit("7"))
    second.qtbot.waitUntil(lambda: second.window.answer.label == "1")
    second.close()
    pad.close()


def test_a_window_that_comes_to_the_front_knows_what_another_has_learned(
    pad: Pad,
    start: Open,
) -> None:
    pad.draw("7")
    second = start()
    second.draw("7")
    press(second, "1")
    assert pad.window.answer.label == "7"
    pad.window.activateWindow()
    pad.qtbot.waitUntil(lambda: pad.window.answer.label == "1")


def test_rejection_learns(pad: Pad) -> None:
    window = pad.window
    draw(window, scribble(3))
    window.settle()
    assert window.answer.rejected
    press(pad, "5")
    assert (window.answer.label, window.answer.rejected) == ("5", False)
    pad.draw("7")
    press(pad, "n")
    assert pad.session.hand.learning.entries[0].label == NOT_A_DIGIT
    window.settle()
    assert window.answer.rejected


def test_a_drawing_of_the_strip_gets_its_right_label(pad: Pad) -> None:
    pad.draw("7")
    pad.draw("3")
    strip = pad.session.recents.strip
    menu = strip.menu(strip.item(0))
    (choices,) = [a.menu() for a in menu.actions() if a.menu()]
    (one,) = [a for a in choices.actions() if a.text() == "1"]
    one.trigger()
    assert again(pad, "7") == "1"
    menu.deleteLater()


def test_nothing_is_learned_from_nothing_or_with_learning_off(pad: Pad) -> None:
    press(pad, "1")
    assert pad.says("There is no drawing to learn from")
    pad.draw("7")
    press(pad, "1")
    pad.session.hand.learning.switch(False)
    assert pad.window.answer.label == "7"
    press(pad, "2")
    assert pad.says("Learning is off")
    pad.session.hand.learning.switch(True)
    assert pad.window.answer.label == "1"


def test_a_locked_database_is_a_sentence_and_nothing_is_lost(pad: Pad, start: Open) -> None:
    pad.draw("7")
    with sqlite3.connect(drawings_file(), isolation_level=None) as stranger:
        stranger.execute("BEGIN EXCLUSIVE")
        press(pad, "1")
        assert pad.window.answer.label == "1"
        assert pad.says("What you taught stays in memory (database is locked)")
        stranger.execute("ROLLBACK")
    stranger.close()
    pad.close()
    assert [c.label for c in reopened(start).session.hand.learning.entries] == ["1"]


def reopened(start: Open) -> Pad:
    pad = start()
    pad.qtbot.waitUntil(lambda: bool(pad.session.hand.learning.entries))
    return pad


def test_many_are_learned_a_few_at_a_time(pad: Pad) -> None:
    from digitpad.library.correction import Correction
    from digitpad.library.document import Document

    learning = pad.session.hand.learning
    many = [Correction(Document(scribble(seed)), "5") for seed in range(3 * _AT_ONCE)]
    learning.add(many)
    pad.qtbot.waitUntil(lambda: all(learning.trace(c) for c in learning.entries))
    assert len(learning.entries) == len(many)
