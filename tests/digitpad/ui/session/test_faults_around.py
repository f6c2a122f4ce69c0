"""Models, devices, pictures and files fail a whole window: a sentence in it, and work goes on."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from tests.support import onnx_models

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication

from digitpad.inference.errors import ModelError
from digitpad.library.resources import asset
from tests.digitpad.ui.window.test_window import draw
from tests.support.drawings import digit
from tests.support.whole_pad import Open, home, start  # noqa: F401  fixtures

# -- models ------------------------------------------------------------------------------------


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The bundled model, as a file of one's own."""
    path = tmp_path / "models" / "mine.onnx"
    path.parent.mkdir()
    shutil.copy(asset("models/digits.onnx"), path)
    return path


@pytest.mark.parametrize("how", ["deleted", "replaced", "folder", "other"])
def test_a_model_file_that_goes_while_it_is_used(start: Open, mine: Path, how: str) -> None:
    pad = start()
    pad.open_model(mine)
    pad.draw("7")
    assert "mine" in pad.window.status.text()
    if how == "deleted":
        mine.unlink()
    elif how == "replaced":
        mine.write_bytes(b"no model")
    elif how == "folder":
        shutil.rmtree(mine.parent)
        mine.parent.write_bytes(b"no folder")
    else:  # another model, of which the one in use knows nothing
        onnx_models.save(mine)
    pad.draw("3")
    assert pad.window.bars.bars
    pad.close()
    again = start()
    again.draw("1") if how != "other" else draw(again.window, digit("1"))
    said = again.says("Your last model is not used")
    assert said == (how != "other")
    assert again.shown == "37"


def test_a_model_that_cannot_be_opened_leaves_the_working_one(start: Open, mine: Path) -> None:
    pad = start()
    pad.draw("7")
    mine.write_bytes(mine.read_bytes()[:10_000])
    for path, words in ((mine, "not an ONNX model"), (mine.parent / "no.onnx", "no model")):
        pad.open_model(path)
        assert pad.says(words)
        assert pad.window.answer.label == "7"
        pad.draw("7")
    (mine.parent / "folder.onnx").mkdir()
    pad.open_model(mine.parent / "folder.onnx")
    assert pad.says("folder.onnx")
    pad.draw("1")


class Lost:
    """A session whose device is lost."""

    def run(self, *_: object) -> object:
        raise RuntimeError("device lost")

    def get_providers(self) -> list[str]:
        return ["CUDAExecutionProvider"]


def test_a_device_that_is_lost_while_a_line_is_drawn(
    start: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    pad = start()
    pad.draw("1")
    monkeypatch.setattr(pad.window.recognizer, "_session", Lost())
    pad.draw("7")
    assert pad.says("CUDAExecutionProvider stopped working", "CPU")
    assert "CPU" in pad.window.status.text()
    count = len(pad.said)
    pad.draw("3")
    assert not any("stopped" in sentence for sentence in pad.said[count:])  # said once
    assert pad.shown == "71"


def test_a_device_that_is_lost_for_good(start: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither it nor the CPU runs the model any more: no answer, and the drawing stays."""
    pad = start()
    pad.draw("1")
    recognizer = pad.window.recognizer
    session = recognizer._session
    monkeypatch.setattr(recognizer, "_session", Lost())

    def start_nothing(*_: object, **__: object) -> None:
        raise ModelError("this model does not run any more")

    monkeypatch.setattr("digitpad.inference.recognizer.start", start_nothing)
    pad.window.clear()
    draw(pad.window, digit("7"))
    assert pad.says("does not run any more")
    assert pad.window.answer.label is None
    assert len(pad.window.ink.strokes) == 1
    monkeypatch.setattr(recognizer, "_session", session)
    pad.window.undo()
    pad.window.redo()
    assert pad.window.answer.label == "7"


# -- in and out --------------------------------------------------------------------------------


def test_a_broken_picture_on_the_clipboard(start: Open) -> None:
    pad = start()
    pad.draw("7")
    mime = QMimeData()
    mime.setImageData(None)
    QGuiApplication.clipboard().setMimeData(mime)
    pad.window.commands["paste"].trigger()
    assert pad.window.statusBar().currentMessage() == "Clipboard: the picture is damaged"
    assert pad.window.answer.label == "7"
    mime = QMimeData()
    mime.setUrls([QUrl("file:///nowhere/at all.png"), QUrl("::"), QUrl("http://[")])
    QGuiApplication.clipboard().setMimeData(mime)
    pad.window.commands["paste"].trigger()
    assert pad.says("at all.png: there is no such file")
    assert pad.window.answer.label == "7"


def test_saving_over_a_protected_file(start: Open, tmp_path: Path) -> None:
    pad = start()
    pad.draw("7")
    for name in ("mine.png", "mine.svg", "mine.jsonl"):
        path = tmp_path / name
        path.write_bytes(b"old\n")
        path.chmod(0o444)
        pad.session.import_export.save_file(path)
        assert pad.says(f"{name} cannot be saved", os.strerror(errno.EACCES))
        assert path.read_bytes() == b"old\n"
        path.chmod(0o644)
        pad.session.import_export.save_file(path)
        assert pad.window.statusBar().currentMessage() == f"Saved as {name}"
    assert len((tmp_path / "mine.jsonl").read_bytes().splitlines()) == 2


def test_a_file_that_is_cut_while_it_is_read(start: Open, tmp_path: Path) -> None:
    pad = start()
    pad.draw("7")
    for name, content in (
        ("a.jsonl", b'{"strokes": [[[1'),
        ("a.svg", b"<svg><g"),
        ("a.png", b"\x89P"),
    ):
        (tmp_path / name).write_bytes(content)
        pad.session.import_export.open_file(tmp_path / name)
        assert pad.says(name)
        assert pad.window.answer.label == "7"
