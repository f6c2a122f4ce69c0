"""The window: a pad on the left, what the network sees and says on the right."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from time import perf_counter

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from digitpad.image.normalize import Image, normalize_ink
from digitpad.inference.errors import DeadlineError, ModelError
from digitpad.inference.pending import Model, PendingModel
from digitpad.inference.recognizer import Readings
from digitpad.ink.edit import fitted
from digitpad.ink.ink import Ink
from digitpad.library.document import Document
from digitpad.reading.personal import Memory
from digitpad.reading.reader import Reader
from digitpad.ui.pad.brush import PAGE
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.pad.grid import Grid
from digitpad.ui.pad.history import History
from digitpad.ui.pad.scrubber import Scrubber
from digitpad.ui.results.bars import Bars
from digitpad.ui.results.comparison import Comparison, ask
from digitpad.ui.results.results import Results
from digitpad.ui.results.status import StatusBar
from digitpad.ui.results.verdict import Verdict
from digitpad.ui.style import theme
from digitpad.ui.style.throttle import FrameThrottle, frame_ms
from digitpad.ui.style.translations import Translated
from digitpad.ui.window.commands import Commands
from digitpad.ui.window.messages import DRAWING, READING, Messages
from digitpad.ui.window.tools import Tools


class Window(Translated, QMainWindow):
    """Connects pad, recogniser and displays; reads at most once a frame, on this thread.

    Signals:
        edited(Document): the drawing that now stands, after every finished edit and every way back.
        read(Image | None, Readings | None): what the network got, and what it said.
        overdue(str): the network was stopped, for it takes too long; a sentence.

    Attributes:
        commands: the actions by name, and the menus.
        messages: what there is to say, in the status bar.
    """

    edited = Signal(object)
    read = Signal(object, object)
    overdue = Signal(str)

    def __init__(self, recognizer: Model) -> None:
        super().__init__()
        # Every point of a fast stroke, even where several arrive within one frame. Not before
        # there is an application: on X11, its creation turns this on.
        QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents, False)
        self.setWindowTitle("digitpad")
        self._recognizer = recognizer
        self._memory: Memory | None = None
        self._history = History(Document())
        self.canvas = Canvas()
        self.grid = Grid()
        self.scrubber = Scrubber()
        self.results = Results(recognizer)
        self.answer, self.preview = self.results.first.answer, self.results.preview
        self.comparison = Comparison(self.results)
        self.commands = Commands(self)
        self.throttle = FrameThrottle(self._read, frame_ms(self.screen()), self)
        self._add_commands()
        self.tools = Tools(
            self.commands, self.canvas, self.grid, self.scrubber, self.toggle_grid, self
        )
        self._lay_out()
        self._set_up_status_bar()
        self.canvas.changed.connect(self._follow)
        self.grid.changed.connect(self.throttle.request)
        self.canvas.committed.connect(self._commit)
        self.grid.committed.connect(self._commit)
        self.scrubber.moved.connect(self._go_back)
        self._invite()
        self.throttle.flush()
        self.canvas.setFocus()
        self.resize(110 * theme.GRID, 80 * theme.GRID)

    # -- drawing -------------------------------------------------------------------------------

    @property
    def document(self) -> Document:
        """The drawing as it stands, with the edit under way."""
        stands = self._history.current
        if stands.on_grid:
            return stands.with_cells(self.grid.image) if self.grid.is_drawing else stands
        return stands.with_ink(self.canvas.ink) if self.canvas.is_drawing else stands

    @property
    def ink(self) -> Ink:
        """The strokes of the drawing."""
        return self.document.ink

    def open_document(self, document: Document) -> None:
        """Show another drawing; undo brings the one before it back.

        Ink that does not lie on the page is moved, and shrunk where it is larger.
        """
        self._keep_under_way()
        document = replace(document, ink=fitted(document.ink, PAGE))
        self._history.push(document)
        self._show(document)

    def open_ink(self, ink: Ink, origin: object = None) -> None:
        """Show pen strokes, as :meth:`open_document`."""
        self.open_document(Document(ink, origin=origin))

    def open_image(self, image: Image, origin: object = None) -> None:
        """Show a picture, float32 (28, 28), on the grid, as :meth:`open_document`."""
        self.open_document(Document.from_image(image, origin))

    def undo(self) -> None:
        """Take the last edit back; while a line is being drawn, that line."""
        is_under_way = self.document is not self._history.current
        self._show(self._history.current if is_under_way else self._history.undo())

    def redo(self) -> None:
        """Do the last undone edit again."""
        self._show(self._history.redo())

    def clear(self) -> None:
        """An empty page or grid; undo brings the drawing back."""
        self._keep_under_way()
        if self._history.current:
            self._history.push(self._history.current.cleared())
            self._show(self._history.current)

    def toggle_grid(self) -> None:
        """Show the grid instead of the page, or the page; both keep what they hold."""
        self._keep_under_way()
        self._history.replace(self._history.current.toggled())
        self._show(self._history.current)

    def _keep_under_way(self) -> None:
        document = self.document
        if document is not self._history.current:
            self._history.push(document)

    def _show(self, document: Document) -> None:
        self.canvas.set_ink(document.ink)
        if document.on_grid:
            self.grid.set_image(document.on_cells())
        self.scrubber.set_ink(Ink() if document.on_grid else document.ink)
        self.tools.show_grid(document.on_grid)
        self.throttle.flush()
        self.edited.emit(document)

    def _commit(self, edit: Ink | Image) -> None:
        """An edit by hand was finished."""
        current = self._history.current
        if isinstance(edit, Ink):
            self._history.push(current.with_ink(edit))
            self.scrubber.set_ink(edit)
        else:
            self._history.push(current.with_cells(edit))
        self.edited.emit(self._history.current)  # first: it is written down
        self.throttle.request()

    def _follow(self) -> None:
        """The drawing changes: the scrubber is back at now."""
        if self.scrubber.moment is not None:
            self.scrubber.set_ink(self._history.current.ink)
        self.throttle.request()

    def _go_back(self, moment: Ink | None) -> None:
        self.canvas.show_moment(moment)
        self.throttle.request()

    # -- reading -------------------------------------------------------------------------------

    @property
    def recognizer(self) -> Model:
        """What reads the drawing, once it is loaded."""
        return self._recognizer

    @property
    def reader(self) -> Reader | None:
        """The model with what was learned; None while it is being loaded."""
        if isinstance(self._recognizer, PendingModel):
            return None
        return Reader(self._recognizer, self._memory)

    def set_recognizer(self, recognizer: Model, second: Model | None = None) -> None:
        """Read the drawing with another model; bars and verdict become this model's.

        Args:
            second: another model that reads the same, beside it; None: there is none any more.
        """
        if recognizer is not self._recognizer:
            self._memory = None  # which was another model's
        self._recognizer = recognizer
        self.results.first.set_model(recognizer)
        self._invite()
        self.comparison.set_models(recognizer, second)
        self.status.set_recognizers(recognizer, *([second] if second else []))
        self.throttle.flush()

    def set_memory(self, memory: Memory | None) -> None:
        """Read in the light of what was learned for this model, from now on; None: by itself."""
        if memory is not self._memory:
            self._memory = memory
            self.throttle.flush()

    def _invite(self) -> None:
        """Ask for what the model reads, where that is digits."""
        self.canvas.invite_digits(all(label.isdigit() for label in self._recognizer.labels))

    def _read(self) -> None:
        """Normalise the drawing, ask the network, and show both and what can be done."""
        document = self.document  # made anew at every call while a line is being drawn
        is_edited = document is not self._history.current
        self._enable_actions(document, is_edited)
        started = perf_counter()
        moment = self.scrubber.moment
        image = document.image() if moment is None else normalize_ink(moment)
        readings = None if image is None else self._ask(image)
        if image is None or readings is not None:
            self.messages.clear(READING)
        self.comparison.read(image)
        elapsed_ms = (perf_counter() - started) * 1000
        is_under_way = moment is not None or is_edited
        self.preview.show_image(image)
        self.results.first.show_reading(readings, drawing=is_under_way)
        self.comparison.show(drawing=is_under_way)
        if readings is not None:
            self.status.show_time(elapsed_ms)
        self.read.emit(image, readings)

    def _ask(self, image: Image) -> Readings | None:
        """What the network says, if it is there; where it fails, a message that stays."""
        try:
            return None if self.reader is None else ask(self.reader, image)
        except ModelError as error:
            self.messages.say(str(error), about=READING, stays=True)
            if isinstance(error, DeadlineError):
                self.overdue.emit(str(error))
            return None

    def settle(self) -> None:
        """Finish at once what takes its time: gliding bars, and the verdict (for pictures)."""
        self.results.settle()

    # -- looks ---------------------------------------------------------------------------------

    @property
    def bars(self) -> Bars:
        """The probabilities of the model that reads."""
        return self.results.first.bars

    @property
    def verdict(self) -> Verdict:
        """Whether the drawing is rejected."""
        return self.results.first.verdict

    def add_panel(self, panel: QWidget, *, below: bool = False) -> None:
        """Put a panel to the right of everything, or below it; hide it to give the room back."""
        (self._below if below else self._beside).addWidget(panel)

    def shortcut_groups(self) -> list[tuple[str, list[QAction]]]:
        """The menus' titles and their actions."""
        return self.commands.groups()

    def _add_commands(self) -> None:
        add = self.commands.add
        add("quit", lambda: self.tr("Quit"), ["Ctrl+Q"], self.close, menu="file")
        add("undo", lambda: self.tr("Undo"), ["Ctrl+Z"], self.undo, menu="edit")
        add("redo", lambda: self.tr("Redo"), ["Ctrl+Shift+Z", "Ctrl+Y"], self.redo, menu="edit")
        add("clear", lambda: self.tr("Clear"), ["Esc", "Del"], self.clear, menu="edit")

    def _lay_out(self) -> None:
        grid = theme.GRID
        self._beside = QHBoxLayout()
        self._beside.setSpacing(4 * grid)
        self._beside.addWidget(self.tools.pad, 3)
        self._beside.addWidget(self.results)  # which knows its share
        self._below = QVBoxLayout()
        self._below.setContentsMargins(3 * grid, 3 * grid, 3 * grid, 0)
        self._below.setSpacing(2 * grid)
        self._below.addLayout(self._beside, 1)
        central = QWidget()
        central.setLayout(self._below)
        self.setCentralWidget(central)
        self._draw_icons()

    def _set_up_status_bar(self) -> None:
        bar = StatusBar(self)
        self.setStatusBar(bar)
        self.status, self.messages = bar.status, Messages(bar)
        self.status.tell = partial(self.messages.say, about="device")
        self.edited.connect(lambda _document: self.messages.clear(DRAWING))
        self.status.set_recognizers(self._recognizer)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()
        super().changeEvent(event)

    def retranslate(self) -> None:
        self.commands.retranslate()
        self.tools.retranslate()

    def _draw_icons(self) -> None:
        self.commands.draw_icons()
        self.tools.draw_icons()

    def _enable_actions(self, document: Document, is_edited: bool) -> None:
        self.commands["undo"].setEnabled(self._history.can_undo or is_edited)
        self.commands["redo"].setEnabled(self._history.can_redo)
        self.commands["clear"].setEnabled(bool(document))
        self.tools.enable()
