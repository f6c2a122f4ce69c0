"""Colours that everybody can read, in both schemes, wherever text stands."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from digitpad.ui import theme
from digitpad.ui.app import start_qt

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
    ("on_accent", "accent"),
]
#: What is no text, and must be told from its ground all the same: focus, and bars on their track.
SHAPES = [("accent", "window"), ("accent", "paper"), ("ink", "track"), ("accent", "track")]


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
