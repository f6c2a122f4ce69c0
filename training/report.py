"""The report folder of a run: history, figures, and a page that ties them together."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

import cv2

from training import plots
from training.card import Measured
from training.contact_sheet import contact_sheet
from training.datasets import Split
from training.history import Epoch
from training.recipes import Mixture
from training.scores import Probabilities, per_class_lines, wilson
from training.stock import Stock
from training.train import Training
from training.validation import Form, by_kind

#: Drawings of each kind on a contact sheet.
_SAMPLES = 16


def write_report(
    training: Training,
    test: Split,
    probabilities: Probabilities,
    measured: Measured,
    labels: Sequence[str],
    folder: Path,
) -> None:
    """Write ``report.md``, ``history.csv``, ``history.json`` and the figures.

    Args:
        training: the run.
        test: what the model was tested on.
        probabilities: float32 (len(test), classes), what it said.
        measured: how good that is, and the rest that is known of the model.
        labels: what each class is called.
        folder: an existing folder; files of an earlier report are replaced.
    """
    scores, validation = measured.test, measured.validation
    _write_history(training, folder)
    plots.curves(training.history, training.best, folder / "curves.png")
    plots.confusion(scores, labels, folder / "confusion.png")
    plots.mistakes(test, probabilities, scores, labels, folder / "mistakes.png")
    digits = validation.pen or validation.own
    plots.reliability_diagram(
        digits.reliability, digits.calibration_error, folder / "reliability.png"
    )
    _write_sheets(validation.drawn, folder)
    page = "\n".join(_page(training, measured, labels))
    (folder / "report.md").write_text(page, encoding="utf-8")


def _write_sheets(drawn: Stock, folder: Path) -> None:
    """Samples of every form and family."""
    for source in sorted({kind.source for kind in drawn.kinds}):
        rows = {
            kind.name: list(images[:_SAMPLES])
            for kind, images in by_kind(drawn)
            if kind.source == source
        }
        sheet = contact_sheet(rows)
        (folder / _sheet_name(source)).write_bytes(cv2.imencode(".png", sheet)[1].tobytes())


def _sheet_name(source: str) -> str:
    return f"drawn-{source.replace(' ', '-')}.png"


def _write_history(training: Training, folder: Path) -> None:
    """One row for each epoch."""
    rows = [asdict(epoch) for epoch in training.history]
    with (folder / "history.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, [field.name for field in fields(Epoch)])
        writer.writeheader()
        writer.writerows(rows)
    (folder / "history.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def _page(training: Training, measured: Measured, labels: Sequence[str]) -> list[str]:
    scores, best = measured.test, training.best
    low, high = wilson(scores.correct, scores.total)
    ending = " It was cut short by Ctrl-C." if training.interrupted else ""
    return [
        f"# {training.recipe.name}, seed {training.recipe.seed}",
        "",
        f"Test set: {scores.correct:,} of {scores.total:,} read correctly, {scores.accuracy:.2%}"
        f" (95 % interval {low:.2%} to {high:.2%}).",
        "",
        f"Training took {len(training.history)} epochs and {training.seconds:.0f} s.{ending} Epoch"
        f" {best.number} was kept, with the lowest loss on validation: {_on_validation(best)}.",
        "",
        "![Loss and errors by epoch](curves.png)",
        "![Confusion matrix](confusion.png)",
        "![Mistakes](mistakes.png)",
        "",
        *per_class_lines(scores, labels),
        "",
        *_calibration(measured),
        *_families(measured),
        *_forms(training.recipe.mixture, measured.validation.forms),
    ]


def _on_validation(epoch: Epoch) -> str:
    pen = "" if epoch.pen_accuracy is None else f", {epoch.pen_accuracy:.2%} of the pen digits"
    return f"{epoch.validation_accuracy:.2%} of the images{pen}"


def _calibration(measured: Measured) -> list[str]:
    validation = measured.validation
    lines = [
        "## How sure it is",
        "",
        f"The logits are divided by {measured.limits.temperature:g}, which validation data chose."
        f" Expected calibration error on them: {validation.own.calibration_error:.2%}.",
    ]
    if validation.pen:
        pen = validation.pen
        low, high = wilson(pen.scores.correct, pen.scores.total)
        lines.append(
            f"On the pen digits of the validation writers: {pen.calibration_error:.2%}, with"
            f" {pen.scores.accuracy:.2%} read correctly (95 % interval {low:.2%} to {high:.2%})."
        )
    return [*lines, "", "![Confidence against accuracy](reliability.png)", ""]


def _families(measured: Measured) -> list[str]:
    """What the model says of what is no digit."""
    if measured.limits.threshold is None:
        return []
    rejected = [
        f"{digits.rejected} of {digits.scores.total:,} {whose}"
        for digits, whose in (
            (measured.validation.own, "validation images"),
            (measured.validation.pen, "digits of the validation writers"),
        )
        if digits
    ]
    return [
        "## What is no digit",
        "",
        f"A drawing with a digit score below {measured.limits.threshold:.3f} is rejected, as were"
        f" {' and '.join(rejected)}.",
        "",
        "| family | known to training | AUROC | rejected | mean confidence in some digit |",
        "|---|---|---|---|---|",
        *(
            f"| {family.name} | {'no' if family.held_out else 'yes'} | {family.auroc:.4f} |"
            f" {family.rejected:.1%} | {family.confidence:.0%} |"
            for family in measured.validation.families
        ),
        "",
        f"![Samples]({_sheet_name('family')})",
        "",
    ]


def _forms(mixture: Mixture, forms: Sequence[Form]) -> list[str]:
    """How often each regional form was trained on, and how well it is read."""
    often = {
        "glyph": mixture.per_glyph,
        "mark": mixture.per_mark,
        "image mark": mixture.per_image_mark,
    }
    return [
        "## Regional forms",
        "",
        "| form | drawn as | an epoch | read correctly |",
        "|---|---|---|---|",
        *(
            f"| {form.name} | {form.source} | {often[form.source]} | {form.accuracy:.1%} of"
            f" {form.total} |"
            for form in forms
        ),
        "",
        *(f"![{source}]({_sheet_name(source)})" for source in sorted({f.source for f in forms})),
        "",
    ]
