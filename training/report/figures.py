"""Which figures a run has, and drawing them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from training.measure.scores import expected_calibration_error, reliability
from training.report import plots
from training.report.contents import Answers, Contents
from training.runs import RunFolder

#: More layers make no diagram that anyone could read.
_LAYERS = 150
#: Contact sheets that the build has drawn, by what is on them; and the largest, in bytes.
_SHEET, _SHEET_SIZE = re.compile(r"drawn-[a-z-]{1,40}\.png"), 4_000_000
#: How every PNG file begins.
_PNG = b"\x89PNG\r\n\x1a\n"
#: Everything that :func:`draw` may make.
NAMES = (
    "samples.png",
    "model.png",
    "curves.png",
    "batches.png",
    "gallery.png",
    "one.png",
    "per-class.png",
    "confusion.png",
    "mistakes.png",
    "reliability.png",
)


def draw(contents: Contents) -> dict[str, bytes]:
    """PNG files by name: those of :data:`NAMES` that this run can have."""
    drawn: dict[str, Callable[[Path], None]] = {}
    labels, story = contents.labels, contents.story
    if samples := contents.samples:
        drawn["samples.png"] = lambda path: plots.samples(samples, labels, path)
    if 0 < len(contents.layers) <= _LAYERS:
        drawn["model.png"] = lambda path: plots.network(contents.layers, path)
    if kept := contents.kept:
        drawn["curves.png"] = lambda path: plots.curves(
            story.epochs, kept, path, watched=contents.watched
        )
    if story.batches:
        drawn["batches.png"] = lambda path: plots.batches(
            story.batches, story.epochs, path, watched=contents.watched
        )
    if shown := contents.shown:
        drawn |= _of_answers(shown, contents)
    if sure := sureness(contents):
        probabilities, truth = sure.probabilities, sure.pictures.labels
        drawn["reliability.png"] = lambda path: plots.reliability_diagram(
            reliability(probabilities, truth),
            expected_calibration_error(probabilities, truth),
            path,
        )
    with tempfile.TemporaryDirectory() as folder:
        for name, figure in drawn.items():
            figure(Path(folder, name))
        return {name: Path(folder, name).read_bytes() for name in drawn}


def _of_answers(shown: Answers, contents: Contents) -> dict[str, Callable[[Path], None]]:
    """What the finished model says of the pictures that tell best."""
    pictures, scores, labels = shown.pictures, shown.scores, contents.labels
    drawn: dict[str, Callable[[Path], None]] = {
        "gallery.png": lambda path: plots.pairs(
            pictures, plots.choice(scores.mistakes, len(pictures.images)), labels, path
        ),
        "one.png": lambda path: plots.one(pictures, 0, labels, path),
        "per-class.png": lambda path: plots.per_class(scores, labels, path),
        "confusion.png": lambda path: plots.confusion(scores, labels, path),
    }
    if len(scores.mistakes):
        drawn["mistakes.png"] = lambda path: plots.mistakes(pictures, scores.mistakes, labels, path)
    return drawn


def sureness(contents: Contents) -> Answers | None:
    """The answers on which calibration is measured: validation data from other hands, if any."""
    # Where training watched the test set, there is no validation data.
    watched = ("test", "validation") if contents.watched == "test set" else ("validation", "test")
    found = (contents.answers.get(name) for name in ("writers", *watched))
    return next((answers for answers in found if answers), None)


def sheets(folder: RunFolder) -> dict[str, bytes]:
    """The build's contact sheets, PNG files by what is on them, such as ``"image mark"``."""
    found = {}
    for path in sorted(folder.figures.glob("drawn-*.png")):
        if _SHEET.fullmatch(path.name) and path.stat().st_size <= _SHEET_SIZE:
            content = path.read_bytes()
            if content.startswith(_PNG):
                found[path.stem.removeprefix("drawn-").replace("-", " ")] = content
    return found
