"""Paper and ink: the colours of both schemes, the spacing grid, type sizes and figures.

A palette is set on the application, because ``QStyleHints.setColorScheme`` does nothing on most
Linux platform themes while a palette works everywhere.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from PySide6.QtCore import QCoreApplication, QLocale, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QWidget

from digitpad.ui.style.translations import spoken

#: Everything sits on this grid, in device-independent pixels.
GRID = 8
SCHEMES = ("system", "light", "dark")
#: Ways in which the focus comes by keyboard; what is clicked needs no ring to be found.
BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
# Properties of the application: what apply() was told, and the palette of the platform.
_CHOSEN, _SYSTEM = "chosenScheme", "systemPalette"
_CALM = "reducedMotion"

# Only what a palette cannot say: flat buttons, and a status bar without frames.
_STYLE = """
QToolButton {{ border: 2px solid transparent; border-radius: {grid}px;
               padding: {half}px {grid}px; color: {ink}; background: transparent; }}
QToolButton:hover:enabled {{ background: {hover}; }}
QToolButton:pressed:enabled {{ background: {track}; }}
QToolButton:disabled {{ color: {bar}; }}
QToolButton:checked {{ background: {track}; }}
QToolButton:focus {{ border-color: {accent}; }}
QToolButton[popupMode="1"] {{ padding-right: 12px; }}
QToolButton::menu-button {{ border: none; border-radius: {grid}px; width: {double}px; }}
QToolButton::menu-button:hover {{ background: {track}; }}
QFileDialog QToolButton {{ padding: 0; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QMenuBar {{ background: {window}; border: none; padding: {half}px {double}px; }}
QMenuBar::item {{ color: {ink}; border-radius: {half}px; padding: {half}px {grid}px; }}
QMenuBar::item:selected {{ background: {track}; border-bottom: 2px solid {accent}; }}
QPushButton {{ border: 2px solid transparent; border-radius: {grid}px;
               padding: {half}px {double}px; color: {ink}; background: {track}; }}
QPushButton:hover:enabled {{ background: {hover}; }}
QPushButton:default {{ color: {on_accent}; background: {accent}; }}
QPushButton:default:hover:enabled {{ background: {accent}; }}
QPushButton:focus {{ border-color: {ink}; }}
QPushButton:disabled {{ color: {bar}; background: {track}; }}
QMenu {{ background: {paper}; border: 1px solid {track}; padding: {half}px; }}
QMenu::item {{ color: {ink}; border-left: 3px solid transparent;
               padding: {half}px {double}px; min-height: 20px; }}
QMenu::item:selected {{ background: {track}; border-color: {accent}; }}
QMenu::item:disabled {{ color: {bar}; }}
QMenu::separator {{ height: 1px; background: {track}; margin: {half}px {grid}px; }}
QMenu::indicator {{ width: {double}px; height: {double}px; left: {half}px; }}
QScrollBar:vertical {{ background: transparent; width: {grid}px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {bar}; border-radius: {half}px; min-height: 32px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QTextBrowser, QScrollArea {{ background: transparent; border: 2px solid transparent;
                             border-radius: {half}px; }}
QTextBrowser:focus, QScrollArea:focus {{ border-color: {accent}; }}
QLabel#key {{ color: {ink}; background: {paper}; border: 1px solid {track};
              border-radius: {half}px; padding: 1px {half}px; min-width: {double}px; }}
QStatusBar, QStatusBar QLabel {{ color: {muted}; }}
QStatusBar::item {{ border: none; }}
QToolTip {{ color: {ink}; background: {paper}; border: 1px solid {track}; padding: {half}px; }}
"""


@dataclass(frozen=True)
class Colours:
    """One scheme. Text on ``window`` and on ``paper`` has a contrast of at least 4.5:1."""

    window: str
    paper: str
    ink: str
    muted: str  # secondary text
    track: str  # hairlines and the empty part of a bar
    bar: str  # a bar that is not the winner, and what cannot be chosen
    accent: str  # the winner, and focus
    on_accent: str
    unsure: str  # "not sure"
    hover: str


LIGHT = Colours(
    window="#efebe3",
    paper="#fbf9f4",
    ink="#1d1b18",
    muted="#615c54",
    track="#dfd9ce",
    bar="#7f786c",
    accent="#1f5fbf",
    on_accent="#ffffff",
    unsure="#8f5600",
    hover="#e3ddd2",
)
DARK = Colours(
    window="#1c1a17",
    paper="#12110f",
    ink="#f3eee4",
    muted="#a8a196",
    track="#35312b",
    bar="#857e71",
    accent="#7db3ff",
    on_accent="#10141c",
    unsure="#f0b458",
    hover="#2b2823",
)


def is_dark(palette: QPalette) -> bool:
    """Whether a palette's text is lighter than its window."""
    text, window = palette.windowText().color(), palette.window().color()
    return text.lightness() > window.lightness()


def colours(palette: QPalette) -> Colours:
    """The scheme that a widget with this palette is drawn in."""
    return DARK if is_dark(palette) else LIGHT


def apply(app: QApplication, scheme: str) -> None:
    """Set the whole application's palette: ``"light"``, ``"dark"`` or as the system has it."""
    if app.property(_SYSTEM) is None:  # before there is another palette
        app.setProperty(_SYSTEM, QPalette(app.palette()))
    app.setProperty(_CHOSEN, scheme)
    if scheme == "system":
        hint = QGuiApplication.styleHints().colorScheme()
        dark = hint == Qt.ColorScheme.Dark or (
            hint == Qt.ColorScheme.Unknown and is_dark(app.property(_SYSTEM))
        )
    else:
        dark = scheme == "dark"
    app.setStyle("Fusion")
    chosen = DARK if dark else LIGHT
    app.setPalette(_palette(chosen))
    sizes = {"grid": GRID, "half": GRID // 2, "double": 2 * GRID}
    app.setStyleSheet(_STYLE.format(**asdict(chosen), **sizes))


def follow_system(app: QApplication) -> None:
    """Change the scheme when the system does, as long as the system's is the one chosen."""

    def follow() -> None:
        if app.property(_CHOSEN) == "system":
            apply(app, "system")

    app.styleHints().colorSchemeChanged.connect(follow)


def reduce_motion(app: QApplication, on: bool) -> None:
    """Let nothing glide, whatever the system says."""
    app.setProperty(_CALM, on)


def moves(widget: QWidget) -> bool:
    """Whether a widget may glide: unless it was switched off here, or in the system."""
    app = QApplication.instance()
    hint = QStyle.StyleHint.SH_Widget_Animation_Duration
    calm = app is not None and app.property(_CALM)
    return not calm and widget.style().styleHint(hint, None, widget) > 0


def sized(font: QFont, factor: float, *, bold: bool = False, tabular: bool = False) -> QFont:
    """The system font at one of the window's sizes, with figures of equal width where asked."""
    result = QFont(font)
    result.setPointSizeF(font.pointSizeF() * factor)
    if bold:
        result.setWeight(QFont.Weight.DemiBold)
    if tabular:
        result.setFeature(QFont.Tag("tnum"), 1)
    return result


def figures(number: float, decimals: int = 1) -> str:
    """A number as the language of the texts writes it: ``"0.5"``."""
    return QLocale(spoken()).toString(float(number), "f", decimals)


def percentage(share: float, decimals: int = 1) -> str:
    """A share, 0..1, as the language of the texts writes it: ``"99.5 %"``."""
    return QCoreApplication.translate("Theme", "{0} %").format(figures(share * 100, decimals))


def _palette(c: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for roles, colour in (
        ((role.Window, role.Button), c.window),
        ((role.Base, role.AlternateBase, role.ToolTipBase), c.paper),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), c.ink),
        ((role.BrightText,), c.ink),
        ((role.PlaceholderText,), c.muted),
        ((role.Highlight, role.Link, role.Accent), c.accent),
        ((role.HighlightedText,), c.on_accent),
        ((role.Light, role.Midlight), c.hover),
        ((role.Mid, role.Dark, role.Shadow), c.track),
    ):
        for one in roles:
            palette.setColor(one, QColor(colour))
    for one in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, one, QColor(c.bar))
    return palette
