"""Draws SVG files, which may be hostile: no entities, no links, no scripts."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QCoreApplication, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from digitpad.image.pictures import PictureError
from digitpad.ui.style.pixels import as_array

translate = QCoreApplication.translate

#: Largest file in bytes, most elements, and deepest nesting.
MAX_BYTES, MAX_ELEMENTS, MAX_DEPTH = 2_000_000, 1_000, 64
#: Most references to other elements: in a chain, each can double what is drawn.
MAX_USES = 8
#: Most numbers in paths and polygons: a drawing of 1,500 points saved as SVG has 6,000.
MAX_NUMBERS = 8_000
#: Most letters: an outline around each takes ten times as long as a line.
MAX_LETTERS = 2_000
#: Longest side of the picture, in pixels.
SIDE = 384

_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*>", re.IGNORECASE)
# What a drawing of a digit does without: links, scripts, moving pictures, repeated patterns.
_LEFT_OUT = {
    *("animate", "animateColor", "animateMotion", "animateTransform", "set", "discard"),
    *("a", "audio", "video", "image", "feImage", "iframe", "foreignObject", "handler", "script"),
    *("filter", "marker", "mask", "pattern", "style"),
}
_TEXTS = {"text", "textArea"}
_NUMBER = re.compile(r"\d*\.?\d+")
_DASHES = re.compile(r"stroke-dash[a-z]*\s*:[^;]*;?")
_ATTRIBUTES_LEFT_OUT = ("stroke-dasharray", "stroke-dashoffset", "marker", "filter", "mask")


def read_svg(content: bytes) -> NDArray[np.uint8]:
    """Draw an SVG document.

    Args:
        content: the file, UTF-8.

    Returns:
        uint8 (h, w, 4) RGBA, the longest side ``SIDE`` pixels.

    Raises:
        PictureError: if it is no SVG, or more than a drawing needs to be.
    """
    if len(content) > MAX_BYTES:
        raise PictureError(translate("Svg", "the SVG picture is too large to open"))
    renderer = QSvgRenderer()
    renderer.setAnimationEnabled(False)
    if not renderer.load(QByteArray(_harmless(content))):
        raise PictureError(translate("Svg", "the SVG picture is damaged or empty"))
    size = renderer.viewBoxF().size()
    if not (0 < size.width() < 1e6 and 0 < size.height() < 1e6):
        raise PictureError(translate("Svg", "the SVG picture has no size that can be drawn"))
    scale = SIDE / max(size.width(), size.height())
    width, height = (max(1, round(length * scale)) for length in (size.width(), size.height()))
    image = QImage(width, height, QImage.Format.Format_RGBA8888)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, width, height))
    painter.end()
    return as_array(image)


def _harmless(content: bytes) -> bytes:
    """The document without anything that reaches outside it or multiplies.

    Raises:
        PictureError: if it is not an SVG document, or a bomb.
    """
    # In UTF-8 only, so that what is looked for cannot hide in another encoding.
    content = _DOCTYPE.sub(b"", content.removeprefix(b"\xef\xbb\xbf"), count=1)
    if b"\0" in content or b"<!DOCTYPE" in content.upper() or b"<!ENTITY" in content.upper():
        raise PictureError(
            translate("Svg", "the SVG picture defines entities, which digitpad does not read")
        )
    try:
        content.decode()
        root = ET.fromstring(content)  # noqa: S314  without entities it cannot explode
    except (ET.ParseError, ValueError, LookupError) as error:
        raise PictureError(translate("Svg", "not an SVG picture, or a damaged one")) from error
    if _name(root) != "svg":
        raise PictureError(translate("Svg", "not an SVG picture, or a damaged one"))
    elements = uses = numbers = letters = 0
    todo = [(root, 0)]
    while todo:
        element, depth = todo.pop()
        elements += 1
        uses += _name(element) == "use"
        if _name(element) in _TEXTS:
            letters += len("".join(element.itertext()))
        for name in ("d", "points"):
            numbers += len(_NUMBER.findall(element.get(name, "")))
        if (
            max(elements / MAX_ELEMENTS, numbers / MAX_NUMBERS, letters / MAX_LETTERS) > 1
            or depth > MAX_DEPTH
            or uses > MAX_USES
        ):
            raise PictureError(translate("Svg", "the SVG picture is too complicated to open"))
        _clean(element)
        todo += [(child, depth + 1) for child in element]
    return ET.tostring(root)


def _clean(element: ET.Element) -> None:
    for child in list(element):
        if _name(child) in _LEFT_OUT:
            element.remove(child)
    for key, value in list(element.attrib.items()):
        name = key.rpartition("}")[2]
        links = name == "href" and not value.lstrip().startswith("#")
        if links or name.startswith(_ATTRIBUTES_LEFT_OUT):
            del element.attrib[key]
        elif name == "style":
            element.attrib[key] = _DASHES.sub("", value)


def _name(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]
