"""Whole programs that share a home, are killed in it, or find no room."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from digitpad.library.recents import Recents
from digitpad.ui.settings.folders import HOME_VARIABLE
from digitpad.ui.settings.settings import Settings, open_store
from tests.support.damage import CASES
from tests.support.drawings import digit

ROOT = Path(__file__).resolve().parents[4]

# A real start, with a hand that does what standard input says once the window is there.
PROGRAM = """
import sys
from PySide6.QtCore import QSocketNotifier
from digitpad.ink.ink import Ink
from digitpad.ui import app
from digitpad.ui.session.session import Session
restore = Session.restore
def restored(self):
    restore(self)
    window = self._window
    def obey():
        try:
            do(sys.stdin.readline().strip())
        finally:
            strip = self.recents.strip
            shown = "".join(strip.item(row).text() for row in range(strip.count()))
            points = sum(len(stroke) for stroke in window.ink.strokes)
            print(f"{shown}|{points}|{window.statusBar().currentMessage()}", flush=True)
    def do(line):
        word, _, rest = line.partition(" ")
        if word == "draw":
            window.open_ink(Ink.from_json(rest))
            self.recovery.save()
        elif word == "set":
            name, value = rest.split()
            setattr(self.settings, name, value)
            self.settings.flush()
        elif word == "close":
            window.close()
        elif not line:
            self._app.quit()
    self.notifier = QSocketNotifier(0, QSocketNotifier.Type.Read, window)
    self.notifier.activated.connect(obey)
    self.models.ready.connect(lambda: print("ready", flush=True))
Session.restore = restored
sys.exit(app.run(device="cpu"))
"""

FULL_DISK = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"


class Program:
    """A digitpad of its own, after other commands."""

    def __init__(self, home: Path, before: str = "") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"{before}\n{PROGRAM}"],
            env=os.environ | {HOME_VARIABLE: str(home), "QT_QPA_PLATFORM": "offscreen"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.ready = self.process.stdout.readline().strip()

    def say(self, words: str) -> list[str]:
        """The answers in the strip, the number of points on the page, and the status bar's text."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{words}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n").split("|")

    def look(self) -> list[str]:
        """The same, as soon as the list has been read, which the window does not wait for."""
        answers = (self.say("look") for _ in range(1_000))
        return next(answer for answer in answers if answer[0])

    def draw(self, label: str) -> list[str]:
        return self.say(f"draw {digit(label).to_json()}")


@contextmanager
def program(home: Path, before: str = "") -> Iterator[Program]:
    one = Program(home, before)
    try:
        yield one
    finally:
        one.process.kill()
        one.process.communicate()


def test_two_programs_share_a_home_and_one_is_killed(tmp_path: Path) -> None:
    with program(tmp_path) as first, program(tmp_path) as second:
        first.draw("1")
        second.draw("7")
        assert first.draw("0")[0] == "1"
        assert second.draw("3")[0] == "71"
        first.say("set theme dark")
        second.say("set language ko")
        second.process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        second.process.wait()
        with program(tmp_path) as third:  # takes the dead one's drawing, not the living one's
            shown, points, said = third.look()
            assert shown == "71"
            assert points == str(len(digit("3").strokes[0]))
            assert said
            third.say("close")
            assert third.process.wait() == 0
        first.say("close")
        assert first.process.wait() == 0
    recents = Recents(tmp_path / "recent.sqlite")
    assert {entry.label for entry in recents.entries()} == {"0", "1", "3", "7"}
    recents.close()
    settings = Settings(open_store(tmp_path / "settings.ini")[0])
    assert (settings.theme, settings.language) == ("dark", "ko")
    with program(tmp_path) as last:
        assert last.say("look")[1] == "0"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_kill_loses_no_finished_stroke_and_little_of_the_one_under_way(tmp_path: Path) -> None:
    """In twenty milliseconds; more, because this machine may have other things to do."""
    command = [sys.executable, "-m", "tests.support.kills", str(tmp_path), str(max(CASES // 50, 1))]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    result = json.loads(done.stdout)
    assert result["finished"] + result["running"] > 0
    assert max(result["lost"], default=0) < 20 + 80
    assert result["back"] >= 0.6 * result["points"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX's")
def test_a_disk_that_is_full_from_the_start(tmp_path: Path) -> None:
    """Not one byte can be written, wherever: not even what a temporary folder is tried with."""
    home = tmp_path / "home"
    with program(home, FULL_DISK) as pad:
        assert pad.ready == "ready"
        for label, shown in (("1", ""), ("7", "1"), ("3", "71")):
            assert pad.draw(label)[0] == shown
        assert "settings cannot be saved" in pad.say("set theme dark")[2]
        pad.say("close")
        _, err = pad.process.communicate(timeout=60)
        assert pad.process.returncode == 0
        assert "Traceback" not in err
    with program(home) as again:
        assert again.draw("0")[0] == ""
        assert again.draw("3")[0] == "0"


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX's")
def test_digits_are_read_on_a_full_disk(tmp_path: Path) -> None:
    """By the command line, into a pipe."""
    command = f"{FULL_DISK}\nfrom digitpad.__main__ import main\nmain(['predict', '-'])"
    ink = digit("7").to_json()
    done = subprocess.run(
        [sys.executable, "-c", command], input=ink, capture_output=True, text=True, check=False
    )
    assert done.stdout.split()[1] == "7"
    assert done.stderr == ""
