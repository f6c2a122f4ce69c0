"""The folder of a run, which is all that a build leaves for whoever watches, reports or resumes."""

from __future__ import annotations

from training.runs.folder import PREDICTIONS, RunFolder, next_folder
from training.runs.reading import RunError
from training.runs.records import Configuration, Layer, Pictures, Result, layers_of

__all__ = [
    "PREDICTIONS",
    "Configuration",
    "Layer",
    "Pictures",
    "Result",
    "RunError",
    "RunFolder",
    "layers_of",
    "next_folder",
]
