"""A run's page: what its folder holds, in tables and figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

from training.recipes import RECIPES
from training.recipes.settings import settings, stated
from training.report import figures
from training.report.pages import render
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
    drawn = figures.draw(run)
    try:
        for name in figures.NAMES:
            if name not in drawn:
                (folder.figures / name).unlink(missing_ok=True)
        sheets = figures.sheets(folder)
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
        sheets=sheets,
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
