"""Figures of a report, as PNG files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

if TYPE_CHECKING:
    from training.datasets import Split
    from training.evaluate import Probabilities, Scores
    from training.train import Epoch

_INK, _FAINT, _ACCENT, _PAPER = "#22262b", "#9aa1a9", "#2f6f9f", "#ffffff"
_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": _INK,
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "figure.facecolor": _PAPER,
}
_DPI = 110
_GALLERY = 40


def curves(history: Sequence[Epoch], best: Epoch, path: Path) -> None:
    """Loss and error rate by epoch, training and validation, with the best epoch marked."""
    epochs = [epoch.number for epoch in history]
    panels = (
        (
            "Loss (cross-entropy, nats)",
            [e.loss for e in history],
            [e.validation_loss for e in history],
        ),
        (
            "Errors (%)",
            [100 * (1 - e.accuracy) for e in history],
            [100 * (1 - e.validation_accuracy) for e in history],
        ),
    )
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(8, 3.2), layout="constrained")
        for axes, (title, training, validation) in zip(figure.subplots(1, 2), panels, strict=True):
            axes.plot(epochs, training, color=_FAINT, label="training, distorted digits")
            axes.plot(epochs, validation, color=_ACCENT, label="validation, digits as they are")
            axes.plot(
                best.number,
                validation[epochs.index(best.number)],
                "o",
                color=_ACCENT,
                label=f"epoch {best.number}, kept",
            )
            axes.set(title=title, xlabel="epoch", yscale="log")
            axes.xaxis.get_major_locator().set_params(integer=True)
            # Plain figures, at 1, 2 and 5 in each decade.
            axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axes.yaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_minor_formatter(NullFormatter())
            axes.grid(axis="y", which="both", color="#eceef0", linewidth=0.6)
        axes.legend(frameon=False, fontsize=8)
        _save(figure, path)


def confusion(scores: Scores, labels: Sequence[str], path: Path) -> None:
    """Counts by truth and prediction; shades are for the mistakes only."""
    wrong = scores.confusion.astype(np.float64)
    np.fill_diagonal(wrong, np.nan)
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(5.4, 5.2), layout="constrained")
        axes = figure.subplots()
        shades = mpl.colormaps["Blues"].with_extremes(bad="#f3f4f5")
        top = max(1.0, float(np.nanmax(wrong)))
        axes.imshow(wrong, cmap=shades, vmin=0, vmax=1.4 * top)
        for (row, column), count in np.ndenumerate(scores.confusion):
            if count:
                weight = "bold" if row != column else "normal"
                axes.text(column, row, f"{count}", ha="center", va="center", weight=weight, size=8)
        ticks = range(len(labels))
        axes.set_xticks(ticks, labels)
        axes.set_yticks(ticks, labels)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set(xlabel="read as", ylabel="truth")
        axes.set_title(f"{scores.total - scores.correct} of {scores.total:,} read wrongly")
        _save(figure, path)


def mistakes(
    test: Split,
    probabilities: Probabilities,
    scores: Scores,
    labels: Sequence[str],
    path: Path,
) -> None:
    """A gallery of the surest mistakes: image, truth, prediction and its probability."""
    shown = scores.mistakes[:_GALLERY]
    columns = 10
    rows = max(1, -(-len(shown) // columns))
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(9, 0.5 + 1.2 * rows), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes in grid.flat:
            axes.axis("off")
        for axes, index in zip(grid.flat, shown, strict=False):
            guess = int(probabilities[index].argmax())
            axes.imshow(test.images[index], cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
            text = f"{labels[test.labels[index]]} read as {labels[guess]}"
            axes.set_title(f"{text}\n{probabilities[index, guess]:.0%}", loc="center", size=8)
        figure.suptitle(
            f"{len(shown)} of {len(scores.mistakes)} mistakes, the surest first",
            x=0.01,
            ha="left",
            size=10,
        )
        _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    # Without its metadata, which names the version of matplotlib, equal figures are equal files.
    figure.savefig(path, dpi=_DPI, metadata={"Software": None})
