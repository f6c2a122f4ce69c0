"""Figures of how well a model reads: by class, by confidence, by disturbance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from training.measure.scores import wilson
from training.report.plots.style import ACCENT, FAINT, GRID, INK, PAPER, SECOND, cut, drawn, percent

if TYPE_CHECKING:
    from training.measure.robustness import Curve
    from training.measure.scores import Reliability, Scores

#: Letters of a class's name on an axis, and of one that can stand upright below it.
_NAME, _SHORT = 24, 3
#: With more classes than this, cells are too small for numbers.
_NUMBERED = 20


@drawn
def confusion(scores: Scores, labels: Sequence[str]) -> Figure:
    """Counts by truth and prediction; shades are for the mistakes only."""
    numbered = len(labels) <= _NUMBERED
    names = [cut(label, _NAME) for label in labels]
    wrong = scores.confusion.astype(np.float64)
    np.fill_diagonal(wrong, np.nan)
    top = max(1.0, float(np.nanmax(wrong)))
    side = max(2.4, (0.42 if numbered else 0.13) * len(labels)) + 0.075 * max(map(len, names))
    figure = Figure(figsize=(side + 1.1, side + 0.9), layout="constrained")
    axes = figure.subplots()
    shades = mpl.colormaps["Blues"].with_extremes(bad="#f3f4f5")
    image = axes.imshow(wrong, cmap=shades, vmin=0, vmax=1.4 * top)
    if numbered:
        _write_counts(axes, scores, top)
    else:
        bar = figure.colorbar(image, ax=axes, shrink=0.4, label="mistakes")
        bar.outline.set_visible(False)
    ticks, size = range(len(labels)), 9 if numbered else 6.5
    upright = max(map(len, names)) <= _SHORT and numbered
    turned = {} if upright else {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(ticks, names, size=size, **(turned if numbered else {"rotation": 90}))
    axes.set_yticks(ticks, names, size=size)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set(xlabel="read as", ylabel="truth")
    axes.set_title(f"{scores.total - scores.correct:,} of {scores.total:,} read wrongly")
    return figure


def _write_counts(axes: Any, scores: Scores, top: float) -> None:
    for (row, column), count in np.ndenumerate(scores.confusion):
        if count:
            is_wrong = row != column
            axes.text(
                column,
                row,
                f"{count}",
                ha="center",
                va="center",
                weight="bold" if is_wrong else "normal",
                color=PAPER if is_wrong and count > 0.7 * top else INK,
                size=8 if count < 10_000 else 6.5,
            )


@drawn
def per_class(scores: Scores, labels: Sequence[str]) -> Figure:
    """Recall of each class with its 95 % interval, and precision beside it."""
    dense = len(labels) > _NUMBERED
    height = 1.0 + (0.17 if dense else 0.36) * len(labels)
    figure = Figure(figsize=(4.6, height), layout="constrained")
    axes = figure.subplots()
    counts, totals = scores.confusion.diagonal().tolist(), scores.confusion.sum(axis=1).tolist()
    for row, (correct, total) in enumerate(zip(counts, totals, strict=True)):
        if total:
            axes.plot(wilson(correct, total), (row, row), color=ACCENT, alpha=0.35, linewidth=5)
    rows, recall = range(len(labels)), "recall, with 95 % interval"
    axes.plot(scores.recall(), rows, "o", color=ACCENT, clip_on=False, label=recall)
    axes.plot(scores.precision(), rows, "|", color=INK, ms=11, mew=1.6, label="precision")
    axes.axvline(scores.accuracy, color=FAINT, linewidth=0.8, linestyle="--", label="accuracy")
    axes.set_yticks(rows, [cut(label, _NAME) for label in labels], size=6.5 if dense else 9)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(percent)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.set_xlim(right=1.0 + 0.01 * (1.0 - axes.get_xlim()[0]))
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=8)
    return figure


@drawn
def reliability_diagram(table: Reliability, error: float) -> Figure:
    """Accuracy by confidence, and below it how many answers there are of each confidence. The
    expected calibration error is 0..1.
    """
    middle = (table.edges[:-1] + table.edges[1:]) / 2
    width = 0.94 * np.diff(table.edges)
    figure = Figure(figsize=(4.6, 5.2), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    above.plot((0, 1), (0, 1), color=FAINT, linewidth=0.8, linestyle="--")
    above.bar(middle, table.accuracy, width, color=ACCENT, alpha=0.35)
    above.plot(table.confidence, table.accuracy, "o", color=ACCENT, ms=4, clip_on=False)
    above.set(ylabel="read correctly", ylim=(0, 1.02), xlim=(0, 1))
    above.set_title(f"Expected calibration error {100 * error:.2f} %")
    below.bar(middle, table.counts, width, color=FAINT)
    below.set(xlabel="confidence: the largest probability", ylabel="answers", yscale="log")
    below.set_ylim(bottom=0.7)
    below.yaxis.set_major_formatter("{x:,.0f}")
    below.minorticks_off()
    for axis in (above.xaxis, above.yaxis):
        axis.set_major_formatter(percent)
    return figure


@drawn
def robustness(models: Mapping[str, Sequence[Curve]]) -> Figure:
    """Accuracy by the strength of each disturbance, of one model or two by their names."""
    colours = dict(zip(models, (ACCENT, SECOND), strict=False))
    rows = -(-len(next(iter(models.values()))) // 4)
    figure = Figure(figsize=(10, 2.5 * rows), layout="constrained")
    panels = list(figure.subplots(rows, 4, sharey=True, squeeze=False).flat)
    for name, curves in models.items():
        for axes, curve in zip(panels, curves, strict=False):
            _draw_curve(axes, curve, colours[name], name)
    panels[0].yaxis.set_major_formatter(percent)
    panels[0].set_ylim(top=1.01)
    handles = panels[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower left", ncols=4, frameon=False, fontsize=8)
    return figure


def _draw_curve(axes: Any, curve: Curve, colour: str, name: str) -> None:
    strengths = curve.sweep.strengths
    bounds = [wilson(correct, curve.total) for correct in curve.correct]
    plain = curve.plain / curve.total
    axes.axhline(plain, color=colour, linewidth=0.8, linestyle="--", label=f"{name}, undisturbed")
    axes.fill_between(strengths, *zip(*bounds, strict=True), color=colour, alpha=0.15, linewidth=0)
    shares = [correct / curve.total for correct in curve.correct]
    axes.plot(strengths, shares, color=colour, marker="o", ms=3, label=name)
    axes.set(title=curve.sweep.name.capitalize(), xlabel=curve.sweep.unit)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
