"""What the pages share: colours of truth and error, plain texts, flat controls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from digitpad.ui.style import theme
from digitpad.ui.style.plain import PlainLabel
from digitpad.ui.style.theme import GRID

#: What a palette has no role for: the red of an error, in light and in dark.
_ERROR = {False: "#c0261c", True: "#ff8b7e"}

# Flat controls; palette(mid) is the track, palette(light) what is hovered over.
STYLE = f"""
QTabWidget::pane {{ border: none; }}
QTabBar {{ qproperty-drawBase: 0; }}
QTabBar::tab {{ background: transparent; border: none; border-bottom: 2px solid transparent;
                color: palette(placeholder-text); padding: {GRID}px;
                margin-right: {GRID}px; }}
QTabBar::tab:selected {{ color: palette(window-text); border-bottom-color: palette(highlight); }}
QTabBar::tab:hover:!selected {{ color: palette(window-text); background: palette(light);
                border-top-left-radius: {GRID // 2}px; border-top-right-radius: {GRID // 2}px; }}
QTabBar::tab:selected:focus {{ background: palette(light); }}
QPushButton {{ border: 2px solid transparent; border-radius: {GRID}px; color: palette(button-text);
               padding: {GRID - 2}px {2 * GRID}px; background: palette(light); }}
QPushButton:hover:enabled {{ background: palette(mid); }}
QPushButton:disabled {{ color: palette(placeholder-text); background: transparent; }}
QPushButton:focus {{ border-color: palette(highlight); }}
QProgressBar {{ border: none; border-radius: {GRID // 4}px; background: palette(mid); }}
QProgressBar::chunk {{ border-radius: {GRID // 4}px; background: palette(highlight); }}
QTableView, QListView {{ border: 2px solid transparent; border-radius: {GRID // 2}px;
                         background: palette(base); outline: none;
                         selection-background-color: palette(light);
                         selection-color: palette(text); }}
QTableView:focus, QListView:focus {{ border-color: palette(highlight); }}
QTableView::item {{ padding: 0 {GRID - 3}px; border: none; }}
QTableView::item:selected {{ background: palette(light); color: palette(text); }}
QHeaderView {{ background: palette(base); border: none; }}
QHeaderView::section {{ background: palette(base); color: palette(placeholder-text); border: none;
                        border-bottom: 1px solid palette(mid);
                        padding: {GRID // 2}px {GRID}px; }}
QTableCornerButton::section {{ background: palette(base); border: none; }}
QScrollBar:vertical {{ width: {GRID + 4}px; background: transparent; margin: 2px; }}
QScrollBar:horizontal {{ height: {GRID + 4}px; background: transparent; margin: 2px; }}
QScrollBar::handle {{ background: palette(mid); border-radius: {GRID // 2}px; }}
QScrollBar::handle:vertical {{ min-height: {4 * GRID}px; }}
QScrollBar::handle:horizontal {{ min-width: {4 * GRID}px; }}
QScrollBar::handle:hover {{ background: palette(placeholder-text); }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page
    {{ background: none; border: none; width: 0; height: 0; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollArea {{ border: none; background: transparent; }}
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: palette(mid); }}
QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: palette(highlight); }}
QSlider::handle:horizontal {{ width: {2 * GRID}px; margin: -6px 0; border-radius: {GRID}px;
                              background: palette(highlight); }}
QSlider::handle:horizontal:focus {{ background: palette(window-text); }}
QSpinBox {{ border: 2px solid transparent; border-radius: {GRID // 2}px; background: palette(base);
            color: palette(text); padding: 2px {GRID // 2}px; }}
QSpinBox::up-button, QSpinBox::down-button {{ width: 0; border: none; }}
QSpinBox:focus {{ border-color: palette(highlight); }}
QSplitter::handle {{ background: transparent; }}
"""


def truth_colour(palette: QPalette) -> QColor:
    """The blue of what an image shows."""
    return QColor(theme.colours(palette).accent)


def error_colour(palette: QPalette) -> QColor:
    """The red of what it was wrongly read as."""
    return QColor(_ERROR[theme.is_dark(palette)])


class Text(PlainLabel):
    """A line, or a paragraph, of plain text: class names and reasons may hold anything."""

    def __init__(
        self,
        text: str = "",
        *,
        size: float = 1.0,
        bold: bool = False,
        muted: bool = False,
        wrap: bool = False,
    ) -> None:
        super().__init__(text)
        self.setFont(theme.sized(self.font(), size, bold=bold, tabular=True))
        self.setWordWrap(wrap)
        if muted:
            self.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        if not wrap:
            # A long text is cut off and does not widen the window.
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self.setMinimumWidth(4 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width()
        )
        if self.wordWrap() or shown == self.text():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


class Page(QWidget):
    """A tab: what it shows, or, before there is anything, a faint sentence in its middle."""

    def __init__(self, nothing_yet: str) -> None:
        super().__init__()
        self.body = QWidget()
        self.hint = Text(nothing_yet, muted=True, wrap=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.body.setVisible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2 * GRID, 0, 0)
        layout.addWidget(self.hint, 1)
        layout.addWidget(self.body, 1)

    def reveal(self, something: bool) -> None:
        """Show the body, or the sentence."""
        self.hint.setVisible(not something)
        self.body.setVisible(something)
