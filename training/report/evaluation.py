"""The report of an evaluation: one page with its figures inside, the figures, and a record."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from pathlib import Path

from training.base.publish import PublishError, publish
from training.measure import record
from training.measure.data import EvaluationError
from training.measure.evaluation import Evaluation, Result
from training.report import plots
from training.report.pages import render

PAGE, _RECORD = "report.html", "evaluation.json"
#: Most pictures of a gallery.
_SHOWN = 40

#: Each figure's file, and what it shows, in the order of the page.
_FIGURES = {
    "per-class.png": "Recall is the share of a class that is read as such; precision is the share"
    " of the answers with this class that is right.",
    "confusion.png": "Rows are what was meant, columns what was read. Only mistakes are shaded.",
    "mistakes.png": "What was meant, what was read, and how sure the model was of it.",
    "reliability.png": "A well calibrated model is right as often as it says: its bars end on the"
    " dashed line.",
    "rejected.png": "Meant as one of the model’s classes, yet rejected; the number is the digit"
    " score.",
    "accepted-others.png": "None of the model’s classes, yet not rejected; the number is the digit"
    " score.",
    "robustness.png": "Share read correctly, with 95 % intervals, by how strongly the drawings"
    " were changed.",
}


def write(result: Result, folder: Path) -> None:
    """Write ``report.html``, ``evaluation.json`` and the figures: all of them, or none.

    Args:
        result: what was found.
        folder: made where missing; figures of an earlier report are removed.

    Raises:
        EvaluationError: if the folder cannot be written to.
    """
    figures = _figures(result)
    files = {folder / name: figure for name, figure in figures.items()}
    page = render("evaluation.html", result=result, figures=figures, captions=_FIGURES)
    files[folder / PAGE] = page.encode()
    files[folder / _RECORD] = record.to_json(result).encode()
    try:
        publish(files)
        for name in _FIGURES.keys() - figures:
            (folder / name).unlink(missing_ok=True)
    except (PublishError, OSError) as error:
        raise EvaluationError(
            f"cannot write the report to {folder}; choose another place with --report"
        ) from error


def _figures(result: Result) -> dict[str, bytes]:
    """PNG files by name, in the order of the page; those of the first model, but for the curves."""
    evaluation = result.evaluations[0]
    drawn: dict[str, Callable[[Path], None]] = {}
    if scores := evaluation.scores:
        drawn["per-class.png"] = lambda path: plots.per_class(scores, evaluation.labels, path)
        drawn["confusion.png"] = lambda path: plots.confusion(scores, evaluation.labels, path)
        drawn["reliability.png"] = lambda path: plots.reliability_diagram(
            evaluation.reliability, evaluation.calibration_error, path
        )
    drawn |= _galleries(evaluation)
    if result.curves:
        names = (e.model for e in result.evaluations)
        curves = dict(zip(names, result.curves, strict=True))
        drawn["robustness.png"] = lambda path: plots.robustness(curves, path)
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in _FIGURES:
            if name in drawn:
                drawn[name](Path(folder, name))
                figures[name] = Path(folder, name).read_bytes()
    return figures


def _galleries(evaluation: Evaluation) -> dict[str, Callable[[Path], None]]:
    """Pictures of what went wrong, where anything did."""
    probabilities, scores = evaluation.readings.probabilities, evaluation.readings.digit_scores

    def answer(i: int) -> str:
        read = evaluation.labels[int(probabilities[i].argmax())]
        return plots.answer(evaluation.drawings.labels[i], read, probabilities[i].max())

    def score(i: int) -> str:
        value = math.nan if scores is None else float(scores[i])
        return f"{plots.cut(evaluation.drawings.labels[i])}\n{value:.3f}"

    def drawn(
        indices: list[int], caption: Callable[[int], str], title: str
    ) -> Callable[[Path], None]:
        shown = indices[:_SHOWN]
        images = evaluation.drawings.images[shown]
        above = title.format(shown=len(shown), total=f"{len(indices):,}")
        return lambda path: plots.gallery(images, [caption(i) for i in shown], above, path)

    galleries = {
        "mistakes.png": (
            evaluation.mistakes().tolist(),
            answer,
            "{shown} of {total} mistakes, the surest first",
        ),
        "rejected.png": (
            evaluation.rejected().tolist(),
            score,
            "{shown} of {total} rejected, the lowest digit score first",
        ),
        "accepted-others.png": (
            evaluation.accepted_others().tolist(),
            score,
            "{shown} of {total} others not rejected, the highest digit score first",
        ),
    }
    return {name: drawn(*gallery) for name, gallery in galleries.items() if gallery[0]}
