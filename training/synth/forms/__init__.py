"""Handwriting variants of the digits: drawn from nothing, or as strokes added to real digits.

MNIST holds the digits of American schools: crossed 7s, flagged 1s, 1s with a foot, slashed 0s,
hooked 9s and open 4s are nearly absent from it, and so are fast European variants: 1s with long
lead-ins, stiff and script 2s, 4s in one stroke, 9s with swept tails. ``GLYPHS`` draws such variants
as pen strokes, ``MARKS`` adds what is missing to the strokes of a real digit or writes a part of it
in another way, ``IMAGE_MARKS`` adds to its image. Whether each of them is what a person would write
is for eyes to judge, on contact sheets:

    python -m training.forms --output FOLDER
"""

from __future__ import annotations

from training.synth.forms import (
    bases,
    eight_nine,
    five_to_seven,
    lead_ins,
    marks,
    rings,
    single_strokes,
    two_to_four,
    zero_one,
)
from training.synth.forms.image_marks import IMAGE_MARKS
from training.synth.forms.pen import AddedStrokes, Glyph
from training.synth.strokes import Strokes

__all__ = ["GLYPHS", "IMAGE_MARKS", "MARKS"]

_SCHOOL = (zero_one, two_to_four, five_to_seven, eight_nine)
_FAST = (lead_ins, bases, single_strokes, rings)

GLYPHS: dict[str, Glyph] = {
    glyph.name: glyph for module in (*_SCHOOL, *_FAST) for glyph in module.GLYPHS
}
MARKS: dict[str, AddedStrokes[Strokes]] = {
    mark.name: mark for module in (marks, *_FAST) for mark in module.MARKS
}
