"""Figures of how training went: by epoch, by batch, and of several runs at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from numpy.typing import ArrayLike, NDArray

from training.report.plots.style import ACCENT, DISTINCT, FAINT, GRID, INK, SECOND, cut, drawn
from training.report.run_view import epoch_values

if TYPE_CHECKING:
    from training.runs.history import Epoch
    from training.runs.metrics import BatchDone

Values = NDArray[np.float64]
#: Tells lines of one colour apart.
_MARKERS = "osD^vPX*<>"
#: Points of a line by batch; of more batches, that many groups are drawn.
_POINTS = 400
#: Losses and errors outside are drawn at the edge: what diverged must not hide the rest.
_LEAST, _MOST = 1e-6, 1e6


@drawn
def curves(history: Sequence[Epoch], kept: Epoch, *, watched: str = "validation") -> Figure:
    """Loss and accuracy by epoch, training and validation, with the kept epoch marked; one epoch or
    more, validated on what is ``watched``.
    """
    figure, loss, errors = _panels("epoch")
    epochs = [epoch.number for epoch in history]
    for axes, training, validation in _lines(loss, errors, history):
        line = "o-" if len(history) == 1 else "-"
        shown = _drawable(validation)
        axes.plot(epochs, _drawable(training), line, color=FAINT, label="training")
        axes.plot(epochs, shown, line, color=ACCENT, label=watched)
        at = shown[epochs.index(kept.number)]
        axes.plot(kept.number, at, "o", color=ACCENT, label=f"epoch {kept.number}, kept")
    pen = 1 - epoch_values(history)["pen_accuracy"]
    if all(epoch.pen_accuracy is not None for epoch in history):
        errors.plot(epochs, _drawable(pen), color=SECOND, label="the validation writers")
    _finish(loss, errors)
    _legend(figure, errors, 4)
    return figure


@drawn
def batches(
    done: Sequence[BatchDone], history: Sequence[Epoch], *, watched: str = "validation"
) -> Figure:
    """Loss and accuracy of each batch, one or more, in a line through the means of neighbours, and
    what was validated after each of the finished epochs.
    """
    figure, loss, errors = _panels("batch")
    groups = np.array_split(np.arange(len(done)), min(_POINTS, len(done)))
    steps = np.array([group.mean() + 1 for group in groups])
    last = {batch.epoch: step for step, batch in enumerate(done, start=1)}
    validated = [epoch for epoch in history if epoch.number in last]
    ends = [last[epoch.number] for epoch in validated]
    values = ([batch.loss for batch in done], [1 - batch.accuracy for batch in done])
    for (axes, _, after), of_batches in zip(_lines(loss, errors, validated), values, strict=True):
        shown = _drawable(of_batches)
        low, mean, high = (
            np.array([how(shown[group]) for group in groups]) for how in (np.min, np.mean, np.max)
        )
        if len(done) > len(groups):
            spread = {"alpha": 0.3, "linewidth": 0, "label": "lowest to highest"}
            axes.fill_between(steps, low, high, color=FAINT, **spread)
        axes.plot(steps, mean, color=INK, linewidth=0.9, label="training, batch by batch")
        if ends:
            axes.plot(ends, _drawable(after), "o", color=ACCENT, label=f"{watched}, by epoch")
        axes.xaxis.set_major_formatter("{x:,.0f}")
    _finish(loss, errors)
    _legend(figure, errors, 3)
    return figure


@drawn
def overlay(runs: Mapping[str, Sequence[Epoch]]) -> Figure:
    """Loss and accuracy by epoch of several runs by their names: training dashed."""
    figure, loss, errors = _panels("epoch", size=(9, 3.6 + 0.17 * -(-len(runs) // 2)))
    handles = []
    for (name, history), colour, marker in zip(
        runs.items(), cycle(DISTINCT), cycle(_MARKERS), strict=False
    ):
        epochs = [epoch.number for epoch in history]
        line: dict[str, Any] = {"color": colour, "marker": marker, "ms": 4, "linewidth": 1.2}
        sparse = line | {"markevery": max(1, len(history) // 10)}
        for axes, training, validation in _lines(loss, errors, history):
            axes.plot(epochs, _drawable(training), "--", **sparse, mfc="none", alpha=0.6)
            axes.plot(epochs, _drawable(validation), "-", **sparse)
        handles.append(Line2D([], [], **line, label=cut(name, 60)))
    _finish(loss, errors)
    handles += [
        Line2D([], [], color=INK, ls=ls, label=label)
        for ls, label in (("-", "validation"), ("--", "training"))
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=2, frameon=False, fontsize=8)
    return figure


def _panels(step: str, size: tuple[float, float] = (8, 3.4)) -> tuple[Figure, Any, Any]:
    """A figure with one panel for losses, and one for shares of errors that says accuracy."""
    figure = Figure(figsize=size, layout="constrained")
    loss, errors = figure.subplots(1, 2)
    loss.set(title="Loss (cross-entropy, nats)", xlabel=step, yscale="log")
    errors.set(title="Accuracy", xlabel=step, yscale="log")
    # Spaced by errors, so that 99.4 % and 99.5 % are as far apart as 94 % and 95 %.
    errors.invert_yaxis()
    return figure, loss, errors


def _lines(loss: Any, errors: Any, history: Sequence[Epoch]) -> list[tuple[Any, Values, Values]]:
    """Each panel with what it shows of training and of validation."""
    values = epoch_values(history)
    return [
        (loss, values["loss"], values["validation_loss"]),
        (errors, 1 - values["accuracy"], 1 - values["validation_accuracy"]),
    ]


def _finish(loss: Any, errors: Any) -> None:
    """Ticks with plain figures: at 1, 2 and 5 in each decade, or evenly where that is too few."""
    for axes, form in ((loss, "{x:g}"), (errors, lambda x, _: f"{100 * (1 - x):.6g} %")):
        low, high = sorted(axes.get_ylim())
        axes.yaxis.set_major_locator(
            LogLocator(subs=(1.0, 2.0, 5.0))
            if high > 5 * low
            else MaxNLocator(6, steps=[1, 2, 5, 10])
        )
        axes.yaxis.set_major_formatter(form)
        axes.yaxis.set_minor_locator(NullLocator())
        axes.grid(axis="y", color=GRID, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.xaxis.set_major_locator(
            MaxNLocator(8, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1)
        )
        if len(axes.lines[0].get_xdata()) == 1:
            axes.set_xlim(axes.lines[0].get_xdata()[0] + np.array([-0.5, 0.5]))


def _legend(figure: Any, axes: Any, columns: int) -> None:
    handles = axes.get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower left", ncols=columns, frameon=False, fontsize=8)


def _drawable(values: ArrayLike) -> Values:
    """Values that a logarithmic axis can show; what is 0 is drawn at the lower edge."""
    found = np.asarray(values, dtype=np.float64)
    within = found[(found >= _LEAST) & (found <= _MOST)]
    low, high = (within.min() / 2, within.max() * 2) if len(within) else (_LEAST, 1.0)
    return np.nan_to_num(found, nan=high, posinf=high, neginf=low).clip(low, high)
