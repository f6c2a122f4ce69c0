"""An evaluation in a few lines for a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from digitpad.cli.terminal import printable
from training.base.quantities import p_value, percent, points
from training.measure.evaluation import POSSIBLE, SURE, Evaluation, Result
from training.measure.scores import Scores
from training.measure.share import Share
from training.measure.writers import FEWEST, WANTED


def show(result: Result, console: Console) -> None:
    """Print what people ask first; the report has the rest."""
    for evaluation in result.evaluations:
        console.print(_heading(evaluation, result.data), soft_wrap=True)
        if evaluation.scores:
            console.print()
            console.print(_per_class(evaluation.scores, evaluation.labels))
            error = percent(evaluation.calibration_error)
            console.print()
            for line in _beyond(evaluation):
                console.print(line, soft_wrap=True)
            console.print(f"Expected calibration error {error} (15 bins, Guo et al. 2017)")
        for line in _rejection(evaluation):
            console.print(line, soft_wrap=True)
        console.print()
    if result.pairs:
        console.print(_difference(result), soft_wrap=True)
        console.print()
    if result.curves:
        console.print(_costs(result))
        console.print()


def _heading(evaluation: Evaluation, data: str) -> str:
    about = f"{printable(evaluation.model)} on {printable(data)}"
    if not evaluation.scores:
        return f"{about}: no drawing has a label of the model, so rejection alone is measured"
    return f"{about}: {_stated(evaluation.accuracy)} read correctly"


def _beyond(evaluation: Evaluation) -> list[str]:
    """What the plain accuracy does not say."""
    lines = [f"Each class weighing the same: {percent(evaluation.balanced)}"]
    if wrong := len(evaluation.mistakes()):
        mean = float(evaluation.confidence_of_mistakes.mean())
        sure, possible = evaluation.sure_mistakes, evaluation.possible_mistakes
        lines.append(
            f"Mean confidence of the {wrong:,} mistakes: {percent(mean)}; above {percent(SURE)}:"
            f" {sure.part:,}; what was meant has at least {percent(POSSIBLE)}: {possible.part:,}"
        )
    if writers := evaluation.writers:
        below = writers.below
        lines.append(
            f"Of the {below.total:,} writers with {FEWEST} drawings or more the median is read to"
            f" {percent(writers.median)}, and {percent(below.value)} ({below.part:,}) to less than"
            f" {percent(WANTED)}"
        )
    if writers and writers.worst:
        worst = (f"{w.name} {w.read.part} of {w.read.total}" for w in writers.worst)
        lines.append(f"The worst: {printable(', '.join(worst))}")
    return lines


def _stated(share: Share) -> str:
    low, high = share.interval
    return (
        f"{percent(share.value)}, {share.part:,} of {share.total:,}"
        f" (95 % interval {percent(low)} to {percent(high)})"
    )


def _per_class(scores: Scores, labels: tuple[str, ...]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("class")
    for column in ("drawings", "recall", "precision"):
        table.add_column(column, justify="right")
    table.add_column("most often mistaken for")
    for i, (recall, precision) in enumerate(zip(scores.recall(), scores.precision(), strict=True)):
        table.add_row(
            printable(labels[i]),
            f"{scores.confusion[i].sum():,}",
            percent(recall),
            percent(precision),
            _mistaken(scores, i, labels),
        )
    return table


def _mistaken(scores: Scores, i: int, labels: tuple[str, ...]) -> str:
    wrong = scores.mistaken(i)
    return f"{printable(labels[wrong[0]])} ({wrong[1]:,})" if wrong else ""


def _rejection(evaluation: Evaluation) -> list[str]:
    others = len(evaluation.others)
    if evaluation.threshold is None:
        left_out = f"; {others:,} drawings of something else are left out" if others else ""
        return [f"This model cannot reject{left_out}"]
    lines = []
    if evaluation.scores:
        lines.append(f"Rejected of its classes: {_stated(evaluation.rejected_known)}")
        lines.append(
            f"Read correctly of those not rejected: {_stated(evaluation.accepted_accuracy)}"
        )
    if others:
        lines.append(f"Rejected of everything else: {_stated(evaluation.rejected_others)}")
    if evaluation.auroc is not None:
        lines.append(f"AUROC of the digit score: {evaluation.auroc:.4f}")
    return lines


def _difference(result: Result) -> str:
    pairs = result.pairs
    if pairs is None:
        return ""
    first, second = (printable(evaluation.model) for evaluation in result.evaluations)
    low, high = pairs.interval()
    return (
        f"{first} − {second}: {points(100 * pairs.difference)} points (95 % interval"
        f" {points(100 * low)} to {points(100 * high)}, Newcombe 1998, method 10); exact McNemar"
        f" test: {p_value(pairs.mcnemar())}\n"
        f"read correctly by both {pairs.both:,}, by {first} only {pairs.only_first:,},"
        f" by {second} only {pairs.only_second:,}, by neither {pairs.neither:,}"
    )


def _costs(result: Result) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("points lost to")
    table.add_column("strength", justify="right")
    table.add_column("")
    for evaluation in result.evaluations:
        table.add_column(printable(evaluation.model), justify="right")
    for curves in zip(*result.curves, strict=True):
        sweep = curves[0].sweep
        for strength in sweep.reported:
            costs = (points(curve.cost(strength)) for curve in curves)
            table.add_row(sweep.name, f"{strength:g}", sweep.unit, *costs)
    return table
