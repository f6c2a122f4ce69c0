"""Where the arrows of a network's diagram run: to the next box, or in a lane beside the boxes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.runs import Layer


@dataclass(frozen=True)
class Arrow:
    """From the layer in one row to that in another.

    Its lane is 0 straight down to the next row; else how far to the right it passes, 1 nearest.
    """

    source: int
    target: int
    lane: int = 0


def arrows(layers: Sequence[Layer]) -> list[Arrow]:
    """All arrows of layers that stand one below the other; no two share a row and a lane.

    Names of inputs that are no layer's are left out.
    """
    rows = {layer.name: row for row, layer in enumerate(layers)}
    wanted = [
        (rows[name], row)
        for row, layer in enumerate(layers)
        for name in dict.fromkeys(layer.inputs)
        if name in rows
    ]
    straight = [Arrow(source, target) for source, target in wanted if target == source + 1]
    beside: list[Arrow] = []
    # The shortest nearest to the boxes, so that lanes cross as little as they can.
    for source, target in sorted(
        (pair for pair in wanted if pair[1] != pair[0] + 1), key=lambda pair: abs(pair[1] - pair[0])
    ):
        taken = {
            other.lane
            for other in beside
            if min(other.source, other.target) <= max(source, target)
            and max(other.source, other.target) >= min(source, target)
        }
        lane = next(lane for lane in range(1, len(taken) + 2) if lane not in taken)
        beside.append(Arrow(source, target, lane))
    return straight + beside


def shape_text(layer: Layer) -> str:
    """The shape of a layer's output, without the batch: ``"14 × 14 × 32"``."""
    return " × ".join(str(size) for size in layer.shape) or "1"


def says_more(layer: Layer) -> bool:
    """Whether a layer has a name of its own, and not one that Keras made of its kind."""
    made = re.sub(r"_\d+$", "", layer.name).replace("_", "")
    return made.lower() != layer.kind.lower()
