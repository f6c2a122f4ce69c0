"""A figure of a network: boxes for its layers, arrows for what they pass on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from training.report.diagram import Arrow, arrows, says_more, shape_text
from training.report.plots.style import ACCENT, FAINT, INK, PAPER, cut, drawn

if TYPE_CHECKING:
    from training.runs import Layer

#: In inches: a box, from one box to the next, and from one lane beside them to the next.
_WIDTH, _HEIGHT, _STEP, _LANE = 3.0, 0.34, 0.62, 0.24
_MARGIN = 0.15
_ARROW = {
    "arrowstyle": "-|>,head_width=0.15,head_length=0.3",
    "color": INK,
    "lw": 0.9,
    "shrinkA": 0,
    "shrinkB": 0,
}


@drawn
def network(layers: Sequence[Layer]) -> Figure:
    """One layer or more from top to bottom with shapes between them, and branches beside them."""
    found = arrows(layers)
    lanes = max((arrow.lane for arrow in found), default=0)
    width = _WIDTH + lanes * _LANE + 2 * _MARGIN
    height = len(layers) * _STEP + 0.3
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    for row, layer in enumerate(layers):
        _draw_layer(axes, _MARGIN + row * _STEP, layer)
    for arrow in found:
        _draw_arrow(axes, arrow)
    total = sum(layer.parameters for layer in layers)
    axes.text(_MARGIN, height - 0.14, f"{total:,} parameters", weight="bold", va="center")
    return figure


def _draw_layer(axes: Any, top: float, layer: Layer) -> None:
    learns = layer.parameters > 0
    axes.add_patch(
        FancyBboxPatch(
            (_MARGIN, top),
            _WIDTH,
            _HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor="#e9f1f7" if learns else PAPER,
            edgecolor=ACCENT if learns else FAINT,
            linewidth=0.9,
        )
    )
    middle, right = top + _HEIGHT / 2, _MARGIN + _WIDTH - 0.1
    kind = cut(layer.kind, 24)
    axes.text(_MARGIN + 0.1, middle, kind, va="center", weight="bold", size=8.5)
    if learns:
        axes.text(right, middle, f"{layer.parameters:,}", va="center", ha="right", size=8)
    if says_more(layer):
        at = right - 0.62 if learns else right
        axes.text(at, middle, cut(layer.name, 16), va="center", ha="right", size=8, color="#6b727a")
    below = top + _HEIGHT + (_STEP - _HEIGHT) / 2
    axes.text(_MARGIN + _WIDTH / 2 + 0.1, below, shape_text(layer), va="center", size=7.5)


def _draw_arrow(axes: Any, arrow: Arrow) -> None:
    start, end = _MARGIN + arrow.source * _STEP + _HEIGHT, _MARGIN + arrow.target * _STEP
    middle, right = _MARGIN + _WIDTH / 2, _MARGIN + _WIDTH
    if not arrow.lane:
        axes.annotate("", (middle, end), (middle, start), arrowprops=_ARROW)
        return
    lane = right + arrow.lane * _LANE
    out, into = start - _HEIGHT * 0.35, end + _HEIGHT * 0.35
    axes.plot((right, lane, lane), (out, out, into), color=INK, lw=0.9)
    axes.annotate("", (right, into), (lane, into), arrowprops=_ARROW)
