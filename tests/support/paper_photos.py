"""Made-up photographs of a digit on paper: rules, creases, shadows, an angle, blur, noise, JPEG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Strokes = Sequence[np.ndarray]
#: The colour of each pen, and how broad it is, from and to, as shares of the digit's height.
PENS = {
    "felt": ((28, 28, 34), 0.06, 0.11),
    "ballpoint": ((45, 62, 150), 0.028, 0.05),
    "pencil": ((112, 112, 116), 0.03, 0.05),
    "chalk": ((232, 232, 225), 0.05, 0.1),
}
#: The colours of rules on white paper.
_RULES = ((150, 175, 215), (175, 180, 185), (195, 180, 215), (150, 200, 200))
_MARGIN_LINE = (225, 130, 135)
_BLACKBOARD, _TABLE = (44, 58, 50), (92, 64, 42)


@dataclass(frozen=True)
class Scene:
    """What is photographed, and how; faults are 0 for none to 1 for as bad as it gets.

    Attributes:
        paper: "blank", "ruled" (with a margin line), "squared" or "blackboard".
        pen: one of ``PENS``.
        height: the digit's longest side as a share of the photograph's shorter one, from and to.
        size: width and height of the photograph, in pixels.
        angle: the camera is turned, and not held straight above.
        slope: light falls off to one side.
        shadow: a shadow lies on a part; its edge is hard.
        creases: the paper was crumpled.
        grain: noise and blur of the camera, and artefacts of JPEG.
        table: the sheet does not fill the photograph, and lies on a dark table.
        exposure: above 1, bright paper is cut off at white.
    """

    paper: str = "blank"
    pen: str = "felt"
    height: tuple[float, float] = (0.3, 0.6)
    size: tuple[int, int] = (800, 600)
    angle: float = 0.0
    slope: float = 0.3
    shadow: float = 0.0
    creases: float = 0.0
    grain: float = 0.3
    table: bool = False
    exposure: float = 1.0


#: Everyday photographs, each with another difficulty.
SCENES = {
    "blank": Scene(),
    "ruled": Scene("ruled", "felt", angle=0.3),
    "ruled, ballpoint": Scene("ruled", "ballpoint", angle=0.3),
    "ruled, pencil": Scene("ruled", "pencil", angle=0.3),
    "squared": Scene("squared", "felt", angle=0.3),
    "squared, ballpoint": Scene("squared", "ballpoint", angle=0.3),
    "crumpled": Scene(creases=1, slope=1),
    "crumpled, pencil": Scene(pen="pencil", creases=0.5),
    "shadow": Scene(pen="ballpoint", shadow=1, slope=1),
    "angle": Scene("ruled", angle=1, slope=1),
    "overexposed": Scene(pen="ballpoint", slope=1, exposure=1.4),
    "noisy": Scene(pen="ballpoint", grain=1),
    "fills the frame": Scene("ruled", height=(0.75, 0.88), slope=1),
    "small": Scene("ruled", "ballpoint", height=(0.1, 0.2), angle=0.3),
    "on a table": Scene("ruled", "ballpoint", height=(0.3, 0.5), angle=0.5, table=True),
    "blackboard": Scene("blackboard", "chalk", slope=1, angle=0.5),
    "everything": Scene("squared", "ballpoint", angle=1, slope=1, shadow=1, creases=0.5, grain=1),
}


def photograph(strokes: Strokes, scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """A photograph of one digit, uint8 (height, width, 3), as a JPEG decodes.

    Args:
        strokes: points (n, 2) of each, y down, in any unit; none for empty paper.
        scene: what is photographed, and how.
        rng: chooses place, size, colours and light within the scene.
    """
    digit = rng.uniform(*scene.height) * min(scene.size)
    page = _paper(scene, digit, rng)
    if scene.table:
        sheet = page.crop((page.width // 5, page.height // 5, *page.size))
        page.paste(_TABLE, (0, 0, *page.size))
        page.paste(sheet, (page.width // 5, page.height // 5))
    if strokes:
        _write(page, strokes, scene, digit, rng)
    seen = np.asarray(_turned(page, scene, rng), dtype=np.float32)
    seen = seen * (scene.exposure * _light(scene, rng))[..., None]
    unit = max(scene.size) / 800  # a large photograph is blurred by more pixels
    blur = ImageFilter.GaussianBlur(unit * scene.grain * rng.uniform(0.5, 1.5))
    blurred = np.asarray(Image.fromarray(seen.clip(0, 255).astype(np.uint8)).filter(blur))
    noise = rng.standard_normal(blurred.shape, dtype=np.float32) * scene.grain * 8
    noisy = Image.fromarray((blurred + noise).clip(0, 255).astype(np.uint8))
    stream = io.BytesIO()
    noisy.save(stream, "JPEG", quality=round(95 - 45 * scene.grain))
    return np.asarray(Image.open(stream))


def _paper(scene: Scene, digit: float, rng: np.random.Generator) -> Image.Image:
    """An empty page, half as wide and as high again as the photograph."""
    width, height = (side * 3 // 2 for side in scene.size)
    if scene.paper == "blackboard":
        return Image.new("RGB", (width, height), _BLACKBOARD)
    colour = tuple(int(v) for v in rng.integers((235, 230, 215), (253, 252, 250)))
    page = Image.new("RGB", (width, height), colour)
    if scene.paper == "blank":
        return page
    draw = ImageDraw.Draw(page)
    rule = _RULES[rng.integers(len(_RULES))]
    gap = digit * rng.uniform(0.3, 0.9)
    thick = max(1, round(gap * rng.uniform(0.02, 0.045)))
    for y in np.arange(rng.uniform(0, gap), height, gap):
        draw.line([(0, y), (width, y)], fill=rule, width=thick)
    if scene.paper == "squared":
        for x in np.arange(rng.uniform(0, gap), width, gap):
            draw.line([(x, 0), (x, height)], fill=rule, width=thick)
    else:
        x = width * rng.uniform(0.2, 0.3)
        draw.line([(x, 0), (x, height)], fill=_MARGIN_LINE, width=thick)
    return page


def _write(
    page: Image.Image, strokes: Strokes, scene: Scene, digit: float, rng: np.random.Generator
) -> None:
    """Draw the digit near the middle of the page."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = digit / max(*(high - low), 1e-9)
    room = np.maximum(np.array(scene.size) - 1.4 * digit, 0) / 2
    middle = np.array(page.size) / 2 + rng.uniform(-0.6, 0.6, 2) * room
    colour, *widths = PENS[scene.pen]
    fine = 4 if digit < 200 else 2  # drawn larger than it is, for smooth edges
    width = fine * digit * rng.uniform(*widths)
    left, top = (middle - 0.7 * digit).astype(int).tolist()
    side = round(1.4 * digit)
    mask = Image.new("L", (fine * side, fine * side), 0)
    draw = ImageDraw.Draw(mask)
    for stroke in strokes:
        at = fine * ((stroke - (low + high) / 2) * scale + middle - (left, top))
        draw.line([tuple(p) for p in at.tolist()], fill=255, width=round(width), joint="curve")
        for x, y in at.tolist():
            draw.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=255)
    share = np.asarray(mask.resize((side, side), Image.Resampling.BOX), dtype=np.float32)
    if scene.pen in ("pencil", "chalk"):  # the paper's grain shows through
        share = share * rng.uniform(0.6, 1.0, share.shape)
    page.paste(colour, (left, top), Image.fromarray(share.astype(np.uint8)))


def _turned(page: Image.Image, scene: Scene, rng: np.random.Generator) -> Image.Image:
    """The middle of the page as a camera held at an angle sees it."""
    size = np.array(scene.size)
    corners = size / 2 * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    turn = np.deg2rad(scene.angle * rng.uniform(-15, 15))
    rotation = np.array([(np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))])
    nearer = scene.angle * 0.08 * size * rng.uniform(-1, 1, (4, 2))
    on_page = corners @ rotation.T + np.array(page.size) / 2 + nearer
    # The eight coefficients that take each corner of the photograph to its place on the page.
    rows, right = [], []
    for (x, y), (u, v) in zip(corners + size / 2, on_page, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    perspective = Image.Transform.PERSPECTIVE
    data = np.linalg.solve(np.array(rows), np.array(right)).tolist()
    return page.transform(scene.size, perspective, data, Image.Resampling.BICUBIC)


def _light(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """How bright each pixel is, float32 (height, width)."""
    width, height = scene.size
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    a, b = rng.uniform(0, 2 * np.pi, 2)
    light = 1 - scene.slope * rng.uniform(0.1, 0.3) * (1 + np.cos(a) * x + np.sin(a) * y)
    edge = np.cos(b) * x + np.sin(b) * y - rng.uniform(-0.5, 0.5)
    softness = rng.uniform(0.003, 0.05)
    light *= 1 - scene.shadow * rng.uniform(0.3, 0.5) / (1 + np.exp(-edge / softness))
    if scene.creases:  # flat facets, each at another angle to the light, and dents between
        facets = rng.uniform(-1, 1, (5, 6)).astype(np.float32)
        dents = rng.uniform(-1, 1, (12, 16)).astype(np.float32)
        for bumps, depth in ((facets, 0.12), (dents, 0.04)):
            smooth = Image.fromarray(bumps).resize((width, height), Image.Resampling.BILINEAR)
            light *= 1 + scene.creases * depth * np.asarray(smooth)
    return np.asarray(light)
