"""A whole window, as a start makes it, in a home of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from digitpad.ui.app import start_qt
from digitpad.ui.session.session import Session
from digitpad.ui.settings.folders import HOME_VARIABLE
from digitpad.ui.window.window import Window
from tests.digitpad.ui.window.test_window import draw
from tests.support.drawings import digit


class Pad:
    """A whole window, as a start makes it, and everything that its status bar has said."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.session = Session(None, "cpu")
        self.window = Window(self.session.recognizer)
        qtbot.addWidget(self.window)
        self.said: list[str] = []
        self.window.statusBar().messageChanged.connect(self.said.append)
        self.session.attach(start_qt("light"), self.window, "light")
        self.session.restore()
        # The list of recent drawings is read, too, when the window is first seen.
        with qtbot.waitSignal(self.session.models.ready):
            self.window.show()
        self.is_open = True

    def draw(self, label: str) -> None:
        """Put the drawing that stands away, and draw another one, which is read."""
        self.window.clear()
        draw(self.window, digit(label))
        assert self.window.answer.label == label

    def open_model(self, path: Path) -> None:
        """Open a model's file, and wait for it."""
        self.session.models.open_file(path)
        self.qtbot.waitUntil(lambda: not self.session.models.is_loading, timeout=20_000)

    def write_down(self) -> None:
        """Do at once what else is done a moment after an edit."""
        self.session.recovery.save()
        self.session.settings.flush()

    @property
    def shown(self) -> str:
        """The answers in the strip."""
        strip = self.session.recents.strip
        return "".join(strip.item(row).text() for row in range(strip.count()))

    def says(self, *words: str) -> bool:
        """Whether one of the sentences had all these words."""
        return any(all(word in sentence for word in words) for sentence in self.said)

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            self.session.save()
            self.window.close()


Open = Callable[[], Pad]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    return home


@pytest.fixture
def start(qtbot: QtBot, home: Path) -> Iterator[Open]:
    pads: list[Pad] = []

    def new() -> Pad:
        pads.append(Pad(qtbot))
        return pads[-1]

    yield new
    for pad in pads:
        pad.close()
