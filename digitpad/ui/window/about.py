"""The About dialog: versions, the model in use, and licences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, NamedTuple

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from digitpad.ui.style import theme
from digitpad.ui.style.translations import Translated

translate = QCoreApplication.translate

#: Width of the names, in pixels.
_COLUMN = 27 * theme.GRID


class Licence(NamedTuple):
    """Somebody's work that digitpad uses."""

    work: str
    licence: str
    address: str


LICENCES = (
    Licence("digitpad", "MIT", ""),
    Licence("Qt, PySide6", "LGPL-3.0", "https://www.qt.io/licensing"),
    Licence("onnxruntime", "MIT", "https://onnxruntime.ai"),
    Licence("NumPy", "BSD-3-Clause", "https://numpy.org"),
    Licence("Pillow", "MIT-CMU", "https://python-pillow.github.io"),
    Licence("Rich", "MIT", "https://github.com/Textualize/rich"),
    Licence("Python", "PSF-2.0", "https://docs.python.org/3/license.html"),
    Licence(
        "MNIST (Y. LeCun, C. Cortes, C. Burges)",
        "CC BY-SA 3.0",
        "https://creativecommons.org/licenses/by-sa/3.0/",
    ),
    Licence(
        "Pen-Based Recognition of Handwritten Digits (E. Alpaydin, F. Alimoglu; UCI)",
        "CC BY 4.0",
        "https://doi.org/10.24432/C5MG6K",
    ),
    Licence(
        "Fashion-MNIST (H. Xiao, K. Rasul, R. Vollgraf)",
        "MIT",
        "https://github.com/zalandoresearch/fashion-mnist",
    ),
)


def model_rows(name: str, provider: str, card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a model and its card say, as rows; a card may hold anything."""
    rows = [
        (translate("About", "Name"), name),
        (translate("About", "Runs on"), provider.removesuffix("ExecutionProvider")),
    ]
    told = {"summary": translate("About", "Summary"), "data": translate("About", "Trained on")}
    rows += [(name, card[key]) for key, name in told.items() if isinstance(card.get(key), str)]
    measured = card.get("accuracy")
    title = translate("About", "Accuracy, {dataset}")
    for key, value in measured.items() if isinstance(measured, dict) else ():
        share = value.get("accuracy") if isinstance(value, dict) else value
        if isinstance(share, (int, float)) and 0 <= share <= 1:
            rows.append(
                (title.format(dataset=str(key).replace("_", " ")), theme.percentage(share, 2))
            )
    return rows


class AboutDialog(Translated, QDialog):
    """Versions, model and licences, to be read and to be copied.

    Args:
        versions: what runs here, such as ``{"Python": "3.11.2"}``; ``"digitpad"`` among them.
        model: name, provider and card of the model in use, for :func:`model_rows`.
    """

    def __init__(
        self,
        versions: Mapping[str, str],
        model: tuple[str, str, Mapping[str, Any]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._versions, self._model = versions, model
        self.text = QTextBrowser()
        self.text.setOpenExternalLinks(True)
        self.text.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.text.document().setDocumentMargin(theme.GRID)
        self.copy_button = QPushButton()
        self.copy_button.setAutoDefault(False)
        self.copy_button.clicked.connect(self._copy)
        self.close_button = QPushButton()
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy_button)
        buttons.addStretch()
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        margin = 3 * theme.GRID
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(2 * theme.GRID)
        layout.addWidget(self.text)
        layout.addLayout(buttons)
        self.resize(70 * theme.GRID, 75 * theme.GRID)
        self.retranslate()
        self.close_button.setFocus()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.retranslate()
        super().changeEvent(event)

    def retranslate(self) -> None:
        self.setWindowTitle(translate("About", "About digitpad"))
        self.text.setAccessibleName(self.windowTitle())
        self.text.setHtml(self._html())
        self.copy_button.setText(translate("About", "&Copy"))
        self.copy_button.setToolTip(translate("About", "Copy everything as text"))
        self.close_button.setText(translate("About", "Close"))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copy_button.setText(translate("About", "Copied"))

    def _html(self) -> str:
        colours = theme.colours(self.palette())
        licences = [(w, f"{licence}  {at}".strip()) for w, licence, at in LICENCES]
        slogan = translate("About", "Draw a digit and see, live, what a CNN makes of it.")
        return "".join(
            (
                f"<h2>digitpad {escape(self._versions['digitpad'])}</h2>",
                f"<p style='color:{colours.muted}'>{escape(slogan)}</p>",
                _section(translate("About", "Model"), model_rows(*self._model), colours),
                _section(translate("About", "Versions"), [*self._versions.items()], colours),
                _section(translate("About", "Licences"), licences, colours),
            )
        )


def _section(title: str, rows: Iterable[tuple[str, str]], colours: theme.Colours) -> str:
    cells = "".join(
        f"<tr><td width='{_COLUMN}' style='color:{colours.muted}; padding: 2px 16px 2px 0'>"
        f"{escape(name)}</td>"
        f"<td style='padding: 2px 0'>{_linked(text)}</td></tr>"
        for name, text in rows
    )
    return f"<h4>{escape(title)}</h4><table>{cells}</table>"


def _linked(text: str) -> str:
    """Text for HTML, with our own addresses as links; a model's card is shown as it is written."""
    words, _, address = text.rpartition("  https://")
    if not address or not any(address and row.address.endswith(address) for row in LICENCES):
        return escape(text)
    return f"<a href='https://{escape(address)}'>{escape(words)}</a>"
