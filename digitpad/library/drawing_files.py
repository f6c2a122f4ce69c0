"""Drawings to files: as lines of ink, and as SVG that looks like the pad."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from digitpad.ink.ink import Ink, Stroke
from digitpad.library.atomic import replacing

#: Most curves of one path.
_CURVES = 1_000


class SaveError(Exception):
    """A file that cannot be written; the message is one sentence for the user."""


def as_svg(
    ink: Ink,
    page: float,
    width: float,
    *,
    colour: str = "#000000",
    opacity: float = 1.0,
    paper: str | None = None,
) -> str:
    """A drawing as an SVG document: round strokes, smooth as on the pad.

    Args:
        ink: the drawing, in units of the page.
        page: side of the square page.
        width: of the strokes.
        colour: of the ink, as ``"#rrggbb"``.
        opacity: 0..1, of all strokes together, so that crossings do not add up.
        paper: colour of the page; None leaves it transparent.
    """
    ground = f'<rect width="{page:g}" height="{page:g}" fill="{paper}"/>\n' if paper else ""
    paths = "\n".join(f'<path d="{path}"/>' for stroke in ink.strokes for path in _paths(stroke))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{page:g}" height="{page:g}"'
        f' viewBox="0 0 {page:g} {page:g}">\n{ground}'
        f'<g fill="none" stroke="{colour}" stroke-width="{width:g}" stroke-linecap="round"'
        f' stroke-linejoin="round" opacity="{opacity:g}">\n{paths}\n</g>\n</svg>\n'
    )


def _paths(stroke: Stroke) -> Iterator[str]:
    """Quadratic curves between the midpoints of a stroke's points, with the points as controls.

    In parts, which meet in their round caps: some programs leave out paths of 10,000 curves.
    """
    points = stroke.points
    if len(points) == 1:
        points = np.repeat(points, 2, axis=0)  # a line of no length: its round caps are a dot
    middles = (points[1:] + points[:-1]) / 2
    start = f"M{_at(points[0])} L{_at(middles[0])}"
    for first in range(0, max(len(points) - 2, 1), _CURVES):
        last = first + _CURVES >= len(points) - 2
        controls, ends = points[first + 1 : -1][:_CURVES], middles[first + 1 :][:_CURVES]
        curves = [f"Q{_at(c)} {_at(e)}" for c, e in zip(controls, ends, strict=True)]
        yield " ".join((start, *curves, *([f"L{_at(points[-1])}"] if last else [])))
        if not last:
            start = f"M{_at(ends[-1])}"


def _at(point: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    return f"{point[0]:.2f},{point[1]:.2f}"


def append_ink(ink: Ink, path: Path) -> None:
    """Add a drawing as one line to a JSONL file, which is made when there is none.

    Raises:
        SaveError: if it cannot be written; what was there stays as it was.
    """
    write(path, f"{ink.to_json()}\n".encode(), append=True)


def write(path: Path, content: bytes, *, append: bool = False) -> None:
    """Write a file so that it is there whole or, if that fails, as it was before.

    Args:
        path: the file.
        content: its bytes.
        append: add them as a line of their own to what is there.

    Raises:
        SaveError: if it cannot be written.
    """
    name = path.name
    try:
        path = path.resolve()  # a link stays one
        if path.exists() and not _may_be_written(path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with replacing(path) as stream:
            if append and path.exists():
                with path.open("rb") as old:
                    shutil.copyfileobj(old, stream)
                    if old.tell() and not _ends_line(path):
                        stream.write(b"\n")
            stream.write(content)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise SaveError(f"{name} cannot be saved ({reason}); try another folder") from error


def _may_be_written(path: Path) -> bool:
    """Whether a file is not protected: replacing it would need no rights but its folder's."""
    return bool(path.stat().st_mode & stat.S_IWUSR) and os.access(path, os.W_OK)


def _ends_line(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"
