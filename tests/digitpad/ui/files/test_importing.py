from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PIL import Image
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QImage

from digitpad.image.pictures import MAX_SIDE
from digitpad.ink.ink import InkError
from digitpad.library.drawing_files import as_svg
from digitpad.ui.files.importing import INK_FORMAT, can_read, from_file, from_mime
from tests.support.damage import bounded, damaged
from tests.support.drawings import digit

pytestmark = pytest.mark.usefixtures("qtbot")


def mime(**formats: object) -> QMimeData:
    data = QMimeData()
    if "text" in formats:
        data.setText(str(formats["text"]))
    if "image" in formats:
        data.setImageData(formats["image"])
    if "file" in formats:
        data.setUrls([QUrl.fromLocalFile(str(formats["file"]))])
    return data


def test_an_image_on_the_clipboard() -> None:
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(QColor(10, 20, 30))
    image.setPixelColor(2, 1, QColor(200, 100, 50))
    came = from_mime(mime(image=image))
    assert came.source == "Clipboard"
    assert came.pixels is not None
    assert came.pixels.shape == (2, 3, 4)
    assert came.pixels[0, 0].tolist() == [10, 20, 30, 255]
    assert came.pixels[1, 2].tolist() == [200, 100, 50, 255]


def test_a_large_image_is_shrunk() -> None:
    came = from_mime(mime(image=QImage(4000, 1000, QImage.Format.Format_ARGB32)))
    assert came.pixels is not None
    assert came.pixels.shape == (MAX_SIDE // 4, MAX_SIDE, 4)


@pytest.mark.parametrize("end", ["", "\n", "\n" + digit("1").to_json()])
def test_ink_as_text(end: str) -> None:
    came = from_mime(mime(text=f"  {digit('7').to_json()}{end}"))
    assert came.ink == digit("7")


def test_ink_goes_before_the_picture_of_it() -> None:
    data = mime(image=QImage(9, 9, QImage.Format.Format_RGB32))
    data.setData(INK_FORMAT, digit("3").to_json().encode())
    assert from_mime(data).ink == digit("3")


def test_svg_as_text() -> None:
    came = from_mime(mime(text=as_svg(digit("7"), 480, 20)))
    assert came.pixels is not None
    assert came.pixels.shape == (384, 384, 4)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no picture and no drawing"),
        ("seven", "neither a picture nor a drawing"),
        ("{}", "strokes"),
        ('{"strokes": []}', "empty"),
        ("<p>7</p>", "SVG"),
    ],
)
def test_other_text_is_a_sentence(text: str, sentence: str) -> None:
    came = from_mime(mime(text=text))
    assert came.problem is not None
    assert sentence in came.problem


@pytest.mark.parametrize("name", ["seven.png", "seven.jpg", "no suffix"])
def test_a_picture_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    Image.new("RGB", (40, 30), (255, 255, 255)).save(path, "PNG")
    came = from_mime(mime(file=path))
    assert came.source == name
    assert came.pixels is not None
    assert came.pixels.shape == (30, 40, 3)


def test_files_of_svg_and_ink(tmp_path: Path) -> None:
    drawing = tmp_path / "drawing.svg"
    drawing.write_text(as_svg(digit("7"), 480, 20))
    pixels = from_file(drawing).pixels
    assert pixels is not None
    assert np.ptp(pixels[..., 3]) == 255
    ink = tmp_path / "ink.jsonl"
    ink.write_text(f"\n{digit('3').to_json()}\n")
    assert from_file(ink).ink == digit("3")


def test_files_that_cannot_be_opened_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "text.png").write_text("seven")
    (tmp_path / "bad.svg").write_text("<svg")
    names = ["nowhere.png", "empty.jsonl", "text.png", "bad.svg", "", "nul\0.png"]
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe.png")
        names.append("pipe.png")
    for name in names:
        came = from_file(tmp_path / name)
        assert came.problem, name
        assert came.pixels is came.ink is None


def test_a_name_cannot_steer_what_is_said(tmp_path: Path) -> None:
    name = "a\nb\x1b[2J\u202ec.jsonl"
    for came in (from_file(tmp_path / name), from_file(tmp_path / f"{name}.png")):
        assert came.problem is not None
        assert came.problem.isprintable()
        assert came.source.isprintable()


def test_what_a_drag_may_hold(tmp_path: Path) -> None:
    assert can_read(mime(file=tmp_path / "any"))
    assert can_read(mime(text="any"))
    assert not can_read(mime())


@pytest.mark.qt_log_ignore(".*")  # Qt says what it does not like
def test_any_damage_is_ink_a_picture_or_a_sentence(tmp_path: Path) -> None:
    Image.new("RGB", (9, 9), (255, 0, 0)).save(tmp_path / "whole.png")
    wholes = {
        ".png": (tmp_path / "whole.png").read_bytes(),
        ".svg": as_svg(digit("1"), 480, 20).encode(),
        ".jsonl": digit("3").to_json().encode(),
    }
    for suffix, whole in wholes.items():
        path = tmp_path / f"bad{suffix}"
        for bad in damaged([whole]):
            path.write_bytes(bad)
            with bounded(bad):
                came = from_file(path)
            assert sum(x is not None for x in (came.pixels, came.ink, came.problem)) == 1
    for bad in damaged([wholes[".jsonl"], wholes[".svg"]]):
        try:
            came = from_mime(mime(text=bad.decode("utf-8", "replace")))
        except InkError:
            pytest.fail("an error for nobody")
        assert sum(x is not None for x in (came.pixels, came.ink, came.problem)) == 1
