"""Robustness: accuracy under disturbances of the way a digit is written.

Each disturbance changes drawings, not pictures, and by one strength; a sweep goes through its
strengths and measures a model at each. Rotation and slant act about the middle of the drawing's
bounds, before normalisation. Size, place, point density and the width of the pen are there to show
that normalisation takes them away, as far as it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digitpad.image.normalize import PEN_WIDTH, normalize_ink
from digitpad.ink.ink import Ink, Stroke
from digitpad.ink.path import distances
from training.synth.strokes import Points, points_at

Images = NDArray[np.float32]
Chance = np.random.Generator | None
Reader = tuple[Callable[[Images], NDArray[np.float32]], NDArray[np.int64]]

_SEED = 20_240
#: Distances along the path, in shares of the drawing's longest side: between the points of a
#: trembling line, and between the independent jerks of the pen.
_FINE, _JERKS = 0.02, 0.08


@dataclass(frozen=True)
class Sweep:
    """One disturbance over its strengths."""

    name: str  #: what the disturbance is called
    unit: str  #: what its strength counts
    strengths: tuple[float, ...]  #: those measured, rising
    reported: tuple[float, ...]  #: those whose cost the summary states
    #: A drawing, a strength and a generator of random numbers to a drawing.
    disturb: Callable[[Ink, float, np.random.Generator], Ink]
    pen: bool = False  #: whether the strength widens the pen instead of changing the drawing

    def images(self, inks: Sequence[Ink], strength: float) -> Images:
        """The drawings as a model would see them: float32 (len(inks), 28, 28).

        A drawing trembles in the same way at every strength, only more.
        """
        pen_width = PEN_WIDTH * strength if self.pen else PEN_WIDTH
        drawn = (
            normalize_ink(self.disturb(ink, strength, np.random.default_rng((_SEED, i))), pen_width)
            for i, ink in enumerate(inks)
        )
        return np.stack([image for image in drawn if image is not None])


def unchanged(ink: Ink, _strength: float, _rng: Chance = None) -> Ink:
    """The same drawing."""
    return ink


def rotated(ink: Ink, degrees: float, _rng: Chance = None) -> Ink:
    """Turned about its middle, clockwise as one sees it."""
    turn = np.radians(degrees)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return _mapped(ink, matrix)


def slanted(ink: Ink, shear: float, _rng: Chance = None) -> Ink:
    """Leaning to the right by ``shear`` pixels for each pixel of height; to the left below 0."""
    return _mapped(ink, np.array([[1.0, 0.0], [-shear, 1.0]]))


def scaled(ink: Ink, factor: float, _rng: Chance = None) -> Ink:
    """Drawn ``factor`` times as large, above 0."""
    return ink.transformed(factor)


def moved(ink: Ink, share: float, _rng: Chance = None) -> Ink:
    """Moved right and down by a share of its longest side."""
    return ink.transformed(offset=(share * _side(ink), 0.7 * share * _side(ink)))


def thinned(ink: Ink, keep: float, _rng: Chance = None) -> Ink:
    """Every ``keep``-th point of each stroke and its last one: a slower device. ``keep`` >= 1."""
    return _each(ink, lambda path: np.concatenate([path[: -1 : int(keep)], path[-1:]]))


def resampled(ink: Ink, points: float, _rng: Chance = None) -> Ink:
    """Each stroke as ``points`` points at equal distances along it, 2 or more."""
    return _each(
        ink, lambda path: points_at(path, np.linspace(0.0, distances(path)[-1], int(points)))
    )


def trembling(ink: Ink, share: float, rng: np.random.Generator) -> Ink:
    """Written by a shaky writer.

    Along each stroke the pen strays by independent normal jerks, smoothly joined, whose standard
    deviation each way is a share of the drawing's longest side.
    """
    side = _side(ink)
    if side == 0.0:  # a dot has no size to take a share of
        return ink

    def shaken(path: Points) -> Points:
        length = distances(path)[-1]
        along = np.linspace(0.0, length, max(2, int(np.ceil(length / (_FINE * side))) + 1))
        knots = np.linspace(0.0, length, max(2, int(np.ceil(length / (_JERKS * side))) + 1))
        jerks = rng.normal(0.0, share * side, (len(knots), 2))
        stray = [np.interp(along, knots, jerks[:, axis]) for axis in (0, 1)]
        return points_at(path, along) + np.stack(stray, axis=1)

    return _each(ink, shaken)


SWEEPS = (
    Sweep("rotation", "degrees clockwise", tuple(range(-30, 31, 5)), (-20, 20), rotated),
    Sweep("slant", "shear to the right", tuple(i / 10 for i in range(-6, 7)), (-0.4, 0.4), slanted),
    Sweep(
        "pen width",
        "times the app's",
        (0.4, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5),
        (0.5, 2.0),
        unchanged,
        pen=True,
    ),
    Sweep("tremor", "of the digit's size", tuple(i / 100 for i in range(7)), (0.03,), trembling),
    Sweep("size", "times as large", (0.25, 0.5, 1.0, 2.0, 4.0), (0.25, 4.0), scaled),
    Sweep("place", "own sizes away", (-3.3, -1.1, 0.0, 1.1, 3.3), (3.3,), moved),
    Sweep("point density", "every k-th point", (1, 2, 3, 4, 5, 6, 8), (4,), thinned),
    Sweep("points per stroke", "at equal distances", (5, 8, 12, 16, 24, 32), (8,), resampled),
)


Step = tuple[Sweep, float]


@dataclass(frozen=True, eq=False)
class Curve:
    """Accuracy of one model over one sweep."""

    sweep: Sweep  #: the disturbance
    correct: tuple[int, ...]  #: drawings read rightly at each of its strengths
    total: int  #: how many drawings there were
    plain: int  #: how many were read rightly undisturbed

    def cost(self, strength: float) -> float:
        """Accuracy lost at a strength of the sweep, in points of a hundred; below 0 for a gain."""
        correct = self.correct[self.sweep.strengths.index(strength)]
        return 100 * (self.plain - correct) / self.total


@dataclass(frozen=True, eq=False)
class Subject:
    """The drawings that are disturbed."""

    inks: Sequence[Ink]  #: N drawings with ink, N >= 1
    images: Images  #: float32 (N, 28, 28), the same undisturbed


def measure(
    subject: Subject,
    readers: Sequence[Reader],
    steps: Callable[[Sequence[Step]], Iterable[Step]] = iter,
) -> tuple[list[Curve], ...]:
    """Go through every sweep with every model, which takes images to probabilities, float32 (N,
    classes), and comes with the class of each drawing, int64 (N,); for each of them a curve for
    each of :data:`SWEEPS`. ``steps`` wraps what is gone through, to show progress.
    """

    def correct(images: Images) -> list[int]:
        return [int((predict(images).argmax(axis=1) == truth).sum()) for predict, truth in readers]

    plain = correct(subject.images)
    counts: dict[str, list[list[int]]] = {sweep.name: [] for sweep in SWEEPS}
    for sweep, strength in steps([(each, s) for each in SWEEPS for s in each.strengths]):
        counts[sweep.name].append(correct(sweep.images(subject.inks, strength)))
    total = len(subject.inks)
    return tuple(
        [
            Curve(sweep, tuple(row[i] for row in counts[sweep.name]), total, plain[i])
            for sweep in SWEEPS
        ]
        for i in range(len(readers))
    )


def _each(ink: Ink, change: Callable[[Points], Points]) -> Ink:
    return Ink.from_points([change(stroke.points) for stroke in ink.strokes], ink.label)


def _mapped(ink: Ink, matrix: Points) -> Ink:
    """Every point, from the middle of the bounds, times a matrix."""
    left, top, right, bottom = ink.bounds() or (0.0, 0.0, 0.0, 0.0)
    middle = np.array(((left + right) / 2, (top + bottom) / 2))

    def mapped(stroke: Stroke) -> Stroke:
        return replace(stroke, points=(stroke.points - middle) @ matrix + middle)

    return replace(ink, strokes=tuple(mapped(stroke) for stroke in ink.strokes))


def _side(ink: Ink) -> float:
    """The longest side of the bounds."""
    left, top, right, bottom = ink.bounds() or (0.0, 0.0, 0.0, 0.0)
    return max(right - left, bottom - top)
