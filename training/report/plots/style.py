"""What all figures share: colours, type, and how they become files."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any, BinaryIO, ParamSpec

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

INK, FAINT, ACCENT, PAPER = "#22262b", "#9aa1a9", "#2f6f9f", "#ffffff"
SECOND, WRONG, GRID = "#c77d2e", "#c0392b", "#eceef0"
#: Okabe and Ito's colours for people with any colour vision, without black and yellow.
DISTINCT = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6b7178")
#: Fonts of several systems for labels that the first one has no letters for.
_FONTS = (
    "DejaVu Sans",
    "Noto Sans CJK KR",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Malgun Gothic",
    "Yu Gothic",
    "Microsoft YaHei",
    "Apple SD Gothic Neo",
    "Hiragino Sans",
    "PingFang SC",
    "Noto Sans",
)
_DPI = 110
P = ParamSpec("P")


@cache
def style() -> dict[str, Any]:
    """Matplotlib's settings, with those of the fonts that are here."""
    here = set(fontManager.get_font_names())
    return {
        "font.family": [name for name in _FONTS if name in here],
        "font.size": 9,
        "text.color": INK,
        "axes.edgecolor": FAINT,
        "axes.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlelocation": "left",
        "axes.titlesize": 10,
        "xtick.color": INK,
        "ytick.color": INK,
        "figure.facecolor": PAPER,
        "text.parse_math": False,  # a label may hold a dollar sign
    }


def cut(label: str, length: int = 12) -> str:
    """A label that fits, on one line; of a long one, its beginning and its end."""
    label = " ".join(label.split())
    if len(label) <= length:
        return label
    end = length // 3
    return f"{label[: length - 1 - end]}…{label[-end:]}"


def percent(share: float, _: float = 0) -> str:
    """The tick of a share."""
    return f"{100 * share:g} %"


def save(figure: Any, file: Path | BinaryIO) -> None:
    """Write a figure; equal figures are equal files."""
    with warnings.catch_warnings():
        # A label may be in a script that no font here has: its letters are boxes then.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        # Without its metadata, which names the version of matplotlib.
        figure.savefig(file, format="png", dpi=_DPI, metadata={"Software": None})


def drawn(draw: Callable[P, Figure]) -> Callable[P, bytes]:
    """Make a function that draws a figure return it as a PNG file, in the style of all figures."""

    @wraps(draw)
    def png(*arguments: P.args, **options: P.kwargs) -> bytes:
        content = io.BytesIO()
        with mpl.rc_context(style()):
            save(draw(*arguments, **options), content)
        return content.getvalue()

    return png
