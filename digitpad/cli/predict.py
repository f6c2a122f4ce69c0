"""``digitpad predict``: an answer for every drawing, on standard output, in order."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import BinaryIO, TextIO

import numpy as np

from digitpad.cli.numbers import NumberAnswer, looks_like
from digitpad.cli.numbers import answers as number_answers
from digitpad.cli.sources import Drawing, Problem, expand, is_ink, read, total_size
from digitpad.cli.terminal import bar, printable
from digitpad.image.normalize import SIZE
from digitpad.inference.contract import REJECTED
from digitpad.inference.recognizer import Readings
from digitpad.reading.numbers import NumberReader
from digitpad.reading.reader import PersonalReadings, Reader

#: Decimals of probabilities in JSON; float32 has about seven.
_DECIMALS = 6
#: PanelWidth for ":LINE" that keeps the columns of the first 9,999 lines straight.
_LINE_WIDTH = 5


class PredictError(Exception):
    """The answers cannot be given; the message is one sentence for the user."""


@dataclass(frozen=True)
class Answer:
    """What the model says of one drawing; a drawing without ink has no label and no score.

    Attributes:
        digit_score: 0..1, higher for what looks more like a digit; None where the model does not
            judge that.
        rejected: whether the score is below the model's threshold.
        learned: whether what was learned of a hand changed the answer.
        looks_like: the number that it is rather than a digit, or None.
    """

    source: str
    index: int
    place: str
    label: str | None
    probabilities: dict[str, float]
    digit_score: float | None = None
    rejected: bool = False
    learned: bool = False
    looks_like: str | None = None

    @property
    def probability(self) -> float | None:
        return None if self.label is None else self.probabilities[self.label]

    def as_json(self) -> str:
        """One line of JSON; ``digitpad predict --help`` says what its fields are."""
        record = {
            "source": self.source,
            "index": self.index,
            "label": self.label,
            "probability": self.probability,
            "probabilities": self.probabilities,
            "digit_score": self.digit_score,
            "rejected": self.rejected,
        }
        if self.learned:
            record["learned"] = True
        if self.looks_like is not None:
            record["looks_like"] = self.looks_like
        return json.dumps(record, allow_nan=False)

    def as_text(self, place_width: int, label_width: int) -> str:
        """One line for people: place, label, per cent and, if so, that it may be no digit."""
        place = printable(self.place).ljust(place_width)
        if self.probability is None:
            return f"{place}  -"
        label = printable(self.label or "").ljust(label_width)
        percentage = f"{self.probability:6.1%}".replace("%", " %")
        return f"{place}  {label}  {percentage}" + (f"  {REJECTED}" if self.rejected else "")


def answers(
    reader: Reader, batch: Sequence[Drawing | Problem], numbers: NumberReader | None = None
) -> Iterator[Answer | Problem]:
    """Answer the drawings of a batch together; problems keep their places in the order.

    Args:
        reader: answers.
        batch: the drawings.
        numbers: says which drawings are rather numbers; None: nobody asks.

    Raises:
        ModelError: if the model fails on these images.
    """
    images = [d.image for d in batch if isinstance(d, Drawing) and d.image is not None]
    readings = reader.read(np.stack(images) if images else np.zeros((0, SIZE, SIZE), "f4"))
    rows = iter(range(len(images)))
    for item in batch:
        if isinstance(item, Problem):
            yield item
        elif item.image is None:
            yield Answer(item.source, item.index, item.place, None, {})
        else:
            answer = _answer(item, reader.recognizer.labels, readings, next(rows))
            if numbers is not None and isinstance(answer, Answer):
                answer = replace(answer, looks_like=looks_like(numbers, item))
            yield answer


def _answer(
    drawing: Drawing, labels: Sequence[str], readings: Readings, row: int
) -> Answer | Problem:
    probabilities = readings.probabilities[row]
    score = None if readings.digit_scores is None else float(readings.digit_scores[row])
    if not np.isfinite(probabilities).all() or not math.isfinite(score or 0.0):
        return Problem(drawing.place, "the model's answer is not a number")
    values = [round(float(p), _DECIMALS) for p in probabilities]
    return Answer(
        source=drawing.source,
        index=drawing.index,
        place=drawing.place,
        label=labels[int(probabilities.argmax())],
        probabilities=dict(zip(labels, values, strict=True)),
        digit_score=None if score is None else round(score, _DECIMALS),
        rejected=bool(readings.rejected[row]),
        learned=isinstance(readings, PersonalReadings) and bool(readings.learned[row]),
    )


def run(
    names: Sequence[str],
    reader: Reader,
    *,
    as_json: bool,
    numbers: bool = False,
    stdin: BinaryIO,
    stdout: TextIO,
    stderr: TextIO,
) -> int:
    """Answer every drawing of pictures, folders and JSONL files.

    Args:
        names: files, folders, or "-".
        reader: answers.
        as_json: whether as JSON, and not as text for people.
        numbers: whether drawings are numbers, and not digits.
        stdin, stdout, stderr: the streams.

    Returns:
        The exit code: 0, or 2 when something could not be read.

    Raises:
        ModelError: if the model fails.
        PredictError: if the answers cannot be written.
        BrokenPipeError: if nobody reads the answers any more.
    """
    files, recognizer = expand(names), reader.recognizer
    cutter = NumberReader(reader)
    if numbers and not cutter.reads_digits:
        raise PredictError(f"the model {recognizer.name} reads no digits; leave --numbers out")
    place_width = max((_place_width(f) for f in files if isinstance(f, str)), default=0)
    label_width = max(len(printable(label)) for label in recognizer.labels)
    failed = False
    notice = recognizer.notice
    with bar(total_size(files), stderr) as progress:
        for batch in read(files, stdin):
            lines: list[tuple[TextIO, str]] = []
            results: Iterable[Answer | NumberAnswer | Problem] = (
                number_answers(cutter, recognizer.labels, batch)
                if numbers
                else answers(reader, batch, cutter if as_json else None)
            )
            for result in results:
                if isinstance(result, Problem):
                    lines.append((stderr, printable(str(result))))
                elif as_json:
                    lines.append((stdout, result.as_json()))
                else:
                    lines.append((stdout, result.as_text(place_width, label_width)))
            problems = any(stream is stderr for stream, _ in lines)
            failed = failed or problems
            with progress.hidden() if problems or stdout.isatty() else nullcontext():
                _write(lines)
            progress.advance(sum(item.size for item in batch), len(batch))
    if recognizer.notice != notice:  # the device was lost on the way
        _write([(stderr, f"digitpad: {recognizer.notice}")])
    return 2 if failed else 0


def _place_width(file: str) -> int:
    return len(printable(file)) + (_LINE_WIDTH if is_ink(file) else 0)


def _write(lines: Iterable[tuple[TextIO, str]]) -> None:
    """Write lines to their streams so that both, on one terminal, keep their order."""
    try:
        for stream, group in groupby(lines, key=itemgetter(0)):
            stream.writelines(f"{line}\n" for _, line in group)
            stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise PredictError(f"the answers cannot be written: {error.strerror}") from error
