"""Figures of how training went: by epoch, by batch, and of several runs at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from numpy.typing import ArrayLike, NDArray

from training.report.plots.style import ACCENT, DISTINCT, FAINT, GRID, INK, SECOND, cut, save, style

if TYPE_CHECKING:
    from training.runs.history import Epoch
    from training.runs.metrics import BatchDone

#: Tells lines of one colour apart.
_MARKERS = "osD^vPX*<>"
#: Points of a line by batch; of more batches, that many groups are drawn.
_POINTS = 400
#: Losses and errors outside are drawn at the edge: what diverged must not hide the rest.
_LEAST, _MOST = 1e-6, 1e6


def curves(
    history: Sequence[Epoch], best: Epoch, path: Path, *, watched: str = "validation"
) -> None:
    """Loss and accuracy by epoch, training and validation, with the kept epoch marked.

    Args:
        history: one epoch or more.
        best: the one whose weights the model has.
        path: the PNG file.
        watched: what the model was validated on.
    """
    epochs = [epoch.number for epoch in history]
    with mpl.rc_context(style()):
        figure = Figure(figsize=(8, 3.4), layout="constrained")
        loss, errors = _panels(figure, "epoch")
        for axes, training, validation in (
            (loss, [e.loss for e in history], [e.validation_loss for e in history]),
            (errors, _errors(e.accuracy for e in history), _errors_on_validation(history)),
        ):
            look = "o-" if len(history) == 1 else "-"
            drawn = _drawable(validation)
            axes.plot(epochs, _drawable(training), look, color=FAINT, label="training")
            axes.plot(epochs, drawn, look, color=ACCENT, label=watched)
            kept = drawn[epochs.index(best.number)]
            axes.plot(best.number, kept, "o", color=ACCENT, label=f"epoch {best.number}, kept")
        pen = _errors(e.pen_accuracy for e in history if e.pen_accuracy is not None)
        if len(pen) == len(history):
            errors.plot(epochs, _drawable(pen), color=SECOND, label="the validation writers")
        _finish(loss, errors)
        handles = errors.get_legend_handles_labels()
        figure.legend(*handles, loc="outside lower left", ncols=4, frameon=False, fontsize=8)
        save(figure, path)


def batches(
    done: Sequence[BatchDone],
    history: Sequence[Epoch],
    path: Path,
    *,
    watched: str = "validation",
) -> None:
    """Loss and accuracy of each batch, in a line through the means of neighbours.

    Args:
        done: one batch or more, in order.
        history: the finished epochs; what was validated after each is drawn too.
        path: the PNG file.
        watched: what the model was validated on.
    """
    groups = np.array_split(np.arange(len(done)), min(_POINTS, len(done)))
    steps = np.array([group.mean() + 1 for group in groups])
    last = {batch.epoch: step for step, batch in enumerate(done, start=1)}
    ends = [last[epoch.number] for epoch in history if epoch.number in last]
    validated = [epoch for epoch in history if epoch.number in last]
    with mpl.rc_context(style()):
        figure = Figure(figsize=(8, 3.4), layout="constrained")
        loss, errors = _panels(figure, "batch")
        for axes, values, after in (
            (loss, [batch.loss for batch in done], [e.validation_loss for e in validated]),
            (errors, _errors(batch.accuracy for batch in done), _errors_on_validation(validated)),
        ):
            drawn = _drawable(values)
            low, mean, high = (
                np.array([how(drawn[group]) for group in groups])
                for how in (np.min, np.mean, np.max)
            )
            if len(done) > len(groups):
                axes.fill_between(
                    steps, low, high, color=FAINT, alpha=0.3, linewidth=0, label="lowest to highest"
                )
            axes.plot(steps, mean, color=INK, linewidth=0.9, label="training, batch by batch")
            if ends:
                axes.plot(ends, _drawable(after), "o", color=ACCENT, label=f"{watched}, by epoch")
            axes.xaxis.set_major_formatter("{x:,.0f}")
        _finish(loss, errors)
        handles = errors.get_legend_handles_labels()
        figure.legend(*handles, loc="outside lower left", ncols=3, frameon=False, fontsize=8)
        save(figure, path)


def overlay(runs: Mapping[str, Sequence[Epoch]], path: Path) -> None:
    """Loss and accuracy by epoch of several runs: training dashed, validation solid.

    Args:
        runs: histories of one epoch or more, by the name of the run.
        path: the PNG file.
    """
    with mpl.rc_context(style()):
        lines = -(-len(runs) // 2)
        figure = Figure(figsize=(9, 3.6 + 0.17 * lines), layout="constrained")
        loss, errors = _panels(figure, "epoch")
        handles = []
        for (name, history), colour, marker in zip(
            runs.items(), cycle(DISTINCT), cycle(_MARKERS), strict=False
        ):
            epochs = [epoch.number for epoch in history]
            look: dict[str, Any] = {"color": colour, "marker": marker, "ms": 4, "linewidth": 1.2}
            sparse = look | {"markevery": max(1, len(history) // 10)}
            for axes, training, validation in (
                (loss, [e.loss for e in history], [e.validation_loss for e in history]),
                (errors, _errors(e.accuracy for e in history), _errors_on_validation(history)),
            ):
                axes.plot(epochs, _drawable(training), "--", **sparse, mfc="none", alpha=0.6)
                axes.plot(epochs, _drawable(validation), "-", **sparse)
            handles.append(Line2D([], [], **look, label=cut(name, 60)))
        _finish(loss, errors)
        handles += [
            Line2D([], [], color=INK, ls=ls, label=label)
            for ls, label in (("-", "validation"), ("--", "training"))
        ]
        figure.legend(handles=handles, loc="outside lower left", ncols=2, frameon=False, fontsize=8)
        save(figure, path)


def _panels(figure: Any, step: str) -> tuple[Any, Any]:
    """One for losses, and one for shares of errors that says accuracy."""
    loss, errors = figure.subplots(1, 2)
    loss.set(title="Loss (cross-entropy, nats)", xlabel=step, yscale="log")
    errors.set(title="Accuracy", xlabel=step, yscale="log")
    # Spaced by errors, so that 99.4 % and 99.5 % are as far apart as 94 % and 95 %.
    errors.invert_yaxis()
    return loss, errors


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


def _errors(accuracies: Any) -> list[float]:
    return [1 - accuracy for accuracy in accuracies]


def _errors_on_validation(history: Sequence[Epoch]) -> list[float]:
    return _errors(epoch.validation_accuracy for epoch in history)


def _drawable(values: ArrayLike) -> NDArray[np.float64]:
    """Values that a logarithmic axis can show; what is 0 is drawn at the lower edge."""
    found = np.asarray(values, dtype=np.float64)
    within = found[(found >= _LEAST) & (found <= _MOST)]
    low, high = (within.min() / 2, within.max() * 2) if len(within) else (_LEAST, 1.0)
    return np.nan_to_num(found, nan=high, posinf=high, neginf=low).clip(low, high)
