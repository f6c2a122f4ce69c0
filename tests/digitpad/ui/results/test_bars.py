from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtGui import QAccessible, QColor, QFontMetricsF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitpad.ui.results.bars import STEPS, Bars, ScrolledBars
from digitpad.ui.style import theme
from digitpad.ui.style.translations import Translations


@pytest.fixture
def bars(qtbot: QtBot) -> Bars:
    widget = Bars([str(i) for i in range(10)])
    qtbot.addWidget(widget)
    widget.resize(400, 400)
    widget.show()
    return widget


def filled(bars: Bars, index: int) -> int:
    """How many pixels of one row have a bar's colour."""
    bar = bars.bars[index]
    image = bar.grab().toImage()
    colours = theme.colours(bar.palette())
    wanted = {QColor(colours.accent).rgb(), QColor(colours.bar).rgb()}
    y = bar.height() // 2
    # The first pixels hold the winner's mark and the label.
    return sum(image.pixelColor(x, y).rgb() in wanted for x in range(30, image.width() - 60))


def test_only_the_winner_is_filled_and_marked(bars: Bars) -> None:
    bars.show_probabilities(np.eye(10)[3])
    bars.settle()
    assert [bar.winner for bar in bars.bars] == [i == 3 for i in range(10)]
    assert filled(bars, 3) > 200
    assert filled(bars, 4) == 0


def test_a_bars_length_is_its_probability(bars: Bars) -> None:
    bars.show_probabilities(np.array([0.5, 0.25, 0.25] + [0] * 7))
    bars.settle()
    assert filled(bars, 0) == pytest.approx(2 * filled(bars, 1), abs=12)


def test_bars_glide_to_their_values(bars: Bars, qtbot: QtBot) -> None:
    bars.show_probabilities(np.eye(10)[3])
    assert bars.bars[3].value() == STEPS  # said at once
    assert bars.bars[3].level < 1
    qtbot.waitUntil(lambda: bars.bars[3].level == 1)


def test_no_answer_has_no_winner_and_no_figures(bars: Bars) -> None:
    bars.show_probabilities(np.eye(10)[3])
    bars.show_probabilities(None)
    bars.settle()
    assert not any(bar.winner for bar in bars.bars)
    assert {bar.percentage for bar in bars.bars} == {"–"}
    assert filled(bars, 3) == 0


def test_the_winner_differs_without_colour(bars: Bars) -> None:
    """A mark and the weight of the type, in a picture without colours."""
    bars.show_probabilities(np.full(10, 0.1))
    bars.settle()
    first, second = (bars.bars[i].grab().toImage() for i in (0, 1))
    mark = [first.pixelColor(x, y).lightness() for x in range(12) for y in range(first.height())]
    none = [second.pixelColor(x, y).lightness() for x in range(12) for y in range(second.height())]
    assert min(mark) < min(none) - 50


def test_screen_readers_hear_names_and_values(bars: Bars) -> None:
    bars.show_probabilities(np.array([0.07, 0.9] + [0.00375] * 8))
    spoken = QAccessible.queryAccessibleInterface(bars.bars[1])
    assert spoken.text(QAccessible.Text.Name) == "Class 1"
    assert spoken.text(QAccessible.Text.Description) == "most likely"
    assert spoken.valueInterface().currentValue() == 900
    assert spoken.valueInterface().maximumValue() == STEPS


def test_long_labels_begin_their_tracks_in_one_line(qtbot: QtBot) -> None:
    bars = Bars(["Bag", "Ankle boot"])
    qtbot.addWidget(bars)
    assert bars.bars[0].columns == bars.bars[1].columns
    assert bars.bars[0].columns.label > 40


def test_of_many_classes_the_winner_is_always_in_sight(qtbot: QtBot) -> None:
    bars = Bars([f"class {i}" for i in range(100)])
    area = ScrolledBars(bars)
    qtbot.addWidget(area)
    area.resize(400, 400)
    area.show()
    qtbot.waitExposed(area)
    for winner in (99, 0, 50):
        bars.show_probabilities(np.eye(100)[winner])
        top = bars.bars[winner].mapTo(area.viewport(), bars.bars[winner].rect().topLeft()).y()
        assert 0 <= top <= area.viewport().height() - bars.bars[winner].height()
    assert bars.bars[0].height() >= 3 * theme.GRID


def test_long_names_are_cut_short_and_whole_in_the_tool_tip(qtbot: QtBot) -> None:
    name = "a class whose name is far too long for the window"
    bars = Bars([name, "b"])
    qtbot.addWidget(bars)
    bars.resize(400, 100)
    assert bars.bars[0].columns.label < 200
    assert bars.bars[0].toolTip() == name


def test_classes_can_be_called_something_else(bars: Bars) -> None:
    bars.show_probabilities(np.eye(10)[3])
    before = bars.bars[3].columns.label
    bars.set_labels([f"number {i}" for i in range(10)])
    assert bars.bars[3].label == "number 3"
    assert bars.bars[3].accessibleName() == "Class number 3"
    assert bars.bars[3].accessibleDescription() == "most likely"
    assert bars.bars[3].columns.label > 2 * before
    with pytest.raises(ValueError, match="argument"):
        bars.set_labels(["one"])


def test_figures_change_with_the_language(bars: Bars) -> None:
    bars.show_probabilities(np.array([0.07, 0.9] + [0.00375] * 8))
    widths = {bar.columns for bar in bars.bars}
    speaker = Translations()
    try:
        speaker.use("ko")
        QApplication.processEvents()
        assert [bar.percentage for bar in bars.bars[:3]] == ["7.0%", "90.0%", "0.4%"]
        assert {bar.columns for bar in bars.bars} != widths
    finally:
        speaker.use("en")
        QApplication.processEvents()
    assert [bar.percentage for bar in bars.bars[:3]] == ["7.0 %", "90.0 %", "0.4 %"]
    assert {bar.columns for bar in bars.bars} == widths


@pytest.mark.parametrize("points", [7, 9, 16, 24])
def test_rows_are_as_high_as_their_text(bars: Bars, points: int) -> None:
    font = bars.font()
    font.setPointSizeF(points)
    bars.setFont(font)
    for bar in bars.bars:
        assert bar.minimumHeight() > QFontMetricsF(theme.sized(font, 1.0, bold=True)).height()
        assert bar.columns.figures >= QFontMetricsF(font).horizontalAdvance("100.0 %")


def test_letters_stand_in_the_middle_of_their_column(qtbot: QtBot) -> None:
    letters, words = Bars(["I", "W"]), Bars(["I", "Wide"])
    for bars in (letters, words):
        qtbot.addWidget(bars)
        bars.resize(400, 80)
    left = []
    for bars in (letters, words):
        row = bars.bars[0].grab().toImage()
        ground = row.pixel(0, 0)
        within = range(int(bars.bars[0].columns.mark), int(bars.bars[0].columns.mark) + 20)
        left.append(min(x for x in within if row.pixel(x, row.height() // 2) != ground))
    assert left[0] > left[1]
