"""Drawings that are not one digit: what each family draws, and what it must never draw."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

pytest.importorskip("HersheyFonts")

from digitpad.image.normalize import BOX
from training import negatives as pages
from training.data import pendigits
from training.synth import negatives
from training.synth.contact_sheet import contact_sheet
from training.synth.negatives import digit_pieces, hershey, letters, scribbles, shapes
from training.synth.negatives.handwriting import smoothed, written

#: What reads as a digit in every one of these fonts.
LOOK_LIKE_DIGITS = {
    "futural": "OoDQIiJjlSsZzGgqBbYyra|!/\\&",
    "scripts": "OoDQIJjlSsZzGgqBbYyraEFTPCLe",
    "greeks": "ABGHEFOUSRIKTabcdefghimnoqrsu",
    "cyrillic": "OoZzcCbBvVJjyYfFgG|~]_%`",
}


@pytest.fixture(scope="module")
def pen_digits(data_dir):
    try:
        digits = pendigits.load_pendigits(data_dir)
    except pendigits.DatasetError as error:
        pytest.skip(f"no pen digits here: {error}")
    return [[s.points for s in digit.ink.strokes] for digit in pendigits.training_only(digits)]


def drawn(family, count, seed=0):
    rng = np.random.default_rng(seed)
    return [family.draw(rng) for _ in range(count)]


def complain(family):
    """Finite, dense enough to be distorted, about unit size, and never twice the same."""
    drawings = drawn(family, 100)
    for strokes in drawings:
        points = np.concatenate(strokes)
        assert points.dtype == np.float64
        assert points.ndim == 2
        assert np.isfinite(points).all()
        assert 0.2 < np.ptp(points, axis=0).max() < 50
        assert negatives.inked(strokes).sum() > 5
    flat = {np.concatenate(strokes).tobytes() for strokes in drawings}
    assert len(flat) == len(drawings)
    again = {np.concatenate(strokes).tobytes() for strokes in drawn(family, 100)}
    assert again == flat
    assert not flat & {np.concatenate(strokes).tobytes() for strokes in drawn(family, 20, seed=1)}


@pytest.mark.parametrize("name", negatives.FAMILIES)
def test_a_family_draws_other_drawings_each_time_and_the_same_for_a_seed(name):
    complain(negatives.FAMILIES[name])
    assert negatives.FAMILIES[name].name == name


def test_the_families_made_of_digits_do_so_too(pen_digits):
    families = negatives.of_digits(pen_digits)
    assert len(families) == 2
    for family in families.values():
        complain(family)


def test_no_list_has_a_glyph_that_looks_like_a_digit():
    lists = (hershey.LATIN, hershey.GREEK, hershey.CYRILLIC)
    listed = [(font, key) for fonts in lists for font, keys in fonts.items() for key in keys]
    assert len(listed) > 60
    assert [(font, key) for font, key in listed if key in LOOK_LIKE_DIGITS[font]] == []
    for fonts in (*lists, hershey.SYMBOLS):
        for font, keys in fonts.items():
            assert set(keys) <= set(hershey.glyphs(font)), font
            assert len(set(keys)) == len(keys), font
            # The symbols' 8 is a zigzag; in all other fonts digits have their own keys.
            assert not set(keys) & set("0123456789") - ({"8"} if font == "symbolic" else set())


def test_a_hand_keeps_what_it_writes():
    rng = np.random.default_rng(2)
    house = shapes.SHAPES["house in one stroke"](rng)
    image = negatives.inked(house)
    writers = np.stack([negatives.inked(written(house, rng, rounding=0.02)) for _ in range(30)])
    agreement = [np.corrcoef(image.ravel(), hand.ravel())[0, 1] for hand in writers]
    assert 0.5 < np.mean(agreement) < 0.98
    careful = np.stack([negatives.inked(written(house, rng, care=1.0)) for _ in range(30)])
    closer = [np.corrcoef(image.ravel(), hand.ravel())[0, 1] for hand in careful]
    assert np.mean(closer) > np.mean(agreement)


def test_smoothing_rounds_corners_and_keeps_the_ends():
    corner = np.array([(x, 0.0) for x in range(10)] + [(9.0, y) for y in range(1, 10)])
    soft = smoothed(corner, 1.5)
    assert soft.shape == corner.shape
    np.testing.assert_allclose(soft[[0, -1]], corner[[0, -1]], atol=1e-12)
    assert np.hypot(*(soft - corner)[9]) > 0.5


def test_a_single_line_is_flat_and_a_spiral_has_more_than_two_turns():
    rng = np.random.default_rng(0)
    single = [s[0] for s in (scribbles.lines(rng) for _ in range(400)) if len(s) == 1]
    for line in single:
        ends = line[-1] - line[0]
        length = np.hypot(*np.diff(line, axis=0).T).sum()
        if np.hypot(*ends) > 0.97 * length:
            assert abs(ends[1]) < 0.7 * abs(ends[0])
    spirals = [s[0] for s in (scribbles.spiral(rng) for _ in range(200)) if len(s) == 1]
    for points in spirals:
        steps = np.diff(points, axis=0)
        heading = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
        assert abs(heading[-1] - heading[0]) > 2 * 2 * np.pi


def test_two_digits_hold_the_ink_of_two(pen_digits):
    draw = digit_pieces.two_digits(pen_digits[:1])
    alone = len(pen_digits[0])
    counts = {len(draw(np.random.default_rng(seed))) for seed in range(40)}
    assert counts == {2 * alone, 3 * alone, 4 * alone}
    rng = np.random.default_rng(0)
    draw = digit_pieces.two_digits(pen_digits)
    wide = [np.ptp(np.concatenate(draw(rng)), axis=0) for _ in range(300)]
    single = [np.ptp(np.concatenate(digit), axis=0) for digit in pen_digits[:300]]
    assert np.median([x / y for x, y in wide]) > 1.5 * np.median([x / y for x, y in single])


def test_half_of_the_numbers_have_a_bare_one(pen_digits):
    def sticks(digits):
        sizes = np.array([np.ptp(np.concatenate(digit), axis=0) for digit in digits])
        return [d for d, (x, y) in zip(digits, sizes, strict=True) if x < 0.3 * y]

    zero, one = pen_digits[0], sticks(pen_digits)[0]
    draw = digit_pieces.two_digits([zero] * 99 + [one])
    drawings = [draw(np.random.default_rng(seed)) for seed in range(200)]
    straight = [sum(np.ptp(s[:, 0]) < 0.3 * np.ptp(s[:, 1]) for s in d) for d in drawings]
    assert 0.35 < np.mean(np.array(straight) > 0) < 0.65


def test_letters_and_brackets_come_in_many_shapes():
    rng = np.random.default_rng(0)
    for choice in (letters.LETTERS, letters.BRACKETS):
        for name, draw in choice.items():
            images = np.stack([negatives.inked(draw(rng)) for _ in range(12)])
            assert np.abs(images - images.mean(axis=0)).max() > 0.3, name


def bow(start, stop, squeeze=1.0):
    """Part of a circle, degrees clockwise from the right as seen on the paper."""
    angle = np.deg2rad(np.linspace(start, stop, 60))
    return np.stack([np.cos(angle) * squeeze, np.sin(angle)], axis=1)


def line(x, y):
    return np.linspace((0.0, 0.0), (x, y), 40)


@pytest.mark.parametrize("part", [line(1, 0.1), bow(0, 180), bow(45, 225), bow(220, 320)])
def test_a_bar_and_bows_are_fragments(part):
    assert digit_pieces.is_fragment(part)
    assert digit_pieces.is_fragment(part[::-1])


@pytest.mark.parametrize(
    "part",
    [
        line(0.1, 1),  # 1
        line(1, -1),  # a very slanted 1
        bow(0, 350),  # 0
        bow(-45, -300),  # nearly a 0, or a 6
        bow(-100, 80),  # ) as in 7
        np.concatenate([line(1, 0), line(-0.4, 1.5) + np.array((1, 0))]),  # 7
        bow(-90, -270, squeeze=0.4),  # a narrow (
        np.concatenate([bow(-170, 45), bow(-135, 120) + np.array((0, 1.5))]),  # 3
        line(0.1, 0)[:5],
    ],
)
def test_what_may_be_a_digit_is_no_fragment(part):
    assert not digit_pieces.is_fragment(part)
    assert not digit_pieces.is_fragment(part[::-1])


def test_fragments_are_wide_and_open(pen_digits):
    draw, rng = digit_pieces.fragments(pen_digits), np.random.default_rng(0)
    for _ in range(200):
        (part,) = draw(rng)
        wide, high = np.ptp(part, axis=0)
        gap = np.hypot(*(part[-1] - part[0]))
        assert high < 1.2 * wide
        assert gap > 0.4


def test_clothes_fill_the_box_of_digits():
    coat = np.zeros((3, 28, 28), dtype=np.uint8)
    coat[0, :, 4:24] = np.arange(28)[:, None] * 8 + 30  # from edge to edge, no two rows alike
    coat[1, 10:14, 2:26] = 200
    images = negatives.clothes(coat)
    assert images.shape == (2, 28, 28)
    assert images.dtype == np.float32
    sides = [max(np.ptp(np.nonzero(image > 0.05), axis=1)) + 1 for image in images]
    assert all(BOX - 2 <= side <= BOX for side in sides)


def test_a_contact_sheet_shows_every_image_at_its_place():
    dark, light = np.ones((28, 28), dtype=np.float32), np.zeros((28, 28), dtype=np.float32)
    sheet = contact_sheet({"one": [light, dark, light], "two": []}, columns=2, scale=3)
    assert sheet.dtype == np.uint8
    assert (sheet[20 : 20 + 84, 2 + 86 : 2 + 86 + 84] == 0).all()
    assert (sheet[20 : 20 + 84, 2 : 2 + 84] > 200).all()
    assert contact_sheet({}).size > 0


def test_the_command_writes_a_page_for_each_family(tmp_path, monkeypatch, data_dir):
    monkeypatch.setattr("training.synth.contact_sheet.FAMILY_SAMPLES", 4)
    folder = tmp_path / "pages"
    assert pages.main(["--output", str(folder), "--data-dir", str(data_dir)]) == 0
    written = {path.stem for path in folder.glob("*.png")}
    assert {name.replace(" ", "-") for name in negatives.FAMILIES} <= written
    assert {"clothes", "two-digits-at-once"} <= written
    assert cv2.imread(str(folder / "symbols.png"), cv2.IMREAD_GRAYSCALE).min() < 50


def test_without_the_data_the_command_says_so(tmp_path, capsys):
    assert pages.main(["--output", str(tmp_path), "--data-dir", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.startswith("training.negatives: there is no data folder")
