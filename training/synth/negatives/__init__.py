"""Out-of-distribution drawings, by family: what the digit score learns to reject.

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
from training.synth.negatives import digit_pieces, hershey, letters, scribbles, shapes
from training.synth.strokes import Points, Strokes

Draw = Callable[[np.random.Generator], Strokes]


@dataclass(frozen=True)
class Family:
    """One kind of out-of-distribution drawing.

    Attributes:
        name: short, for tables.
        draw: a new drawing at every call: at least one stroke, float64 (n, 2) each, x right,
            y down, about unit size.
        weight: how often it is drawn, as a multiple of what a mixture asks of each family.
    """

    name: str
    draw: Draw
    weight: float = 1.0


def symbol(rng: np.random.Generator) -> Strokes:
    """A symbol of a font or a shape that people draw for fun."""
    return shapes.shape(rng) if rng.random() < 0.5 else hershey.symbol(rng)


#: The families that need no data, by name.
FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family("latin letters", hershey.latin),
        Family("handwritten letters", letters.letter, weight=2),
        Family("brackets", letters.bracket),
        Family("greek and cyrillic letters", hershey.greek_and_cyrillic),
        Family("symbols", symbol),
        Family("scribbles", scribbles.scribble),
        Family("spirals", scribbles.spiral),
        Family("lines and grids", scribbles.lines),
        Family("dots and specks", scribbles.dots),
    )
}
#: The families that are made of real digits: numbers of two to four; flat bars and bows.
OF_DIGITS = ("two digits at once", "fragments of digits")


def of_digits(digits: Sequence[Sequence[Points]]) -> dict[str, Family]:
    """The families that are made of real digits, by name.

    Args:
        digits: strokes of single digits, each float64 (n, 2), y down, in any unit. For training,
            of no writer whom validation or test knows.
    """
    pair, part = OF_DIGITS
    return {
        pair: Family(pair, digit_pieces.two_digits(digits), weight=4),
        part: Family(part, digit_pieces.fragments(digits)),
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
