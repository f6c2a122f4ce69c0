"""The report of an evaluation: one page with its figures inside, the figures, and a record."""

from __future__ import annotations

import math
from pathlib import Path

from training.base.errors import BuildError
from training.base.publish import publish
from training.measure import record
from training.measure.data import EvaluationError
from training.measure.evaluation import Evaluation, Result
from training.report.pages import render
from training.report.plots import pictures, scores
from training.report.plots.style import cut

PAGE, _RECORD = "report.html", "evaluation.json"
#: Most pictures of a gallery.
_SHOWN = 40

#: Each figure's file, and what it shows, in the order of the page.
_FIGURES = {
    "per-class.png": "Recall is the share of a class that is read as such; precision is the share"
    " of the answers with this class that is right.",
    "confusion.png": "Rows are what was meant, columns what was read. Only mistakes are shaded.",
    "mistakes.png": "What was meant, what was read, and how sure the model was of it.",
    "writers.png": "What was meant and what was read, of the writers that are read worst.",
    "reliability.png": "A well calibrated model is right as often as it says: its bars end on the"
    " dashed line.",
    "rejected.png": "Meant as one of the model’s classes, yet rejected; the number is the digit"
    " score.",
    "accepted-others.png": "None of the model’s classes, yet not rejected; the number is the digit"
    " score.",
    "robustness.png": "Share read correctly, with 95 % intervals, by how strongly the drawings"
    " were changed.",
}
#: The galleries, and what stands above them.
_GALLERIES = {
    "mistakes.png": "mistakes, the surest first",
    "writers.png": "mistakes of the writers that are read worst",
    "rejected.png": "rejected, the lowest digit score first",
    "accepted-others.png": "others not rejected, the highest digit score first",
}


def write(result: Result, folder: Path) -> None:
    """Write ``report.html``, ``evaluation.json`` and the figures: all of them, or none.

    Figures of an earlier report are removed. Raises EvaluationError if the folder cannot be written
    to.
    """
    figures = _figures(result)
    page = render("evaluation.html", result=result, figures=figures, captions=_FIGURES)
    files = {folder / name: figure for name, figure in figures.items()}
    files |= {folder / PAGE: page.encode(), folder / _RECORD: record.to_json(result).encode()}
    try:
        publish(files)
        for name in _FIGURES.keys() - figures:
            (folder / name).unlink(missing_ok=True)
    except (BuildError, OSError) as error:
        raise EvaluationError(
            f"cannot write the report to {folder}; choose another place with --report"
        ) from error


def _figures(result: Result) -> dict[str, bytes]:
    """PNG files by name; those of the first model, but for the curves."""
    evaluation = result.evaluations[0]
    found: dict[str, bytes] = {}
    if evaluation.scores:
        found["per-class.png"] = scores.per_class(evaluation.scores, evaluation.labels)
        found["confusion.png"] = scores.confusion(evaluation.scores, evaluation.labels)
        found["reliability.png"] = scores.reliability_diagram(
            evaluation.reliability, evaluation.calibration_error
        )
    mistakes = evaluation.mistakes().tolist()
    indices = (
        mistakes,
        _of_the_worst(evaluation, mistakes),
        evaluation.rejected().tolist(),
        evaluation.accepted_others().tolist(),
    )
    for name, chosen in zip(_GALLERIES, indices, strict=True):
        if chosen:
            found[name] = _gallery(evaluation, name, chosen)
    if result.curves:
        models = (e.model for e in result.evaluations)
        found["robustness.png"] = scores.robustness(dict(zip(models, result.curves, strict=True)))
    return found


def _of_the_worst(evaluation: Evaluation, mistakes: list[int]) -> list[int]:
    """The mistakes of the writers that are read worst, writer after writer."""
    names, writers = evaluation.drawings.writers, evaluation.writers
    if names is None or writers is None:
        return []
    return [i for writer in writers.worst for i in mistakes if names[i] == writer.name]


def _gallery(evaluation: Evaluation, name: str, indices: list[int]) -> bytes:
    probabilities, digit_scores = (
        evaluation.readings.probabilities,
        evaluation.readings.digit_scores,
    )
    meant, shown = evaluation.drawings.labels, indices[:_SHOWN]
    if name in ("mistakes.png", "writers.png"):
        read = probabilities.argmax(axis=1)
        captions = [
            pictures.caption(meant[i], evaluation.labels[read[i]], probabilities[i].max())
            for i in shown
        ]
        if name == "writers.png" and (writers := evaluation.drawings.writers):
            captions = [f"{cut(writers[i])}\n{c}" for i, c in zip(shown, captions, strict=True)]
    else:
        known = [math.nan if digit_scores is None else float(digit_scores[i]) for i in shown]
        captions = [f"{cut(meant[i])}\n{score:.3f}" for i, score in zip(shown, known, strict=True)]
    title = f"{len(shown)} of {len(indices):,} {_GALLERIES[name]}"
    return pictures.gallery(evaluation.drawings.images[shown], captions, title)
