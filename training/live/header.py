"""The head of the window: which run, how it stands, how far it is, and the button to stop it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from digitpad.ui.style import theme
from digitpad.ui.style.theme import GRID
from training.base.quantities import about
from training.live.look import Text, error_colour
from training.live.progress import Phase, Progress

_STEPS = 1000


class Header(QWidget):
    """Signals:
    stop_requested(): somebody pressed the button.
    """

    stop_requested = Signal()

    def __init__(self, name: str, facts: str, *, patient: bool, keeps_best: bool) -> None:
        """Build the head.

        Args:
            name: the run's.
            facts: what it is trained on, for people.
            patient: whether training may end before its last epoch.
            keeps_best: whether the best epoch is kept, and not the last one.
        """
        super().__init__()
        self._facts, self._patient = facts, patient
        self.name = Text(name, size=1.5, bold=True)
        self.dot = _Dot()
        self.state = Text()
        self.state.setAccessibleName("State")
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(GRID // 2)
        self.bar.setAccessibleName("Progress of the training")
        self.facts = Text(muted=True)
        self.note = Text(wrap=True)
        self.note.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.note.setVisible(False)
        self.stop = QPushButton("&Stop after this epoch")
        kept = "the best epoch so far" if keeps_best else "the last finished epoch"
        self.stop.setToolTip(f"Finish the epoch at hand, keep {kept}, and measure the model")
        self.stop.clicked.connect(self.stop_requested)
        self._lay_out()

    def show_progress(self, now: Progress, note: str) -> None:
        """Show how the run stands, and a sentence where there is something to say of it."""
        state = now.phase.value
        if now.phase is Phase.STOPPED and now.reason:
            state = f"{state}, {now.reason}"
        self.state.setText(state)
        self.dot.show_phase(now.phase)
        self.bar.setValue(round(now.share * _STEPS))
        self.facts.setText(" · ".join(self._told(now)))
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.stop.setEnabled(now.phase is Phase.TRAINING)
        self.stop.setText(
            "Stopping after this epoch" if now.phase is Phase.STOPPING else "&Stop after this epoch"
        )
        self.stop.setVisible(not now.phase.over)

    def _told(self, now: Progress) -> list[str]:
        told = []
        if now.epoch:
            told.append(f"epoch {now.epoch} of {now.epochs}")
        if now.rate is not None:
            told.append(f"{now.rate:,.0f} images/s")
        if now.left is not None and now.phase is Phase.TRAINING:
            told.append(f"{'at most' if self._patient else 'about'} {about(now.left)} left")
        told.append(self._facts)
        return told

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(GRID // 2)
        left.addWidget(self.name)
        state = QHBoxLayout()
        state.setSpacing(GRID)
        state.addWidget(self.dot)
        state.addWidget(self.state, 1)
        left.addLayout(state)
        top = QHBoxLayout()
        top.setSpacing(2 * GRID)
        top.addLayout(left, 1)
        top.addWidget(self.stop, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, GRID)
        layout.setSpacing(GRID)
        layout.addLayout(top)
        layout.addWidget(self.bar)
        layout.addWidget(self.facts)
        layout.addWidget(self.note)


class _Dot(QWidget):
    """The state in one colour: blue while it trains, amber where it was cut off, red on failure."""

    def __init__(self) -> None:
        super().__init__()
        self._phase = Phase.WAITING
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(GRID + 2, GRID + 2)

    def show_phase(self, phase: Phase) -> None:
        self._phase = phase
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = theme.colours(self.palette())
        colour = {
            Phase.WAITING: QColor(colours.bar),
            Phase.KILLED: QColor(colours.unsure),
            Phase.FAILED: error_colour(self.palette()),
            Phase.FINISHED: QColor(colours.ink),
            Phase.STOPPED: QColor(colours.ink),
        }.get(self._phase, QColor(colours.accent))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()
