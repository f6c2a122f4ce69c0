"""Figures of a sweep: how far seeds lie apart, how a search went, and what it hung on."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import optuna
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter

from training.report.plots.style import ACCENT, FAINT, GRID, INK, SECOND, percent, save, style
from training.sweep.config import Sweep
from training.sweep.space import Parameter
from training.sweep.table import Finished

#: Figures with panels: so many in a row.
_COLUMNS = 4


def draw(done: Sequence[Finished], sweep: Sweep, folder: Path) -> list[Path]:
    """Draw everything that such a sweep has.

    Args:
        done: finished jobs in order, at least one.
        sweep: what it is.
        folder: where the PNG files go.

    Returns:
        The files.
    """
    figures: dict[str, Callable[[Sequence[Finished], Sweep, Path], None]] = {"seeds.png": seeds}
    if sweep.space:
        figures = {"history.png": history, "slices.png": slices}
        if len(done) > 1:
            figures["importances.png"] = importances
    for name, draw_one in figures.items():
        draw_one(done, sweep, folder / name)
    return [folder / name for name in figures]


def seeds(done: Sequence[Finished], sweep: Sweep, path: Path) -> None:
    """Each seed's accuracies as dots, with their mean and standard deviation."""
    sets = {"validation": [f.result.validation_accuracy for f in done]}
    tested = [f.result.test_accuracy for f in done if f.result.test_accuracy is not None]
    if tested:
        sets["test"] = tested
    with mpl.rc_context(style()):
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
        axes.set_title(f"{sweep.recipe}: accuracy of {count}, mean and standard deviation")
        save(figure, path)


def history(done: Sequence[Finished], sweep: Sweep, path: Path) -> None:
    """The objective trial by trial, and the best so far."""
    values = np.array([f.value for f in done])
    best = (np.minimum if sweep.lower_is_better else np.maximum).accumulate(values)
    with mpl.rc_context(style()):
        figure = Figure(figsize=(6.4, 3.2), layout="constrained")
        axes = figure.subplots()
        axes.plot([f.job for f in done], values, "o", color=ACCENT, ms=4, alpha=0.6)
        axes.step([f.job for f in done], best, color=INK, where="post", label="best so far")
        axes.set(xlabel="trial", ylabel=f"validation {sweep.objective}")
        axes.set_title(f"{sweep.recipe}: {len(done)} trials")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="y", color=GRID, linewidth=0.6)
        axes.legend(frameon=False, fontsize=8)
        save(figure, path)


def slices(done: Sequence[Finished], sweep: Sweep, path: Path) -> None:
    """The objective by each setting that was searched; later trials are darker."""
    columns = min(_COLUMNS, len(sweep.space))
    rows = -(-len(sweep.space) // columns)
    values = [f.value for f in done]
    with mpl.rc_context(style()):
        size = (max(4.0, 2.6 * columns), 2.6 * rows)
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
        for axes in grid.flat[len(sweep.space) :]:
            axes.axis("off")
        for axes, (name, parameter) in zip(grid.flat, sweep.space.items(), strict=False):
            chosen = [f.attempt.params.get(name) for f in done]
            _slice(axes, chosen, values, parameter)
            axes.set_xlabel(name)
        for axes in grid[:, 0]:
            axes.set_ylabel(f"validation {sweep.objective}")
        save(figure, path)


def _slice(axes: Any, chosen: Sequence[Any], values: Sequence[float], parameter: Parameter) -> None:
    where = list(chosen)
    if parameter.kind == "choice":
        where = [parameter.choices.index(value) for value in chosen]
        axes.set_xticks(range(len(parameter.choices)), [str(c)[:12] for c in parameter.choices])
        axes.set_xlim(-0.5, len(parameter.choices) - 0.5)
    else:
        low, high = parameter.low, parameter.high
        if parameter.log:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter("{x:g}")
            axes.xaxis.set_minor_formatter(NullFormatter())
            axes.set_xlim(low / (high / low) ** 0.05, high * (high / low) ** 0.05)
        else:
            axes.set_xlim(low - 0.05 * (high - low), high + 0.05 * (high - low))
    shades = np.linspace(0.25, 1.0, len(values))
    axes.scatter(where, values, c=ACCENT, s=16, alpha=shades, linewidths=0)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def importances(done: Sequence[Finished], sweep: Sweep, path: Path) -> None:
    """How much of the objective hung on each setting, by Optuna's PED-ANOVA."""
    shares = importance(done, sweep)
    with mpl.rc_context(style()):
        figure = Figure(figsize=(5.2, 0.9 + 0.3 * len(shares)), layout="constrained")
        axes = figure.subplots()
        axes.barh(range(len(shares)), list(shares.values()), color=FAINT, height=0.6)
        axes.set_yticks(range(len(shares)), list(shares))
        axes.invert_yaxis()
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_formatter(percent)
        axes.set_xlim(0, 1)
        axes.set_title(f"{sweep.recipe}: what the validation {sweep.objective} hung on")
        save(figure, path)


def importance(done: Sequence[Finished], sweep: Sweep) -> dict[str, float]:
    """How much of the objective hung on each setting, 0..1, the most first.

    S. Watanabe, A. Bansal and F. Hutter, "PED-ANOVA: efficiently quantifying hyperparameter
    importance in arbitrary subspaces", IJCAI 2023.
    """
    study = optuna.create_study(direction=sweep.direction)
    study.add_trials(
        [
            optuna.trial.create_trial(
                params=dict(f.attempt.params),
                distributions=dict(f.attempt.distributions),
                value=f.value,
            )
            for f in done
        ]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a setting that was drawn the same each time
        return dict(optuna.importance.get_param_importances(study))
