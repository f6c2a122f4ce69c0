"""Learning from a finished model, too."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from rich.console import Console

from digitpad.inference.recognizer import Recognizer
from digitpad.library.resources import asset
from tests.support import onnx_models
from tests.support.training_fixtures import TINY, drawn_digits, install_tiny
from training import build, report
from training.base.calibration import apply_temperature
from training.base.errors import BuildError
from training.cli.options import parser
from training.cli.plan import plan
from training.data.datasets import Split
from training.fit.batches import Batch, Batches
from training.fit.distillation import (
    AugmentedCopies,
    DistillationTargets,
    Teachers,
    as_bytes,
    make_targets,
    read_teacher,
)
from training.recipes import Recipe
from training.synth.pool import NOT_A_DIGIT, Kind, SyntheticPool

DIGITS = tuple("0123456789")


@pytest.fixture(scope="module")
def model() -> bytes:
    return asset("models/digits.onnx").read_bytes()


@pytest.fixture
def own() -> Split:
    images, labels = drawn_digits(40)
    return Split(images.astype(np.float32) / 255, labels.astype(np.int64))


def targets_of(own: Split, recipe: Recipe, *teachers: bytes) -> DistillationTargets:
    taught = make_targets(recipe, own.images, teachers, Console(quiet=True))
    assert taught is not None
    return taught


def batches(
    own: Split, recipe: Recipe, targets: DistillationTargets | None, epoch: int = 1
) -> list[Batch]:
    """An epoch of digits, and of drawings of which some are none."""
    kinds = [Kind("glyph", "3", 3, 20), Kind("family", "lines", NOT_A_DIGIT, 20)]
    pool = SyntheticPool(kinds, [drawn_digits(20, 5)[0], drawn_digits(20, 6)[0]])
    return list(Batches(recipe, own, pool, 10, targets).epoch(epoch))


def test_only_the_datasets_images_are_taught(own: Split, model: bytes) -> None:
    recipe = replace(
        TINY, distillation_weight=0.5, distillation_temperature=2.0, augmented_copies=2
    )
    taught = batches(own, recipe, targets_of(own, recipe, model))
    teacher = Recognizer(model, "digits", "cpu", {})
    count = 0
    for batch in taught:
        right = np.eye(10, dtype=np.float32)[batch.classes.argmax(axis=1)]
        expected = (right + apply_temperature(teacher.predict(batch.images), 2.0)) / 2
        changed = (batch.classes.max(axis=1) < 1) & (batch.classes.max(axis=1) > 0.2)
        np.testing.assert_allclose(batch.classes[changed], expected[changed], atol=1e-3)
        np.testing.assert_allclose(batch.classes.sum(axis=1), 1, atol=1e-3)
        count += changed.sum()
    assert count == 40


def test_copies_come_again_and_seeds_begin_with_different_ones(own: Split, model: bytes) -> None:
    recipe = replace(TINY, distillation_weight=0.5, augmented_copies=3)
    targets = targets_of(own, recipe, model)
    assert {copy: said.shape for copy, said in targets.answers.items()} == dict.fromkeys(
        range(3), (40, 10)
    )
    assert [targets.copy_of(epoch, 0) for epoch in (1, 2, 3, 4)] == [0, 1, 2, 0]
    assert [targets.copy_of(epoch, 1) for epoch in (1, 2, 3, 4)] == [1, 2, 0, 1]
    copies = AugmentedCopies(recipe, as_bytes(own.images))
    first, second = copies.whole(0), copies.whole(1)
    assert (first != second).any()
    assert len(targets_of(own, replace(recipe, augmented_copies=0, epochs=2), model).answers) == 2
    other_seed = AugmentedCopies(replace(recipe, seed=9), as_bytes(own.images))
    np.testing.assert_array_equal(other_seed.whole(0), first)
    shown = {image.tobytes() for batch in batches(own, recipe, targets) for image in batch.images}
    assert {(image.astype(np.float32) / np.float32(255)).tobytes() for image in first} <= shown


def test_other_processes_answer_as_this_one_does(
    own: Split, model: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So few images are answered by this very process."""
    recipe = replace(TINY, distillation_weight=0.5, augmented_copies=2)
    here = targets_of(own, recipe, model)
    monkeypatch.setattr("training.fit.distillation.FEW", 0)
    elsewhere = targets_of(own, recipe, model)
    for version in range(2):
        assert np.array_equal(here.answers[version], elsewhere.answers[version])


def test_who_goes_on_asks_for_what_is_still_to_come(own: Split, model: bytes) -> None:
    recipe, quiet = replace(TINY, distillation_weight=0.5, epochs=5, seed=1), Console(quiet=True)
    whole = make_targets(recipe, own.images, [model], quiet, seeds=2)
    rest = make_targets(recipe, own.images, [model], quiet, seeds=2, done=3)
    assert whole is not None
    assert rest is not None
    wanted = {rest.copy_of(epoch, seed) for epoch in (4, 5) for seed in (1, 2)}
    assert set(rest.answers) == wanted < set(whole.answers) == set(range(5))
    for version in wanted:
        assert np.array_equal(rest.answers[version], whole.answers[version])
    assert rest.fingerprint == whole.fingerprint
    over = make_targets(recipe, own.images, [model], quiet, seeds=2, done=5)
    assert over is not None
    assert not over.answers


def test_without_a_share_nobody_is_asked(own: Split, model: bytes) -> None:
    assert (
        make_targets(replace(TINY, distillation_weight=0.0), own.images, [model], Console()) is None
    )
    assert make_targets(replace(TINY, distillation_weight=0.5), own.images, [], Console()) is None


def test_a_teacher_says_what_the_model_says(model: bytes) -> None:
    images = drawn_digits(50)[0].astype(np.float32) / 255
    said = Teachers([model], 1.0)(images)
    np.testing.assert_allclose(said, Recognizer(model, "m", "cpu", {}).predict(images), atol=1e-5)


def test_teachers_answer_with_the_mean_of_their_logits(model: bytes, tmp_path: Path) -> None:
    images = drawn_digits(20)[0].astype(np.float32) / 255
    other = onnx_models.save(tmp_path / "other.onnx").read_bytes()
    one, two = (Teachers([each], 1.0)(images) for each in (model, other))
    mean = np.sqrt(np.maximum(one, 1e-9) * np.maximum(two, 1e-9))
    expected = mean / mean.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(Teachers([model, other], 1.0)(images), expected, atol=1e-4)


def test_a_model_that_cannot_teach_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"no model .*missing\.onnx"):
        read_teacher(tmp_path / "missing.onnx", DIGITS)
    with pytest.raises(BuildError, match="reads other classes"):
        read_teacher(asset("models/fashion.onnx"), DIGITS)
    (tmp_path / "text.onnx").write_text("no model")
    with pytest.raises(BuildError, match="--teacher: "):
        read_teacher(tmp_path / "text.onnx", DIGITS)
    assert read_teacher(onnx_models.save(tmp_path / "small.onnx"), DIGITS)


def test_a_build_learns_from_it_and_keeps_it_to_go_on(tmp_path, monkeypatch, capsys) -> None:
    install_tiny(monkeypatch, tmp_path, smallest=True)
    monkeypatch.setattr(report, "write", lambda _: None)
    teacher = tmp_path / "mine.onnx"
    shutil.copy(asset("models/digits.onnx"), teacher)
    run, out = tmp_path / "run", tmp_path / "out.onnx"
    both = ["--teacher", str(teacher), "--teacher", str(onnx_models.save(tmp_path / "small.onnx"))]
    arguments = [*both, "--epochs", "1", "--run", str(run)]
    where = ["--data-dir", str(tmp_path), "--output", str(out)]
    assert build.main([*arguments, *where]) == 0
    card = json.loads(out.with_suffix(".json").read_text())
    assert (
        card["command"]
        == "python -m training.build --epochs 1 --teacher mine.onnx --teacher small.onnx"
    )
    told = Recognizer.load(teacher, "cpu").metadata
    known = {name: told[name] for name in ("recipe", "dataset", "seed")}
    first, second = card["taught_by"]
    assert first == known | {"onnx_sha256": hashlib.sha256(teacher.read_bytes()).hexdigest()}
    assert second["onnx_sha256"] != first["onnx_sha256"]
    teacher.unlink()
    again = plan(parser().parse_args(["--resume", str(run), "--output", str(out)]))
    kept, other = again.teachers
    assert kept.read_bytes() == asset("models/digits.onnx").read_bytes()
    assert other.read_bytes() == (tmp_path / "small.onnx").read_bytes()
    first_time = out.read_bytes()
    goes_on = ["--resume", str(run), "--data-dir", str(tmp_path), "--output", str(out)]
    capsys.readouterr()
    assert build.main(goes_on) == 0
    assert "The teachers answered" not in capsys.readouterr().out, "nothing was still to come"
    assert out.read_bytes() == first_time
    (run / "last.npz").unlink()
    assert build.main(goes_on) == 0, "it begins anew"
    assert "The teachers answered 1 versions" in capsys.readouterr().out
    assert out.read_bytes() == first_time
    for copy in again.teachers:
        copy.unlink()
    assert build.main(["--resume", str(run), "--output", str(out)]) == 2
    assert "was taught by mine.onnx, small.onnx, and what it kept" in capsys.readouterr().err
    assert build.main(["--teacher", str(teacher), *where]) == 2
    assert "training.build: --teacher: no model" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--set", "distillation_weight=0.5"],
        ["--teacher", "m.onnx", "--set", "distillation_weight=0"],
    ],
)
def test_teacher_and_share_go_together(arguments, capsys) -> None:
    assert build.main(arguments) == 2
    assert "go together" in capsys.readouterr().err
