"""Pages that need no other file: one style for all of them, pictures inside, any text escaped."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from training.base.quantities import duration, p_value, percent, points, size


def render(template: str, **context: Any) -> str:
    """A page as HTML, of a template in this folder."""
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
        "points": points,
        "p_value": p_value,
        "size": size,
    }
    environment.filters |= filters
    return environment.get_template(template).render(**context)


def inline(content: bytes, kind: str = "image/png") -> str:
    """A file as an address that holds all of it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
