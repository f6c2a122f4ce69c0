"""Drawings that are not one digit, by family: for a score of whether something is a digit at all.

Every family leaves out what a reasonable reader may take for one digit, such as a circle (0), an
upright line (1) or the letters S and Z. A page of each, to look at::

    python -m training.negatives --output FOLDER
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.image.normalize import PEN_WIDTH, normalize_bitmap, normalize_ink
from digitpad.ink.ink import Ink
from training.synth.negatives import digit_pieces, hershey, scribbles, shapes
from training.synth.strokes import Points, Strokes

Draw = Callable[[np.random.Generator], Strokes]


@dataclass(frozen=True)
class Family:
    """One kind of drawing that is not one digit.

    Attributes:
        name: short, for tables.
        draw: a new drawing at every call: at least one stroke, float64 (n, 2) each, x right,
            y down, about unit size.
        summary: one sentence for people.
    """

    name: str
    draw: Draw
    summary: str


def symbol(rng: np.random.Generator) -> Strokes:
    """A symbol of a font or a shape that people draw for fun."""
    return shapes.shape(rng) if rng.random() < 0.5 else hershey.symbol(rng)


#: The families that need no data, by name.
FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family("latin letters", hershey.latin, "Printed and joined-up Latin letters."),
        Family(
            "greek and cyrillic letters",
            hershey.greek_and_cyrillic,
            "Greek letters of one stroke width and Cyrillic letters with serifs.",
        ),
        Family("symbols", symbol, "Hearts, stars, arrows, houses, and signs of every kind."),
        Family("scribbles", scribbles.scribble, "Hatching, wandering and circling lines."),
        Family("spirals", scribbles.spiral, "Spirals of two turns or more, and nested rings."),
        Family("lines and grids", scribbles.lines, "Parallel lines, grids, waves and stairs."),
        Family("dots and specks", scribbles.dots, "Dots, dotted lines and short dashes."),
    )
}


#: The families that are made of real digits.
OF_DIGITS = ("two digits at once", "fragments of digits")


def of_digits(digits: Sequence[Sequence[Points]]) -> dict[str, Family]:
    """The families that are made of real digits, by name.

    Args:
        digits: strokes of single digits, each float64 (n, 2), y down, in any unit. For training,
            of no writer whom validation or test knows.
    """
    pair, part = OF_DIGITS
    return {
        pair: Family(pair, digit_pieces.two_digits(digits), "Two or three digits side by side."),
        part: Family(part, digit_pieces.fragments(digits), "Flat bars and bows cut out of digits."),
    }


def clothes(pictures: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Fashion-MNIST, or any pictures on black, as the app would show them to a model.

    Args:
        pictures: (N, h, w) grey, uint8 or float 0..1, light on black.

    Returns:
        float32 (M, 28, 28), ink 1.0 on paper 0.0; blank pictures are left out.
    """
    # Clothes fill their pictures to the edge; with a margin, black is certainly the paper.
    framed = (np.pad(picture, picture.shape[0] // 2) for picture in pictures)
    images = (normalize_bitmap(picture) for picture in framed)
    return np.stack([image for image in images if image is not None])


def inked(strokes: Strokes, pen_width: float = PEN_WIDTH) -> NDArray[np.float32]:
    """Strokes as the app would show them to a model: float32 (28, 28), ink 1.0 on paper 0.0."""
    image = normalize_ink(Ink.from_points(strokes), pen_width)
    if image is None:
        raise ValueError("a drawing needs at least one stroke")
    return image
