"""The window: which run and how it stands, a tab for each question, and a clock."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from digitpad.ui.style.plain import PlainLabel
from digitpad.ui.style.theme import GRID
from training.base.quantities import about
from training.live.confusion import ConfusionPage
from training.live.image_page import ImagePage
from training.live.monitor import RunMonitor
from training.live.pages import DataPage, MistakesPage, ModelPage
from training.live.progress import Phase, Progress
from training.live.results_page import ResultsPage
from training.live.style import STYLE, Page, Text, kind_colour, lay_out, scheme
from training.live.training_page import TrainingPage
from training.runs import Configuration, RunError

#: Milliseconds from one reading of the run's files to the next.
POLL_MS = 200
_STEPS = 1000
_STOP = "&Stop after this epoch"


class Window(QMainWindow):
    """Shows one run, whatever its state, and goes with it."""

    def __init__(self, monitor: RunMonitor, poll_ms: int = POLL_MS) -> None:
        super().__init__()
        self._monitor = monitor
        self._refused = ""  # why a request to stop could not be written
        configuration = monitor.run.configuration
        labels, name = configuration.labels, monitor.folder.path.resolve().name
        self.setWindowTitle(f"{name} – training")
        self.setStyleSheet(STYLE)
        self.header = Header(name, configuration)
        self.training = TrainingPage()
        self.data = DataPage()
        self.model = ModelPage()
        self.results = ResultsPage(labels, watched=configuration.recipe.watched)
        self.confusion = ConfusionPage(labels)
        self.mistakes = MistakesPage()
        self.image = ImagePage(labels)
        self._pages: dict[str, Page] = {
            "Training": self.training,
            "Data": self.data,
            "Model": self.model,
            "Results": self.results,
            "Confusion": self.confusion,
            "Mistakes": self.mistakes,
            "Image": self.image,
        }
        self.tabs = QTabWidget()
        self._lay_out()
        self.header.stop.clicked.connect(self._request_stop)
        self.confusion.picked.connect(self._show_image)
        self.mistakes.picked.connect(self._show_image)
        self.results.threshold.moved.connect(self.image.set_threshold)
        self._show_progress()
        self.poll()
        self._clock = QTimer(self)
        self._clock.timeout.connect(self.poll)
        self._clock.start(poll_ms)

    def poll(self) -> None:
        """Read once what is new, and show it."""
        self._show(self._monitor.poll())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # The theme's colours; by then, all widgets have their palette.
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_clock"):
            self._show({part for page in self._pages.values() for part in page.parts})
            self._show_progress()

    def _show(self, changed: set[str]) -> None:
        for page in self._pages.values():
            if changed & page.parts:
                page.show_run(self._monitor.run)
        if "progress" in changed:
            self._show_progress()
        problem = self._refused or self._monitor.problem
        if problem != self.statusBar().currentMessage():
            self.statusBar().showMessage(problem)

    def _show_progress(self) -> None:
        now = self._monitor.progress
        note = ""
        if now.phase is Phase.FAILED:
            note = now.reason
        elif now.phase is Phase.KILLED and not self._monitor.problem:
            command = shlex.join(
                ["python", "-m", "training.build", "--resume", str(self._monitor.folder.path)]
            )
            note = f"The training was cut off; go on with it:\n{command}"
        elif now.phase is Phase.MEASURING and self._monitor.run.configuration.repeats > 1:
            note = "Further seeds are trained in folders of their own, inside this one."
        self.header.show_progress(now, note)

    def _request_stop(self) -> None:
        try:
            self._monitor.folder.request_stop()
            self._refused = ""
        except RunError as error:
            self._refused = str(error)
        self.poll()

    def _show_image(self, index: int) -> None:
        self.image.show_image(index)
        self.tabs.setCurrentWidget(self.image)

    def _lay_out(self) -> None:
        self.tabs.setAccessibleName("Pages")
        for number, (title, page) in enumerate(self._pages.items()):
            self.tabs.addTab(page, title)
            keys = f"Ctrl+{number + 1}"
            self.tabs.setTabToolTip(number, f"{title} ({keys})")
            self._action(keys, partial(self.tabs.setCurrentIndex, number))
        self._action("Ctrl+Q", self.close)
        self._action("Ctrl+W", self.close)
        central, margin = QWidget(), 3 * GRID
        layout = lay_out(QVBoxLayout(central), GRID, self.header, self.tabs)
        layout.setContentsMargins(margin, margin, margin, GRID)
        self.setCentralWidget(central)
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID // 2)
        self.setMinimumSize(80 * GRID, 74 * GRID)
        self.resize(120 * GRID, 90 * GRID)

    def _action(self, keys: str, call: Callable[[], object]) -> None:
        action = QAction(self)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda: call())
        self.addAction(action)


class Header(QWidget):
    """Which run, how it stands, how far it is, and the button to stop it."""

    def __init__(self, name: str, configuration: Configuration) -> None:
        super().__init__()
        recipe = configuration.recipe
        self._data = f"{recipe.name} on {configuration.data}, seed {recipe.seed}"
        self._may_end_early = recipe.patience > 0
        self.dot = PlainLabel("●")
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
        self.stop = QPushButton(_STOP)
        kept = "the best epoch so far" if recipe.keeps_best else "the last finished epoch"
        self.stop.setToolTip(f"Finish the epoch at hand, keep {kept}, and measure the model")
        state = lay_out(QHBoxLayout(), GRID // 2, self.dot, self.state)
        left = lay_out(QVBoxLayout(), GRID // 2, Text(name, size=1.5, bold=True), state)
        top = lay_out(QHBoxLayout(), 2 * GRID, left, self.stop, stretch={0: 1})
        top.setAlignment(self.stop, Qt.AlignmentFlag.AlignTop)
        layout = lay_out(QVBoxLayout(self), GRID, top, self.bar, self.facts, self.note)
        layout.setContentsMargins(0, 0, 0, GRID)

    def show_progress(self, now: Progress, note: str) -> None:
        """Show how the run stands, and a sentence where there is something to say of it."""
        colours = scheme(self)
        dot = {
            Phase.WAITING: colours.bar,
            Phase.KILLED: colours.unsure,
            Phase.FAILED: kind_colour("error", colours).name(),
            Phase.FINISHED: colours.ink,
            Phase.STOPPED: colours.ink,
        }.get(now.phase, colours.accent)
        self.dot.setStyleSheet(f"color: {dot}")
        stopped = now.phase is Phase.STOPPED and now.reason
        self.state.setText(f"{now.phase.value}, {now.reason}" if stopped else now.phase.value)
        self.bar.setValue(round(now.share * _STEPS))
        self.facts.setText(" · ".join(self._facts(now)))
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.stop.setEnabled(now.phase is Phase.TRAINING)
        self.stop.setText(now.phase.value if now.phase is Phase.STOPPING else _STOP)
        self.stop.setVisible(not now.phase.over)

    def _facts(self, now: Progress) -> list[str]:
        facts = []
        if now.epoch:
            facts.append(f"epoch {now.epoch} of {now.epochs}")
        if now.rate is not None:
            facts.append(f"{now.rate:,.0f} images/s")
        if now.left is not None and now.phase is Phase.TRAINING:
            facts.append(f"{'at most' if self._may_end_early else 'about'} {about(now.left)} left")
        return [*facts, self._data]
