"""The dialog that shows and changes how a foreign model is used, tried on reference digits."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from digitpad.inference.errors import ModelError
from digitpad.inference.foreign.conventions import (
    ANSWERS,
    INKS,
    LAYOUTS,
    ONE_IMAGE,
    SCALINGS,
    Conventions,
    ConventionsError,
    checked,
    scaling,
)
from digitpad.inference.foreign.reference import reference_inks, references
from digitpad.inference.recognizer import Recognizer
from digitpad.ui.models.reference_tiles import ReferenceTiles
from digitpad.ui.style import theme
from digitpad.ui.style.choice import STYLE, Choice
from digitpad.ui.style.plain import PlainLabel

#: So many reference digits are shown; all that the model was tried on are counted.
_SHOWN = 10
_STYLE = (
    STYLE
    + """
QLabel#quiet {{ color: {muted}; }}
QPushButton:default:disabled {{ color: {muted}; background: {track}; }}
"""
)


class ModelDialog(QDialog):
    """Shows a model's conventions, and lets them be changed.

    After ``exec()`` or ``accepted``, :attr:`recognizer` is the model as it was chosen.

    Args:
        recognizer: a model of other people's, with conventions that were inferred.
    """

    def __init__(self, recognizer: Recognizer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        known = recognizer.inferred
        if known is None or recognizer.conventions is None:
            raise ValueError("digitpad's own models have no conventions to choose")
        self._known = known
        self._worked_out = known.best.conventions
        self.recognizer = recognizer
        self._chosen = recognizer.conventions
        self._origins: dict[str, PlainLabel] = {}
        self.setWindowTitle(self.tr("How {model} is used").format(model=recognizer.name[:40]))
        self._build_controls()
        self.tiles = ReferenceTiles(_SHOWN)
        self.verdict = PlainLabel()
        self.verdict.setWordWrap(True)
        self._lay_out()
        self._fill(self._chosen)
        self._connect()
        self._try()

    @property
    def conventions(self) -> Conventions:
        """What is chosen: of ``recognizer``, the last choice that the model ran with."""
        return self._chosen

    # -- building --------------------------------------------------------------------------------

    def _build_controls(self) -> None:
        self.layout_box = Choice([(name, name) for name in (*LAYOUTS, *ONE_IMAGE)])
        self.scaling_box = Choice([(name.replace("..", " … "), name) for name in SCALINGS])
        self.scaling_box.setEditable(True)
        self.scaling_box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.scaling_box.setToolTip(
            self.tr("The values of black and of white; others may be typed, such as 0..16")
        )
        inks = (self.tr("white on black"), self.tr("black on white"))
        self.ink_box = Choice(zip(inks, INKS, strict=True))
        self.output_box = Choice(
            [
                (self.tr("{name} ({count} classes)").format(name=name[:30], count=count), name)
                for name, count in self._known.outputs.items()
            ]
        )
        answers = (self.tr("probabilities"), self.tr("logits"), self.tr("class numbers"))
        self.answers_box = Choice(zip(answers, ANSWERS, strict=True))
        self.labels_edit = QLineEdit()
        self.labels_edit.setToolTip(self.tr("One for each class, with spaces between"))

    def _rows(self) -> list[tuple[str, str, QWidget]]:
        """Key, name and control of each convention."""
        return [
            ("layout", self.tr("Layout"), self.layout_box),
            ("scaling", self.tr("Black … white"), self.scaling_box),
            ("ink", self.tr("Digits are"), self.ink_box),
            ("output", self.tr("Answering output"), self.output_box),
            ("answers", self.tr("Answers are"), self.answers_box),
            ("labels", self.tr("Labels"), self.labels_edit),
        ]

    def _lay_out(self) -> None:
        grid = theme.GRID
        title = PlainLabel(self.recognizer.name[:40])
        title.setFont(theme.sized(self.font(), 1.6, bold=True))
        facts = PlainLabel(self._facts())
        form = QGridLayout()
        form.setHorizontalSpacing(2 * grid)
        form.setVerticalSpacing(grid)
        form.setColumnStretch(1, 1)
        for row, (key, name, control) in enumerate(self._rows()):
            label = PlainLabel(name)
            label.setBuddy(control)
            control.setAccessibleName(name)
            control.setMinimumWidth(30 * grid)
            self._origins[key] = PlainLabel()
            form.addWidget(label, row, 0)
            form.addWidget(control, row, 1)
            form.addWidget(self._origins[key], row, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * grid, 3 * grid, 3 * grid, 3 * grid)
        column.setSpacing(2 * grid)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetMinimumSize)
        column.addWidget(title)
        column.addWidget(facts)
        column.addLayout(form)
        column.addSpacing(grid)
        column.addWidget(self.tiles)
        column.addWidget(self.verdict)
        column.addStretch(1)
        column.addLayout(self._button_row())
        for quiet in (facts, *self._origins.values()):
            quiet.setObjectName("quiet")
        self._colour()

    def _facts(self) -> str:
        """What the file says and nobody can change."""
        chosen = self._chosen
        count = (
            self.tr("any number of images at a time")
            if chosen.batch is None
            else self.tr("images at a time: {count}").format(count=chosen.batch)
        )
        size = f"{chosen.side} × {chosen.side}" + (" × 3" if chosen.channels == 3 else "")
        return f"{size}  ·  {chosen.dtype}  ·  {count}"

    def _button_row(self) -> QHBoxLayout:
        self.reset_button = QPushButton(self.tr("As worked out"))
        self.use_button = QPushButton(self.tr("Use"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.use_button.setDefault(True)
        for button in (self.reset_button, self.cancel_button):
            button.setAutoDefault(False)
        row = QHBoxLayout()
        row.setSpacing(theme.GRID)
        row.addWidget(self.reset_button)
        row.addStretch(1)
        row.addWidget(self.use_button)
        row.addWidget(self.cancel_button)
        return row

    def _connect(self) -> None:
        self.output_box.currentIndexChanged.connect(self._count_labels)
        for box in (self.layout_box, self.ink_box, self.output_box, self.answers_box):
            box.currentIndexChanged.connect(self._try)
        self.scaling_box.currentTextChanged.connect(self._try)
        self.labels_edit.textChanged.connect(self._try)
        self.use_button.clicked.connect(self.accept)
        self.cancel_button.clicked.connect(self.reject)
        self.reset_button.clicked.connect(self._reset)

    # -- choosing --------------------------------------------------------------------------------

    def _fill(self, chosen: Conventions) -> None:
        self.layout_box.choose(chosen.layout)
        if not self.scaling_box.choose(chosen.scaling):
            self.scaling_box.setEditText(chosen.scaling)
        self.ink_box.choose(chosen.ink)
        self.output_box.choose(chosen.output)
        self.answers_box.choose(chosen.answers)
        self.labels_edit.setText(" ".join(chosen.labels))

    def _count_labels(self) -> None:
        """Another output may have another number of classes."""
        count = self._known.outputs[self.output_box.currentData()]
        if len(self._labels()) != count:
            self.labels_edit.setText(" ".join(str(i) for i in range(count)))

    def _reset(self) -> None:
        self._fill(self._worked_out)

    def _wanted(self) -> Conventions:
        """What the controls say.

        Raises:
            ConventionsError: if they say what cannot be.
        """
        low, high = scaling(self.scaling_box.currentText().replace(" ", "").replace("…", ".."))
        values: dict[str, Any] = {
            "layout": self.layout_box.currentData(),
            "low": low,
            "high": high,
            "ink": self.ink_box.currentData(),
            "output": self.output_box.currentData(),
            "answers": self.answers_box.currentData(),
            "labels": self._labels(),
        }
        return replace(self._worked_out, **checked(values))

    def _labels(self) -> list[str]:
        """The labels of the line; unchanged ones as they were, since they may have spaces."""
        text = self.labels_edit.text()
        for known in (self._chosen.labels, self._worked_out.labels):
            if text == " ".join(known):
                return list(known)
        return text.split()

    def _try(self) -> None:
        """Run the model with what is chosen, and show how it does."""
        try:
            wanted = self._wanted()
            recognizer = self.recognizer.adapted(wanted)
            shown = references(min(self._known.digits, len(reference_inks())))
            images = shown.images[shown.plain]
            probabilities = recognizer.predict(images)
            if not np.isfinite(probabilities).all():
                raise ModelError(self.tr("The model's answers are not numbers."))
        except (ConventionsError, ModelError) as error:
            self._say(str(error))
            return
        self.recognizer, self._chosen = recognizer, wanted
        digits = [str(digit) for digit in shown.digits[shown.plain, 0]]
        light = images if wanted.ink == "white" else 1 - images
        self.tiles.show_answers(light, digits, probabilities, wanted.labels)
        read = [wanted.labels[i] for i in probabilities.argmax(axis=1)]
        right = sum(a == b for a, b in zip(read, digits, strict=True))
        self._say(None, right, len(digits))

    def _say(self, problem: str | None, right: int = 0, count: int = 0) -> None:
        self.use_button.setEnabled(problem is None)
        if problem is not None:
            self.verdict.setText(problem)
            return
        told = self.tr("Reads {right} of {count} reference digits.")
        sentences = [told.format(right=right, count=count)]
        if self._chosen == self._worked_out:
            sentences.append(self._how_sure())
        self.verdict.setText(" ".join(sentences))
        for key, origin in self._origins.items():
            origin.setText(self._origin(key))

    def _how_sure(self) -> str:
        if self._known.sureness == "guess":
            return self.tr("This is a guess: no way of using the model reads them well.")
        if self._known.sureness == "sure":
            return self.tr("No other way of using the model does as well.")
        rival = self._known.others[0].conventions
        ink = self.ink_box.itemText(self.ink_box.findData(rival.ink))
        told = self.tr("Nearly as good: {scaling}, {ink}.")
        return told.format(scaling=rival.scaling.replace("..", " … "), ink=ink)

    def _origin(self, key: str) -> str:
        names = ("low", "high") if key == "scaling" else (key,)
        if any(getattr(self._chosen, n) != getattr(self._worked_out, n) for n in names):
            return self.tr("changed")
        return self.tr("from the file") if key in self._known.read else self.tr("worked out")

    # -- looks -----------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()
        super().changeEvent(event)

    def _colour(self) -> None:
        """Follow the scheme."""
        colours = asdict(theme.colours(self.palette()))
        style = _STYLE.format(**colours, grid=theme.GRID, half=theme.GRID // 2)
        if style != self.styleSheet():
            self.setStyleSheet(style)
