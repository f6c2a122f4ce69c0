"""Reads what is pasted, dropped or opened: a picture, ink, or a sentence on why it is neither."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMimeData, Qt
from PySide6.QtGui import QImage, QPixmap

from digitpad.cli.sources import MAX_LINE, SourceError, first_ink, is_ink
from digitpad.cli.terminal import printable
from digitpad.image.bitmap import Pixels
from digitpad.image.pictures import MAX_SIDE, SUFFIXES, PictureError, read_picture
from digitpad.ink.ink import Ink, InkError
from digitpad.ui.files.svg import MAX_BYTES, read_svg
from digitpad.ui.style.pixels import as_array

translate = QCoreApplication.translate

#: The clipboard's name for a drawing of digitpad's: its line of JSON.
INK_FORMAT = "application/x-digitpad-ink+json"
_SVG_FORMAT = "image/svg+xml"


@dataclass(frozen=True, eq=False)
class Imported:
    """Something that came in; exactly one of ``pixels``, ``ink`` and ``problem`` is there.

    Attributes:
        source: where it came from, for people: a file's name, or "Clipboard".
        pixels: a picture, as :func:`digitpad.image.normalize.normalize_bitmap` takes it.
        ink: a drawing.
        problem: one sentence on why it is neither.
    """

    source: str
    pixels: Pixels | None = None
    ink: Ink | None = None
    problem: str | None = None


def name_filter() -> str:
    """What an "Open" dialog offers."""
    patterns = " ".join(f"*{suffix}" for suffix in sorted({*SUFFIXES, ".svg", ".jsonl"}))
    title = translate("Importing", "Pictures and drawings")
    return f"{title} ({patterns})"


def can_read(mime: QMimeData) -> bool:
    """Whether a drag may hold something to read; decides only whether to accept it."""
    return bool(_files(mime)) or mime.hasImage() or mime.hasFormat(INK_FORMAT) or mime.hasText()


def from_mime(mime: QMimeData, source: str | None = None) -> Imported:
    """What a paste or a drop brings.

    Files come first, then ink, then images, then text that is ink or SVG.

    Args:
        mime: the clipboard's or the drop's data.
        source: what to call data without a file; None for "Clipboard".
    """
    source = source or translate("Importing", "Clipboard")
    if files := _files(mime):
        return from_file(files[0])
    for name, read in ((INK_FORMAT, _ink_from_text), (_SVG_FORMAT, _svg)):
        if mime.hasFormat(name):
            return read(source, bytes(mime.data(name).data()))
    if (image := _image(mime)) is not None:
        return Imported(source, pixels=as_pixels(image))
    if text := mime.text()[:MAX_LINE].strip():
        return _from_text(source, text.encode("utf-8", "replace"))
    if mime.hasImage():
        return _problem(source, translate("Importing", "the picture is damaged"))
    return Imported(
        source, problem=translate("Importing", "There is no picture and no drawing to paste.")
    )


def from_file(path: Path) -> Imported:
    """A picture, an SVG, or the first drawing of a ``.jsonl`` file."""
    source = printable(path.name)
    try:
        if not path.is_file():  # opening a pipe or a device could wait for ever
            return _problem(source, translate("Importing", "there is no such file"))
        if is_ink(path.name):
            return Imported(source, ink=first_ink(str(path), io.BytesIO()))
        with path.open("rb") as stream:
            if path.suffix.lower() == ".svg" or stream.read(256).lstrip().startswith(b"<"):
                stream.seek(0)
                return _svg(source, stream.read(MAX_BYTES + 1))
            stream.seek(0)
            return Imported(source, pixels=read_picture(stream))
    except SourceError as error:
        return Imported(source, problem=printable(str(error)))
    except PictureError as error:
        return _problem(source, str(error))
    except (OSError, ValueError) as error:
        return _problem(source, getattr(error, "strerror", None) or str(error))


def as_pixels(image: QImage) -> Pixels:
    """A QImage as uint8 (h, w, 4) RGBA, its longest side at most ``MAX_SIDE``."""
    if max(image.width(), image.height()) > MAX_SIDE:
        image = image.scaled(
            MAX_SIDE,
            MAX_SIDE,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    return as_array(image)


def _files(mime: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def _image(mime: QMimeData) -> QImage | None:
    """The picture that is there as a picture; None where it is damaged, or anything else."""
    image = mime.imageData() if mime.hasImage() else None
    if isinstance(image, QPixmap):
        image = image.toImage()
    return image if isinstance(image, QImage) and not image.isNull() else None


def _from_text(source: str, text: bytes) -> Imported:
    if text.startswith(b"{"):
        return _ink_from_text(source, text)
    if text.startswith(b"<"):
        return _svg(source, text)
    return Imported(
        source, problem=translate("Importing", "This text is neither a picture nor a drawing.")
    )


def _ink_from_text(source: str, text: bytes) -> Imported:
    try:
        ink = Ink.from_json(text.partition(b"\n")[0][:MAX_LINE])
    except InkError as error:
        return _problem(source, str(error))
    return (
        Imported(source, ink=ink)
        if ink
        else _problem(source, translate("Importing", "the drawing is empty"))
    )


def _svg(source: str, content: bytes) -> Imported:
    try:
        return Imported(source, pixels=read_svg(content))
    except PictureError as error:
        return _problem(source, str(error))


def _problem(source: str, sentence: str) -> Imported:
    return Imported(source, problem=f"{source}: {sentence}")
