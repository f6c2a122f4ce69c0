"""What is saved and copied looks like the pad, however long a stroke is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from pytestqt.qtbot import QtBot

from digitpad.ink.ink import Ink, Stroke
from digitpad.library.drawing_files import as_svg
from digitpad.ui.files import exporting
from digitpad.ui.pad.brush import PAGE, Brush
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.style.pixels import as_array

COUNTS = (100, 1_000, 10_924, 100_000)


def spiral(count: int) -> Ink:
    """Four turns, drawn with so many points."""
    way = np.linspace(0, 1, count)[:, None]
    angle = 8 * np.pi * way
    points = PAGE / 2 + 200 * way * np.hstack([np.cos(angle), np.sin(angle)])
    return Ink((Stroke(points),))


def inked(image: QImage) -> np.ndarray:
    """Which pixels are rather ink than paper."""
    return as_array(image)[:, :, 0] < 128


@pytest.mark.parametrize("count", COUNTS)
def test_saved_and_copied_pictures_show_what_the_pad_shows(
    qtbot: QtBot, tmp_path: Path, count: int
) -> None:
    ink, brush = spiral(count), Brush()
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(round(PAGE), round(PAGE))
    canvas.set_ink(ink)
    seen = inked(canvas.grab().toImage())[5:-5, 5:-5]
    copied = inked(exporting.as_image(ink, brush, paper=exporting.PAPER, scale=1))[5:-5, 5:-5]
    assert 0.2 < seen.mean() < 0.8
    assert (seen != copied).mean() < 0.002
    path = exporting.save_drawing(ink, brush, tmp_path / "spiral.png", paper=True)
    smooth = Qt.TransformationMode.SmoothTransformation
    saved = inked(QImage(str(path)).scaled(480, 480, mode=smooth))
    assert (seen != saved[5:-5, 5:-5]).mean() < 0.01


@pytest.mark.parametrize("count", [*COUNTS, 1, 2, 3, 1_001, 1_002, 1_003])
def test_a_saved_svg_shows_all_of_a_stroke(qtbot: QtBot, count: int) -> None:
    ink = spiral(count)
    image = QImage(480, 480, QImage.Format.Format_ARGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    QSvgRenderer(QByteArray(as_svg(ink, PAGE, Brush().width).encode())).render(painter)
    painter.end()
    copied = exporting.as_image(ink, Brush(), paper="#ffffff", scale=1)
    assert inked(copied).any()
    assert (inked(image) != inked(copied)).mean() < 0.02


def test_a_zigzag_of_many_points_is_painted_all_over(qtbot: QtBot) -> None:
    count = 20_000
    points = np.stack([np.linspace(40, 440, count), np.where(np.arange(count) % 2, 40, 440)], 1)
    image = exporting.as_image(Ink((Stroke(points),)), Brush(), paper="#ffffff", scale=0.5)
    assert inked(image)[25:215, 25:215].all()


def test_a_pen_keeps_its_widths(qtbot: QtBot) -> None:
    points = np.stack([np.linspace(40, 440, 50), np.full(50, 240.0)], axis=1)
    widths = inked(
        exporting.as_image(
            Ink((Stroke(points, pressure=np.linspace(0, 1, 50)),)), Brush(), paper="#ffffff"
        )
    ).sum(axis=0)
    assert 0 < 2 * widths[300] < widths[1600]
