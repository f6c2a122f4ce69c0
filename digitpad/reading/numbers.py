"""Numbers: a drawing of several digits, cut into its digits and read.

Every candidate for a digit is read in one batch; what was read stays known as long as its strokes
are there, so that while a digit is being drawn only what the newest stroke touches is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitpad.image.normalize import SIZE, Image, normalize_ink
from digitpad.inference.errors import ModelError
from digitpad.ink.ink import Ink
from digitpad.reading.paths import DIGIT_WEIGHTS, best_path, digit_terms
from digitpad.reading.reader import Reader
from digitpad.reading.segments import MOST_PIECES, Piece, Runs, box, lines, marks, pieces_of, runs

#: What stands in the place of what is no digit.
NOT_A_DIGIT = "✕"
#: From this probability on, a drawing in several lines is taken for one digit after all.
_ONE_DIGIT = 0.5

#: Strokes by their identities, each from which point to which.
_Key = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, eq=False)
class Digit:
    """One digit of a number.

    Attributes:
        label: the class that it is read as.
        probabilities: float32 (classes,).
        digit_score: 0..1, or None where the model does not judge that.
        rejected: whether it is perhaps no digit.
        strokes: indices of its strokes in the drawing, rising.
        bounds: left, top, right, bottom, in the units of the ink.
        image: float32 (28, 28), what the model got.
    """

    label: str
    probabilities: NDArray[np.float32]
    digit_score: float | None
    rejected: bool
    strokes: tuple[int, ...]
    bounds: tuple[float, float, float, float]
    image: Image

    @property
    def probability(self) -> float:
        return float(self.probabilities.max())


@dataclass(frozen=True)
class Number:
    """A line of digits.

    Attributes:
        digits: from left to right.
        probability: 0..1, of the whole: that it is cut so, and each digit is what it is read as.
        text: such as ``"-4.2"``, with a decimal point whatever the language.
    """

    digits: tuple[Digit, ...]
    probability: float
    text: str

    @property
    def shown(self) -> str:
        """The text, with :data:`NOT_A_DIGIT` in the place of what is perhaps no digit."""
        digits = iter(self.digits)
        return "".join(
            NOT_A_DIGIT if sign.isdigit() and next(digits).rejected else sign for sign in self.text
        )

    @property
    def rejected(self) -> bool:
        """Whether something in it is perhaps no digit."""
        return any(digit.rejected for digit in self.digits)


class _Candidate(NamedTuple):
    """What may be a digit."""

    pieces: tuple[Piece, ...]  #: in the order in which they were drawn
    ink: Ink

    @property
    def key(self) -> _Key:
        return tuple((id(piece.stroke), piece.start, piece.stop) for piece in self.pieces)


class _Read(NamedTuple):
    """What was read of one candidate, which is kept: its strokes' identities must not be reused."""

    candidate: _Candidate
    image: Image
    probabilities: NDArray[np.float32]
    score: float | None
    rejected: bool


class NumberReader:
    """Cuts drawings into digits and reads them; one drawing after the other, mostly alike.

    Args:
        reader: reads the digits.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[_Key, _Read] = {}

    @property
    def reads_digits(self) -> bool:
        """Whether the model's classes are digits, of which numbers are made."""
        return all(len(label) == 1 and label.isdigit() for label in self._reader.recognizer.labels)

    def read(self, ink: Ink) -> tuple[Number, ...]:
        """The numbers of a drawing, one a line, from top to bottom; a digit is a number, too.

        A drawing of more than :data:`MOST_PIECES` strokes in one line is one digit, or none.

        Raises:
            ModelError: as of :meth:`Reader.read`.
        """
        if not ink or not self.reads_digits:
            return ()
        known, self._known = self._known, {}
        parts = lines(ink)
        if len(parts) > 1:
            whole = _whole(ink, range(len(ink.strokes)))
            found = self._readings([whole], known)[0]
            if not found.rejected and found.probabilities.max() > _ONE_DIGIT:
                parts = [list(range(len(ink.strokes)))]
        return tuple(self._line(ink, line, known) for line in parts)

    def read_image(self, image: Image) -> Number:
        """What a picture of one digit, float32 (28, 28), says as a number.

        Raises:
            ModelError: as of :meth:`Reader.read`.
        """
        readings = self._reader.read(image[None])
        scores = readings.digit_scores
        read = _Read(
            _Candidate((), Ink()),
            image,
            readings.probabilities[0],
            None if scores is None else float(scores[0]),
            bool(readings.rejected[0]),
        )
        return _number((self._digit(read, (), (0.0, 0.0, SIZE, SIZE)),), 1.0)

    def _line(self, ink: Ink, line: list[int], known: dict[_Key, _Read]) -> Number:
        minus, dots = marks(ink, line)
        rest = [i for i in line if i != minus and i not in dots]
        pieces = pieces_of(ink, rest)
        if len(pieces) > MOST_PIECES:
            number = self._whole(ink, rest, known)
        else:
            number = self._cut(runs(pieces), known)
        if len(number.digits) < 1 + bool(dots):  # what looked like a point is a part of the digit
            return self._cut(runs(pieces_of(ink, line)), known) if dots else number
        return _marked(ink, number, minus, dots)

    def _cut(self, candidates: Runs, known: dict[_Key, _Read]) -> Number:
        found = self._readings(
            [
                _Candidate(candidates.drawn(run), candidates.ink(run))
                for run in range(len(candidates.first))
            ],
            known,
        )
        sure = np.array([read.probabilities.max() for read in found], dtype=np.float64)
        scores = np.array([1.0 if read.score is None else read.score for read in found])
        values = digit_terms(candidates, sure, scores) @ DIGIT_WEIGHTS
        path, probability = best_path(candidates, values)
        digits = tuple(
            self._digit(found[run], candidates.strokes(run), candidates.bounds[run].tolist())
            for run in path
        )
        return _number(digits, probability)

    def _whole(self, ink: Ink, line: Sequence[int], known: dict[_Key, _Read]) -> Number:
        whole = _whole(ink, line)
        bounds = box(np.concatenate([stroke.points for stroke in whole.ink.strokes]))
        read = self._readings([whole], known)[0]
        return _number((self._digit(read, tuple(line), bounds),), 1.0)

    def _readings(self, wanted: Sequence[_Candidate], known: dict[_Key, _Read]) -> list[_Read]:
        """What is read of candidates: what is not known yet, in one batch."""
        keys = [candidate.key for candidate in wanted]
        self._known.update({key: known[key] for key in keys if key in known})
        new = {key: c for key, c in zip(keys, wanted, strict=True) if key not in self._known}
        images = [image for c in new.values() if (image := normalize_ink(c.ink)) is not None]
        if images:
            readings = self._reader.read(np.stack(images))
            scores = readings.digit_scores
            if not np.isfinite(
                readings.probabilities.sum() + (0 if scores is None else scores.sum())
            ):
                raise ModelError("the model's answer is not a number")
            for row, (key, candidate) in enumerate(new.items()):
                self._known[key] = _Read(
                    candidate,
                    images[row],
                    readings.probabilities[row],
                    None if scores is None else float(scores[row]),
                    bool(readings.rejected[row]),
                )
        return [self._known[key] for key in keys]

    def _digit(self, read: _Read, strokes: tuple[int, ...], bounds: Iterable[float]) -> Digit:
        label = self._reader.recognizer.labels[int(read.probabilities.argmax())]
        left, top, right, bottom = bounds
        return Digit(
            label,
            read.probabilities,
            read.score,
            read.rejected,
            strokes,
            (left, top, right, bottom),
            read.image,
        )


def _whole(ink: Ink, line: Sequence[int]) -> _Candidate:
    """All strokes of a line as one candidate."""
    strokes = tuple(ink.strokes[i] for i in line)
    pieces = tuple(
        Piece(stroke, i, 0, len(stroke)) for i, stroke in zip(line, strokes, strict=True)
    )
    return _Candidate(pieces, Ink(strokes))


def _number(digits: tuple[Digit, ...], probability: float) -> Number:
    for digit in digits:
        probability *= digit.probability
    return Number(digits, probability, "".join(digit.label for digit in digits))


def _marked(ink: Ink, number: Number, minus: int | None, dots: Sequence[int]) -> Number:
    """A number with its minus and its decimal points;"""
    text = ["-"] if minus is not None else []
    middles = sorted(float(ink.strokes[i].points[:, 0].mean()) for i in dots)
    for digit in number.digits:
        middle = (digit.bounds[0] + digit.bounds[2]) / 2
        while middles and middles[0] < middle:
            text.append(".")
            middles.pop(0)
        text.append(digit.label)
    return Number(number.digits, number.probability, "".join(text))
