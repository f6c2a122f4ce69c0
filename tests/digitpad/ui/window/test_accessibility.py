"""The window without a mouse and without eyes: keys, focus that is seen, and names in every
language for whatever can be used or says something."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tests.support import foreign_models

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QIcon, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLabel,
    QMenu,
    QMenuBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from digitpad.inference.recognizer import Recognizer
from digitpad.ui.models.model_dialog import ModelDialog
from digitpad.ui.pad.brush import WIDTHS
from digitpad.ui.results.answer import Answer
from digitpad.ui.results.bars import Bar
from digitpad.ui.results.preview import Preview
from digitpad.ui.style import theme
from digitpad.ui.style.translations import Translations
from digitpad.ui.window.window import Window
from tests.digitpad.ui.session.test_session import (  # noqa: F401  fixtures
    Start,
    choose,
    home,
    start,
)
from tests.digitpad.ui.style.test_theme import contrast
from tests.digitpad.ui.window.test_window import settle
from tests.support.drawings import digit

#: What tells something without being used.
TELLING = (Answer, Bar, Preview, QLabel)
HANGUL = re.compile("[가-힣]")
TAB, BACKTAB = Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason


def name(widget: QWidget) -> str:
    spoken = QAccessible.queryAccessibleInterface(widget)
    # On Linux, Qt gives a box to choose from the name of what is chosen.
    return widget.accessibleName() or str(spoken.text(QAccessible.Text.Name))


def needs_name(widget: QWidget) -> bool:
    """Whether it can be used or says something; the insides of Qt's own widgets do neither."""
    inside = widget.parentWidget()
    if isinstance(inside, QMenuBar) or isinstance(widget, (QMenu, QMenuBar)):
        return False
    if within(widget, QComboBox):
        return False
    if isinstance(inside, QAbstractScrollArea) and inside.viewport() is widget:
        return False
    if isinstance(widget, QLabel):
        return bool(widget.text())
    return isinstance(widget, TELLING) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus


def within(widget: QWidget, kind: type[QWidget]) -> bool:
    parent = widget.parentWidget()
    return parent is not None and (isinstance(parent, kind) or within(parent, kind))


def named(parent: QWidget) -> list[QWidget]:
    return [widget for widget in parent.findChildren(QWidget) if needs_name(widget)]


def about(window: Window) -> QWidget:
    window.commands["about"].trigger()
    return QApplication.activeModalWidget()


def shortcuts(window: Window) -> QWidget:
    window.commands["shortcuts"].trigger()
    return QApplication.activeModalWidget()


def model_dialog(window: Window) -> QWidget:
    dialog = ModelDialog(foreign_models.opened(foreign_models.model()), window)
    dialog.open()
    return dialog


def opened(open_place: Callable[[Window], QWidget], window: Window, qtbot: QtBot) -> QWidget:
    place = open_place(window)
    place.activateWindow()
    qtbot.waitUntil(place.isActiveWindow)
    return place


def whole(window: Window) -> QWidget:
    return window


PLACES = pytest.mark.parametrize("open_place", [whole, about, shortcuts, model_dialog])
Open = Callable[[Window], QWidget]


@pytest.fixture
def window(start: Start, qtbot: QtBot) -> Iterator[Window]:
    """With a drawing, and with another one in the strip."""
    _, window = start
    window.open_ink(digit("3"))
    window.clear()
    window.open_ink(digit("7"))
    window.settle()
    window.canvas.setFocus()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    for dialog in window.findChildren(QWidget):
        if dialog.isWindow() and dialog.isVisible():
            dialog.close()


@PLACES
def test_everything_has_a_name(window: Window, open_place: Open) -> None:
    place = open_place(window)
    assert len(named(place)) > 2
    assert [type(widget).__name__ for widget in named(place) if not name(widget).strip()] == []


@PLACES
def test_everything_has_a_korean_name(window: Window, start: Start, open_place: Open) -> None:
    session, _ = start
    english = {id(widget): name(widget) for widget in named(window)}
    choose(session.preferences.language_menu, "ko")
    place = open_place(window)
    without = [
        name(widget)
        for widget in named(place)
        if not HANGUL.search(name(widget)) and not isinstance(widget, QLabel)
    ]
    assert without == []
    place.close() if place is not window else None
    choose(session.preferences.language_menu, "en")
    again = {id(widget): name(widget) for widget in named(window)}
    common = english.keys() & again.keys()
    assert len(common) > 20
    assert [(english[key], again[key]) for key in common if english[key] != again[key]] == []


# -- the keyboard's focus --------------------------------------------------------------------------


def stops(start: QWidget, key: Qt.Key) -> list[QWidget]:
    """Where a key takes the focus, until it is back."""
    reached = [start]
    for _ in range(100):
        QTest.keyClick(QApplication.focusWidget(), key)
        if QApplication.focusWidget() is start:
            return reached
        reached.append(QApplication.focusWidget())
    raise AssertionError(f"no way back from {name(reached[-1])}")


def test_tab_goes_everywhere_in_order_and_back(window: Window) -> None:
    forth = stops(window.canvas, Qt.Key.Key_Tab)
    back = stops(window.canvas, Qt.Key.Key_Backtab)
    assert back[1:] == forth[:0:-1]
    wanted = {
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and widget.isEnabled()
    }
    assert set(forth) == wanted
    buttons = [widget for widget in forth if isinstance(widget, QToolButton)]
    places = [(b.mapTo(window, b.rect().center()).y(), b.x()) for b in buttons]
    assert places == sorted(places)


def pixels(image: QImage) -> np.ndarray:
    """uint32 (height, width), 0xffRRGGBB."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(plain.constBits(), np.uint32).reshape(plain.height(), -1)
    return rows[:, : plain.width()].copy()


def seen(before: QImage, after: QImage) -> int:
    """How many pixels stand out, 3:1, from what they were."""
    one, other = pixels(before), pixels(after)
    changed = np.stack([one, other], axis=-1)[one != other]
    pairs, counts = np.unique(changed, axis=0, return_counts=True)
    named = [[f"#{colour & 0xFFFFFF:06x}" for colour in pair] for pair in pairs.tolist()]
    return sum(
        count for pair, count in zip(named, counts.tolist(), strict=True) if contrast(*pair) >= 3
    )


def focus_shows(widget: QWidget, elsewhere: QWidget) -> bool:
    """Whether the keyboard's focus is seen; the outline of a button has some 100 pixels."""
    pictures = []
    for one in (elsewhere, widget):
        one.setFocus(TAB)
        QApplication.processEvents()
        pictures.append(widget.grab().toImage())
    return seen(*pictures) >= 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_focus_is_seen_wherever_it_is(window: Window, start: Start, scheme: str) -> None:
    session, _ = start
    choose(session.preferences.theme_menu, scheme)
    QApplication.processEvents()
    forth = stops(window.canvas, Qt.Key.Key_Tab)
    hidden = [name(a) for a, b in zip(forth, forth[1:] + forth[:1], strict=True)
              if not focus_shows(a, b)]  # fmt: skip
    assert hidden == []


@pytest.mark.parametrize("open_place", [about, shortcuts, model_dialog])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_focus_is_seen_in_dialogs(
    window: Window,
    start: Start,
    qtbot: QtBot,
    open_place: Open,
    scheme: str,
) -> None:
    session, _ = start
    choose(session.preferences.theme_menu, scheme)
    place = opened(open_place, window, qtbot)
    each = [w for w in named(place) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isEnabled()]
    assert len(each) >= 2
    hidden = [name(w) for w, other in zip(each, each[1:] + each[:1], strict=True)
              if not focus_shows(w, other)]  # fmt: skip
    assert hidden == []


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("grey", [0.0, 0.5, 1.0])
def test_the_cell_of_the_keys_is_seen_on_ink_as_on_paper(
    window: Window,
    start: Start,
    grey: float,
    scheme: theme.Colours,
) -> None:
    session, _ = start
    choose(session.preferences.theme_menu, "light" if scheme is theme.LIGHT else "dark")
    window.open_image(np.full((28, 28), grey, np.float32))
    grid = window.grid
    grid.setFocus(BACKTAB)
    QApplication.processEvents()
    ring = grid.grab().toImage()
    window.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    grid.clearFocus()
    QApplication.processEvents()
    inner = 12  # the outline of the page also changes
    cut = (inner, inner, grid.width() - 2 * inner, grid.height() - 2 * inner)
    assert seen(grid.grab().toImage().copy(*cut), ring.copy(*cut)) >= 100


def test_a_click_on_a_tool_leaves_the_keys_with_the_page(window: Window) -> None:
    for button in window.tools.pad.findChildren(QToolButton):
        if button.isEnabled() and button.defaultAction().objectName() not in ("grid", "clear"):
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            assert window.canvas.hasFocus(), button.text()


# -- keys ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("open_place", [about, shortcuts, model_dialog])
def test_escape_closes_a_dialog_and_clears_nothing(
    window: Window, qtbot: QtBot, open_place: Open
) -> None:
    place = opened(open_place, window, qtbot)
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert window.ink == digit("7")  # which the dialog keeps from every key
    QTest.keyClick(place, Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert QApplication.activeModalWidget() is None
    assert window.ink == digit("7")


# What the tests' platform says of every menu.
@pytest.mark.qt_log_ignore("does not support (raise|grabbing the keyboard)", extend=True)
def test_the_menu_of_a_tool_opens_and_closes_by_keys(window: Window) -> None:
    tools = window.tools.pad.findChildren(QToolButton)
    pen = next(b for b in tools if b.defaultAction().objectName() == "pen")
    pen.setFocus(TAB)
    popups: list[QWidget] = []

    def press(*keys: Qt.Key) -> None:
        QTimer.singleShot(0, lambda: popups.append(QApplication.activePopupWidget()))
        for key in keys:
            QTimer.singleShot(0, lambda key=key: QTest.keyClick(popups[-1], key))
        QTest.keyClick(pen, Qt.Key.Key_Down)

    press(Qt.Key.Key_Escape)
    assert window.ink == digit("7")
    press(Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert popups == 2 * [window.tools.pen_menu]
    assert window.canvas.brush.width == WIDTHS[0]


def test_a_digit_is_drawn_by_keyboard_and_told(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def note(event: QEvent) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            told.append(event.message())

    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    QTest.keyClick(window.canvas, Qt.Key.Key_G)
    grid = window.grid
    assert grid.hasFocus()
    monkeypatch.setattr(QAccessible, "updateAccessibility", staticmethod(note))
    for _ in range(6):
        QTest.keyClick(grid, Qt.Key.Key_Up)
    assert told[-1] == "row 9, column 15: 0 % ink"
    for _ in range(12):
        QTest.keyClick(grid, Qt.Key.Key_Space)
        QTest.keyClick(grid, Qt.Key.Key_Down)
    settle(window)
    assert "row 20, column 15: 100 % ink" in told
    assert int(grid.image.sum()) == 12
    assert window.answer.label == "1"


def test_a_screen_reader_hears_seconds_not_steps(window: Window) -> None:
    scrubber = window.scrubber
    scrubber.setValue(0)
    assert re.fullmatch(r"0\.0 of \d+\.\d seconds", scrubber.accessibleDescription())
    QTest.keyClick(scrubber, Qt.Key.Key_End)
    at, end = re.findall(r"\d+\.\d", scrubber.accessibleDescription())
    assert at == end


def test_clothes_are_named_in_the_language_at_once(qtbot: QtBot) -> None:
    window = Window(Recognizer.load("fashion", "cpu"))
    qtbot.addWidget(window)
    window.open_ink(digit("7"))
    winner = window.answer.label
    speaker = Translations()
    try:
        speaker.use("ko")
        QApplication.processEvents()
        assert [bar.label for bar in window.bars.bars][:2] == ["티셔츠", "바지"]
        assert window.answer.label in [bar.label for bar in window.bars.bars]
        assert {
            bar.percentage[-2:] for bar in window.bars.bars if bar.percentage[-2] == " "
        } == set()
    finally:
        speaker.use("en")
        QApplication.processEvents()
    assert window.answer.label == winner


def test_the_tool_in_the_hand_is_told_by_shape(window: Window) -> None:
    """Filled on its button, and with a check mark in the menu."""
    for tool in ("pen", "eraser", "grid"):
        action = window.commands[tool]
        assert not action.isIconVisibleInMenu()
        on, off = (
            pixels(action.icon().pixmap(20, QIcon.Mode.Normal, state).toImage())
            for state in (QIcon.State.On, QIcon.State.Off)
        )
        assert (on != off).sum() > 30
