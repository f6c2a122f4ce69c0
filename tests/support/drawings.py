"""Drawings that several tests use: simple digits as a hand draws them, on a page of 480."""

from __future__ import annotations

import numpy as np

from digitpad.ink.ink import Ink

_THREE_X = [150, 190, 240, 285, 305, 290, 250, 215, 255, 300, 320, 305, 260, 205, 155, 135]
_THREE_Y = [130, 95, 85, 100, 140, 185, 215, 225, 230, 255, 300, 350, 385, 390, 365, 330]
_TURN = np.linspace(0, 2 * np.pi, 40)


def digit(label: str) -> Ink:
    """One of "0", "1", "3", "7"."""
    strokes = {
        "0": [np.c_[240 - 80 * np.sin(_TURN), 240 - 140 * np.cos(_TURN)]],
        "1": [[(240, 100), (238, 240), (236, 390)]],
        "3": [np.c_[_THREE_X, _THREE_Y]],
        "7": [[(140, 110), (230, 108), (330, 105), (290, 200), (250, 300), (220, 400)]],
    }
    return Ink.from_points(strokes[label], label)


def scribble(seed: int, strokes: int = 3, points: int = 12) -> Ink:
    """A random drawing: smooth wanderings of a pen that fill about as much as a digit does."""
    rng = np.random.default_rng(seed)
    walks = rng.normal(size=(strokes, points, 2)).cumsum(axis=1) * 30
    return Ink.from_points(walks + rng.uniform(100, 300, size=(strokes, 1, 2)))
