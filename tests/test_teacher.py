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

import onnx_models
from training_fixtures import TINY, drawn_digits, install_tiny

from digitpad.recognizer import Recognizer
from digitpad.resources import asset
from training import build, report
from training.batches import Batches
from training.datasets import Split
from training.limits import tempered
from training.options import parser
from training.plan import plan
from training.stock import NOT_A_DIGIT, Kind, Stock
from training.teacher import Teacher, TeacherError, read_teacher

DIGITS = tuple("0123456789")


@pytest.fixture(scope="module")
def model() -> bytes:
    return asset("models/digits.onnx").read_bytes()


def batches(teacher: bytes | None, **changes: object) -> list:
    """An epoch of digits, and of drawings of which some are none."""
    images, labels = drawn_digits(40)
    train = Split(images.astype(np.float32) / 255, labels.astype(np.int64))
    kinds = [Kind("glyph", "3", 3, 20), Kind("family", "lines", NOT_A_DIGIT, 20)]
    stock = Stock(kinds, [drawn_digits(20, 5)[0], drawn_digits(20, 6)[0]])
    recipe = replace(TINY, **changes)
    return list(Batches(recipe, train, stock, 10, teacher).epoch(1))


def test_only_the_datasets_images_are_taught(model: bytes) -> None:
    plain, taught = batches(None), batches(model, taught=0.5, softness=2.0)
    teacher = Recognizer(model, "digits", "cpu", {})
    own = 0
    for alone, helped in zip(plain, taught, strict=True):
        np.testing.assert_array_equal(alone.images, helped.images)
        said = tempered(teacher.predict(helped.images), 2.0)
        changed = (alone.classes != helped.classes).any(axis=1)
        expected = (alone.classes + said) / 2
        np.testing.assert_allclose(helped.classes[changed], expected[changed], atol=1e-5)
        assert np.allclose(helped.classes.sum(axis=1), 1, atol=1e-5)
        own += changed.sum()
    assert own == 40


def test_a_share_of_nothing_teaches_nothing(model: bytes) -> None:
    for alone, helped in zip(batches(None), batches(model, taught=0.0), strict=True):
        np.testing.assert_array_equal(alone.classes, helped.classes)


def test_a_teacher_says_what_the_model_says(model: bytes) -> None:
    images = drawn_digits(50)[0].astype(np.float32) / 255
    said = Teacher(model, 1.0)(images)
    np.testing.assert_allclose(said, Recognizer(model, "m", "cpu", {}).predict(images), atol=1e-5)


def test_a_model_that_cannot_teach_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TeacherError, match=r"no model .*missing\.onnx"):
        read_teacher(tmp_path / "missing.onnx", DIGITS)
    with pytest.raises(TeacherError, match="reads other classes"):
        read_teacher(asset("models/fashion.onnx"), DIGITS)
    (tmp_path / "text.onnx").write_text("no model")
    with pytest.raises(TeacherError, match="--teacher: "):
        read_teacher(tmp_path / "text.onnx", DIGITS)
    assert read_teacher(onnx_models.save(tmp_path / "small.onnx"), DIGITS)


def test_a_build_learns_from_it_and_keeps_it_to_go_on(tmp_path, monkeypatch, capsys) -> None:
    install_tiny(monkeypatch, tmp_path)
    monkeypatch.setattr(report, "write", lambda _: None)
    teacher = tmp_path / "mine.onnx"
    shutil.copy(asset("models/digits.onnx"), teacher)
    run, out = tmp_path / "run", tmp_path / "out.onnx"
    arguments = ["--teacher", str(teacher), "--epochs", "1", "--run", str(run)]
    where = ["--data-dir", str(tmp_path), "--output", str(out)]
    assert build.main([*arguments, *where]) == 0
    card = json.loads(out.with_suffix(".json").read_text())
    assert card["command"] == "python -m training.build --epochs 1 --teacher mine.onnx"
    told = Recognizer.load(teacher, "cpu").metadata
    known = {name: told[name] for name in ("recipe", "dataset", "seed")}
    assert card["taught_by"] == known | {
        "onnx_sha256": hashlib.sha256(teacher.read_bytes()).hexdigest()
    }
    teacher.unlink()
    again = plan(parser().parse_args(["--resume", str(run), "--output", str(out)]))
    assert again.teacher is not None
    assert again.teacher.read_bytes() == asset("models/digits.onnx").read_bytes()
    assert build.main(["--teacher", str(teacher), *where]) == 2
    assert "training.build: --teacher: no model" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--set", "taught=0.5"], ["--teacher", "m.onnx", "--set", "taught=0"]]
)
def test_teacher_and_share_go_together(arguments, capsys) -> None:
    assert build.main(arguments) == 2
    assert "go together" in capsys.readouterr().err
