"""Which figures a run has, and drawing them."""

from __future__ import annotations

import re

from training.report.plots import curves, network, pictures, scores
from training.report.run_view import RunView
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


def draw(run: RunView) -> dict[str, bytes]:
    """PNG files by name: those of :data:`NAMES` that this run can have."""
    found: dict[str, bytes] = {}
    epochs, batches = run.story.epochs, run.story.batches
    if run.samples:
        found["samples.png"] = pictures.samples(run.samples, run.labels)
    if 0 < len(run.layers) <= _LAYERS:
        found["model.png"] = network.network(run.layers)
    if run.kept:
        found["curves.png"] = curves.curves(epochs, run.kept, watched=run.watched)
    if batches:
        found["batches.png"] = curves.batches(batches, epochs, watched=run.watched)
    if shown := run.shown:
        wrong = shown.scores.mistakes
        chosen = pictures.choice(wrong, len(shown.images))
        found["gallery.png"] = pictures.pairs(shown, chosen)
        found["one.png"] = pictures.one(shown, 0)
        found["per-class.png"] = scores.per_class(shown.scores, run.labels)
        found["confusion.png"] = scores.confusion(shown.scores, run.labels)
        if len(wrong):
            found["mistakes.png"] = pictures.mistakes(shown)
    if sure := run.sure:
        found["reliability.png"] = scores.reliability_diagram(
            sure.reliability, sure.calibration_error
        )
    return found


def sheets(folder: RunFolder) -> dict[str, bytes]:
    """The build's contact sheets, PNG files by what is on them, such as ``"image mark"``."""
    found = {}
    for path in sorted(folder.figures.glob("drawn-*.png")):
        if _SHEET.fullmatch(path.name) and path.stat().st_size <= _SHEET_SIZE:
            content = path.read_bytes()
            if content.startswith(_PNG):
                found[path.stem.removeprefix("drawn-").replace("-", " ")] = content
    return found
