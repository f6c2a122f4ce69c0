"""What the network sees and says: the preview, and the answers and bars of one model or of two."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitpad.inference.pending import Model
from digitpad.inference.recognizer import Readings
from digitpad.reading.reader import PersonalReadings
from digitpad.ui.results.agreement import Agreement, Line, Outcome
from digitpad.ui.results.answer import Answer
from digitpad.ui.results.bars import MOST_AT_ONCE, Bars, ScrolledBars
from digitpad.ui.results.preview import Preview
from digitpad.ui.results.verdict import Verdict
from digitpad.ui.style import theme
from digitpad.ui.style.labels import labels_in_language
from digitpad.ui.style.translations import Translated

#: Of the window's width, a column gets two parts where the pad gets three.
_SHARE = 2
#: The least width of a column, which bars and what scrolls them need; and the most.
_NARROWEST, _WIDEST = 33 * theme.GRID, 56 * theme.GRID


class Column:
    """The answer and the bars of one model; what is common to two models lies between them.

    Attributes:
        head: the answer, and above it, where there are two models, which of them it is.
        body: the bars.
        bars: one for each class of the model; others after :meth:`set_model`.
        recognizer: the model.
        verdict: whether the drawing is rejected; another one after :meth:`set_model`.
        label: the class that was read, as the model calls it in any language; None without answer.
    """

    recognizer: Model
    bars: Bars
    verdict: Verdict
    label: str | None = None

    def __init__(self, recognizer: Model) -> None:
        self.head, self.body = QWidget(), QWidget()
        self.body.setMinimumWidth(_NARROWEST)
        self.heading, self.answer, self.failure = Line(), Answer(), Line(wrapped=True)
        upper, self._lower = QVBoxLayout(self.head), QVBoxLayout(self.body)
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(theme.GRID)
        for widget in (self.heading, self.answer, self.failure):
            upper.addWidget(widget)
        self._lower.setContentsMargins(0, 0, 0, 0)
        self._shown: QWidget | None = None
        self.heading.hide()
        self.failure.hide()
        self.set_model(recognizer)

    def set_model(self, recognizer: Model) -> None:
        """Show another model's classes; the next reading fills them."""
        if self._shown is not None:
            before, self.recognizer = self.recognizer, recognizer
            if _answers(before) == _answers(recognizer):
                self.retranslate()  # it may bring other names
                return
            self._lower.removeWidget(self._shown)
            self._shown.hide()
            self._shown.deleteLater()
            self.verdict.deleteLater()
        self.recognizer = recognizer
        self._labels = labels_in_language(recognizer.labels, recognizer.metadata)
        self.bars = Bars(self._labels)
        self._shown = ScrolledBars(self.bars) if len(self._labels) > MOST_AT_ONCE else self.bars
        self._lower.addWidget(self._shown)
        if self.body.isVisible():
            self._shown.show()  # now, so that the winner of many can be scrolled to
        self.verdict = Verdict(recognizer.digit_score_threshold, self.body)
        self.verdict.settled.connect(self._reject)

    def set_heading(self, text: str) -> None:
        """Say which model this is; "" where there is only one."""
        self.heading.show_text(text)
        self.heading.setVisible(bool(text))
        for part in (self.head, self.body):
            part.setAccessibleName(text)

    def show_reading(self, readings: Readings | None, *, drawing: bool) -> None:
        """Show what the model says of one image; None where there is no answer."""
        self._fail("")
        self.label = None
        if readings is None:
            self.verdict.update(None, drawing=drawing)
            self.bars.show_probabilities(None)
            self.answer.show_answer(None)
            return
        probabilities, scores = readings.probabilities[0], readings.digit_scores
        score = None if scores is None else float(scores[0])
        rejected = self.verdict.update(score, drawing=drawing)
        personal = readings if isinstance(readings, PersonalReadings) else None
        alone = None if personal is None else personal.alone.probabilities[0]
        learned = personal is not None and bool(personal.learned[0])
        self.bars.show_probabilities(probabilities, alone)
        winner = int(probabilities.argmax())
        self.label = self.recognizer.labels[winner]
        shown, probability = self._labels[winner], float(probabilities[winner])
        self.answer.show_answer(shown, probability, rejected=rejected, learned=learned)

    def show_failure(self, sentence: str) -> None:
        """Say in the place of the answer why there is none."""
        self.show_reading(None, drawing=False)
        self._fail(sentence)

    def retranslate(self) -> None:
        """Call the classes as the language that is now installed does."""
        model, answer = self.recognizer, self.answer
        self._labels = labels_in_language(model.labels, model.metadata)
        self.bars.set_labels(self._labels)
        if self.label is not None:
            shown = self._labels[model.labels.index(self.label)]
            answer.show_answer(
                shown, answer.probability, rejected=answer.rejected, learned=answer.learned
            )

    def settle(self) -> None:
        """Finish at once what takes its time: gliding bars, and the verdict (for pictures)."""
        self.verdict.settle()
        self.bars.settle()

    def _fail(self, sentence: str) -> None:
        if sentence == self.failure.text:
            return
        self.failure.show_text(sentence)
        self.failure.setFixedHeight(self.answer.sizeHint().height())
        shown, hidden = (self.failure, self.answer) if sentence else (self.answer, self.failure)
        hidden.hide()  # first: with both, the window would have to grow
        shown.show()
        if sentence:
            event = QAccessibleAnnouncementEvent(self.failure, sentence)
            QAccessible.updateAccessibility(event)

    def _reject(self) -> None:
        self.answer.show_answer(self.answer.label, self.answer.probability, rejected=True)


def _answers(model: Model) -> tuple[Sequence[str], float | None]:
    return model.labels, model.digit_score_threshold


class Results(Translated, QWidget):
    """Shows one reading after the other, of one model after the other, or of two at a time.

    Attributes:
        first: the model's column.
        second: the column of the model that it is compared with; None before there was one.
        agreement: whether both read the same.
    """

    def __init__(self, recognizer: Model) -> None:
        super().__init__()
        self.first = Column(recognizer)
        self.second: Column | None = None
        self.preview = Preview()
        self.agreement = Agreement()
        self._heads, self._bodies = QHBoxLayout(), QHBoxLayout()
        self._heads.setSpacing(3 * theme.GRID)
        self._heads.addWidget(self.first.head, 1)
        self._heads.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignBottom)
        self._bodies.setSpacing(4 * theme.GRID)
        self._bodies.addWidget(self.first.body, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._heads)
        layout.addWidget(self.agreement)
        self.agreement.setContentsMargins(0, theme.GRID, 0, 0)
        layout.addSpacing(3 * theme.GRID)
        layout.addLayout(self._bodies, 1)
        self._make_room(1)

    def show_second(self, recognizer: Model) -> Column:
        """Show a second model's column."""
        if self.second is None:
            self.second = Column(recognizer)
            self._heads.addWidget(self.second.head, 1)
            self._bodies.addWidget(self.second.body, 1)
        else:
            self.second.set_model(recognizer)
        self._make_room(2)
        return self.second

    def hide_second(self) -> None:
        """Show one column again."""
        self._make_room(1)
        self.first.set_heading("")

    def show_agreement(self) -> None:
        """Show whether both read the same: by what the classes are called, not by their order."""
        if self.second is None:
            return
        columns = self.first, self.second
        one, other = (column.label for column in columns)
        if set(self.first.recognizer.labels).isdisjoint(self.second.recognizer.labels):
            outcome = Outcome.OTHER_CLASSES
        elif one is None or other is None:
            outcome = Outcome.NONE
        else:
            outcome = Outcome.SAME if one == other else Outcome.DIFFERENT
        self.agreement.show_outcome(outcome, *(column.answer.label or "" for column in columns))

    def _make_room(self, columns: int) -> None:
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHorizontalStretch(_SHARE * columns)
        self.setSizePolicy(policy)
        self.setMaximumWidth(_WIDEST * columns)
        self.agreement.setVisible(columns > 1)
        if self.second is not None:
            for part in (self.second.head, self.second.body):
                part.setVisible(columns > 1)

    def retranslate(self) -> None:
        for column in filter(None, (self.first, self.second)):
            column.retranslate()
        self.show_agreement()

    def settle(self) -> None:
        """Finish at once what takes its time: gliding bars, and the verdicts (for pictures)."""
        for column in filter(None, (self.first, self.second)):
            column.settle()
