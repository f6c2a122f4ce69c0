"""Handwriting variants of the digits: drawn from nothing, or as strokes added to real digits.

MNIST holds the digits of American schools: crossed 7s, flagged 1s, 1s with a foot, slashed 0s,
hooked 9s and open 4s are nearly absent from it. ``GLYPHS`` draws such variants as pen strokes,
``MARKS`` adds what is missing to the strokes of a real digit, ``IMAGE_MARKS`` to its image. Whether
each of them is what a person would write is for eyes to judge, on contact sheets:

    python -m training.forms --output FOLDER
"""

from __future__ import annotations

from training.synth.forms import eight_nine, five_to_seven, two_to_four, zero_one
from training.synth.forms.image_marks import IMAGE_MARKS
from training.synth.forms.marks import MARKS
from training.synth.forms.pen import Glyph

__all__ = ["GLYPHS", "IMAGE_MARKS", "MARKS"]

GLYPHS: dict[str, Glyph] = {
    glyph.name: glyph
    for module in (zero_one, two_to_four, five_to_seven, eight_nine)
    for glyph in module.GLYPHS
}
