"""The program as a person meets it: a real X window, a mouse moved by xdotool, a screenshot."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from digitpad.ui.style import theme
from tests.support.drawings import digit

MISSING = [tool for tool in ("Xvfb", "xdotool", "import") if shutil.which(tool) is None]
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="X11 only"),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """A screen of its own, on the first free number."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read, encoding="ascii") as number:
        yield f":{number.readline().strip()}"
    server.terminate()
    server.wait()


class Desk:
    """A window on a screen, and a hand with a mouse."""

    def __init__(self, environment: dict[str, str], scheme: str) -> None:
        self.environment = environment
        self.colours = {"light": theme.LIGHT, "dark": theme.DARK}[scheme]
        self.window = self.xdotool("search", "--sync", "--onlyvisible", "--name", "^digitpad$")

    def xdotool(self, *words: object) -> str:
        command = ["xdotool", *map(str, words)]
        result = subprocess.run(command, env=self.environment, capture_output=True, check=True)
        return result.stdout.decode().strip()

    def screenshot(self) -> np.ndarray:
        """uint8 (height, width, 3) of the window."""
        command = ["import", "-silent", "-window", self.window, "png:-"]
        result = subprocess.run(command, env=self.environment, capture_output=True, check=True)
        return np.asarray(Image.open(io.BytesIO(result.stdout)).convert("RGB"))

    def paper(self) -> tuple[int, int, int]:
        """Left, top and side of the canvas in the window."""
        colour = ImageColor.getrgb(self.colours.paper)
        found = (self.screenshot() == colour).all(axis=2)
        found[:, found.shape[1] * 6 // 10 :] = False  # the preview is paper too
        rows, columns = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
        return int(columns[0]), int(rows[0]), int(np.ptp(columns))

    def draw(self, label: str) -> None:
        left, top, side = self.paper()
        words: list[object] = []
        for stroke in digit(label).strokes:
            at = (stroke.points * side / 480 + (left, top)).round().astype(int).tolist()
            words += [*self.move(*at[0]), "mousedown", 1]
            for point in at[1:]:
                words += self.move(*point)
            words += ["mouseup", 1]
        self.xdotool(*words)

    def move(self, x: int, y: int) -> list[object]:
        """Words that move the pointer at the pace of a hand: 100 places a second.

        Without the pause the X server merges movements before any program sees them.
        """
        return ["mousemove", "--window", self.window, x, y, "sleep", "0.01"]

    def winner(self) -> int | None:
        """Which of the ten rows has the winner's colour, read off the screen."""
        picture = self.screenshot()
        accent = (picture == ImageColor.getrgb(self.colours.accent)).all(axis=2)
        track = (picture == ImageColor.getrgb(self.colours.track)).all(axis=2)
        right = picture.shape[1] * 7 // 10
        # Each bar has a straight run of track or bar colour; the hairlines are thinner.
        rows = np.flatnonzero(track[:, right:].sum(axis=1) + accent[:, right:].sum(axis=1) > 100)
        bars = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
        bars = [bar for bar in bars if len(bar) >= 6]
        filled = [i for i, bar in enumerate(bars) if accent[bar, right:].sum() > 100]
        return filled[0] if len(bars) == 10 and len(filled) == 1 else None

    def until_winner(self, wanted: int | None) -> int | None:
        """Look until the wanted row wins, and give up after many looks."""
        winner = None
        for _ in range(40):
            winner = self.winner()
            if winner == wanted:
                break
        return winner


@contextmanager
def digitpad(display: str, scheme: str, scale: str = "1") -> Iterator[Desk]:
    environment = {k: v for k, v in os.environ.items() if k not in ("QT_QPA_PLATFORM", "CI")}
    # Each instance is terminated, so that the next one would bring its drawing back.
    home = tempfile.mkdtemp(prefix="digitpad-")
    environment |= {"DISPLAY": display, "QT_SCALE_FACTOR": scale, "DIGITPAD_HOME": home}
    environment.pop("WAYLAND_DISPLAY", None)
    command = [sys.executable, "-m", "digitpad", "--device", "cpu", "--theme", scheme]
    program = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield Desk(environment, scheme)
    finally:
        program.terminate()
        _, complaints = program.communicate()
        assert complaints == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_mouse_strokes_end_in_the_right_bar(display: str, scheme: str, tmp_path: Path) -> None:
    with digitpad(display, scheme) as desk:
        assert desk.winner() is None
        for label in ("3", "7", "0"):
            desk.draw(label)
            assert desk.until_winner(int(label)) == int(label)
            desk.xdotool("key", "--window", desk.window, "Escape")
            assert desk.until_winner(None) is None


def test_leaving_the_window_and_coming_back_draws_no_stray_line(display: str) -> None:
    with digitpad(display, "light") as desk:
        left, top, side = desk.paper()
        out = [(60, 100), (30, 100), (-10, 100), (-10, 300), (30, 300), (60, 300)]
        first, *others = [desk.move(left + x, top + y) for x, y in out]
        desk.xdotool(*first, "mousedown", 1, *chain.from_iterable(others), "mouseup", 1)
        ink = ImageColor.getrgb(desk.colours.ink)
        for _ in range(40):
            inked = (desk.screenshot() == ink).all(axis=2)[top : top + side, left : left + side]
            if inked[300, 45] and inked[100, 45]:
                break
        assert inked[300, 45]
        assert inked[100, 45]
        assert not inked[150:250].any()
