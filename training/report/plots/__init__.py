"""Figures of reports, as PNG files."""

from __future__ import annotations

from training.report.plots.network import network
from training.report.plots.pictures import answer, choice, gallery, mistakes, one, pairs, samples
from training.report.plots.progress import batches, curves, overlay
from training.report.plots.reading import confusion, per_class, reliability_diagram, robustness
from training.report.plots.style import cut

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
