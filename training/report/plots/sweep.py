"""Figures of a sweep: how far seeds lie apart; how a search went is drawn by Optuna."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from training.report.plots.style import ACCENT, GRID, INK, SECOND, drawn, percent, save


@drawn
def seeds(done: Sequence[Mapping[str, Any]], recipe: str) -> Figure:
    """Accuracies of finished trials of a sweep over seeds, with their mean and deviation."""
    sets = {"validation": [each["validation_accuracy"] for each in done]}
    tested = [each["test_accuracy"] for each in done if each["test_accuracy"] is not None]
    if tested:
        sets["test"] = tested
    figure = Figure(figsize=(6.4, 1.1 + 0.8 * len(sets)), layout="constrained")
    axes = figure.subplots()
    for row, (values, colour) in enumerate(zip(sets.values(), (ACCENT, SECOND), strict=False)):
        # Spread in height, in a fixed order, so that equal values can be told apart.
        heights = row + 0.22 * np.sin(2.4 * np.arange(len(values)))
        axes.plot(values, heights, "o", color=colour, ms=4, alpha=0.6)
        mean = float(np.mean(values))
        deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        axes.errorbar(mean, row, xerr=deviation, fmt="|", color=INK, ms=12, capsize=3, lw=1)
    axes.set_yticks(range(len(sets)), list(sets))
    axes.set_ylim(len(sets) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(percent)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    count = f"{len(done)} seed{'s' if len(done) > 1 else ''}"
    axes.set_title(f"{recipe}: accuracy of {count}, mean and standard deviation")
    return figure


def by_optuna(plot: Callable[[], Any]) -> bytes:
    """What a function of ``optuna.visualization.matplotlib`` draws, as a PNG file."""
    content = io.BytesIO()
    plt.switch_backend("agg")  # no window
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a setting that was drawn the same each time
        figure = np.ravel(plot())[0].figure
        figure.set_layout_engine("constrained")
        save(figure, content)
        plt.close(figure)
    return content.getvalue()
