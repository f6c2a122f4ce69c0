"""The report folder of a run: history, figures, and a page that ties them together."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from training import plots
from training.datasets import Split
from training.evaluate import Probabilities, Scores, per_class_lines, wilson
from training.train import Epoch, Training


def write_report(
    training: Training,
    test: Split,
    probabilities: Probabilities,
    scores: Scores,
    labels: Sequence[str],
    folder: Path,
) -> None:
    """Write ``report.md``, ``history.csv``, ``history.json`` and the figures.

    Args:
        training: the run.
        test: what the model was tested on.
        probabilities: float32 (len(test), classes), what it said.
        scores: how good that is.
        labels: what each class is called.
        folder: an existing folder; files of an earlier report are replaced.
    """
    _write_history(training, folder)
    plots.curves(training.history, training.best, folder / "curves.png")
    plots.confusion(scores, labels, folder / "confusion.png")
    plots.mistakes(test, probabilities, scores, labels, folder / "mistakes.png")
    page = "\n".join(_page(training, scores, labels))
    (folder / "report.md").write_text(page, encoding="utf-8")


def _write_history(training: Training, folder: Path) -> None:
    """One row for each epoch."""
    rows = [asdict(epoch) for epoch in training.history]
    with (folder / "history.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, [field.name for field in fields(Epoch)])
        writer.writeheader()
        writer.writerows(rows)
    (folder / "history.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def _page(training: Training, scores: Scores, labels: Sequence[str]) -> list[str]:
    low, high = wilson(scores.correct, scores.total)
    best = training.best
    ending = " It was cut short by Ctrl-C." if training.interrupted else ""
    return [
        f"# {training.recipe.name}, seed {training.recipe.seed}",
        "",
        f"Test set: {scores.correct:,} of {scores.total:,} read correctly, {scores.accuracy:.2%}"
        f" (95 % interval {low:.2%} to {high:.2%}).",
        "",
        f"Training took {len(training.history)} epochs and {training.seconds:.0f} s.{ending} Epoch"
        f" {best.number} was kept: {best.validation_accuracy:.2%} of the validation images.",
        "",
        "![Loss and errors by epoch](curves.png)",
        "![Confusion matrix](confusion.png)",
        "![Mistakes](mistakes.png)",
        "",
        *per_class_lines(scores, labels),
        "",
    ]
