"""Digital ink: immutable strokes of points. No Qt, no pixels.

Coordinates are device-independent pixels, x to the right and y down. Every edit returns a new
:class:`Ink`, so undo is a list. One drawing is one JSON line (JSONL)::

    {"strokes": [[[x, y], ...], ...], "label": "7", "t": [[s, ...], ...], "pressure": [[p, ...]]}

where ``label``, ``t`` (seconds) and ``pressure`` (0..1) are optional.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Most points one drawing read from JSON may have: minutes of writing with a 1,000 Hz pen.
MAX_POINTS = 500_000
#: Most strokes one drawing read from JSON may have: a page full of scribbles has some hundred.
MAX_STROKES = 2_000
#: Largest absolute coordinate read from JSON; beyond it, float arithmetic loses the drawing.
MAX_COORDINATE = 1e7
#: Smaller coordinates are zero: the squares of their differences would be.
_LEAST = 1e-100
#: So many levels of lists has a stroke, or a grid of cells.
_DEEPEST = 2
#: Largest absolute time or pressure, whatever the unit: it can still be written down.
_MOST = 1e15


class InkError(ValueError):
    """A drawing that cannot be read; the message is one sentence for the user."""


@dataclass(frozen=True, eq=False)
class Stroke:
    """One pen-down to pen-up movement.

    Attributes:
        points: float64 (n, 2), n >= 1, read-only.
        t: float64 (n,), seconds since the drawing began, or None where unknown.
        pressure: float64 (n,), 0..1, or None where unknown.
    """

    points: NDArray[np.float64]
    t: NDArray[np.float64] | None = None
    pressure: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        points = _frozen(self.points)
        if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
            raise InkError("a stroke needs at least one point, each as [x, y]")
        if not np.isfinite(points).all():
            raise InkError("a stroke has a coordinate that is not a finite number")
        object.__setattr__(self, "points", points)
        for name in ("t", "pressure"):
            values = getattr(self, name)
            if values is None:
                continue
            values = _frozen(values)
            if values.shape != (len(points),) or not np.isfinite(values).all():
                raise InkError(f'"{name}" needs one finite number for each point of its stroke')
            object.__setattr__(self, name, values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Stroke):
            return NotImplemented
        return all(
            a is b if a is None or b is None else np.array_equal(a, b)
            for a, b in (
                (self.points, other.points),
                (self.t, other.t),
                (self.pressure, other.pressure),
            )
        )

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True)
class Ink:
    """A drawing: a tuple of strokes, in the order they were drawn, and what it is meant to be."""

    strokes: tuple[Stroke, ...] = ()
    label: str | None = None

    def __bool__(self) -> bool:
        return bool(self.strokes)

    def appended(self, stroke: Stroke) -> Ink:
        """This drawing with one more stroke."""
        return replace(self, strokes=(*self.strokes, stroke))

    def bounds(self) -> tuple[float, float, float, float] | None:
        """``(left, top, right, bottom)`` of the points, without any pen width; None when empty."""
        if not self.strokes:
            return None
        # One axis at a time: ten times faster than points.min(axis=0) on (n, 2).
        x = [s.points[:, 0] for s in self.strokes]
        y = [s.points[:, 1] for s in self.strokes]
        left, top = (float(min(a.min() for a in axis)) for axis in (x, y))
        right, bottom = (float(max(a.max() for a in axis)) for axis in (x, y))
        return left, top, right, bottom

    def transformed(self, scale: float = 1.0, offset: Sequence[float] = (0.0, 0.0)) -> Ink:
        """This drawing with every point ``p`` moved to ``p * scale + offset``."""
        shift = np.asarray(offset, dtype=np.float64)
        moved = tuple(replace(s, points=s.points * scale + shift) for s in self.strokes)
        return replace(self, strokes=moved)

    @classmethod
    def from_points(cls, strokes: Iterable[ArrayLike], label: str | None = None) -> Ink:
        """A drawing from arrays of shape (n, 2).

        Raises:
            InkError: if a stroke is empty, has another shape, or is not finite.
        """
        return cls(tuple(Stroke(np.asarray(p, dtype=np.float64)) for p in strokes), label)

    def to_json(self) -> str:
        """One line of JSON, without the line end; coordinates keep 1/100 of a pixel."""
        record: dict[str, Any] = {"strokes": [s.points.round(2).tolist() for s in self.strokes]}
        if self.label is not None:
            record["label"] = self.label
        for name in ("t", "pressure"):
            values = [getattr(s, name) for s in self.strokes]
            if values and all(v is not None for v in values):
                record[name] = [v.round(4).tolist() for v in values]
        return json.dumps(record, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str | bytes) -> Ink:
        """Read one JSON line.

        Raises:
            InkError: with one sentence that says what is wrong.
        """
        if _has_too_many_points(line):
            raise InkError(_TOO_MANY)
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InkError("not a line of JSON") from error
        if not isinstance(record, dict) or not isinstance(record.get("strokes"), list):
            raise InkError('a drawing is an object with a list "strokes"')
        if len(record["strokes"]) > MAX_STROKES:
            raise InkError(f"a drawing may have at most {MAX_STROKES:,} strokes")
        label = record.get("label")
        if label is not None and not isinstance(label, str):
            raise InkError('"label" must be text')
        points = [_points(stroke) for stroke in record["strokes"]]
        if sum(map(len, points)) > MAX_POINTS:
            raise InkError(_TOO_MANY)
        extras = {name: _per_point(record, name, len(points)) for name in ("t", "pressure")}
        strokes = zip(points, extras["t"], extras["pressure"], strict=True)
        return cls(tuple(Stroke(p, t, pressure) for p, t, pressure in strokes), label)


_TOO_MANY = f"a drawing may have at most {MAX_POINTS:,} points"


def _has_too_many_points(line: str | bytes) -> bool:
    """Whether that is sure before the line is parsed, which could take thirty times its memory.

    A point takes four commas and, in a stroke of its own with time and pressure, four brackets.
    """
    most = 4 * MAX_POINTS + 1_000
    if isinstance(line, str):
        return line.count(",") > most or line.count("[") > most
    return line.count(b",") > most or line.count(b"[") > most


def _frozen(values: ArrayLike) -> NDArray[np.float64]:
    """A read-only float64 copy, or the array itself where it already is one."""
    array = np.asarray(values, dtype=np.float64)
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array


def numbers(values: object, wanted: str) -> NDArray[np.float64]:
    """JSON numbers, in lists of at most :data:`_DEEPEST` levels, as an array.

    Args:
        values: what a stranger's JSON holds.
        wanted: what it should be: half a sentence.

    Raises:
        InkError: if the lists are uneven or nested deeper, or hold anything but numbers.
    """
    # As objects: of a text among the numbers, numpy would make as long a text of every number.
    try:
        array = np.asarray(values, dtype=object)
        # Depth first: numpy makes arrays of more dimensions than it can walk through.
        if array.ndim <= _DEEPEST and set(map(type, array.flat)) <= {int, float}:
            return array.astype(np.float64)
    except (ValueError, OverflowError) as error:  # uneven lists, or an integer of 400 digits
        raise InkError(wanted) from error
    raise InkError(wanted)


def _points(stroke: object) -> NDArray[np.float64]:
    wanted = "expected a stroke as a list of [x, y] pairs"
    points = numbers(stroke, wanted)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
        raise InkError(wanted)
    if not np.isfinite(points).all() or np.abs(points).max() > MAX_COORDINATE:
        raise InkError(f"a coordinate is not within ±{MAX_COORDINATE:,.0f}")
    points[np.abs(points) < _LEAST] = 0.0
    return points


def _per_point(record: dict[str, Any], name: str, count: int) -> list[NDArray[np.float64] | None]:
    values = record.get(name)
    if values is None:
        return [None] * count
    if not isinstance(values, list) or len(values) != count:
        raise InkError(f'"{name}" needs one list for each stroke')
    lists = [numbers(v, f'expected "{name}" as lists of numbers') for v in values]
    if any(np.abs(v).max(initial=0.0) > _MOST for v in lists):
        raise InkError(f'a number of "{name}" is too large')
    return [v.clip(0.0, 1.0) if name == "pressure" else v for v in lists]
