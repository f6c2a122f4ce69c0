"""The page "Your hand": what was learned, digit by digit; forgotten, exported, imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from digitpad.cli.sources import SourceError, numbered_lines
from digitpad.image.normalize import SIZE
from digitpad.inference.errors import ModelError
from digitpad.inference.recognizer import Recognizer
from digitpad.library.correction import Correction, read_lines
from digitpad.library.drawing_files import SaveError, write
from digitpad.reading.progress import progress
from digitpad.ui.hand.learning import Learning
from digitpad.ui.style import theme
from digitpad.ui.style.pixels import tinted
from digitpad.ui.style.plain import PlainLabel
from digitpad.ui.style.translations import Translated

translate = QCoreApplication.translate
_CORRECTION = Qt.ItemDataRole.UserRole


class _Step(NamedTuple):
    """What can be undone."""

    gone: Sequence[Correction]
    back: Sequence[Correction]


class HandPage(Translated, QDialog):
    """Everything that was learned, and what it brought.

    Args:
        learning: what was learned.
        model: the model that reads at the moment, or something that is no :class:`Recognizer`.
        lessons: opens "Show me yours".
    """

    def __init__(
        self,
        learning: Learning,
        model: Callable[[], object],
        lessons: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._learning, self._model = learning, model
        self._undone: list[_Step] = []
        self.summary, self.message, self._privacy = (PlainLabel() for _ in range(3))
        for label in (self.summary, self.message, self._privacy):
            label.setWordWrap(True)
        self.switch = QCheckBox()
        self.switch.setChecked(learning.on)
        self.switch.toggled.connect(learning.switch)
        self.list = _thumbnails()
        self.buttons: dict[str, QPushButton] = {}
        calls = {
            "remove": self.remove,
            "remove-all": self.remove_all,
            "undo": self.undo,
            "lessons": lessons,
            "import": self._ask_import,
            "export": lambda: self._ask_export(for_training=False),
            "train": lambda: self._ask_export(for_training=True),
        }
        for name, call in calls.items():
            self.buttons[name] = QPushButton(autoDefault=False)
            self.buttons[name].clicked.connect(lambda _checked, call=call: call())
        self._lay_out()
        learning.changed.connect(self._show)
        self.retranslate()
        self.resize(80 * theme.GRID, 70 * theme.GRID)

    def remove(self) -> None:
        """Forget the drawings that are selected."""
        self._forget([item.data(_CORRECTION) for item in self.list.selectedItems()])

    def remove_all(self) -> None:
        """Forget everything."""
        self._forget(self._learning.entries)

    def undo(self) -> None:
        """Take the last step on this page back."""
        if self._undone:
            step = self._undone.pop()
            self._learning.replace(step.gone, step.back)
            self.message.setText("")
            self._show()

    def learn(self, corrections: Sequence[Correction], problems: Sequence[str] = ()) -> None:
        """Learn from drawings with labels, and say so."""
        old = {each.drawing: each for each in self._learning.entries}
        before = [old[each.drawing] for each in corrections if each.drawing in old]
        self._undone.append(_Step(corrections, before))
        self._learning.add(corrections)
        told = translate("HandPage", "Learned from {0} drawings.").format(len(corrections))
        self.message.setText(" ".join([told, *problems[:1]]))

    def export(self, path: Path, *, for_training: bool) -> None:
        """Write the drawings as lines of ink with labels, the oldest first."""
        chosen = [each for each in self._learning.entries if each.trains or not for_training]
        try:
            write(path, "".join(f"{each.to_json()}\n" for each in reversed(chosen)).encode())
        except SaveError as error:
            self.message.setText(str(error))
            return
        told = translate("HandPage", "{0} drawings are in {1}.")
        self.message.setText(told.format(len(chosen), path.name))

    def take(self, path: Path) -> None:
        """Learn from a file of lines of ink with labels."""
        try:
            found, problems = read_lines(numbered_lines(str(path)))
        except SourceError as error:
            self.message.setText(f"{path.name}: {error}")
            return
        self.learn(found, problems)

    def retranslate(self) -> None:
        self.setWindowTitle(translate("HandPage", "Your hand"))
        self.switch.setText(translate("HandPage", "Read what I draw as I have taught it"))
        self.list.setAccessibleName(translate("HandPage", "Learned drawings"))
        self._privacy.setText(translate("HandPage", "Drawings and labels stay on this machine."))
        for name, text in _texts().items():
            self.buttons[name].setText(text)
        self._show()

    def _show(self) -> None:
        entries = sorted(self._learning.entries, key=lambda each: each.label)
        self.list.clear()
        for each in entries:
            self.list.addItem(self._tile(each))
        for name in ("remove", "remove-all", "export", "train"):
            self.buttons[name].setEnabled(bool(entries))
        self.buttons["undo"].setEnabled(bool(self._undone))
        self.switch.setChecked(self._learning.on)
        self.summary.setText(self._learning.notice or self._summary())

    def _summary(self) -> str:
        entries, model = self._learning.entries, self._model()
        if not entries:
            return translate(
                "HandPage",
                "Nothing yet. Draw a digit and press its key, or click its bar, to teach it.",
            )
        corrected = sum(bool(each.read_as) and each.read_as != each.label for each in entries)
        told = translate("HandPage", "{0} drawings are remembered, {1} of them were misread.")
        sentence = told.format(len(entries), corrected)
        known = [(c, t) for c in entries if (t := self._learning.trace(c)) is not None]
        try:
            found = progress(model, known) if isinstance(model, Recognizer) else None
        except ModelError as error:
            return f"{sentence} {error}"
        if found is None:
            return sentence
        told = translate(
            "HandPage",
            "Of the last {0}, {1} are read rightly with what the others have taught, {2} without.",
        )
        return f"{sentence} {told.format(found.drawings, found.learned, found.alone)}"

    def _forget(self, gone: Sequence[Correction]) -> None:
        if gone:
            self._undone.append(_Step([], list(reversed(gone))))
            self._learning.replace(gone, [])
            told = translate("HandPage", "{0} drawings are forgotten.")
            self.message.setText(told.format(len(gone)))

    def _tile(self, correction: Correction) -> QListWidgetItem:
        item = QListWidgetItem(correction.label)
        item.setData(_CORRECTION, correction)
        if correction.image is not None:
            ink = QColor(theme.colours(self.palette()).ink)
            picture = QPixmap.fromImage(tinted(correction.image, ink))
            item.setIcon(QIcon(picture.scaled(2 * SIZE, 2 * SIZE)))
        return item

    def _ask_export(self, *, for_training: bool) -> None:
        title = translate("HandPage", "Export the learned drawings")
        name, _ = QFileDialog.getSaveFileName(self, title, "hand.jsonl", "*.jsonl")
        if name:
            self.export(Path(name), for_training=for_training)

    def _ask_import(self) -> None:
        title = translate("HandPage", "Import drawings with labels")
        name, _ = QFileDialog.getOpenFileName(self, title, "", "*.jsonl")
        if name:
            self.take(Path(name))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[3 * theme.GRID] * 4)
        layout.setSpacing(2 * theme.GRID)
        for widget in (self.summary, self.switch, self.list, self.message):
            layout.addWidget(widget)
        names = list(self.buttons)
        for row in (names[:3], names[3:]):
            line = QHBoxLayout()
            for name in row:
                line.addWidget(self.buttons[name])
            line.addStretch()
            layout.addLayout(line)
        layout.addWidget(self._privacy)


def _thumbnails() -> QListWidget:
    tiles = QListWidget()
    tiles.setViewMode(QListView.ViewMode.IconMode)
    tiles.setIconSize(QSize(2 * SIZE, 2 * SIZE))
    tiles.setResizeMode(QListView.ResizeMode.Adjust)
    tiles.setMovement(QListView.Movement.Static)
    tiles.setUniformItemSizes(True)
    tiles.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    return tiles


def _texts() -> dict[str, str]:
    return {
        "remove": translate("HandPage", "Forget selected"),
        "remove-all": translate("HandPage", "Forget all"),
        "undo": translate("HandPage", "Undo"),
        "lessons": translate("HandPage", "Show me yours…"),
        "import": translate("HandPage", "Import…"),
        "export": translate("HandPage", "Export…"),
        "train": translate("HandPage", "Export for training…"),
    }
