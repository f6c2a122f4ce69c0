"""A run's page: what its folder holds, in tables and figures."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

from training.recipes import RECIPES
from training.recipes.settings import settings, stated
from training.report.pages import render
from training.report.plots import curves, network, pictures, scores
from training.report.run_view import RunView, read
from training.runs import RunError, RunFolder
from training.runs.history import Epoch

#: What a program could ask for before it says that it sees no digit.
_THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
#: The files of a run, and what each is.
_FILES = {
    "run.json": "what was asked for",
    "environment.json": "versions and machine",
    "metrics.jsonl": "every batch and every epoch",
    "history.csv": "one row for each epoch",
    "model.json": "the network’s layers",
    "best.keras": "the best epoch’s model, for Keras",
    "last.npz": "the last epoch’s checkpoint, from which --resume goes on",
    "result.json": "the figures of the finished run",
    "tensorboard": "the log for TensorBoard",
}
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


@dataclass(frozen=True)
class Setting:
    """A setting of a run, and the recipe's own value where that is another."""

    name: str
    value: str
    usual: str

    @property
    def is_nothing(self) -> bool:
        """Whether it is of no effect, and usually so."""
        return self.name != "seed" and self.value in ("", "0", "0.0") and not self.usual


def write_page(folder: RunFolder) -> None:
    """What :func:`training.report.write` does."""
    run = read(folder)
    drawn = draw(run)
    try:
        for name in NAMES:
            if name not in drawn:
                (folder.figures / name).unlink(missing_ok=True)
        found = sheets(folder)
    except OSError as error:
        raise RunError(f"cannot use {folder.figures} ({error.strerror})") from error
    for name, content in drawn.items():
        folder.write(f"figures/{name}", content)
    history = to_csv(run.story.epochs)
    if run.story.epochs:
        folder.write("history.csv", history)
    page = render(
        "report.html",
        run=run,
        figures=drawn,
        sheets=found,
        history=history,
        thresholds=[run.shown.above(share) for share in _THRESHOLDS] if run.shown else [],
        settings=list(_settings(run)),
        files=list(_files(folder, run)),
    )
    folder.write("report.html", page.encode())


def to_csv(history: list[Epoch]) -> bytes:
    """One row for each epoch, under the names of :class:`training.runs.history.Epoch`."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [field.name for field in fields(Epoch)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(epoch) for epoch in history)
    return text.getvalue().encode()


def _settings(run: RunView) -> Iterator[Setting]:
    recipe = run.configuration.recipe
    usual: dict[str, Any] = settings(RECIPES[recipe.name]) if recipe.name in RECIPES else {}
    for name, value in settings(recipe).items():
        now, own = stated(value), stated(usual.get(name, value))
        yield Setting(name, now, "" if own == now else own)


def _files(folder: RunFolder, run: RunView) -> Iterator[tuple[str, str, str, int | None]]:
    """Name, address, meaning and size in bytes of what else is in the folder."""
    known = dict(_FILES)
    if run.result:
        # Only its last part: the folder may come from a stranger.
        model = Path(run.result.onnx)
        if model.suffix == ".onnx":
            known |= {model.name: "the model, as ONNX", f"{model.stem}.json": "its card"}
    for name, meaning in known.items():
        path = folder.path / name
        if path.exists():
            yield name, quote(f"./{name}"), meaning, path.stat().st_size if path.is_file() else None
