"""Every form of every digit that is drawn from nothing."""

from __future__ import annotations

from training.synth.forms import eight_nine, five_to_seven, two_to_four, zero_one
from training.synth.forms.pen import Glyph

__all__ = ["GLYPHS", "Glyph"]

GLYPHS: dict[str, Glyph] = {
    glyph.name: glyph
    for module in (zero_one, two_to_four, five_to_seven, eight_nine)
    for glyph in module.GLYPHS
}
