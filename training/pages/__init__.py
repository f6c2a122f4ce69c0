"""Pages that need no other file: one look for all of them, pictures inside, any text escaped."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

#: Endings of a number of bytes, each a thousand times the one before.
_UNITS = ("bytes", "kB", "MB", "GB")


def render(template: str, **context: Any) -> str:
    """A page as HTML.

    Args:
        template: a file of this folder.
        context: what it speaks of.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., str]] = {
        "count": lambda number: f"{number:,}",
        "duration": duration,
        "inline": inline,
        "percent": percent,
        "size": size,
    }
    environment.filters |= filters
    return environment.get_template(template).render(**context)


def inline(content: bytes, kind: str = "image/png") -> str:
    """A file as an address that holds all of it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def percent(share: float | None, decimals: int = 2) -> str:
    """A share, 0..1, as people read it; "–" where there is none."""
    if share is None or not math.isfinite(share):
        return "–"
    return f"{100 * share:.{decimals}f} %"


def duration(seconds: float) -> str:
    """Seconds as people read them: ``"48 s"``, ``"3 min 05 s"``, ``"2 h 07 min"``."""
    if not math.isfinite(seconds):
        return "–"
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"


def size(count: float) -> str:
    """Bytes as people read them: ``"252 kB"``."""
    unit = 0
    while count >= 1000 and unit < len(_UNITS) - 1:
        count, unit = count / 1000, unit + 1
    return f"{count:.3g} {_UNITS[unit]}" if unit else f"{count:.0f} {_UNITS[unit]}"
