"""Figures of reports, as PNG files."""

from __future__ import annotations

from training.plots.network import network
from training.plots.pictures import answer, choice, gallery, mistakes, one, pairs, samples
from training.plots.progress import batches, curves, overlay
from training.plots.reading import confusion, per_class, reliability_diagram, robustness
from training.plots.style import cut

__all__ = [
    "answer",
    "batches",
    "choice",
    "confusion",
    "curves",
    "cut",
    "gallery",
    "mistakes",
    "network",
    "one",
    "overlay",
    "pairs",
    "per_class",
    "reliability_diagram",
    "robustness",
    "samples",
]
