"""Colours that everybody can read, in both schemes, wherever text stands."""

from __future__ import annotations

import re
from collections import Counter

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QAction, QColor, QImage, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QMenu,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QStyleOptionToolButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from digitpad.ui.app import start_qt
from digitpad.ui.style import theme
from digitpad.ui.style.translations import Translations

SCHEMES = pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK], ids=["light", "dark"])

#: Text and what it stands on: the window and paper, a hovered and a pressed button, a button, the
#: winner, a selected item of a menu, selected text.
TEXTS = [
    *(
        (text, ground)
        for text in ("ink", "muted", "accent", "unsure")
        for ground in ("window", "paper")
    ),
    ("ink", "hover"),
    ("ink", "track"),
    ("muted", "hover"),
    ("muted", "track"),
    ("accent", "hover"),
    ("on_accent", "accent"),
]
#: What is no text, and must be told from its ground all the same: focus, bars on their track, and
#: what cannot be chosen at the moment.
SHAPES = [
    *(("accent", ground) for ground in ("window", "paper", "track", "hover")),
    *(("bar", ground) for ground in ("window", "paper", "track", "hover")),
    ("ink", "track"),
]


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio of two colours."""

    def luminance(name: str) -> float:
        parts = QColor(name).getRgbF()[:3]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@SCHEMES
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_is_readable(scheme: theme.Colours, text: str, ground: str) -> None:
    assert contrast(getattr(scheme, text), getattr(scheme, ground)) >= 4.5


@SCHEMES
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_are_seen(scheme: theme.Colours, shape: str, ground: str) -> None:
    assert contrast(getattr(scheme, shape), getattr(scheme, ground)) >= 3


@SCHEMES
def test_every_text_of_the_palette_is_readable(scheme: theme.Colours, qtbot: QtBot) -> None:
    app = start_qt("light" if scheme is theme.LIGHT else "dark")
    role = QPalette.ColorRole
    for text, ground in (
        (role.WindowText, role.Window),
        (role.Text, role.Base),
        (role.Text, role.AlternateBase),
        (role.ButtonText, role.Button),
        (role.ToolTipText, role.ToolTipBase),
        (role.PlaceholderText, role.Base),
        (role.HighlightedText, role.Highlight),
        (role.Link, role.Base),
    ):
        pair = [app.palette().color(one).name() for one in (text, ground)]
        assert contrast(*pair) >= 4.5, (text, ground)
    theme.apply(app, "light")


class Button(QPushButton):
    """One that can be painted in any state."""

    def contrast(self, *states: QStyle.StateFlag) -> float:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        for state in states:
            option.state |= state
        return painted(self, QStyle.ControlElement.CE_PushButton, option)


class Tool(QToolButton):
    def contrast(self, *states: QStyle.StateFlag) -> float:
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        for state in states:
            option.state |= state
        return painted(self, QStyle.ComplexControl.CC_ToolButton, option)


def painted(
    widget: QWidget,
    element: QStyle.ControlElement | QStyle.ComplexControl,
    option: QStyleOptionButton | QStyleOptionToolButton,
) -> float:
    """The contrast of the two colours that most of a widget consists of: text and its ground."""
    image = QImage(widget.size(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(widget.window().palette().window().color())
    painter = QPainter(image)
    if isinstance(element, QStyle.ComplexControl):
        widget.style().drawComplexControl(element, option, painter, widget)
    else:
        widget.style().drawControl(element, option, painter, widget)
    painter.end()
    middle = range(16, image.width() - 16)  # without the round corners
    colours = Counter(image.pixelColor(x, image.height() // 2).name() for x in middle)
    (one, _), (other, _) = colours.most_common(2)
    return contrast(one, other)


HOVER, DOWN = QStyle.StateFlag.State_MouseOver, QStyle.StateFlag.State_Sunken


@pytest.mark.parametrize("name", ["light", "dark"])
def test_buttons_can_be_read_in_every_state(qtbot: QtBot, name: str) -> None:
    app = start_qt(name)
    window = QWidget()
    qtbot.addWidget(window)
    buttons = Button(window), Button(window), Tool(window), Tool(window)
    _, default, _, checked = buttons
    for button in buttons:
        button.setText("█" * 4)
        button.setGeometry(0, 0, 120, 40)
    default.setDefault(True)
    checked.setCheckable(True)
    checked.setChecked(True)
    window.show()
    for button in buttons:
        for states in ((), (HOVER,), (HOVER, DOWN)):
            assert button.contrast(*states) >= 4.5, (button.text(), states)
    for button in buttons:
        button.setEnabled(False)
        assert button.contrast() >= 3
        assert button.contrast(HOVER) >= 3
    theme.apply(app, "light")


@pytest.mark.parametrize("name", ["light", "dark"])
def test_menus_can_be_read_and_show_where_the_keys_are(qtbot: QtBot, name: str) -> None:
    app = start_qt(name)
    menu = QMenu()
    qtbot.addWidget(menu)
    usual, off = (menu.addAction("█" * 8) for _ in range(2))
    off.setEnabled(False)
    menu.ensurePolished()
    menu.resize(menu.sizeHint())

    def row(action: QAction) -> list[str]:
        place, image = menu.actionGeometry(action), menu.grab().toImage()
        across = range(place.left() + 1, place.right() - 12)
        return [image.pixelColor(x, place.center().y()).name() for x in across]

    def text(action: QAction) -> float:
        (one, _), (other, _) = Counter(row(action)).most_common(2)
        return contrast(one, other)

    assert text(usual) >= 4.5
    assert text(off) >= 3
    before = row(usual)
    menu.setActiveAction(usual)
    assert text(usual) >= 4.5
    assert max(map(contrast, before, row(usual))) >= 3
    theme.apply(app, "light")


def test_figures_are_written_as_in_the_language(qapp: QApplication) -> None:
    assert theme.percentage(0.995) == "99.5 %"
    assert theme.percentage(1, 0) == "100 %"
    speaker = Translations()
    try:
        speaker.use("ko")
        assert theme.percentage(0.995) == "99.5%"
    finally:
        speaker.use("en")


def test_figures_follow_the_texts_and_not_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale("de"))
    try:
        assert theme.figures(1234.5) == "1,234.5"  # in English, on a German system
        monkeypatch.setattr(theme, "spoken", lambda: "de")
        assert theme.figures(1234.5) == "1.234,5"
        assert theme.percentage(0.0712) == "7,1 %"
    finally:
        QLocale.setDefault(before)


def test_the_style_sheet_has_no_colours_of_its_own() -> None:
    assert not re.search(r"#[0-9a-fA-F]{3,}", theme._STYLE)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("kind", [QPushButton, QToolButton])
def test_focus_is_visible(qtbot: QtBot, name: str, kind: type[QWidget]) -> None:
    app = start_qt(name)
    window = QWidget()
    qtbot.addWidget(window)
    button = kind(window)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setGeometry(20, 20, 120, 40)
    window.resize(160, 80)
    window.show()
    qtbot.waitExposed(window)
    window.setFocus()
    window.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    QApplication.processEvents()
    pictures = []
    for widget in (window, button):
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        pictures.append(window.grab().toImage())
    before, after = (picture.pixelColor(80, 21).name() for picture in pictures)
    assert contrast(before, after) >= 3
    theme.apply(app, "light")


def test_the_system_is_followed_only_where_it_was_chosen(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = start_qt("dark")
    theme.follow_system(app)
    changed = app.styleHints().colorSchemeChanged
    changed.emit(Qt.ColorScheme.Light)
    assert theme.is_dark(app.palette())
    theme.apply(app, "system")
    app.setPalette(theme._palette(theme.DARK))
    changed.emit(Qt.ColorScheme.Light)
    assert not theme.is_dark(app.palette())  # the tests' platform is light
    theme.apply(app, "light")


def test_the_system_is_light_again_after_dark(qtbot: QtBot) -> None:
    app = start_qt("dark")
    theme.apply(app, "system")
    assert not theme.is_dark(app.palette())
    theme.apply(app, "light")
