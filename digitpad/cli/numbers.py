"""``digitpad predict --numbers``: what number stands in every drawing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from digitpad.cli.sources import Drawing, Problem
from digitpad.cli.terminal import printable
from digitpad.inference.contract import REJECTED
from digitpad.reading.numbers import NOT_A_DIGIT, Digit, Number, NumberReader

_DECIMALS = 6


@dataclass(frozen=True)
class NumberAnswer:
    """One number; a drawing without ink has none.

    Attributes:
        labels: of the model, in the order of the probabilities.
    """

    source: str
    index: int
    place: str
    number: Number | None
    labels: Sequence[str]

    def as_json(self) -> str:
        """One line of JSON; ``digitpad predict --help`` says what its fields are."""
        number = self.number
        record = {
            "source": self.source,
            "index": self.index,
            "number": None if number is None else number.text,
            "probability": None if number is None else round(number.probability, _DECIMALS),
            "digits": [] if number is None else [self._digit(digit) for digit in number.digits],
            "rejected": number is not None and number.rejected,
        }
        return json.dumps(record, allow_nan=False)

    def as_text(self, place_width: int, _label_width: int) -> str:
        """One line for people: place, number, per cent and, if so, that it may be none."""
        place = printable(self.place).ljust(place_width)
        if self.number is None:
            return f"{place}  -"
        percentage = f"{self.number.probability:6.1%}".replace("%", " %")
        doubt = f"  {REJECTED}" if self.number.rejected else ""
        return f"{place}  {self.number.shown}  {percentage}{doubt}"

    def _digit(self, digit: Digit) -> dict[str, Any]:
        values = [round(float(p), _DECIMALS) for p in digit.probabilities]
        score = digit.digit_score
        return {
            "label": NOT_A_DIGIT if digit.rejected else digit.label,
            "probability": max(values),
            "probabilities": dict(zip(self.labels, values, strict=True)),
            "digit_score": None if score is None else round(score, _DECIMALS),
            "strokes": digit.strokes,
        }


def answers(
    numbers: NumberReader, labels: Sequence[str], batch: Sequence[Drawing | Problem]
) -> Iterator[NumberAnswer | Problem]:
    """The numbers of a batch of drawings, one a line of each; problems keep their places.

    Raises:
        ModelError: if the model fails on these images.
    """
    for item in batch:
        if isinstance(item, Problem):
            yield item
            continue
        found = numbers.read(item.ink) if item.ink is not None else ()
        if item.ink is None and item.image is not None:
            found = (numbers.read_image(item.image),)
        for number in found or (None,):
            yield NumberAnswer(item.source, item.index, item.place, number, labels)


def looks_like(numbers: NumberReader, drawing: Drawing) -> str | None:
    """The number that a drawing is more likely than a digit; None for a digit.

    Raises:
        ModelError: if the model fails on these images.
    """
    found = numbers.read(drawing.ink) if drawing.ink is not None else ()
    is_number = len(found) > 1 or any(len(number.text) > 1 for number in found)
    return "\n".join(number.text for number in found) if is_number else None
