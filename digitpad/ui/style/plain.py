"""Text of strangers in widgets, shown as it is written.

What classes, files and models are called, and sentences with such names, may hold anything. Qt
guesses whether a text is HTML, and HTML reads the files that it names: so every label is made here,
and every tool tip and menu entry with a name in it is written here.
"""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QLabel, QWidget

from digitpad.cli.terminal import printable


class PlainLabel(QLabel):
    """A label that never takes its text for HTML."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


def plain_tip(text: str) -> str:
    """A tool tip that shows a text as it is written; Qt has no switch for that."""
    # Only where Qt would take it for HTML: other tool tips are not wrapped.
    if not GuiQt.mightBeRichText(text):
        return text
    return f"<p style='white-space: pre-wrap'>{escape(text)}</p>"


def menu_text(name: str) -> str:
    """An entry of a menu that shows a name as it is written: without mnemonics and shortcuts."""
    return printable(name).replace("&", "&&")
