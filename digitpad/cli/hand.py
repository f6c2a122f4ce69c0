"""What was learned of a hand: taught from a file, exported, imported, forgotten."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from digitpad.cli.sources import STDIN, SourceError, numbered_lines
from digitpad.inference.recognizer import Recognizer
from digitpad.library.correction import Correction, read_lines
from digitpad.library.corrections import Corrections
from digitpad.library.drawing_files import SaveError, write
from digitpad.library.user_folder import drawings_file
from digitpad.reading.personal import remember
from digitpad.reading.reader import Reader


class HandError(Exception):
    """What was learned cannot be read or written; the message is one sentence for the user."""


def taught(recognizer: Recognizer, file: str | None, *, personal: bool) -> tuple[Reader, list[str]]:
    """A reader that has learned from a file of labelled drawings, and from the window.

    Returns:
        It, and a sentence on every line that could not be learned from.

    Raises:
        HandError: if the file or the window's drawings cannot be read.
        ModelError: if the model fails.
    """
    corrections: list[Correction] = []
    problems: list[str] = []
    if personal:
        with _window() as kept:
            corrections += reversed(kept.entries())
    if file is not None:
        found, problems = _read(file)
        corrections += found
    return Reader(recognizer, remember(recognizer, corrections)), problems


def export(file: str, *, for_training: bool) -> str:
    """Write what was learned, the oldest first, as JSONL; "-" is standard output.

    Raises:
        HandError: if that fails.
    """
    with _window() as kept:
        chosen = [each for each in kept.entries() if each.trains or not for_training]
    content = "".join(f"{each.to_json()}\n" for each in reversed(chosen))
    if file == STDIN:
        sys.stdout.write(content)
        return ""
    try:
        write(Path(file), content.encode())
    except SaveError as error:
        raise HandError(str(error)) from error
    return f"{len(chosen):,} drawings are in {file}"


def take(file: str) -> tuple[str, list[str]]:
    """Learn from a file of labelled drawings, for good.

    Raises:
        HandError: if that fails.
    """
    found, problems = _read(file)
    with _window() as kept:
        kept.add(found)
    return f"{len(found):,} drawings were learned from", problems


def forget(labels: Sequence[str]) -> str:
    """Forget everything, or what has one of these labels.

    Raises:
        HandError: if that fails.
    """
    with _window() as kept:
        gone = [each for each in kept.entries() if not labels or each.label in labels]
        kept.remove(each.key for each in gone)
    return f"{len(gone):,} drawings were forgotten"


@contextmanager
def _window() -> Iterator[Corrections]:
    """What the window has learned; whatever went wrong with it is raised at the end."""
    kept = Corrections(drawings_file())
    try:
        yield kept
        if kept.notice:
            raise HandError(kept.notice)
    finally:
        kept.close()


def _read(file: str) -> tuple[list[Correction], list[str]]:
    try:
        found, problems = read_lines(numbered_lines(file, sys.stdin.buffer))
    except SourceError as error:
        raise HandError(f"{file}: {error}") from error
    return found, [f"{file}: {problem}" for problem in problems]
