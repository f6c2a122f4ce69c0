"""How many of a writer's labelled drawings are read rightly, with what was learned and without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from digitpad.inference.recognizer import Recognizer
from digitpad.library.correction import NOT_A_DIGIT, Correction
from digitpad.reading.personal import Memory, Trace, kernel_of

#: The drawings that are looked at, the last ones.
LAST = 100


class Progress(NamedTuple):
    """Of so many drawings, how many are read rightly."""

    drawings: int
    learned: int
    alone: int


def progress(recognizer: Recognizer, known: Sequence[tuple[Correction, Trace]]) -> Progress | None:
    """Read the last drawings, each by what was learned of all the others.

    Args:
        recognizer: the model.
        known: labelled drawings with what is remembered of them, newest first.

    Returns:
        None where there are none.

    Raises:
        ModelError: as of :meth:`Recognizer.read`.
    """
    digits = [(c, t) for c, t in known if c.label != NOT_A_DIGIT and c.image is not None]
    if not digits:
        return None
    last = digits[:LAST]
    probabilities = recognizer.predict(np.stack([c.image for c, _ in last if c.image is not None]))
    truth = np.array([trace.category for _, trace in last])
    memory = Memory(tuple(trace for _, trace in digits), kernel_of(recognizer))
    learned = memory.left_out(probabilities, range(len(last)))
    alone = probabilities.argmax(axis=1)
    return Progress(len(last), int((learned == truth).sum()), int((alone == truth).sum()))
