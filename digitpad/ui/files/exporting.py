"""Copies the answer and the drawing to the clipboard, and saves the drawing to files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QIODevice,
    QMimeData,
    QRectF,
    Qt,
)
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

from digitpad.ink.ink import Ink
from digitpad.library.drawing_files import append_ink, as_svg, write
from digitpad.ui.files.importing import INK_FORMAT
from digitpad.ui.pad.brush import PAGE, Brush, Layer
from digitpad.ui.style import theme

translate = QCoreApplication.translate

#: Pixels of a saved picture for each unit of the page.
SCALE = 4
#: Ink and paper of what leaves the window: the same in both schemes, as it is pasted anywhere.
INK, PAPER = "#1d1b18", "#fbf9f4"


def answer_text(label: str, probability: float, doubt: str | None = None) -> str:
    """An answer as a line of text: ``"7, 99.8 %"``, with what is doubted about it."""
    text = f"{label}, {theme.percentage(probability)}"
    return f"{text}, {doubt}" if doubt else text


def copy_answer(label: str, probability: float, doubt: str | None = None) -> None:
    """Put an answer on the clipboard."""
    QGuiApplication.clipboard().setText(answer_text(label, probability, doubt))


def copy_drawing(ink: Ink, brush: Brush) -> None:
    """Put a drawing on the clipboard: a picture for other programs, ink for digitpad."""
    mime = QMimeData()
    mime.setImageData(as_image(ink, brush, paper=PAPER, scale=1))
    mime.setData(INK_FORMAT, QByteArray(ink.to_json().encode()))
    QGuiApplication.clipboard().setMimeData(mime)


def copy_picture(image: QImage) -> None:
    """Put a picture on the clipboard."""
    QGuiApplication.clipboard().setImage(image)


def as_image(ink: Ink, brush: Brush, *, paper: str | None = None, scale: float = SCALE) -> QImage:
    """A drawing as a picture of the whole page, as the pad shows it.

    Args:
        ink: the drawing, in units of the page.
        brush: the look of its strokes.
        paper: colour of the page; None leaves it transparent.
        scale: pixels for each unit of the page.
    """
    side = round(PAGE * scale)
    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(QColor(paper) if paper else Qt.GlobalColor.transparent)
    layer = Layer(image.size(), 1.0, QRectF(image.rect()), QColor(INK), brush.width)
    for stroke in ink.strokes:
        layer.add(stroke.points, stroke.pressure)
    painter = QPainter(image)
    painter.setOpacity(brush.opacity)
    layer.paint(painter, np.empty((0, 2)), None)
    painter.end()
    return image


def name_filters() -> str:
    """What a "Save as" dialog offers."""
    kinds = (
        (translate("Exporting", "Picture"), "png"),
        (translate("Exporting", "Drawing for other programs"), "svg"),
        (translate("Exporting", "Ink, one drawing a line"), "jsonl"),
    )
    return ";;".join(f"{name} (*.{suffix})" for name, suffix in kinds)


def save_drawing(ink: Ink, brush: Brush, path: Path, *, paper: bool = False) -> Path:
    """Save a drawing as its file's name says: ``.svg``, ``.jsonl`` (a line is added), else PNG.

    Args:
        ink: the drawing, in units of the page.
        brush: the look of its strokes.
        path: the file; one without a suffix gets ``.png``.
        paper: draw the paper too, instead of leaving it transparent.

    Returns:
        The file that was written.

    Raises:
        SaveError: if it cannot be; its message is one sentence.
    """
    ground = PAPER if paper else None
    suffix = path.suffix.lower()
    if suffix == ".jsonl":
        append_ink(ink, path)
    elif suffix == ".svg":
        write(path, _svg(ink, brush, ground))
    else:
        path = path if suffix == ".png" else path.with_name(f"{path.name}.png")
        write(path, png(as_image(ink, brush, paper=ground)))
    return path


def png(image: QImage) -> bytes:
    """A picture as the content of a PNG file."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub wants bytes
    buffer.close()
    return bytes(content.data())


def _svg(ink: Ink, brush: Brush, paper: str | None) -> bytes:
    return as_svg(ink, PAGE, brush.width, colour=INK, opacity=brush.opacity, paper=paper).encode()
