"""Figures that show pictures: galleries, and what a model says of single ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.report.plots.style import ACCENT, FAINT, GRID, WRONG, cut, percent, save, style

if TYPE_CHECKING:
    from training.runs import Pictures

_GALLERY, _COLUMNS, _SAMPLES, _PAIRS = 40, 10, 25, 12
#: Letters of a label that fit beside another one.
_SHORT = 3
#: Most bars beside a small picture and beside a large one, and fewest places for them.
_FEW, _MANY, _LEAST = 10, 20, 5


def samples(pictures: Pictures, labels: Sequence[str], path: Path) -> None:
    """The first 25 pictures in a square, each above the name of its class."""
    shown = min(_SAMPLES, len(pictures.images))
    rows = -(-shown // 5)
    with mpl.rc_context(style()):
        figure = Figure(figsize=(5.6, 1.22 * rows), layout="constrained")
        for axes in _cells(figure, rows, 5)[shown:]:
            axes.axis("off")
        for i, axes in enumerate(figure.axes[:shown]):
            _show(axes, pictures.images[i])
            axes.set_xlabel(cut(labels[pictures.labels[i]], 14), size=8)
        save(figure, path)


def mistakes(
    pictures: Pictures, wrong: NDArray[np.int64], labels: Sequence[str], path: Path
) -> None:
    """A gallery of the surest mistakes: image, truth, prediction and its probability.

    Args:
        pictures: with probabilities.
        wrong: int64 (M,), indices of those read wrongly, the surest mistake first.
        labels: what each class is called.
        path: the PNG file.
    """
    shown = wrong[:_GALLERY]
    captions = [
        answer(labels[pictures.labels[i]], labels[said.argmax()], said.max())
        for i, said in zip(shown, _said(pictures)[shown], strict=True)
    ]
    title = f"{len(shown)} of {len(wrong):,} mistakes, the surest first"
    gallery(np.divide(pictures.images[shown], 255, dtype=np.float32), captions, title, path)


def answer(meant: str, read: str, probability: float) -> str:
    """A caption for a gallery: what was meant, what was read, and its probability, 0..1."""
    if len(meant) + len(read) <= 2 * _SHORT:
        return f"{meant} read as {read}\n{100 * probability:.0f} %"
    return f"{cut(meant)}\nas {cut(read)}\n{100 * probability:.0f} %"


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
    with mpl.rc_context(style()):
        figure = Figure(figsize=(9, 0.4 + (0.94 + 0.14 * lines) * rows), layout="constrained")
        grid = figure.subplots(rows, _COLUMNS, squeeze=False)
        for axes in grid.flat:
            axes.axis("off")
        for axes, image, caption in zip(grid.flat, images, captions, strict=False):
            axes.imshow(image, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
            axes.set_title(caption, loc="center", size=8)
        figure.suptitle(title, x=0.01, ha="left", size=10)
        save(figure, path)


def pairs(pictures: Pictures, chosen: Sequence[int], labels: Sequence[str], path: Path) -> None:
    """Pictures beside bars of their probabilities; the truth is blue, an error red.

    Args:
        pictures: with probabilities.
        chosen: indices of at most twelve of them.
        labels: what each class is called.
        path: the PNG file.
    """
    rows = -(-len(chosen) // 3)
    with mpl.rc_context(style()):
        figure = Figure(figsize=(9.4, 1.72 * rows), layout="constrained")
        cells = _cells(figure, rows, 6, width_ratios=(1.15, 1) * 3)
        for axes in cells[2 * len(chosen) :]:
            axes.axis("off")
        for i, picture, bars in zip(chosen, cells[::2], cells[1::2], strict=False):
            said = _said(pictures)[i]
            _show(picture, pictures.images[i])
            text, colour = _verdict(said, int(pictures.labels[i]), labels, "\n")
            picture.set_xlabel(text, color=colour, size=8)
            _bars(bars, said, int(pictures.labels[i]), labels, _FEW)
            bars.tick_params(labelsize=6.5)
            bars.set_xticks([])
        save(figure, path)


def one(pictures: Pictures, index: int, labels: Sequence[str], path: Path) -> None:
    """One picture, large, beside its probabilities in figures."""
    said, truth = _said(pictures)[index], int(pictures.labels[index])
    height = 1.0 + 0.24 * min(_MANY, len(labels))
    with mpl.rc_context(style()):
        figure = Figure(figsize=(8, max(3.0, height)), layout="constrained")
        picture, bars = figure.subplots(1, 2, width_ratios=(1, 1.3))
        _show(picture, pictures.images[index])
        text, colour = _verdict(said, truth, labels)
        picture.set_xlabel(text, color=colour, size=11)
        drawn = _bars(bars, said, truth, labels, _MANY)
        bars.bar_label(
            drawn, [f"{100 * bar.get_width():.1f} %" for bar in drawn], padding=4, size=8
        )
        bars.set_xlim(0, 1.18)
        bars.set_xticks((0, 0.5, 1))
        bars.xaxis.set_major_formatter(percent)
        bars.set_title("probability")
        save(figure, path)


def choice(wrong: NDArray[np.int64], total: int) -> list[int]:
    """Twelve for :func:`pairs`: the first six as they come, then the surest mistakes."""
    half = _PAIRS // 2
    first = list(range(min(half, total)))
    others = [int(i) for i in wrong if i >= half] + list(range(half, total))
    return first + list(dict.fromkeys(others))[: _PAIRS - len(first)]


def _bars(
    axes: Any, said: NDArray[np.float32], truth: int, labels: Sequence[str], most: int
) -> Any:
    """Probabilities by class, the answer red where it is not the truth, which is blue."""
    shown = list(range(len(labels)))
    if len(shown) > most:
        likeliest = np.argsort(-said, kind="stable")[:most].tolist()
        shown = likeliest if truth in likeliest else [*likeliest[:-1], truth]
    name = 12 if most == _FEW else 24
    read = int(said.argmax())
    colours = [ACCENT if i == truth else WRONG if i == read else FAINT for i in shown]
    drawn = axes.barh(range(len(shown)), said[shown], 0.78, color=colours)
    axes.set_yticks(range(len(shown)), [cut(labels[i], name) for i in shown])
    spare = max(0, _LEAST - len(shown)) / 2
    axes.set_ylim(len(shown) - 0.4 + spare, -0.6 - spare)
    axes.set_xlim(0, 1)
    axes.tick_params(axis="y", length=0)
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    return drawn


def _verdict(
    said: NDArray[np.float32], truth: int, labels: Sequence[str], gap: str = " "
) -> tuple[str, str]:
    """What was read, how surely, and the truth in brackets; with its colour."""
    read = int(said.argmax())
    text = f"{cut(labels[read])}\u2002{100 * said[read]:.0f} %{gap}({cut(labels[truth])})"
    return text, ACCENT if read == truth else WRONG


def _said(pictures: Pictures) -> NDArray[np.float32]:
    if pictures.probabilities is None:
        raise ValueError("nothing was said of these pictures")
    return pictures.probabilities


def _cells(figure: Any, rows: int, columns: int, **layout: Any) -> list[Any]:
    return list(figure.subplots(rows, columns, squeeze=False, **layout).flat)


def _show(axes: Any, image: NDArray[np.uint8]) -> None:
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=255, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set(visible=True, color=GRID)
