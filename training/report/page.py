"""A run's page: what its folder holds, in tables and figures."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

from training.measure.scores import expected_calibration_error, wilson
from training.recipes import RECIPES
from training.recipes.settings import settings, stated
from training.report import figures
from training.report.contents import Answers, Contents, read
from training.report.pages import render
from training.runs import RunError, RunFolder
from training.runs.history import Epoch

#: What a program could ask for before it says that it sees no digit.
_THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
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


@dataclass(frozen=True)
class ClassRow:
    """How well one class is read; shares are 0..1, NaN where there are none."""

    name: str
    images: int
    recall: float
    interval: tuple[float, float] | None
    precision: float
    mistaken: str


@dataclass(frozen=True)
class Threshold:
    """What becomes of the answers when only those at least so sure are given; all 0..1."""

    confidence: float
    answered: float
    accuracy: float


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
    contents = read(folder)
    drawn = figures.draw(contents)
    try:
        for name in figures.NAMES:
            if name not in drawn:
                (folder.figures / name).unlink(missing_ok=True)
        sheets = figures.sheets(folder)
    except OSError as error:
        raise RunError(f"cannot use {folder.figures} ({error.strerror})") from error
    for name, content in drawn.items():
        folder.write(f"figures/{name}", content)
    history = to_csv(contents.story.epochs)
    if contents.story.epochs:
        folder.write("history.csv", history)
    page = render(
        "report.html",
        run=contents,
        figures=drawn,
        sheets=sheets,
        history=history,
        classes=list(_classes(contents.shown, contents)),
        thresholds=list(_thresholds(contents.shown)),
        sure=figures.sureness(contents),
        calibration=_calibration(contents),
        settings=list(_settings(contents)),
        files=list(_files(folder, contents)),
        wilson=wilson,
    )
    folder.write("report.html", page.encode())


def to_csv(history: list[Epoch]) -> bytes:
    """One row for each epoch, under the names of :class:`training.runs.history.Epoch`."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [field.name for field in fields(Epoch)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(epoch) for epoch in history)
    return text.getvalue().encode()


def _classes(shown: Answers | None, contents: Contents) -> Iterator[ClassRow]:
    """One row for each class."""
    if shown is None:
        return
    confusion = shown.scores.confusion
    recall, precision = shown.scores.recall(), shown.scores.precision()
    for i, name in enumerate(contents.labels):
        total, correct = int(confusion[i].sum()), int(confusion[i, i])
        wrong = confusion[i].copy()
        wrong[i] = 0
        worst = int(wrong.argmax())
        yield ClassRow(
            name,
            total,
            float(recall[i]),
            wilson(correct, total) if total else None,
            float(precision[i]),
            f"{contents.labels[worst]} ({wrong[worst]:,})" if wrong[worst] else "",
        )


def _thresholds(shown: Answers | None) -> Iterator[Threshold]:
    """What a threshold of confidence costs and brings."""
    if shown is None:
        return
    confidence = shown.probabilities.max(axis=1)
    right = shown.probabilities.argmax(axis=1) == shown.pictures.labels
    for threshold in (0.0, *_THRESHOLDS):
        answered = confidence >= threshold
        share = float(right[answered].mean()) if answered.any() else math.nan
        yield Threshold(threshold, float(answered.mean()), share)


def _calibration(contents: Contents) -> float | None:
    """The expected calibration error, 0..1."""
    sure = figures.sureness(contents)
    return expected_calibration_error(sure.probabilities, sure.pictures.labels) if sure else None


def _settings(contents: Contents) -> Iterator[Setting]:
    """Every setting of the run."""
    recipe = contents.configuration.recipe
    usual: dict[str, Any] = settings(RECIPES[recipe.name]) if recipe.name in RECIPES else {}
    for name, value in settings(recipe).items():
        now, own = stated(value), stated(usual.get(name, value))
        yield Setting(name, now, "" if own == now else own)


def _files(folder: RunFolder, contents: Contents) -> Iterator[tuple[str, str, str, int | None]]:
    """Name, address, meaning and size in bytes of what else is in the folder."""
    known = dict(_FILES)
    if contents.result:
        # Only its last part: the folder may come from a stranger.
        model = Path(contents.result.onnx)
        if model.suffix == ".onnx":
            known |= {model.name: "the model, as ONNX", f"{model.stem}.json": "its card"}
    for name, meaning in known.items():
        path = folder.path / name
        if path.exists():
            yield name, quote(f"./{name}"), meaning, path.stat().st_size if path.is_file() else None
