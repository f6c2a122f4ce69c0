"""Drives the pages "Your hand" and "Show me yours" of a whole window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from digitpad.library.correction import Correction, read_lines
from digitpad.ui.hand.lessons import TIMES, LessonsDialog
from digitpad.ui.hand.page import HandPage
from tests.digitpad.ui.window.test_window import draw
from tests.support.drawings import digit
from tests.support.whole_pad import Open, Pad, home, start  # noqa: F401  fixtures


@pytest.fixture
def pad(start: Open) -> Pad:
    return start()


def opened(pad: Pad) -> HandPage:
    pad.window.activateWindow()
    pad.qtbot.waitUntil(pad.window.isActiveWindow)
    QTest.keyClick(pad.window, "h")
    page = pad.session.hand.page
    assert page is not None
    assert page.isVisible()
    return page


def click(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def taught(pad: Pad, *lessons: str) -> None:
    for drawn, said in lessons:
        pad.window.clear()
        draw(pad.window, digit(drawn))
        QTest.keyClick(pad.window, said)


def shown(page: HandPage) -> str:
    return "".join(page.list.item(row).text() for row in range(page.list.count()))


def test_what_was_learned_is_shown_counted_and_forgotten(pad: Pad) -> None:
    taught(pad, "33", "71", "00")
    page = opened(pad)
    assert shown(page) == "013"
    assert page.summary.text() == (
        "3 drawings are remembered, 1 of them were misread. Of the last 3, 2 are read rightly"
        " with what the others have taught, 2 without."
    )
    page.list.item(1).setSelected(True)
    click(page.buttons["remove"])
    assert shown(page) == "03"
    click(page.buttons["remove-all"])
    assert shown(page) == ""
    assert "Nothing yet" in page.summary.text()
    pad.window.clear()
    draw(pad.window, digit("7"))
    assert pad.window.answer.label == "7"
    click(page.buttons["undo"])
    click(page.buttons["undo"])
    assert shown(page) == "013"
    assert not page.buttons["undo"].isEnabled()
    assert pad.window.answer.label == "1"


def test_learning_is_switched_off_and_stays_off(pad: Pad, start: Open) -> None:
    taught(pad, "71")
    page = opened(pad)
    page.switch.click()
    assert pad.window.answer.label == "7"
    pad.close()
    again = start()
    again.window.clear()
    draw(again.window, digit("7"))
    assert again.window.answer.label == "7"


def test_a_hand_goes_to_a_file_and_comes_back(pad: Pad, tmp_path: Path) -> None:
    taught(pad, "71", "3n")
    page = opened(pad)
    page.export(tmp_path / "all.jsonl", for_training=False)
    page.export(tmp_path / "train.jsonl", for_training=True)
    lines = (tmp_path / "all.jsonl").read_bytes().splitlines()
    assert [c.label for c in read_lines(enumerate(lines, 1))[0]] == ["1", "not a digit"]
    assert len((tmp_path / "train.jsonl").read_text().splitlines()) == 1
    page.remove_all()
    page.take(tmp_path / "all.jsonl")
    assert page.list.count() == 2
    page.take(tmp_path / "all.jsonl")
    assert page.list.count() == 2
    (tmp_path / "bad.jsonl").write_bytes(b"\xff")
    page.take(tmp_path / "bad.jsonl")
    assert "line 1: not a line of JSON" in page.message.text()
    page.take(tmp_path / "none.jsonl")
    assert "none.jsonl: cannot be read" in page.message.text()
    page.export(tmp_path / "no" / "all.jsonl", for_training=False)
    assert "cannot be saved" in page.message.text()


def test_show_me_yours(pad: Pad) -> None:
    page = opened(pad)
    dialog = pad.session.hand.open_lessons()
    assert isinstance(dialog, LessonsDialog)
    click(dialog.following)  # nothing was drawn
    assert len(dialog.shown) == 0
    asked = []
    while dialog.wanted is not None:
        asked.append(dialog.wanted)
        stroke = digit("7" if dialog.wanted == "1" else "3").strokes[0].points
        canvas = dialog.canvas
        scale = canvas.page_rect().width() / 480
        points = [(canvas.page_rect().topLeft() + _at(p * scale)).toPoint() for p in stroke]
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(canvas, point)
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=points[-1])
        click(dialog.following)
    assert sorted(asked) == sorted("0123456789" * TIMES)
    assert f"of {10 * TIMES} are read" in dialog.score.text()
    cards = [dialog.cards.item(row).text() for row in range(dialog.cards.count())]
    assert sum(card.startswith("1 → 7") for card in cards) == TIMES
    assert sum(card.startswith("3 ✓") for card in cards) == TIMES
    click(dialog.agree)
    drawn = {each.correction.drawing for each in dialog.shown}
    assert {c.drawing for c in pad.session.hand.learning.entries} == drawn
    page.undo()
    assert pad.session.hand.learning.entries == []


def _at(point):
    from PySide6.QtCore import QPointF

    return QPointF(*point)


def test_lines_that_two_windows_share_are_shown(pad: Pad, start: Open) -> None:
    other = start()
    taught(other, "71")
    page = opened(pad)
    assert shown(page) == "1"
    assert isinstance(page.list.item(0).data(Qt.ItemDataRole.UserRole), Correction)
