"""A labelled drawing: what a person said that it is, as a line of JSON."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from digitpad.image.normalize import Image
from digitpad.ink.ink import InkError
from digitpad.library.document import Document

#: Most that are remembered.
MAX_CORRECTIONS = 1_000
#: Longest label in characters, as of a model's classes.
MAX_LABEL = 40
#: The label of a drawing that is none of the classes.
NOT_A_DIGIT = "not a digit"


@dataclass(frozen=True, eq=False)
class Correction:
    """One drawing, and what its writer says it is.

    Attributes:
        document: the drawing, without a label.
        label: what it is; :data:`NOT_A_DIGIT` for none of the classes.
        read_as: what it was read as then; "" where nobody knows.
        model: the name of the model that read it; "" where nobody knows.
        corrected_at: seconds since the epoch.
        key: of its row; negative while it waits to be written.
    """

    document: Document
    label: str
    read_as: str = ""
    model: str = ""
    corrected_at: float = 0.0
    key: int = 0

    @cached_property
    def image(self) -> Image | None:
        """What the network saw, float32 (28, 28); None for an empty drawing."""
        return self.document.image()

    @cached_property
    def drawing(self) -> str:
        """The drawing as a line of JSON, without its label: no drawing is kept twice."""
        ink = replace(self.document.ink, label=None)
        return replace(self.document, ink=ink).to_json()

    @property
    def trains(self) -> bool:
        """Whether ``training.build --data`` can use it: strokes, with a class."""
        return not self.document.on_grid and self.label != NOT_A_DIGIT

    def to_json(self) -> str:
        """One line of JSON, as ``digitpad predict --teach`` reads it."""
        return json.dumps(json.loads(self.drawing) | {"label": self.label}, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str | bytes) -> Correction:
        """A labelled drawing from a line of JSON.

        Raises:
            InkError: with one sentence, if it is no drawing, is empty, or has no label.
        """
        document = Document.from_json(line)
        label = (document.ink.label or "").strip()
        if not document:
            raise InkError("the drawing is empty")
        if not label:
            raise InkError('the drawing has no "label" that says what it is')
        return cls(document, label.encode("utf-8", "replace").decode()[:MAX_LABEL])


def read_lines(lines: Iterable[tuple[int, bytes]]) -> tuple[list[Correction], list[str]]:
    """Labelled drawings of numbered JSON lines, each drawing once, the last label of several.

    Returns:
        Those of the last :data:`MAX_CORRECTIONS` lines, and a sentence on each of them that is
        none, and where there were more.
    """
    found: dict[str, Correction] = {}
    problems, count = [], 0
    last: deque[tuple[int, bytes]] = deque(maxlen=MAX_CORRECTIONS)
    for count, numbered in enumerate(lines, start=1):  # noqa: B007
        last.append(numbered)
    if count > len(last):
        problems.append(f"only the last {len(last):,} of {count:,} drawings can be remembered")
    for number, line in last:
        try:
            correction = Correction.from_json(line)
        except InkError as error:
            problems.append(f"line {number}: {error}")
            continue
        found.pop(correction.drawing, None)
        found[correction.drawing] = correction
    return list(found.values()), problems
