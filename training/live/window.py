"""The window: the head, a tab for each question, and a clock that looks for what is new."""

from __future__ import annotations

import shlex
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QTabWidget, QVBoxLayout, QWidget

from digitpad.ui.style.theme import GRID
from training.live.confusion_page import ConfusionPage
from training.live.data_page import DataPage
from training.live.follow import SETS, Follower
from training.live.header import Header
from training.live.image_page import ImagePage
from training.live.look import STYLE
from training.live.mistakes_page import MistakesPage
from training.live.model_page import ModelPage
from training.live.progress import Phase
from training.live.results_page import ResultsPage
from training.live.training_page import TrainingPage
from training.measure.scores import evaluate
from training.runs import RunError

#: Milliseconds between two looks at the run's files.
POLL_MS = 200


class Window(QMainWindow):
    """Shows one run, whatever its state, and goes with it."""

    def __init__(self, follower: Follower, poll_ms: int = POLL_MS) -> None:
        super().__init__()
        self._follower = follower
        self._refused = ""  # why a request to stop could not be written
        configuration = follower.configuration
        recipe, labels = configuration.recipe, configuration.labels
        name = follower.folder.path.resolve().name
        self.setWindowTitle(f"{name} – training")
        self.setStyleSheet(STYLE)
        self.header = Header(
            name,
            f"{recipe.name} on {configuration.data}, seed {recipe.seed}",
            patient=recipe.patience > 0,
            keeps_best=recipe.keeps_best,
        )
        self.training = TrainingPage(recipe)
        self.data = DataPage(configuration)
        self.model = ModelPage()
        self.results = ResultsPage(labels, watched=recipe.watched)
        self.confusion = ConfusionPage(labels)
        self.mistakes = MistakesPage(labels)
        self.image = ImagePage(labels)
        self.tabs = QTabWidget()
        self._lay_out()
        self.header.stop_requested.connect(self._request_stop)
        self.confusion.picked.connect(self._show_image)
        self.mistakes.picked.connect(self._show_image)
        self.results.threshold.moved.connect(self.image.set_threshold)
        self._show_progress()
        self.poll()
        self._clock = QTimer(self)
        self._clock.timeout.connect(self.poll)
        self._clock.start(poll_ms)

    def poll(self) -> None:
        """Look once for what is new, and show it."""
        follower = self._follower
        changed = follower.poll()
        if "story" in changed:
            self.training.show_story(follower.story)
            self.results.show_epochs(follower.story.epochs)
        if "samples" in changed:
            self.data.show_samples(follower.samples)
        if "layers" in changed:
            self.model.show_layers(follower.layers)
        if "result" in changed:
            self.results.show_result(follower.result)
        if "predictions" in changed:
            self._show_predictions()
        if "progress" in changed:
            self._show_progress()
        problem = self._refused or follower.problem
        if problem != self.statusBar().currentMessage():
            self.statusBar().showMessage(problem)

    def _show_predictions(self) -> None:
        found = self._follower.predictions
        if found is None:
            return
        name, pictures = found
        if pictures.probabilities is None:
            return
        scores = evaluate(pictures.probabilities, pictures.labels)
        self.results.show_answers(SETS[name], pictures, scores)
        self.confusion.show_answers(pictures, scores)
        self.mistakes.show_answers(pictures, scores)
        self.image.show_answers(SETS[name], pictures)

    def _show_progress(self) -> None:
        now = self._follower.progress
        note = ""
        if now.phase is Phase.FAILED:
            note = now.reason
        elif now.phase is Phase.KILLED and not self._follower.problem:
            command = shlex.join(
                ["python", "-m", "training.build", "--resume", str(self._follower.folder.path)]
            )
            note = f"The training was cut off; go on with it:\n{command}"
        elif now.phase is Phase.MEASURING and self._follower.configuration.repeats > 1:
            note = "Further seeds are trained in folders of their own, inside this one."
        self.header.show_progress(now, note)

    def _request_stop(self) -> None:
        try:
            self._follower.folder.request_stop()
            self._refused = ""
        except RunError as error:
            self._refused = str(error)
        self.poll()

    def _show_image(self, index: int) -> None:
        self.image.show_image(index)
        self._open_page(self.image)

    def _open_page(self, page: QWidget) -> None:
        self.tabs.setCurrentWidget(page)

    def _lay_out(self) -> None:
        pages = {
            "Training": self.training,
            "Data": self.data,
            "Model": self.model,
            "Results": self.results,
            "Confusion": self.confusion,
            "Mistakes": self.mistakes,
            "Image": self.image,
        }
        self.tabs.setAccessibleName("Pages")
        for number, (title, page) in enumerate(pages.items()):
            self.tabs.addTab(page, title)
            keys = f"Ctrl+{number + 1}"
            self.tabs.setTabToolTip(number, f"{title} ({keys})")
            self._action(keys, partial(self._open_page, page))
        self._action("Ctrl+Q", self.close)
        self._action("Ctrl+W", self.close)
        central = QWidget()
        layout = QVBoxLayout(central)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self.header)
        layout.addWidget(self.tabs, 1)
        self.setCentralWidget(central)
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID // 2)
        self.setMinimumSize(80 * GRID, 65 * GRID)
        self.resize(120 * GRID, 90 * GRID)

    def _action(self, keys: str, call: object) -> None:
        action = QAction(self)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(call)
        self.addAction(action)
