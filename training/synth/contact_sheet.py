"""Many small images on one page, to look at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from digitpad.image.normalize import SIZE
from training.synth.pool import SyntheticPool

#: Drawings of each kind on a page.
_SAMPLES = 16
#: White between two images, in pixels.
_GAP = 2
#: Height of the line of text above the images of one name, in pixels.
_TITLE = 20
#: No page is narrower than this, so that titles fit.
_NARROWEST = 480


def contact_sheet(
    rows: Mapping[str, Sequence[NDArray[np.float32]]], columns: int = 16, scale: int = 2
) -> NDArray[np.uint8]:
    """Images under the names that they belong to, black ink on white paper.

    Args:
        rows: float32 (28, 28) images, ink 1.0 on paper 0.0, by name; a name with more than
            ``columns`` images takes several lines.
        columns: images a line.
        scale: whole factor by which each image is enlarged.

    Returns:
        uint8 (H, W), 0 black to 255 white.
    """
    side = SIZE * scale + _GAP
    width = max(columns * side + _GAP, _NARROWEST)
    blocks = []
    for name, images in rows.items():
        lines = -(-len(images) // columns)
        block = np.full((_TITLE + lines * side, width), 255, dtype=np.uint8)
        cv2.putText(block, name, (4, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 0, 1, cv2.LINE_AA)
        for i, image in enumerate(images):
            top, left = _TITLE + i // columns * side, _GAP + i % columns * side
            grey = np.round(255 - 255 * image).astype(np.uint8)
            tile = np.kron(grey, np.ones((scale, scale), dtype=np.uint8))
            frame = block[top : top + side - _GAP, left : left + side - _GAP]
            frame[:] = np.minimum(tile, 244)
        blocks.append(block)
    return np.concatenate(blocks) if blocks else np.full((_GAP, width), 255, dtype=np.uint8)


def sheet_pages(pool: SyntheticPool) -> dict[str, bytes]:
    """Samples of every kind of drawing, a page for each source, as PNG files by name."""
    pages = {}
    for source in sorted({kind.source for kind in pool.kinds}):
        rows = {
            kind.name: list(part[:_SAMPLES] / np.float32(255))
            for kind, part in zip(pool.kinds, pool.parts(), strict=True)
            if kind.source == source
        }
        png = cv2.imencode(".png", contact_sheet(rows))[1].tobytes()
        pages[f"drawn-{source.replace(' ', '-')}.png"] = png
    return pages
