"""Damaged settings, drafts and clipboards: defaults or a sentence, and never a lost file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QByteArray, QMimeData, QUrl
from PySide6.QtGui import QImage, QPixmap
from pytestqt.qtbot import QtBot

from digitpad.inference.recognizer import Recognizer
from digitpad.library.document import Document
from digitpad.library.drawing_files import as_svg
from digitpad.library.recents import Recents
from digitpad.ui.app import start_qt
from digitpad.ui.files.import_export import ImportExport
from digitpad.ui.files.importing import INK_FORMAT, Imported, can_read, from_mime
from digitpad.ui.session.recovery import Recovery
from digitpad.ui.session.session import Session
from digitpad.ui.settings.folders import HOME_VARIABLE
from digitpad.ui.settings.settings import Settings, open_store
from digitpad.ui.window.window import Window
from tests.support.damage import (  # noqa: F401  a fixture
    CASES,
    bounded,
    damaged,
    damaged_json,
    quick_folder,
)
from tests.support.drawings import digit, scribble
from tests.support.old_drafts import old_journal

pytestmark = pytest.mark.usefixtures("qtbot")
NAMES = [name for name, value in vars(Settings).items() if hasattr(value, "default")]


def settings_file(folder: Path) -> bytes:
    """Settings of which none has its default."""
    settings = Settings(open_store(folder / "whole.ini")[0])
    settings.model, settings.theme, settings.language = "/tmp/a b.onnx", "dark", "ko"  # noqa: S108
    settings.geometry = bytes(range(60))
    settings.brush_width, settings.keeps_recents, settings.grid_mode = 30.0, False, True
    settings.add_recent_model("/models/mine.onnx")
    settings.set_convention("/models/mine.onnx", {"layout": "NCHW", "low": 0.0})
    settings.flush()
    return (folder / "whole.ini").read_bytes()


def test_damaged_settings_are_read_or_set_aside(quick_folder: Path) -> None:
    whole, file = settings_file(quick_folder), quick_folder / "settings.ini"
    assert len(NAMES) > 10
    for content in damaged([whole], CASES):
        file.write_bytes(content)
        with bounded(content):
            store, aside = open_store(file)
            settings = Settings(store)
            for name in NAMES:
                getattr(settings, name)
            settings.theme = "light"
            settings.add_recent_model("/models/other.onnx")
            settings.flush()
            again = Settings(open_store(file)[0])
        assert (aside or file).exists()
        assert aside is None or aside.read_bytes() == content
        assert again.theme == "light"
        assert again.recent_models[0] == "/models/other.onnx"
        del store, settings, again
        for left in quick_folder.glob("settings.ini*"):
            left.unlink()


def test_damaged_drafts_come_back_or_are_set_aside(quick_folder: Path) -> None:
    """Those of the version before, which are files of their own."""
    whole, folder = old_journal(), quick_folder / "unsaved"
    lines = [json.loads(line) for line in whole.splitlines()]
    shown: list[Document] = []
    for content in (*damaged([whole], CASES), *_with_a_strange_line(lines)):
        folder.mkdir()
        (folder / "pad-1.json").write_bytes(content)
        shown.clear()
        path = quick_folder / "recent.sqlite"
        recovery = Recovery(path, folder, lambda: Document(), shown.append)
        with bounded(content):
            told = recovery.restore()
            assert told is not None or not shown
        if told is not None and "damaged" in told:
            assert not shown
            assert (folder / "pad-1.json.damaged-1").read_bytes() == content
        elif told is not None:
            assert told == "Your last drawing is back."
            image = shown[0].image()
            assert image is None or np.isfinite(image).all()
        recovery.close()
        shutil.rmtree(folder)
        path.unlink(missing_ok=True)


def _with_a_strange_line(lines: list[object]) -> Iterator[bytes]:
    for case, line in enumerate(damaged_json(lines, CASES)):
        wholes = [json.dumps(whole).encode() for whole in lines]
        wholes[case % len(lines)] = line
        yield b"\n".join([*wholes, b""])


def strange_values(rng: np.random.Generator) -> list[object]:
    """What programs have been seen to put where an image is expected, and worse."""
    flat = QImage(int(rng.integers(1, 4_000)), 1, QImage.Format.Format_Mono)
    flat.fill(0)
    return [QImage(), QPixmap(), None, 7, "text", "/etc/passwd", b"\x89PNG", [1], {}, flat]


def mime_data(content: bytes, rng: np.random.Generator) -> QMimeData:
    """One to three formats, each with anything in it."""
    mime, text = QMimeData(), content.decode("utf-8", "replace")
    values = strange_values(rng)
    formats: list[Callable[[], object]] = [
        lambda: mime.setText(text),
        lambda: mime.setHtml(text),
        lambda: mime.setImageData(values[rng.integers(len(values))]),
        lambda: mime.setUrls([QUrl(text[:200]), QUrl.fromLocalFile(text[:100])]),
        lambda: mime.setData(INK_FORMAT, QByteArray(content)),
        lambda: mime.setData("image/svg+xml", QByteArray(content)),
        lambda: mime.setData("image/png", QByteArray(content)),
        lambda: mime.setData("text/uri-list", QByteArray(b"file:///" + content)),
        lambda: mime.setData("application/x-qt-image", QByteArray(content)),
        lambda: mime.setColorData(values[rng.integers(len(values))]),
    ]
    for _ in range(rng.integers(1, 4)):
        formats[rng.integers(len(formats))]()
    return mime


def is_one_thing(came: Imported) -> bool:
    return sum(thing is not None for thing in (came.pixels, came.ink, came.problem)) == 1


@pytest.mark.qt_log_ignore(".*")  # Qt says what it does not like in SVG
def test_whatever_is_on_the_clipboard() -> None:
    rng = np.random.default_rng(0)
    wholes = [digit("7").to_json().encode(), as_svg(digit("1"), 480, 20).encode(), b"file:///x.png"]
    for content in damaged(wholes, 4 * CASES):
        mime = mime_data(content, rng)
        with bounded(content):
            can_read(mime)
            came = from_mime(mime)
        assert is_one_thing(came)
        if came.problem is not None:
            assert came.problem.strip()
            assert "\n" not in came.problem


def wild_ink() -> Iterator[bytes]:
    """Ink that may be read, of numbers at the edges of what may be."""
    rng = np.random.default_rng(0)
    edges = np.array([0, -0.0, 1e7, -1e7, 5e-324, 1e-9, 240, 240.001, 480, 481])
    times = np.array([0, -1e15, 1e15, 1e-300, 1, 2, 2, 1.7e9])
    for _ in range(CASES):
        lengths = rng.integers(1, 6, size=rng.integers(1, 5))
        kinds = rng.choice(edges, size=rng.integers(1, 5))  # few values: many points coincide
        record = {"strokes": [rng.choice(kinds, (n, 2)).tolist() for n in lengths]}
        if rng.random() < 0.7:
            record["t"] = [rng.choice(times, n).tolist() for n in lengths]
        if rng.random() < 0.7:
            record["pressure"] = [rng.choice(times, n).tolist() for n in lengths]
        yield json.dumps(record).encode()


def test_whatever_ink_comes_can_be_shown_replayed_and_left(qtbot: QtBot) -> None:
    start_qt("light")
    window = Window(Recognizer.load("digits", "cpu"))
    qtbot.addWidget(window)
    import_export = ImportExport(window)
    window.show()
    shown = 0
    for content in (*wild_ink(), *damaged([digit("7").to_json().encode()], CASES)):
        mime = QMimeData()
        mime.setText(content.decode("utf-8", "replace"))
        with bounded(content):
            before = window.document
            import_export.take(from_mime(mime))
            if window.document is before:
                assert window.statusBar().currentMessage()
                continue
            shown += 1
            assert window.answer.label
            for moment in (0.5, 0.0, 1.0):
                window.scrubber.setValue(int(moment * window.scrubber.maximum()))
            window.canvas.grab()
            window.toggle_grid()
            window.toggle_grid()
            window.undo()
    assert shown > CASES


def test_a_damaged_image_on_the_clipboard_is_a_sentence() -> None:
    for value in (QImage(), QPixmap(), None, "/etc/passwd", 7):
        mime = QMimeData()
        mime.setImageData(value)
        assert from_mime(mime).problem == "Clipboard: the picture is damaged"
    pixmap = QPixmap(3, 2)
    pixmap.fill("red")
    mime.setImageData(pixmap)
    came = from_mime(mime)
    assert came.pixels is not None
    assert came.pixels[0, 0].tolist() == [255, 0, 0, 255]


def test_a_whole_start_in_a_damaged_home(
    qtbot: QtBot, quick_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything at once; each start takes some tenths of a second."""
    monkeypatch.setenv(HOME_VARIABLE, str(quick_folder / "home"))
    list_of_recents = Recents(quick_folder / "recents")
    for seed in range(5):
        list_of_recents.add(scribble(seed), "7", 0.5)
    list_of_recents.close()
    wholes = {
        "settings.ini": settings_file(quick_folder).replace(b"language=ko", b"language=en"),
        "recent.sqlite": (quick_folder / "recents").read_bytes(),
        "unsaved/pad-1.json": old_journal(),
    }
    app = start_qt("light")
    for case in range(CASES // 25):
        for name, whole in wholes.items():
            file = quick_folder / "home" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(next(iter(damaged([whole], 1, seed=case))))
        with bounded(case, seconds=5):
            session = Session(None, "cpu")
            window = Window(session.recognizer)
            qtbot.addWidget(window)
            session.attach(app, window, "light")
            session.restore()
            window.open_ink(digit("1"))
            with qtbot.waitSignal(session.models.ready):
                window.show()
            assert window.answer.label == "1"
            session.save()
        window.close()
        assert not list((quick_folder / "home" / "unsaved").glob("pad-?.json"))
