from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

from pytestqt.qtbot import QtBot

from digitpad.image.normalize import PEN_WIDTH, normalize_bitmap, normalize_ink
from digitpad.image.pictures import PictureError
from digitpad.library.drawing_files import as_svg
from digitpad.ui.files.svg import SIDE, read_svg
from tests.support.damage import bounded, damaged
from tests.support.drawings import digit

pytestmark = pytest.mark.usefixtures("qtbot")
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def svg(body: str, size: str = 'viewBox="0 0 100 100"') -> bytes:
    return f"{HEAD} {size}>{body}</svg>".encode()


@pytest.mark.parametrize("label", ["0", "1", "3", "7"])
@pytest.mark.parametrize(("colour", "paper"), [("#000000", None), ("#ffee00", "#203040")])
def test_an_own_drawing_reads_as_its_ink(label: str, colour: str, paper: str | None) -> None:
    ink = digit(label)
    left, top, right, bottom = ink.bounds() or (0, 0, 0, 0)
    width = PEN_WIDTH * max(right - left, bottom - top) / (20 - PEN_WIDTH)
    picture = read_svg(as_svg(ink, 480, width, colour=colour, paper=paper).encode())
    assert picture.shape == (SIDE, SIDE, 4)
    seen, expected = normalize_bitmap(picture), normalize_ink(ink)
    assert seen is not None
    assert expected is not None
    steps = [(y, x) for y in (0, -1, 1) for x in (0, -1, 1)]
    assert min(np.abs(np.roll(seen, s, (0, 1)) - expected).mean() for s in steps) < 0.02


def test_shape_follows_the_document() -> None:
    assert read_svg(svg("<path d='M0 0h9'/>", 'width="300" height="100"')).shape == (128, 384, 4)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not an SVG"),
        (b"seven", "not an SVG"),
        (b"<html/>", "not an SVG"),
        (b"<svg", "not an SVG"),
        (svg("x")[:-4], "not an SVG"),
        (b'<!DOCTYPE svg [<!ENTITY a "aaa">]>' + svg("&a;"), "entities"),
        ("\ufeff".encode("utf-16") + svg("").decode().encode("utf-16"), "entities|not an SVG"),
        (svg("<g>" * 100 + "</g>" * 100), "complicated"),
        (svg("<g/>" * 3_000), "complicated"),
        (svg("<use href='#a'/>" * 20), "complicated"),
        (svg(f"<path d='{'M0 0L9 9' * 9_000}'/>"), "complicated"),
        (svg(" " * 3_000_000), "too large"),
        (svg("", 'viewBox="0 0 0 0"'), "no size"),
        (svg("", 'viewBox="0 0 1e30 1e30"'), "no size"),
    ],
)
def test_what_is_no_harmless_svg_is_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(PictureError, match=sentence):
        read_svg(content)


def test_a_doctype_without_entities_is_usual() -> None:
    doctype = b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">'
    assert read_svg(doctype + svg("<rect width='9' height='9'/>"))[:40, :40, 3].max() == 255


def test_nothing_from_outside_is_read(tmp_path: Path) -> None:
    from PySide6.QtGui import QImage

    secret = tmp_path / "secret.png"
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    image.fill(0xFF0000)
    image.save(str(secret))
    for href in (str(secret), secret.as_uri()):
        for attribute in ("href", "xlink:href"):
            drawn = read_svg(svg(f'<image width="100" height="100" {attribute}="{href}"/>'))
            assert not drawn.any()


CHAIN = "".join(
    f'<g id="a{i}"><use xlink:href="#a{i - 1}"/><use xlink:href="#a{i - 1}"/></g>'
    for i in range(1, 5)
)
HEAVY = {
    "dashes": '<path d="M0 0L1e6 1e6" stroke="#000" stroke-dasharray="0.0001"/>',
    "dashes in style": '<path d="M0 0L1e6 1e6" style="stroke:#000;stroke-dasharray:0.0001 1"/>',
    "uses": f'<defs><g id="a0"><rect width="9" height="9"/></g>{CHAIN}</defs><use href="#a4"/>',
    "itself": '<g id="a"><use xlink:href="#a"/></g>',
    "far": '<path d="M-1e30 0C1e30 1e30 -1e30 1e30 1e30 0" stroke="#000" stroke-width="1e20"/>',
    "points": f'<polyline points="{"0,0 100,100 " * 1_900}" stroke="#000"/>',
    "blur": '<filter id="f"><feGaussianBlur stdDeviation="1e9"/></filter>'
    '<rect width="100" height="100" filter="url(#f)"/>',
    "pattern": '<pattern id="p" width="0.0001" height="0.0001"><rect width="1" height="1"/>'
    '</pattern><rect width="100" height="100" fill="url(#p)"/>',
    "text": f'<text font-size="1e6">{"7" * 10_000}</text>',
    "texts": '<text font-size="90" y="80">7777777777</text>' * 990,
    "circles": '<circle r="50" cx="50" cy="50" stroke="red" stroke-width="3"/>' * 990,
    "gradients": '<radialGradient id="g"><stop offset="0"/><stop offset="1" stop-color="red"/>'
    "</radialGradient>" + '<rect width="100" height="100" fill="url(#g)"/>' * 990,
    "opacity": '<g opacity="0.5"><rect width="100" height="100"/></g>' * 490,
    "wide": f'<path d="M0 0{"C0 99 99 0 50 50" * 1_300}" stroke="red" stroke-width="30"/>',
}


@pytest.mark.parametrize("body", HEAVY.values(), ids=HEAVY)
@pytest.mark.qt_log_ignore(".*")  # Qt says what it does not like
def test_what_costs_much_elsewhere_is_quick_here(body: str) -> None:
    # A slow machine takes some tenths of a second.
    with bounded(body, seconds=2), suppress(PictureError):
        assert read_svg(svg(body)).shape == (SIDE, SIDE, 4)


@pytest.mark.qt_log_ignore(".*")  # Qt says what it does not like
def test_damage_is_a_sentence_or_a_picture(qtbot: QtBot) -> None:
    wholes = [
        as_svg(digit("3"), 480, 22, paper="#ffffff").encode(),
        svg('<g transform="rotate(9) scale(2)"><text x="5" y="50" font-size="40">7</text></g>'),
        svg('<path d="M10 10A5 5 0 0 1 9 9Q1 2 3 4" style="stroke:red;stroke-width:3"/>'),
    ]
    for bad in damaged(wholes):
        with bounded(bad), suppress(PictureError):
            assert read_svg(bad).shape[2] == 4


def test_a_page_of_outlined_words_is_refused(qtbot: QtBot) -> None:
    text = "<text stroke='red' stroke-width='3' font-size='60'>many a word</text>"
    with bounded(text, seconds=2):
        assert read_svg(svg(150 * text)).shape == (SIDE, SIDE, 4)
        with pytest.raises(PictureError, match="too complicated"):
            read_svg(svg(900 * text))
