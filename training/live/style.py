"""What the pages share: flat controls, colours of truth and error, plain texts."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from digitpad.ui.style import theme
from digitpad.ui.style.plain import PlainLabel
from digitpad.ui.style.theme import GRID
from training.measure.answers import Answers, Kind
from training.report.run_view import RunView

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
QProgressBar {{ border: none; border-radius: {GRID // 4}px; background: palette(mid); }}
QProgressBar::chunk {{ border-radius: {GRID // 4}px; background: palette(highlight); }}
QTableView, QListView {{ border: 2px solid transparent; border-radius: {GRID // 2}px;
                         background: palette(base); gridline-color: palette(base); outline: none;
                         selection-background-color: palette(light);
                         selection-color: palette(text); }}
QTableView:focus, QListView:focus {{ border-color: palette(highlight); }}
Table::item {{ padding: 0 {GRID - 3}px; border: none; }}
Table::item:selected {{ background: palette(light); color: palette(text); }}
Probabilities {{ background: transparent; }}
QHeaderView {{ background: palette(base); border: none; }}
QHeaderView::section {{ background: palette(base); color: palette(placeholder-text); border: none;
                        padding: {GRID // 2}px {GRID}px; }}
Table QHeaderView::section {{ border-bottom: 1px solid palette(mid); }}
ConfusionMatrix QHeaderView::section {{ padding: 0 {GRID}px 0 {GRID // 2}px; }}
QTableCornerButton::section {{ background: palette(base); border: none; }}
QScrollBar:vertical {{ width: {GRID + 4}px; margin: 2px; }}
QScrollBar:horizontal {{ height: {GRID + 4}px; background: transparent; margin: 2px; }}
QScrollBar::handle {{ background: palette(mid); border-radius: {GRID // 2}px;
                      min-height: {4 * GRID}px; min-width: {4 * GRID}px; }}
QScrollBar::handle:hover {{ background: palette(placeholder-text); }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
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


def scheme(widget: QWidget) -> theme.Colours:
    """The colours of the window that a widget is in; its own palette may be of a style sheet."""
    return theme.colours(widget.window().palette())


def kind_colour(kind: Kind, colours: theme.Colours) -> QColor:
    """Blue for what an image shows, red for what it was wrongly read as, grey for the rest."""
    if kind == "error":
        return QColor(_ERROR[colours is theme.DARK])
    return QColor(colours.accent if kind == "truth" else colours.bar)


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
        if not wrap:  # a long text is cut off and does not widen the window
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self.setMinimumWidth(4 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        mode = Qt.TextElideMode.ElideRight
        shown = self.fontMetrics().elidedText(self.text(), mode, self.width())
        is_plain = self.textFormat() == Qt.TextFormat.PlainText
        if self.wordWrap() or shown == self.text() or not is_plain:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


def lay_out(
    layout: QBoxLayout,
    spacing: int,
    *items: QWidget | QLayout | int,
    stretch: Mapping[int, int] | None = None,
) -> QBoxLayout:
    """Fill a layout without margins with widgets, layouts and gaps.

    The shares of the room that is left are by the items' numbers; the last one gets it all.
    """
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for item in items:
        if isinstance(item, QWidget):
            layout.addWidget(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addSpacing(item)
    for number, share in (stretch or {len(items) - 1: 1}).items():
        layout.setStretch(number, share)
    return layout


class Page(QWidget):
    """A tab: what it shows, or, before there is anything, a faint sentence in its middle."""

    #: Of a run that the page shows, as :meth:`RunMonitor.poll` names them.
    parts: frozenset[str] = frozenset({"test", "validation"})

    def __init__(self, nothing_yet: str) -> None:
        super().__init__()
        self.body = QWidget()
        self.body.setVisible(False)
        self.hint = Text(nothing_yet, muted=True, wrap=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = lay_out(QVBoxLayout(self), 0, self.hint, self.body, stretch={0: 1, 1: 1})
        layout.setContentsMargins(0, 2 * GRID, 0, 0)

    def show_run(self, run: RunView) -> None:
        """Show what a run has come to; unless there is more, what its model answered."""
        if run.shown:
            self.reveal(True)
            self.show_answers(run.shown)

    def show_answers(self, answers: Answers) -> None:
        """Show what the model said of a set of images."""

    def reveal(self, something: bool) -> None:
        """Show the body, or the sentence."""
        self.hint.setVisible(not something)
        self.body.setVisible(something)
