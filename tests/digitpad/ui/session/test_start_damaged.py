"""Whatever has become of the files that a start brings back, the window opens."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pytest

from tests.support import onnx_models

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitpad.library import resources
from digitpad.library.document import Document
from digitpad.library.drafts import Draft
from digitpad.library.recents import Recents
from digitpad.ui.app import start_qt
from digitpad.ui.session.session import Session
from digitpad.ui.settings.folders import HOME_VARIABLE
from digitpad.ui.settings.settings import Settings, open_store
from digitpad.ui.window.window import Window
from tests.digitpad.ui.window.test_fuzz_window import settings_file
from tests.support.damage import (  # noqa: F401  a fixture
    bounded,
    damaged,
    damaged_json,
    nested,
    quick_folder,
)
from tests.support.drawings import digit, scribble
from tests.support.old_drafts import old_journal, write_old_draft

Damage = Callable[[Path], object]
DEEP = json.dumps({"strokes": nested(34)})

pytestmark = pytest.mark.qt_log_ignore("restoreGeometry")


@pytest.fixture
def home(quick_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = quick_folder / "home"
    home.mkdir()
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    return home


@pytest.fixture
def assets(quick_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The bundled files, as copies that may be damaged."""
    copies = quick_folder / "assets"
    shutil.copytree(resources.assets_dir(), copies, ignore=shutil.ignore_patterns("figures"))
    for module in ("library.resources", "inference.model_file"):
        monkeypatch.setattr(f"digitpad.{module}.assets_dir", lambda: copies)
    return copies


class GivenUpError(Exception):
    """The start ends with a sentence, because what was asked for cannot be had."""


@contextmanager
def started(qtbot: QtBot, *asked: str) -> Iterator[tuple[Window, list[str]]]:
    """A whole start, without the loop of events; the window, and what it has said."""
    session = Session(*(asked or (None,)), device="cpu")
    app = start_qt("light")
    session.set_language()
    window, said = Window(session.recognizer), list[str]()
    seen, given_up = list[bool](), list[str]()
    window.statusBar().messageChanged.connect(said.append)
    session.attach(app, window, "light")
    session.restore()
    session.models.unusable.connect(given_up.append)
    session.models.ready.connect(lambda: seen.append(True))
    window.show()
    qtbot.waitUntil(lambda: bool(seen or given_up), timeout=20_000)
    try:
        if given_up:
            raise GivenUpError(given_up[0])
        yield window, said
    finally:
        session.save()
        window.close()
        window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


# -- damage ----------------------------------------------------------------------------------------


def wholly(content: bytes) -> Damage:
    return partial(lambda content, file: file.write_bytes(content), content)


def folder(file: Path) -> None:
    file.mkdir()
    (file / "thing").write_text("")


def a_socket(file: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as one:
        one.bind(str(file))


def special_files() -> Iterator[Damage]:
    yield from (Path.mkdir, folder)
    if sys.platform != "win32":
        yield from (os.mkfifo, a_socket)
        for target in ("/dev/zero", "/dev/null", "/dev/full", "nowhere", "/", "/proc/self/mem"):
            yield partial(lambda target, file: file.symlink_to(target), target)
        yield lambda file: file.symlink_to(file.name)  # a circle


def whole_files() -> Iterator[bytes]:
    yield from (b"", b"\n", b"\0" * 5_000, b"\xff" * 5_000, b"[" * 200_000, b"{}", b"[]", b"null")
    yield from (b"seven", b"\x89PNG\r\n\x1a\n", b"SQLite format 3\0" + bytes(5_000), b"9" * 5_000)
    yield b"a" * 2_000_000


def changed(whole: bytes) -> Iterator[bytes]:
    yield from (whole[: len(whole) * n // 8] for n in range(1, 8))
    yield from (whole + whole, whole[::-1], whole + b"\0", b"\xef\xbb\xbf" + whole)
    yield from (whole.replace(b"\n", b"\r\n"), whole.decode("latin-1").encode("utf-16"))


def kinds(whole: bytes, *others: bytes, count: int = 100) -> list[Damage]:
    """So many kinds of damage: what stands in the place of a file, or is done to its content."""
    contents = chain(others, whole_files(), changed(whole), damaged([whole], count))
    return list(islice(chain(special_files(), map(wholly, contents)), count))


def take_away(file: Path) -> None:
    for left in file.parent.glob(f"{file.name}*"):
        shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()


def opens(qtbot: QtBot, file: Path, damage: Damage) -> list[str]:
    """Start with the file so damaged; what the window says."""
    take_away(file)
    file.parent.mkdir(exist_ok=True)
    damage(file)
    case = damage.args if isinstance(damage, partial) else damage
    with bounded(case), started(qtbot) as (window, said):
        assert window.isVisible()
        place = window.screen().availableGeometry()
        assert window.frameGeometry().intersects(place)
        assert window.width() <= 2 * place.width()
        window.open_ink(digit("1"))
        assert window.answer.label
    return said


# -- files -----------------------------------------------------------------------------------------


def test_drafts(qtbot: QtBot, home: Path) -> None:
    whole = old_journal()
    lines = [json.loads(line) for line in whole.splitlines()]
    strange = [json.dumps({"strokes": [DEEP]}).encode() + b"\n"]
    strange += [json.dumps({"cells": nested(depth)}).encode() + b"\n" for depth in (34, 900)]
    file = home / "unsaved" / "pad-1.json"
    for damage in kinds(whole, *strange, *damaged_json(lines, 20)):
        said = opens(qtbot, file, damage)
        assert not file.exists()
        if list(home.glob("unsaved/*.damaged-1")):
            assert any("drawing was damaged" in sentence for sentence in said)


def test_a_stroke_nested_deeply_is_set_aside_and_told(qtbot: QtBot, home: Path) -> None:
    file = home / "unsaved" / "pad-1.json"
    content = json.dumps({"strokes": [DEEP]}).encode() + b"\n"
    (told, *_) = opens(qtbot, file, wholly(content))
    assert "Your last drawing was damaged" in told
    assert (home / "unsaved" / "pad-1.json.damaged-1").read_bytes() == content


def test_files_of_recent_drawings_and_the_one_in_hand(qtbot: QtBot, home: Path) -> None:
    kept = Recents(home / "whole")
    for seed in range(5):
        kept.add(scribble(seed), "7", 0.5)
    kept.close()
    draft = Draft(home / "whole", home / "unsaved", lambda _: None)
    draft.save(Document(scribble(7)))
    draft.close(keep=True)
    for damage in kinds((home / "whole").read_bytes()):
        opens(qtbot, home / "recent.sqlite", damage)


def test_a_deeply_nested_row_leaves_the_others(qtbot: QtBot, home: Path) -> None:
    kept = Recents(home / "recent.sqlite")
    for seed in range(3):
        kept.add(scribble(seed), str(seed), 0.5)
    kept.close()
    with closing(sqlite3.connect(home / "recent.sqlite")) as database, database:
        database.execute("UPDATE recents SET ink = ? WHERE label = '1'", (DEEP,))
    assert [row.label for row in Recents(home / "recent.sqlite").entries()] == ["2", "0"]
    with started(qtbot) as (window, _):
        assert window.isVisible()


def strange_settings() -> Iterator[bytes]:
    """Files that are whole, of values that nobody expects."""
    names = ("/", ".", "..", "x" * 4_000, "\\xd800", "/dev/zero", "digits", "a\\0b", "<img src=x>")
    for name in names:
        lists = json.dumps([name.replace("\\", "/")] * 3).replace('"', '\\"')
        yield (
            f'[General]\nmodel="{name}"\nsecond_model="{name}"\ncompares=true\n'
            f'recent_models="{lists}"\nsees_why=true\nlanguage={name[:20]}\n'
        ).encode()
    for name in [name for name, value in vars(Settings).items() if hasattr(value, "default")]:
        for value in ('"\\xd800"', "[" * 3_000, '"[\\"\\\\ud800\\"]"', "9" * 4_000):
            yield f"[General]\n{name}={value}\n".encode()


def test_settings(qtbot: QtBot, home: Path) -> None:
    whole = settings_file(home).replace(b"language=ko", b"language=en")
    for damage in kinds(whole, *strange_settings(), count=150):
        opens(qtbot, home / "settings.ini", damage)


def geometries() -> Iterator[bytes]:
    """As ``QWidget.saveGeometry`` writes them, with anything in them."""
    rng = np.random.default_rng(0)
    edges = [-(2**31), -1, 0, 1, 2**15, 2**24, 2**31 - 1]
    for case in range(40):
        rectangles = rng.choice([*edges, *rng.integers(-5_000, 5_000, 4)], 13).tolist()
        values = (0x1D9D0CB, 3, 0, *rectangles[:9], case % 2, case // 2 % 2, *rectangles[9:])
        yield struct.pack(">IHH9iBB", *values[:14]) + struct.pack(">i", values[14])
        yield struct.pack(">IHH9iBB", *values[:14]) + struct.pack(">4i", *rectangles[9:])
    yield from damaged([struct.pack(">IHH", 0x1D9D0CB, 3, 0) + bytes(58)], 20)


def test_geometries(qtbot: QtBot, home: Path) -> None:
    for geometry in geometries():
        settings = Settings(open_store(home / "whole.ini")[0])
        settings.geometry = geometry
        settings.flush()
        content = (home / "whole.ini").read_bytes()
        opens(qtbot, home / "settings.ini", wholly(content))


def test_a_damaged_place_is_told(qtbot: QtBot, home: Path) -> None:
    remember(home, geometry="AAAA")
    with started(qtbot) as (window, said):
        assert window.isVisible()
    assert any("last place was damaged" in sentence for sentence in said)


# -- models ----------------------------------------------------------------------------------------


def remember(home: Path, **settings: str) -> None:
    lines = [f"{name}={value}" for name, value in settings.items()]
    (home / "settings.ini").write_text("\n".join(["[General]", *lines, ""]), encoding="utf-8")


@pytest.mark.parametrize("role", ["model", "second_model"])
def test_bundled_models(qtbot: QtBot, home: Path, assets: Path, role: str) -> None:
    file = assets / "models" / "fashion.onnx"
    whole = file.read_bytes()
    remember(home, **{role: "fashion"}, compares="true")
    for damage in kinds(whole, *(bytes([n]) * n for n in range(5))):
        opens(qtbot, file, damage)


@pytest.mark.parametrize("role", ["model", "second_model"])
def test_a_bundled_model_that_cannot_be_read_is_a_sentence(
    qtbot: QtBot, home: Path, assets: Path, role: str
) -> None:
    remember(home, **{role: "fashion"}, compares="true")
    said = opens(qtbot, assets / "models" / "fashion.onnx", wholly(b"no model"))
    which = "last" if role == "model" else "second"
    assert any(f"Your {which} model is not used: " in sentence for sentence in said)
    assert Settings(open_store(home / "settings.ini")[0]).text(role) == "fashion"
    if role == "model":  # what was asked for is another matter
        with pytest.raises(GivenUpError), started(qtbot, "fashion"):
            pass


def test_what_is_told_of_a_drawing_stays_beside_what_is_told_of_a_model(
    qtbot: QtBot, home: Path, assets: Path
) -> None:
    remember(home, model="fashion")
    (assets / "models" / "fashion.onnx").write_bytes(b"no model")
    write_old_draft(home / "unsaved", digit("1"))
    with started(qtbot) as (window, _):
        bar = window.statusBar()
        assert bar.currentMessage().startswith("Your last model is not used: ")
        window.messages.clear("model")  # its time is over
        assert bar.currentMessage() == "Your last drawing is back."
        assert window.document
        assert window.answer.label


def test_the_default_model_takes_the_place_of_one_that_it_was_compared_with(
    qtbot: QtBot, home: Path, assets: Path
) -> None:
    remember(home, model="fashion", second_model="digits", compares="true")
    (assets / "models" / "fashion.onnx").write_bytes(b"no model")
    with started(qtbot) as (window, _):
        assert window.recognizer.name == "digits"
        assert window.comparison.recognizer is None


def test_cards_of_bundled_models(qtbot: QtBot, home: Path, assets: Path) -> None:
    file = assets / "models" / "fashion.json"
    whole = file.read_bytes()
    remember(home, model="fashion", second_model="fashion", compares="true")
    for damage in kinds(whole, *damaged_json([json.loads(whole)], 40)):
        opens(qtbot, file, damage)


def test_models_of_other_people(qtbot: QtBot, home: Path) -> None:
    file = home / "mine.onnx"
    whole = onnx_models.save(file).read_bytes()
    remember(home, model=str(file), second_model=str(file), compares="true")
    for damage in kinds(whole, count=100):
        opens(qtbot, file, damage)
