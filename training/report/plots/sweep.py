"""Figures of a sweep: how far seeds lie apart, how a search went, and what mattered in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter

from training.report.plots.style import ACCENT, FAINT, GRID, INK, SECOND, drawn, percent

#: Figures with panels: so many in a row.
_COLUMNS = 4


def draw_sweep(whole: Mapping[str, Any], importances: Mapping[str, float]) -> dict[str, bytes]:
    """Draw everything that such a sweep has; PNG files by name.

    ``whole`` is what ``sweep.json`` holds, with at least one finished trial; importances, 0..1, say
    how much of the objective hung on each setting that was searched.
    """
    sweep, done = whole["sweep"], [each for each in whole["trials"] if each["state"] == "done"]
    recipe, space = sweep["recipe"], sweep["space"]
    if not space:
        return {"seeds.png": _seeds(done, recipe)}
    objective = f"validation {sweep['objective']}"
    values = [each[f"validation_{sweep['objective']}"] for each in done]
    figures = {
        "history.png": _history(done, values, sweep, objective),
        "slices.png": _slices(done, values, space, objective),
    }
    if importances:
        title = f"{recipe}: what the {objective} hung on"
        figures["importances.png"] = _importances(importances, title)
    return figures


@drawn
def _seeds(done: Sequence[Mapping[str, Any]], recipe: str) -> Figure:
    """Each seed's accuracies as dots, with their mean and standard deviation."""
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


@drawn
def _history(
    done: Sequence[Mapping[str, Any]],
    values: Sequence[float],
    sweep: Mapping[str, Any],
    objective: str,
) -> Figure:
    """The objective trial by trial, and the best so far."""
    better = np.minimum if sweep["objective"] == "loss" else np.maximum
    numbers = [each["trial"] for each in done]
    figure = Figure(figsize=(6.4, 3.2), layout="constrained")
    axes = figure.subplots()
    axes.plot(numbers, values, "o", color=ACCENT, ms=4, alpha=0.6)
    best = better.accumulate(np.array(values))
    axes.step(numbers, best, color=INK, where="post", label="best so far")
    axes.set(xlabel="trial", ylabel=objective)
    axes.set_title(f"{sweep['recipe']}: {len(done)} trials")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.legend(frameon=False, fontsize=8)
    return figure


@drawn
def _slices(
    done: Sequence[Mapping[str, Any]],
    values: Sequence[float],
    space: Mapping[str, Any],
    objective: str,
) -> Figure:
    """The objective by each setting that was searched; later trials are darker."""
    columns = min(_COLUMNS, len(space))
    rows = -(-len(space) // columns)
    figure = Figure(figsize=(max(4.0, 2.6 * columns), 2.6 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axes in grid.flat[len(space) :]:
        axes.axis("off")
    for axes, (name, parameter) in zip(grid.flat, space.items(), strict=False):
        where = _scaled(axes, [each[name] for each in done], parameter)
        shades = np.linspace(0.25, 1.0, len(values))
        axes.scatter(where, values, c=ACCENT, s=16, alpha=shades, linewidths=0)
        axes.grid(axis="y", color=GRID, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel(name)
    for axes in grid[:, 0]:
        axes.set_ylabel(objective)
    return figure


def _scaled(axes: Any, chosen: Sequence[Any], parameter: Mapping[str, Any]) -> Sequence[float]:
    """Set a panel's horizontal axis; where the trials lie on it."""
    low, high, choices = parameter["low"], parameter["high"], parameter["choices"]
    if choices:
        axes.set_xticks(range(len(choices)), [str(choice)[:12] for choice in choices])
        axes.set_xlim(-0.5, len(choices) - 0.5)
        return [choices.index(value) for value in chosen]
    if parameter["log"]:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlim(low / (high / low) ** 0.05, high * (high / low) ** 0.05)
    else:
        axes.set_xlim(low - 0.05 * (high - low), high + 0.05 * (high - low))
    return chosen


@drawn
def _importances(shares: Mapping[str, float], title: str) -> Figure:
    """How much of the objective hung on each setting, as bars."""
    figure = Figure(figsize=(5.2, 0.9 + 0.3 * len(shares)), layout="constrained")
    axes = figure.subplots()
    axes.barh(range(len(shares)), list(shares.values()), color=FAINT, height=0.6)
    axes.set_yticks(range(len(shares)), list(shares))
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(percent)
    axes.set_xlim(0, 1)
    axes.set_title(title)
    return figure
