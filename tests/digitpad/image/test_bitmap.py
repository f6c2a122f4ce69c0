"""Pictures of a digit: any size, any colours, any paper."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.image.bitmap import BitmapError, find_ink
from digitpad.image.blobs import labelled
from digitpad.image.normalize import normalize_bitmap, normalize_ink
from digitpad.image.ruled_lines import without_ruled_lines
from tests.support.drawings import digit
from tests.support.fuzz import examples

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


def test_mnist_digits_enlarged_come_back(mnist_test_images: np.ndarray) -> None:
    """Even ones light on dark, odd ones dark on light."""
    differences = []
    for i, digit_image in enumerate(mnist_test_images[: examples(1_000)]):
        enlarged = digit_image.repeat(10, axis=0).repeat(10, axis=1)
        picture = normalize_bitmap(255 - enlarged if i % 2 else enlarged)
        assert picture is not None
        differences.append(np.abs(picture - digit_image / np.float32(255)).mean())
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


def test_the_box_of_a_large_picture_lies_within_it(share: np.ndarray) -> None:
    """1,101 is no multiple of the step by which it is shrunk."""
    pixels = np.zeros((1101, 900), dtype=np.uint8)
    pixels[700:1101, 300:450] = 255
    found = find_ink(pixels)
    assert found is not None
    np.testing.assert_allclose(found.box, (300 / 900, 700 / 1101, 450 / 900, 1.0), atol=0.004)
    assert found.box[3] == 1.0


def test_what_transparency_hides_does_not_show_when_a_picture_is_shrunk(
    reference: np.ndarray,
) -> None:
    large = drawn(side=1500, width=100)
    colours = np.where(large[..., None] > 0, (200, 30, 30), (0, 255, 0))  # green, but not seen
    pixels = np.dstack([colours, np.round(large * 255)]).astype(np.uint8)
    assert difference(pixels, reference) < 0.02


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_large_pictures_of_floats_are_read_too(reference: np.ndarray, dtype: type) -> None:
    large = drawn(side=1100, width=1100 / 15).astype(dtype)
    assert difference(large, reference) < 0.02
    assert difference(large[..., None] * np.array((1, 0.5, 0), dtype), reference) < 0.02


@pytest.mark.parametrize("label", "037")  # of a 1, which is a bar, nobody can tell ink and paper
def test_a_crop_to_the_ink_reads_as_the_whole(label: str) -> None:
    whole = np.round(drawn(label, side=120, width=14) * 255).astype(np.uint8)
    expected = normalize_bitmap(whole)
    assert expected is not None
    rows, columns = (np.flatnonzero(whole.any(axis=axis)) for axis in (1, 0))
    tight = whole[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    for pixels in (tight, 255 - tight):
        assert difference(pixels, expected) < 0.01


def test_a_picture_that_fills_its_frame_is_not_blank() -> None:
    """A shirt, with sleeves to both sides and a hem at the bottom."""
    y, x = np.mgrid[0:28, 0:28]
    shirt = np.where((x > 5) & (x < 22) | (y < 12), 150 + 3 * x + y, 0).astype(np.uint8)
    shirt[:2, 10:18] = 0
    found = find_ink(shirt)
    assert found is not None
    assert found.share.shape == (28, 28)
    assert found.share[20, 2] == 0
    assert found.share[20, 14] > 0.7


@pytest.mark.parametrize("slope", [0.0, 0.03, 0.1, -0.3])
@pytest.mark.parametrize("squared", [False, True])
def test_rules_go_and_what_crosses_them_stays(
    share: np.ndarray, reference: np.ndarray, slope: float, squared: bool
) -> None:
    y, x = np.mgrid[0:300, 0:300]
    rules = np.where((y + slope * x) % 60 < 2, 0.45, 0)
    if squared:
        rules = np.maximum(rules, np.where((x - slope * y) % 60 < 2, 0.45, 0))
    page = coloured(np.maximum(share, rules), (20, 20, 30), (250, 250, 245))
    assert difference(page, reference) < 0.02


@pytest.mark.parametrize("shape", [(300, 400), (512, 384), (200, 220)])
@pytest.mark.parametrize("slope", [-0.35, -0.1, 0.02, 0.2])
def test_rules_at_any_slope_are_taken_off(shape: tuple[int, int], slope: float) -> None:
    """But for remains in the corners of the picture."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    for along, across in ((x, y), (y, x)):
        rules = np.where((across + slope * along) % 40 < 2, np.float32(0.4), np.float32(0))
        written = np.where(np.hypot(x - 60, y - 70) < 12, np.float32(1), rules)
        without = without_ruled_lines(written)
        assert without is not None
        np.testing.assert_array_equal(without[written == 1], 1)
        middle = (np.abs(y / shape[0] - 0.5) < 0.25) & (np.abs(x / shape[1] - 0.5) < 0.25)
        assert not without[middle & (written < 1)].any()


def test_a_line_as_dark_as_the_ink_is_no_rule(share: np.ndarray) -> None:
    """A fraction bar, or a frame around the digit: nobody said that it is the paper's."""
    share = share.copy()
    share[280:284] = 1
    found = find_ink(coloured(share, (0, 0, 0), (255, 255, 255)))
    assert found is not None
    assert found.box[0] == 0
    assert found.box[2] == 1


def test_a_speck_and_a_neighbour_in_a_photograph_are_left_out(
    share: np.ndarray, reference: np.ndarray
) -> None:
    page = np.pad(share, ((60, 60), (60, 400)))
    page[:, -70:-50] = 1  # part of something else, from edge to edge
    page[20:24, 300:304] = 1
    noise = np.random.default_rng(0).normal(0, 4, (*page.shape, 3))
    photo = coloured(page, (40, 40, 60), (230, 228, 220)) + noise
    assert difference(photo.clip(0, 255).astype(np.uint8), reference) < 0.03


def test_blobs_touch_at_corners_too() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        mask = rng.random(rng.integers(1, 40, 2)) < 0.4
        blobs = labelled(mask)
        assert ((blobs >= 0) == mask).all()
        assert set(np.unique(blobs[mask])) == set(range(blobs.max() + 1))
        seen: set[int] = set()
        for start in map(tuple, np.argwhere(mask)):  # each blob, flooded from its first pixel
            if blobs[start] in seen:
                continue
            flooded, waiting = {start}, [start]
            while waiting:
                y, x = waiting.pop()
                for at in ((y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)):
                    inside = 0 <= at[0] < mask.shape[0] and 0 <= at[1] < mask.shape[1]
                    if inside and mask[at] and at not in flooded:
                        flooded.add(at)
                        waiting.append(at)
            assert flooded == set(map(tuple, np.argwhere(blobs == blobs[start])))
            seen.add(int(blobs[start]))
