"""What stands on the pad, as one immutable value: pen strokes, or a picture of 28x28 cells."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import numpy as np

from digitpad.image.normalize import SIZE, Image, normalize_ink
from digitpad.ink.ink import Ink, InkError, numbers


@dataclass(frozen=True, eq=False)
class Document:
    """One state of the drawing. Every edit returns a new one, which shares what did not change.

    Attributes:
        ink: the pen strokes.
        cells: float32 (28, 28), read-only, ink 1.0 on paper 0.0: a picture that was edited cell by
            cell, or opened. None where the grid shows the normalised ink.
        on_grid: whether the grid is what is seen and read, and not the ink.
        origin: where an opened drawing came from, in whatever form its opener chose; edits drop it.
    """

    ink: Ink = field(default_factory=Ink)
    cells: Image | None = None
    on_grid: bool = False
    origin: object = None

    def __bool__(self) -> bool:
        """Whether there is anything to see."""
        return bool(self.ink) if self.cells is None or not self.on_grid else bool(self.cells.any())

    @classmethod
    def from_image(cls, image: Image, origin: object = None) -> Document:
        """A picture, float32 (28, 28) with ink 1.0 on paper 0.0, on the grid."""
        return cls(cells=_frozen(image), on_grid=True, origin=origin)

    def image(self) -> Image | None:
        """What the network gets, float32 (28, 28); None where there is nothing to see."""
        if not self:
            return None
        return self.cells if self.on_grid and self.cells is not None else normalize_ink(self.ink)

    def on_cells(self) -> Image:
        """What the grid shows, float32 (28, 28)."""
        image = replace(self, on_grid=True).image()
        return np.zeros((SIZE, SIZE), np.float32) if image is None else image

    def with_ink(self, ink: Ink) -> Document:
        """The page with other strokes."""
        return Document(ink)

    def with_cells(self, cells: Image) -> Document:
        """The grid with other cells; the strokes are kept for the way back to the page."""
        return Document(self.ink, _frozen(cells), on_grid=True)

    def toggled(self) -> Document:
        """Grid instead of page, or page instead of grid; both keep what they hold."""
        return replace(self, on_grid=not self.on_grid)

    def cleared(self) -> Document:
        """An empty page or an empty grid."""
        return Document(on_grid=self.on_grid)

    def to_json(self) -> str:
        """One line of JSON, as of :class:`Ink`, with ``cells`` and ``on_grid`` where used."""
        record = json.loads(self.ink.to_json())
        if self.cells is not None:
            record["cells"] = self.cells.tolist()
        if self.on_grid:
            record["on_grid"] = True
        return json.dumps(record, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str | bytes) -> Document:
        """Read one JSON line, as written by :meth:`to_json` or by :class:`Ink`.

        Raises:
            InkError: with one sentence that says what is wrong.
        """
        ink = Ink.from_json(line)
        record = json.loads(line)
        cells = record.get("cells")
        return cls(ink, None if cells is None else _cells(cells), record.get("on_grid") is True)


def _cells(values: object) -> Image:
    wanted = '"cells" must be 28 rows of 28 numbers from 0 to 1'
    array = numbers(values, wanted)
    if array.shape != (SIZE, SIZE) or not ((array >= 0) & (array <= 1)).all():
        raise InkError(wanted)
    return _frozen(array.astype(np.float32))


def _frozen(image: Image) -> Image:
    """A read-only float32 copy, or the array itself where it already is one."""
    array = np.asarray(image, dtype=np.float32)
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array
