"""The answer: its words, its size in every state, and what a screen reader is told of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFontMetrics, QImage
from pytestqt.qtbot import QtBot

from digitpad.ui.results.announcer import ANNOUNCE_MS
from digitpad.ui.results.answer import Answer
from digitpad.ui.results.verdict import SETTLE_MS
from digitpad.ui.style.translations import Translations


@pytest.fixture
def answer(qtbot: QtBot) -> Answer:
    widget = Answer()
    qtbot.addWidget(widget)
    widget.resize(216, widget.sizeHint().height())
    widget.show()
    return widget


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What screen readers are asked to say."""
    sentences: list[str] = []

    def note(event: object) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            sentences.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", staticmethod(note))
    return sentences


@pytest.fixture
def korean() -> Iterator[None]:
    speaker = Translations()
    speaker.use("ko")
    yield
    speaker.use("en")


def wait(answer: Answer, qtbot: QtBot) -> None:
    """Until the answer has stood for long enough."""
    timer = answer.findChild(QTimer)
    if timer.isActive():
        with qtbot.waitSignal(timer.timeout, timeout=10 * ANNOUNCE_MS):
            pass


def inked_rows(image: QImage) -> set[int]:
    ground = image.pixel(0, 0)
    wide = range(image.width())
    return {y for y in range(image.height()) if any(image.pixel(x, y) != ground for x in wide)}


def test_a_screen_reader_is_told_once_an_answer_stands(
    answer: Answer, told: list[str], qtbot: QtBot
) -> None:
    for label, probability in (("1", 0.4), ("7", 0.5), ("2", 0.7), ("7", 0.93), ("7", 0.995)):
        answer.show_answer(label, probability)
    assert told == []  # the line is still being drawn
    wait(answer, qtbot)
    assert told == ["Answer: 7, sure, 99.5 %"]


def test_what_was_told_is_not_told_again(answer: Answer, told: list[str], qtbot: QtBot) -> None:
    for probability in (0.99, 0.98):
        answer.show_answer("7", probability)
        wait(answer, qtbot)
    assert len(told) == 1
    answer.show_answer("7", 0.7)  # as sure no longer
    wait(answer, qtbot)
    assert told[1:] == ["Answer: 7, likely, 70.0 %"]


def test_a_rejected_drawing_is_told_of_once(answer: Answer, told: list[str], qtbot: QtBot) -> None:
    assert ANNOUNCE_MS > SETTLE_MS  # the verdict comes first
    answer.show_answer("7", 0.99)
    answer.show_answer("7", 0.99, rejected=True)
    wait(answer, qtbot)
    assert told == ["Answer: 7, not sure this is a digit"]


def test_an_empty_page_goes_without_words_and_the_same_digit_is_told_anew(
    answer: Answer, told: list[str], qtbot: QtBot
) -> None:
    answer.show_answer("7", 0.99)
    wait(answer, qtbot)
    answer.show_answer(None)
    assert not answer.findChild(QTimer).isActive()
    answer.show_answer("7", 0.99)
    wait(answer, qtbot)
    assert told == 2 * ["Answer: 7, sure, 99.0 %"]


def test_the_name_is_always_that_of_the_moment(answer: Answer) -> None:
    spoken = QAccessible.queryAccessibleInterface(answer)
    assert spoken.text(QAccessible.Text.Name) == "Answer: none yet"
    answer.show_answer("3", 0.61)
    assert spoken.text(QAccessible.Text.Name) == "Answer: 3, likely, 61.0 %"


@pytest.mark.usefixtures("korean")
def test_figures_are_written_as_the_language_does(qtbot: QtBot) -> None:
    answer = Answer()
    qtbot.addWidget(answer)
    answer.show_answer("3", 0.995)
    assert answer.accessibleName() == "답: 3, 확실함, 99.5%"


@pytest.mark.parametrize("points", [7, 9, 14, 20])
@pytest.mark.parametrize("label", ["7", "Ankle boot", "a class whose name is far too long for it"])
def test_nothing_is_cut_off_and_the_size_stays(
    answer: Answer, qtbot: QtBot, label: str, points: int
) -> None:
    font = answer.font()
    font.setPointSizeF(points)
    answer.setFont(font)
    size = answer.sizeHint()
    answer.resize(size)
    answer.show_answer(label, 0.5)
    assert answer.sizeHint() == size
    assert size.height() % 8 == 0
    line = QFontMetrics(font)
    assert size.width() >= line.horizontalAdvance("not sure this is a digit")
    rows = inked_rows(answer.grab().toImage())
    assert min(rows) > 0
    assert max(rows) < size.height() - 1
    caption = {y for y in rows if y > max(rows) - line.height()}
    assert len(caption) >= line.xHeight()


def test_words_have_one_size_and_digits_are_larger(answer: Answer) -> None:
    heights = {}
    for label in ("7", "42", "Bag", "Dress", "샌들"):
        answer.show_answer(label, 0.99)
        heights[label] = answer._label_font(label).pixelSize()
    assert heights["7"] == heights["42"] == max(heights.values())
    assert len({heights[word] for word in ("Bag", "Dress", "샌들")}) == 1
    assert heights["Bag"] < heights["7"]
