"""Forms of digits: what they draw, where marks go, and that images stay normalised."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from digitpad.image.normalize import BOX, normalize_ink
from digitpad.ink.ink import Ink

pytest.importorskip("cv2")

from training import forms as forms_sheet
from training.data.datasets import MNIST, load_test
from training.synth.forms import GLYPHS, IMAGE_MARKS, MARKS, lead_ins, marks
from training.synth.forms.pen import spline


def ring(rx=30.0, ry=50.0, centre=(100.0, 100.0)):
    angle = np.linspace(-1.5, -1.5 - 2 * np.pi, 60)
    return [np.stack([rx * np.cos(angle), ry * np.sin(angle)], axis=1) + centre]


def path(*points):
    """A stroke through corners, as densely sampled as a pen's."""
    pairs = itertools.pairwise(np.array(points, dtype=np.float64))
    return np.concatenate([np.linspace(a, b, 20) for a, b in pairs])


STEM = [path((105, 50), (95, 150))]
SEVEN = [path((60, 50), (120, 50), (90, 150))]
NINE = [path((120, 60), (80, 50), (70, 80), (115, 85), (120, 60), (115, 150))]
FLAGGED = [path((70, 80), (105, 50), (95, 150))]
TWO = [path((60, 70), (80, 50), (110, 60), (110, 80), (60, 150), (120, 150))]
FOUR = [path((80, 50), (60, 110), (130, 108)), path((105, 60), (100, 150))]
PLAIN = {"0": ring(), "1": STEM, "2": TWO, "4": FOUR, "7": SEVEN, "9": NINE}
#: Those that only add to a digit; the others write a part of it in another way.
ADDED = marks.MARKS
REWRITTEN = [mark for mark in MARKS.values() if mark not in ADDED]


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def mnist(data_dir):
    return load_test(MNIST, data_dir, Console(stderr=True))


def marked(split, mark, count=30):
    """Images that a mark applies to, before and after."""
    chance = rng(3)
    images = split.images[split.labels == int(mark.label)]
    tried = ((image, mark.apply(image, chance)) for image in images)
    return list(itertools.islice((pair for pair in tried if pair[1] is not None), count))


def area(strokes):
    """The strokes as an image's mean ink when they are not scaled to fill it."""
    frame = [np.array([[20.0, 20.0]]), np.array([[190.0, 190.0]])]
    return normalize_ink(Ink.from_points([*strokes, *frame]), pen_width=0.8).sum()


def test_every_digit_has_forms_and_every_name_begins_with_its_digit():
    assert {glyph.label for glyph in GLYPHS.values()} == set("0123456789")
    for registry in (GLYPHS, MARKS, IMAGE_MARKS):
        assert all(name == entry.name for name, entry in registry.items())
        assert all(name.startswith(f"{entry.label} ") for name, entry in registry.items())


@pytest.mark.parametrize("glyph", GLYPHS.values(), ids=lambda glyph: glyph.name)
def test_a_glyph_draws_dense_sane_strokes(glyph):
    for seed in range(40):
        strokes = glyph.draw(rng(seed))
        assert 1 <= len(strokes) <= 3
        assert all(s.dtype == np.float64 and s.ndim == 2 and s.shape[1] == 2 for s in strokes)
        points = np.concatenate(strokes)
        assert len(points) >= 20
        assert np.isfinite(points).all()
        assert (np.abs(points - 0.5) < 3.6).all()
        size = np.ptp(points, axis=0)
        assert 0.4 < size[1] < 2.2
        assert size[0] < (3.6 if glyph.name == "2 flat" else 2.6)
        steps = [np.linalg.norm(np.diff(s, axis=0), axis=1).max() for s in strokes]
        assert max(steps) < 0.25


@pytest.mark.parametrize("glyph", GLYPHS.values(), ids=lambda glyph: glyph.name)
def test_a_glyph_is_its_seeds_own(glyph):
    first, again, other = (glyph.draw(rng(seed)) for seed in (5, 5, 6))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    images = [normalize_ink(Ink.from_points(strokes)) for strokes in (first, other)]
    assert np.abs(images[0] - images[1]).max() > 0.1


def test_a_spline_goes_through_its_knots_without_overshoot():
    knots = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    curve = spline(knots)
    for knot in knots:
        assert np.linalg.norm(curve - knot, axis=1).min() < 1e-9
    assert np.abs(curve - 0.5).max() < 0.8


@pytest.mark.parametrize("mark", ADDED, ids=lambda mark: mark.name)
def test_a_mark_adds_ink_and_leaves_the_digits_own_points(mark):
    for seed in range(20):
        plain = PLAIN[mark.label]
        strokes = mark.apply(plain, rng(seed))
        points = {tuple(point) for stroke in strokes for point in stroke}
        assert points > {tuple(point) for stroke in plain for point in stroke}
        assert area(strokes) > area(plain)
        again = mark.apply(plain, rng(seed))
        assert all(np.array_equal(a, b) for a, b in zip(strokes, again, strict=True))


@pytest.mark.parametrize("mark", REWRITTEN, ids=lambda mark: mark.name)
def test_a_part_is_written_otherwise_in_the_digits_own_size(mark):
    plain = PLAIN[mark.label]
    size = np.ptp(np.concatenate(plain), axis=0).max()
    before = normalize_ink(Ink.from_points(plain))
    for seed in range(20):
        strokes = mark.apply(plain, rng(seed))
        points = np.concatenate(strokes)
        assert np.isfinite(points).all()
        assert 0.6 * size < np.ptp(points, axis=0).max() < 2.6 * size
        assert np.abs(normalize_ink(Ink.from_points(strokes)) - before).max() > 0.01
        again = mark.apply(plain, rng(seed))
        assert all(np.array_equal(a, b) for a, b in zip(strokes, again, strict=True))


def test_a_lead_in_takes_the_place_of_a_flag_and_rises_to_the_top_of_the_stem():
    for seed in range(40):
        stroke = MARKS["1 led"].apply(FLAGGED, rng(seed))[0]
        # The flag of the digit itself set out at (70, 80).
        assert np.linalg.norm(stroke - (70, 80), axis=1).min() > 0.5
        assert stroke[0, 0] < 105
        assert stroke[0, 1] > 52


@pytest.mark.parametrize(("sag", "side"), [(0.0, 0), (1.0, 1), (-0.4, -1)])
def test_a_lead_in_is_straight_sags_or_rises_first(sag, side):
    for seed in range(30):
        lead = lead_ins.lead_in(rng(seed), (0.0, 0.0), (0.0, 1.0), sag)
        np.testing.assert_allclose(lead[-1], (0, 0), atol=1e-12)
        chord = (lead[0] + lead[-1]) / 2
        below = (lead[len(lead) // 2] - chord)[1]
        assert np.sign(round(below, 2)) == side if side else abs(below) < 0.03
        if side <= 0:
            across, fall = -lead[0, 0], lead[0, 1]
            assert fall > 0.43 * across, "straight and flat it would be the bar of a 7"


def test_a_four_of_two_strokes_is_joined_and_a_two_loses_its_head():
    for seed in range(20):
        assert len(MARKS["4 joined"].apply(FOUR, rng(seed))) == 1
        (beheaded,) = MARKS["2 beheaded"].apply(TWO, rng(seed))
        assert len(beheaded) < len(TWO[0])
        np.testing.assert_array_equal(beheaded[-1], TWO[0][-1])


def test_what_does_not_fit_is_left_alone():
    for mark in REWRITTEN:
        other = STEM if mark.label != "1" else ring()
        assert mark.apply(other, rng()) is None, mark.name


def test_a_slash_and_a_dot_go_through_the_middle_of_the_ring():
    for seed in range(20):
        for name in ("0 slashed", "0 dotted"):
            added = MARKS[name].apply(ring(), rng(seed))[-1]
            assert np.linalg.norm(added - (100, 100), axis=1).min() < 8
        slash = MARKS["0 slashed"].apply(ring(), rng(seed))[-1]
        x, y = np.abs(slash[-1] - slash[0])
        assert y > 0.4 * x, "a level bar would make a theta"


def test_a_flag_falls_to_the_left_of_the_top_and_a_foot_lies_at_the_bottom():
    for seed in range(30):
        (flagged,) = MARKS["1 flagged"].apply(STEM, rng(seed))
        left, down = (105, 50) - flagged[0]
        assert left > 0
        assert -down > 0.35 * left, "a level flag would make a 7"
        foot = MARKS["1 footed"].apply(STEM, rng(seed))[-1]
        assert np.abs(foot[:, 1] - 150).max() < 15
        assert foot[:, 0].min() < 90
        assert foot[:, 0].max() > 100


def test_a_cross_lies_half_way_and_a_serif_hangs_from_the_bar():
    for seed in range(20):
        cross = MARKS["7 crossed"].apply(SEVEN, rng(seed))[-1]
        assert np.abs(cross[:, 1] - 101).max() < 30
        assert np.ptp(cross[:, 0]) > 20
        (serifed,) = MARKS["7 serifed"].apply(SEVEN, rng(seed))
        assert 5 < serifed[0, 1] - 50 < 30
        assert abs(serifed[0, 0] - 60) < 15


def test_a_hook_goes_on_to_the_left():
    for seed in range(20):
        (hooked,) = MARKS["9 hooked"].apply(NINE, rng(seed))
        assert hooked[-1, 0] < 115 - 20
        assert hooked[-1, 1] > 130


@pytest.mark.parametrize(
    ("name", "strokes"),
    [
        ("0 slashed", [*ring(), path((70, 140), (130, 60))]),
        ("0 dotted", [path((70, 50), (60, 150), (130, 150))]),
        ("1 flagged", [path((60, 80), (105, 50), (95, 150))]),
        ("1 footed", [*STEM, path((70, 150), (130, 150))]),
        ("7 crossed", [*SEVEN, path((80, 100), (130, 100))]),
        ("7 serifed", [path((60, 75), (60, 50), (120, 50), (90, 150))]),
        ("9 hooked", [path((120, 60), (80, 50), (115, 85), (120, 150), (80, 150))]),
    ],
)
def test_a_mark_that_is_there_already_or_has_no_place_is_not_added(name, strokes):
    assert MARKS[name].apply(strokes, rng()) is None


def test_marks_refuse_a_dot():
    dot = [np.array([[3.0, 4.0]])]
    assert all(mark.apply(dot, rng()) is None for mark in MARKS.values())


@pytest.mark.parametrize("mark", IMAGE_MARKS.values(), ids=lambda mark: mark.name)
def test_a_marked_image_is_normalised_and_has_more_ink(mnist, mark):
    pairs = marked(mnist, mark)
    assert len(pairs) == 30
    for _, after in pairs:
        assert after.dtype == np.float32
        assert after.shape == (28, 28)
        assert 0 <= after.min() < after.max() <= 1 + 1e-6
        rows, columns = (np.flatnonzero(after.max(axis=axis) > 0) for axis in (1, 0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == BOX
        y, x = (np.indices((28, 28)) * after).sum(axis=(1, 2)) / after.sum()
        assert 13.4 < x < 14.6
        assert 13.4 < y < 14.6
    image = pairs[0][0]
    assert np.array_equal(mark.apply(image, rng(1)), mark.apply(image, rng(1)))
    assert not np.array_equal(mark.apply(image, rng(1)), mark.apply(image, rng(2)))


def mean_difference(split, name):
    return np.mean([after - before for before, after in marked(split, IMAGE_MARKS[name])], axis=0)


def test_image_marks_lie_where_they_should(mnist):
    dotted = mean_difference(mnist, "0 dotted")
    assert dotted[12:17, 12:17].mean() > 0.2
    crossed = mean_difference(mnist, "7 crossed")
    assert crossed[12:17].sum() > crossed[:8].sum() + crossed[20:].sum()
    footed = np.mean([after for _, after in marked(mnist, IMAGE_MARKS["1 footed"])], 0)
    widths = (footed > 0.15).sum(axis=1)
    assert widths.argmax() > 18


def test_image_marks_leave_blank_and_filled_images_alone():
    for image in (np.zeros((28, 28), np.float32), np.ones((28, 28), np.float32)):
        assert all(mark.apply(image, rng()) is None for mark in IMAGE_MARKS.values())


def test_contact_sheets_are_written(tmp_path, data_dir, monkeypatch):
    monkeypatch.setattr("training.synth.contact_sheet.SAMPLES", 2)
    assert forms_sheet.main(["--output", str(tmp_path), "--data-dir", str(data_dir)]) == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"forms-strokes.png", "forms-marks.png", "forms-images.png"}


def test_models_are_compared_form_by_form(data_dir, monkeypatch, capsys):
    validation = pytest.importorskip("training.measure.validation")
    monkeypatch.setattr(validation, "PER_FORM", 3)
    arguments = ["--model", "digits", "digits", "--data-dir", str(data_dir)]
    assert forms_sheet.main(arguments) == 0
    head, _, *rows, mean = capsys.readouterr().out.splitlines()
    assert head == "| form | drawn as | digits | digits |"
    forms = {tuple(row.split(" | ")[:2]) for row in rows}
    assert {("| 7 crossed", "glyph"), ("| 1 footed", "mark")} <= forms
    assert ("| 0 slashed", "image mark") in forms
    assert all(row.split(" | ")[2] == row.split(" | ")[3].removesuffix(" |") for row in rows)
    assert mean.startswith(f"| mean of {len(rows)} forms | | ")
    assert forms_sheet.main(["--model", "none.onnx", "--data-dir", str(data_dir)]) == 2
    assert "no model none.onnx" in capsys.readouterr().err


def test_the_command_says_what_is_missing(tmp_path, capsys):
    arguments = ["--output", str(tmp_path), "--data-dir", str(tmp_path / "nothing")]
    assert forms_sheet.main(arguments) == 2
    assert "no data folder" in capsys.readouterr().err


@pytest.mark.parametrize("module", ["forms", "negatives"])
@pytest.mark.parametrize("package", ["cv2", "HersheyFonts"])
def test_a_missing_package_is_named_with_its_remedy(module, package, tmp_path):
    program = (
        "import importlib.util, runpy, sys\n"
        f"sys.modules[{package!r}] = None\n"
        "found = importlib.util.find_spec\n"
        f"importlib.util.find_spec = lambda name: None if name == {package!r} else found(name)\n"
        f"sys.argv = ['x', '--output', {str(tmp_path)!r}]\n"
        f"runpy.run_module('training.{module}', run_name='__main__', alter_sys=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"training.{module}: training needs {package}; install")
    assert done.stderr.count("\n") == 1
