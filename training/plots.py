"""Figures of reports, as PNG files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter
from numpy.typing import NDArray

from training.scores import wilson

if TYPE_CHECKING:
    from training.datasets import Split
    from training.evaluation.robustness import Curve
    from training.history import Epoch
    from training.scores import Probabilities, Reliability, Scores

_INK, _FAINT, _ACCENT, _PAPER = "#22262b", "#9aa1a9", "#2f6f9f", "#ffffff"
_SECOND, _GRID = "#c77d2e", "#eceef0"
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
    "text.parse_math": False,  # a label may hold a dollar sign
}
_DPI = 110
_GALLERY, _COLUMNS = 40, 10
#: Letters of a label that fit beside another one, and that fit above a small picture.
_SHORT, _WIDE = 3, 12


def curves(history: Sequence[Epoch], best: Epoch, path: Path) -> None:
    """Loss and error rate by epoch, training and validation, with the best epoch marked."""
    epochs = [epoch.number for epoch in history]
    panels: tuple[tuple[str, list[float], list[float], list[float]], ...] = (
        (
            "Loss (cross-entropy, nats)",
            [e.loss for e in history],
            [e.validation_loss for e in history],
            [],
        ),
        (
            "Errors (%)",
            [100 * (1 - e.accuracy) for e in history],
            [100 * (1 - e.validation_accuracy) for e in history],
            [100 * (1 - e.pen_accuracy) for e in history if e.pen_accuracy is not None],
        ),
    )
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(8, 3.2), layout="constrained")
        for axes, (title, training, validation, pen) in zip(
            figure.subplots(1, 2), panels, strict=True
        ):
            axes.plot(epochs, training, color=_FAINT, label="training, distorted digits")
            axes.plot(epochs, validation, color=_ACCENT, label="validation, digits as they are")
            if pen:
                axes.plot(epochs, pen, color=_SECOND, label="the validation writers' pen digits")
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
            axes.grid(axis="y", which="both", color=_GRID, linewidth=0.6)
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
                is_wrong = row != column
                axes.text(
                    column,
                    row,
                    f"{count}",
                    ha="center",
                    va="center",
                    weight="bold" if is_wrong else "normal",
                    color=_PAPER if is_wrong and count > 0.7 * top else _INK,
                    size=8,
                )
        ticks = range(len(labels))
        if max(map(len, labels)) > _SHORT:
            axes.set_xticks(ticks, labels, rotation=45, ha="right", rotation_mode="anchor")
        else:
            axes.set_xticks(ticks, labels)
        axes.set_yticks(ticks, labels)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set(xlabel="read as", ylabel="truth")
        axes.set_title(f"{scores.total - scores.correct:,} of {scores.total:,} read wrongly")
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
    captions = [
        answer(labels[test.labels[i]], labels[probabilities[i].argmax()], probabilities[i].max())
        for i in shown
    ]
    title = f"{len(shown)} of {len(scores.mistakes):,} mistakes, the surest first"
    gallery(test.images[shown], captions, title, path)


def answer(meant: str, read: str, probability: float) -> str:
    """A caption for a gallery: what was meant, what was read, and its probability, 0..1."""
    if len(meant) + len(read) <= 2 * _SHORT:
        return f"{meant} read as {read}\n{100 * probability:.0f} %"
    return f"{cut(meant)}\nas {cut(read)}\n{100 * probability:.0f} %"


def cut(label: str) -> str:
    """A label that fits above a small picture; any text may be one."""
    return label if len(label) <= _WIDE else f"{label[: _WIDE - 1]}…"


def gallery(images: NDArray[np.float32], captions: Sequence[str], title: str, path: Path) -> None:
    """Pictures in rows of ten, each under its caption.

    Args:
        images: float32 (N, 28, 28), ink 1.0 on paper 0.0.
        captions: N texts of a line or two.
        title: stands above them all.
        path: the PNG file.
    """
    rows = max(1, -(-len(images) // _COLUMNS))
    lines = max((caption.count("\n") + 1 for caption in captions), default=0)
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(9, 0.4 + (0.94 + 0.14 * lines) * rows), layout="constrained")
        grid = figure.subplots(rows, _COLUMNS, squeeze=False)
        for axes in grid.flat:
            axes.axis("off")
        for axes, image, caption in zip(grid.flat, images, captions, strict=False):
            axes.imshow(image, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
            axes.set_title(caption, loc="center", size=8)
        figure.suptitle(title, x=0.01, ha="left", size=10)
        _save(figure, path)


def per_class(scores: Scores, labels: Sequence[str], path: Path) -> None:
    """Recall of each class with its 95 % interval, and precision beside it."""
    counts = scores.confusion.diagonal()
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(4.6, 1.0 + 0.36 * len(labels)), layout="constrained")
        axes = figure.subplots()
        for row, (correct, total) in enumerate(
            zip(counts.tolist(), scores.confusion.sum(axis=1).tolist(), strict=True)
        ):
            if total:
                axes.plot(
                    wilson(correct, total), (row, row), color=_ACCENT, alpha=0.35, linewidth=5
                )
        rows = range(len(labels))
        axes.plot(
            scores.recall(),
            rows,
            "o",
            color=_ACCENT,
            clip_on=False,
            label="recall, with 95 % interval",
        )
        axes.plot(scores.precision(), rows, "|", color=_INK, ms=11, mew=1.6, label="precision")
        axes.axvline(scores.accuracy, color=_FAINT, linewidth=0.8, linestyle="--", label="accuracy")
        axes.set_yticks(rows, labels)
        axes.invert_yaxis()
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_formatter(_percent)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.set_xlim(right=1.0 + 0.01 * (1.0 - axes.get_xlim()[0]))
        axes.grid(axis="x", color=_GRID, linewidth=0.6)
        axes.set_axisbelow(True)
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=8)
        _save(figure, path)


def reliability_diagram(table: Reliability, error: float, path: Path) -> None:
    """Accuracy by confidence, and below it how many answers there are of each confidence.

    Args:
        table: of :func:`training.scores.reliability`.
        error: the expected calibration error, 0..1.
        path: the PNG file.
    """
    middle = (table.edges[:-1] + table.edges[1:]) / 2
    width = 0.94 * np.diff(table.edges)
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(4.6, 5.2), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        above.plot((0, 1), (0, 1), color=_FAINT, linewidth=0.8, linestyle="--")
        above.bar(middle, table.accuracy, width, color=_ACCENT, alpha=0.35)
        above.plot(table.confidence, table.accuracy, "o", color=_ACCENT, ms=4, clip_on=False)
        above.set(ylabel="read correctly", ylim=(0, 1.02), xlim=(0, 1))
        above.set_title(f"Expected calibration error {100 * error:.2f} %")
        below.bar(middle, table.counts, width, color=_FAINT)
        below.set(xlabel="confidence: the largest probability", ylabel="answers", yscale="log")
        below.set_ylim(bottom=0.7)
        below.yaxis.set_major_formatter("{x:,.0f}")
        below.minorticks_off()
        for axis in (above.xaxis, above.yaxis):
            axis.set_major_formatter(_percent)
        _save(figure, path)


def robustness(models: Mapping[str, Sequence[Curve]], path: Path) -> None:
    """Accuracy by the strength of each disturbance, with 95 % intervals.

    Args:
        models: the curves of one or two models, by the model's name.
        path: the PNG file.
    """
    colours = dict(zip(models, (_ACCENT, _SECOND), strict=False))
    panels = len(next(iter(models.values())))
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(10, 2.5 * -(-panels // 4)), layout="constrained")
        grid = figure.subplots(-(-panels // 4), 4, sharey=True, squeeze=False)
        for name, curves in models.items():
            for axes, curve in zip(grid.flat, curves, strict=False):
                _draw_curve(axes, curve, colours[name], name)
        grid.flat[0].yaxis.set_major_formatter(_percent)
        grid.flat[0].set_ylim(top=1.01)
        handles = grid.flat[0].get_legend_handles_labels()
        figure.legend(*handles, loc="outside lower left", ncols=4, frameon=False, fontsize=8)
        _save(figure, path)


def _draw_curve(axes: Any, curve: Curve, colour: str, name: str) -> None:
    strengths = curve.sweep.strengths
    bounds = [wilson(correct, curve.total) for correct in curve.correct]
    plain = curve.plain / curve.total
    axes.axhline(plain, color=colour, linewidth=0.8, linestyle="--", label=f"{name}, undisturbed")
    axes.fill_between(strengths, *zip(*bounds, strict=True), color=colour, alpha=0.15, linewidth=0)
    shares = [correct / curve.total for correct in curve.correct]
    axes.plot(strengths, shares, color=colour, marker="o", ms=3, label=name)
    axes.set(title=curve.sweep.name.capitalize(), xlabel=curve.sweep.unit)
    axes.grid(axis="y", color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))


def _percent(share: float, _: float) -> str:
    """The tick of a share."""
    return f"{100 * share:g} %"


def _save(figure: Any, path: Path) -> None:
    # Without its metadata, which names the version of matplotlib, equal figures are equal files.
    figure.savefig(path, dpi=_DPI, metadata={"Software": None})
