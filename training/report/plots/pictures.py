"""Figures that show pictures: galleries, and what a model says of single ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.report.plots.style import ACCENT, FAINT, GRID, WRONG, cut, drawn, percent

if TYPE_CHECKING:
    from training.measure.answers import Answers
    from training.runs import Pictures

_GALLERY, _COLUMNS, _SAMPLES, _PAIRS = 40, 10, 25, 12
#: Letters of a label that fit beside another one.
_SHORT = 3
#: Most bars beside a small picture and beside a large one, and fewest places for them.
_FEW, _MANY, _LEAST = 10, 20, 5
_COLOURS = {"truth": ACCENT, "error": WRONG, "other": FAINT}


@drawn
def samples(pictures: Pictures, labels: Sequence[str]) -> Figure:
    """The first 25 pictures in a square, each above the name of its class."""
    shown = min(_SAMPLES, len(pictures.images))
    rows = -(-shown // 5)
    figure = Figure(figsize=(5.6, 1.22 * rows), layout="constrained")
    for axes in _cells(figure, rows, 5)[shown:]:
        axes.axis("off")
    for i, axes in enumerate(figure.axes[:shown]):
        _show(axes, pictures.images[i])
        axes.set_xlabel(cut(labels[pictures.labels[i]], 14), size=8)
    return figure


def mistakes(answers: Answers) -> bytes:
    """A gallery of the surest mistakes: image, truth, prediction and its probability."""
    wrong = answers.scores.mistakes
    shown, labels = wrong[:_GALLERY], answers.labels
    captions = [
        caption(labels[answers.truth[i]], labels[answers.read[i]], answers.confidence[i])
        for i in shown
    ]
    title = f"{len(shown)} of {len(wrong):,} mistakes, the surest first"
    return gallery(np.divide(answers.images[shown], 255, dtype=np.float32), captions, title)


def caption(meant: str, read: str, probability: float) -> str:
    """For a gallery: what was meant, what was read, and its probability, 0..1."""
    if len(meant) + len(read) <= 2 * _SHORT:
        return f"{meant} read as {read}\n{100 * probability:.0f} %"
    return f"{cut(meant)}\nas {cut(read)}\n{100 * probability:.0f} %"


@drawn
def gallery(images: NDArray[np.float32], captions: Sequence[str], title: str) -> Figure:
    """Pictures, float32 (N, 28, 28), ink 1.0 on paper 0.0, in rows of ten, each under its caption
    of a line or two, all below a title.
    """
    rows = max(1, -(-len(images) // _COLUMNS))
    lines = max((text.count("\n") + 1 for text in captions), default=0)
    figure = Figure(figsize=(9, 0.4 + (0.94 + 0.14 * lines) * rows), layout="constrained")
    cells = _cells(figure, rows, _COLUMNS)
    for axes in cells:
        axes.axis("off")
    for axes, image, text in zip(cells, images, captions, strict=False):
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
        axes.set_title(text, loc="center", size=8)
    figure.suptitle(title, x=0.01, ha="left", size=10)
    return figure


@drawn
def pairs(answers: Answers, chosen: Sequence[int]) -> Figure:
    """At most twelve pictures beside bars of their probabilities; the truth blue, an error red."""
    rows = -(-len(chosen) // 3)
    figure = Figure(figsize=(9.4, 1.72 * rows), layout="constrained")
    cells = _cells(figure, rows, 6, width_ratios=(1.15, 1) * 3)
    for axes in cells[2 * len(chosen) :]:
        axes.axis("off")
    for i, picture, bars in zip(chosen, cells[::2], cells[1::2], strict=False):
        _show(picture, answers.images[i])
        text, colour = _verdict(answers, i, "\n")
        picture.set_xlabel(text, color=colour, size=8)
        _bars(bars, answers, i, _FEW)
        bars.tick_params(labelsize=6.5)
        bars.set_xticks([])
    return figure


@drawn
def one(answers: Answers, index: int) -> Figure:
    """One picture, large, beside its probabilities in figures."""
    height = 1.0 + 0.24 * min(_MANY, len(answers.labels))
    figure = Figure(figsize=(8, max(3.0, height)), layout="constrained")
    picture, bars = figure.subplots(1, 2, width_ratios=(1, 1.3))
    _show(picture, answers.images[index])
    text, colour = _verdict(answers, index)
    picture.set_xlabel(text, color=colour, size=11)
    shown = _bars(bars, answers, index, _MANY)
    bars.bar_label(shown, [f"{100 * bar.get_width():.1f} %" for bar in shown], padding=4, size=8)
    bars.set_xlim(0, 1.18)
    bars.set_xticks((0, 0.5, 1))
    bars.xaxis.set_major_formatter(percent)
    bars.set_title("probability")
    return figure


def choice(wrong: NDArray[np.int64], total: int) -> list[int]:
    """Twelve for :func:`pairs`: the first six as they come, then the surest mistakes."""
    half = _PAIRS // 2
    first = list(range(min(half, total)))
    others = [int(i) for i in wrong if i >= half] + list(range(half, total))
    return first + list(dict.fromkeys(others))[: _PAIRS - len(first)]


def _bars(axes: Any, answers: Answers, index: int, most: int) -> Any:
    """Probabilities of the likeliest classes, the truth among them."""
    said, truth = answers.probabilities[index], int(answers.truth[index])
    shown = list(range(len(said)))
    if len(shown) > most:
        likeliest = np.argsort(-said, kind="stable")[:most].tolist()
        shown = likeliest if truth in likeliest else [*likeliest[:-1], truth]
    name = 12 if most == _FEW else 24
    kinds = answers.kinds(index)
    colours = [_COLOURS[kinds[i]] for i in shown]
    bars = axes.barh(range(len(shown)), said[shown], 0.78, color=colours)
    axes.set_yticks(range(len(shown)), [cut(answers.labels[i], name) for i in shown])
    spare = max(0, _LEAST - len(shown)) / 2
    axes.set_ylim(len(shown) - 0.4 + spare, -0.6 - spare)
    axes.set_xlim(0, 1)
    axes.tick_params(axis="y", length=0)
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    return bars


def _verdict(answers: Answers, index: int, gap: str = " ") -> tuple[str, str]:
    """What was read, how surely, and the truth in brackets; with its colour."""
    read, truth = answers.read[index], answers.truth[index]
    share = 100 * answers.confidence[index]
    text = f"{cut(answers.labels[read])}\u2002{share:.0f} %{gap}({cut(answers.labels[truth])})"
    return text, ACCENT if read == truth else WRONG


def _cells(figure: Any, rows: int, columns: int, **layout: Any) -> list[Any]:
    return list(figure.subplots(rows, columns, squeeze=False, **layout).flat)


def _show(axes: Any, image: NDArray[np.uint8]) -> None:
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=255, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set(visible=True, color=GRID)
