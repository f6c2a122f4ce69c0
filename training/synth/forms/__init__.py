"""Forms of the digits in other people's hands: drawn from nothing, or as marks on real digits.

MNIST holds American school hands: crossed 7s, flagged 1s, 1s with a foot, slashed 0s, hooked 9s and
open 4s are nearly absent from it. ``GLYPHS`` draws such forms as pen strokes, ``MARKS`` adds what
is missing to the strokes of a real digit, ``IMAGE_MARKS`` to its image. Whether each of them is
what a person would write is for eyes to judge, on contact sheets:

    python -m training.forms --output FOLDER
"""

from __future__ import annotations

from training.synth.forms.glyphs import GLYPHS
from training.synth.forms.image_marks import IMAGE_MARKS
from training.synth.forms.marks import MARKS

__all__ = ["GLYPHS", "IMAGE_MARKS", "MARKS"]
