"""Pictures of a digit: any size, any colours, any paper."""

from __future__ import annotations

import numpy as np
import pytest
from drawings import digit

from digitpad.bitmap import BitmapError, find_ink
from digitpad.normalize import normalize_bitmap, normalize_ink

#: Mean difference, 0..1, of an MNIST digit and itself after tenfold enlargement.
TENFOLD_DIFFERENCE = 0.002


def drawn(label: str = "3", side: int = 300, width: float = 20) -> np.ndarray:
    """How much of each pixel is ink, 0..1, of a digit drawn on a page."""
    ink = digit(label).transformed(side / 480)
    y, x = np.ogrid[0.5:side, 0.5:side]
    points = ink.strokes[0].points
    steps = np.linspace(0, len(points) - 1, 200)
    path = np.c_[[np.interp(steps, np.arange(len(points)), axis) for axis in points.T]].T
    squared = np.full((side, side), np.inf)
    for px, py in path:
        squared = np.minimum(squared, np.square(x - px) + np.square(y - py))
    return np.clip(width / 2 + 0.5 - np.sqrt(squared), 0, 1)


def coloured(share: np.ndarray, ink: object, paper: object) -> np.ndarray:
    mixed = share[..., None] * np.array(ink) + (1 - share[..., None]) * np.array(paper)
    return np.round(mixed).astype(np.uint8)


@pytest.fixture(scope="module")
def share() -> np.ndarray:
    return drawn()


@pytest.fixture(scope="module")
def reference(share: np.ndarray) -> np.ndarray:
    picture = normalize_bitmap(np.round(share * 255).astype(np.uint8))
    assert picture is not None
    return picture


def difference(pixels: np.ndarray, reference: np.ndarray) -> float:
    """Mean difference, where rounding may have put the centre of mass one pixel further."""
    picture = normalize_bitmap(pixels)
    assert picture is not None
    steps = [(y, x) for y in (0, -1, 1) for x in (0, -1, 1)]
    return min(float(np.abs(np.roll(picture, s, (0, 1)) - reference).mean()) for s in steps)


def test_ten_thousand_mnist_digits_enlarged_come_back(mnist_test_images: np.ndarray) -> None:
    """Even ones light on dark, odd ones dark on light."""
    differences = []
    for i, digit_image in enumerate(mnist_test_images):
        enlarged = digit_image.repeat(10, axis=0).repeat(10, axis=1)
        picture = normalize_bitmap(255 - enlarged if i % 2 else enlarged)
        assert picture is not None
        differences.append(np.abs(picture - digit_image / np.float32(255)).mean())
    assert len(differences) == 10_000
    assert np.mean(differences) <= TENFOLD_DIFFERENCE


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ((0, 0, 0), (255, 255, 255)),
        ((255, 255, 255), (0, 0, 0)),
        ((20, 40, 160), (250, 245, 230)),
        ((255, 220, 0), (30, 60, 40)),
        ((200, 30, 30), (60, 130, 60)),  # nearly the same grey
        ((120, 120, 120), (150, 150, 150)),
    ],
)
def test_colours_and_polarity_do_not_matter(
    share: np.ndarray, reference: np.ndarray, ink: object, paper: object
) -> None:
    assert difference(coloured(share, ink, paper), reference) < 0.01


@pytest.mark.parametrize("ink", [(0, 0, 0), (255, 255, 255), (200, 30, 30)])
def test_transparent_paper(share: np.ndarray, reference: np.ndarray, ink: object) -> None:
    pixels = np.zeros((*share.shape, 4), np.uint8)
    pixels[..., :3] = ink
    pixels[..., 3] = np.round(share * 255)
    assert difference(pixels, reference) < 0.01


def test_transparent_corners_of_a_screenshot(share: np.ndarray, reference: np.ndarray) -> None:
    pixels = np.dstack([coloured(share, (0, 0, 0), (240, 240, 250)), np.full(share.shape, 255)])
    pixels = pixels.astype(np.uint8)
    pixels[:12, :12, 3] = 0
    assert difference(pixels, reference) < 0.01


def test_a_photograph_with_uneven_light_and_noise(share: np.ndarray, reference: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0 : share.shape[0], 0 : share.shape[1]] / share.shape[0]
    light = 0.95 - 0.45 * x - 0.2 * y**2  # bright at one corner, a third of it at the other
    paper = light[..., None] * np.array([250, 240, 220])
    photo = paper * (1 - 0.75 * share[..., None]) + rng.normal(0, 4, paper.shape)
    assert difference(np.clip(photo, 0, 255).astype(np.uint8), reference) < 0.03


@pytest.mark.parametrize(
    ("side", "limit"),
    [(40, 0.04), (100, 0.02), (700, 0.02), (1500, 0.02)],  # 40 pixels are coarser than the result
)
def test_size_does_not_matter(reference: np.ndarray, side: int, limit: float) -> None:
    pixels = np.round(drawn(side=side, width=side / 15) * 255).astype(np.uint8)
    assert difference(pixels, reference) < limit


def test_place_and_margins_do_not_matter(share: np.ndarray, reference: np.ndarray) -> None:
    padded = np.pad(np.round(share * 255).astype(np.uint8), ((400, 3), (50, 700)))
    assert difference(padded, reference) < 0.01


def test_floats_and_bytes_agree(share: np.ndarray, reference: np.ndarray) -> None:
    assert difference(share.astype(np.float32), reference) < 0.001


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((50, 50), 255, np.uint8),
        np.zeros((50, 50, 3), np.uint8),
        np.zeros((20, 20, 4), np.uint8),
        np.full((1, 1), 9, np.uint8),
        np.tile(np.linspace(100, 250, 200).astype(np.uint8), (200, 1)),
        np.random.default_rng(3).normal(200, 4, (200, 200, 3)).clip(0, 255).astype(np.uint8),
    ],
    ids=["white", "black", "transparent", "one pixel", "shaded", "noisy"],
)
def test_blank_paper_has_no_ink(pixels: np.ndarray) -> None:
    assert find_ink(pixels) is None
    assert normalize_bitmap(pixels) is None


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((0, 5)), np.zeros(9), np.zeros((3, 3, 2)), np.full((3, 3), np.nan)],
)
def test_what_is_no_picture_is_refused(pixels: np.ndarray) -> None:
    with pytest.raises(BitmapError):
        normalize_bitmap(pixels)


def test_an_own_normalised_image_is_its_own_normalisation() -> None:
    picture = normalize_ink(digit("7"))
    assert picture is not None
    again = normalize_bitmap(picture)
    assert again is not None
    assert np.abs(again - picture).mean() < 0.01


def test_tight_crops_of_faint_pictures_are_read_or_blank_but_never_an_error():
    """Pictures that are hardly more than an edge: all of the ink may lie in one row."""
    rng = np.random.default_rng(0)
    for _ in range(300):
        height, width = rng.integers(1, 12, 2)
        picture = rng.random((height, width, rng.integers(3, 5))) ** rng.integers(1, 6)
        found = find_ink(picture.astype(np.float32))
        assert found is None or found.share.size


def test_where_the_ink_lies_is_told_in_shares_of_the_picture():
    picture = np.full((100, 200), 255, dtype=np.uint8)
    picture[20:60, 50:90] = 0
    found = find_ink(picture)
    assert found is not None
    assert found.box == (0.25, 0.2, 0.45, 0.6)
