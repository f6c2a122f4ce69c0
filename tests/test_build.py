"""``python -m training.build`` from outside, on a few drawn digits."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from test_evaluate import unipen
from training_fixtures import (
    SHAPES,
    TINY,
    drawn_digits,
    keep_small,
    start_build,
    tiny_source,
)

from digitpad.ink import Ink
from digitpad.normalize import normalize_ink
from digitpad.recognizer import Recognizer
from training import build, datasets, environment, pendigits, recipes
from training.build import main

FIGURES = ("confusion.png", "curves.png", "mistakes.png", "reliability.png")
SHEETS = ("drawn-family.png", "drawn-glyph.png", "drawn-image-mark.png")


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A folder in which ``main`` has built a model: data, model, card and report."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        install(patch, folder)
        arguments = ["--repeats", "2", "--seed", "3", "--report", str(folder / "report")]
        arguments += ["--checkpoints", str(folder / "checkpoints")]
        assert main([*arguments, "--output", str(folder), "--data-dir", str(folder)]) == 0
    return folder


@pytest.fixture
def tiny(monkeypatch, tmp_path) -> list[str]:
    """Arguments of a build on the tiny dataset in a folder that has no model yet."""
    install(monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path)
    return ["--data-dir", str(tmp_path), "--output", str(tmp_path), "--epochs", "1"]


def install(patch: pytest.MonkeyPatch, folder: Path) -> None:
    keep_small(patch)
    patch.setitem(datasets.SOURCES, "mnist", tiny_source(folder))
    patch.setitem(recipes.RECIPES, "digits", TINY)


def previous_model(folder: Path) -> dict[Path, bytes]:
    files = {folder / "digits.onnx": b"the previous model", folder / "digits.json": b"its card"}
    for path, content in files.items():
        path.write_bytes(content)
    return files


def assert_untouched(files: dict[Path, bytes]) -> None:
    for path, content in files.items():
        assert path.read_bytes() == content
    folder = next(iter(files)).parent
    assert not list(folder.glob(".*")), "a temporary file was left behind"


def only_sentence(capsys: pytest.CaptureFixture[str]) -> str:
    printed = capsys.readouterr().err
    assert printed.startswith("training.build: ")
    assert printed.count("\n") == 1
    return printed


def test_the_model_reads_what_it_learnt(built):
    recognizer = Recognizer.load(built / "digits.onnx")
    for label, strokes in SHAPES.items():
        image = normalize_ink(Ink.from_points(strokes))
        probabilities = recognizer.predict(image[np.newaxis])[0]
        assert recognizer.labels[probabilities.argmax()] == label


def test_the_card_tells_what_was_done(built):
    card = json.loads((built / "digits.json").read_text())
    assert card["command"] == "python -m training.build --seed 3 --repeats 2"
    assert card["training"]["recipe"]["seed"] == 3
    assert card["training"]["epochs"] == TINY.epochs
    assert card["training"]["interrupted"] is False
    accuracy = card["accuracy"]
    assert accuracy["mnist_test"]["total"] == 100
    assert list(accuracy["mnist_test_seeds"]["by_seed"]) == ["3", "4"]
    assert accuracy["mnist_test_seeds"]["n"] == 2
    assert accuracy["mnist_test_seeds"]["by_seed"]["3"] == accuracy["mnist_test"]["accuracy"]
    assert 0 < card["model"]["keras_onnx_difference"] < 1e-4
    assert card["model"]["onnx_bytes"] == (built / "digits.onnx").stat().st_size
    assert str(built) not in json.dumps(card)
    assert card["limits"]
    assert 0.2 <= card["calibration"]["temperature"] <= 5
    families = {family["name"]: family for family in card["rejection"]["families"]}
    assert [name for name, family in families.items() if family["held_out"]] == ["spirals"]
    assert families["spirals"]["auroc"] > 0.5
    assert {form["name"] for form in card["forms"]} >= {"7 crossed", "0 slashed", "1 flagged"}


def test_the_card_s_accuracy_is_that_of_the_file(built):
    card = json.loads((built / "digits.json").read_text())
    images, labels = drawn_digits(100, 2)
    recognizer = Recognizer.load(built / "digits.onnx")
    right = recognizer.predict(images.astype(np.float32) / 255).argmax(axis=1) == labels
    assert right.mean() == card["accuracy"]["mnist_test"]["accuracy"] > 0.9


def test_the_report_has_history_figures_and_table(built):
    report = built / "report"
    page = (report / "report.md").read_text()
    for name in (*FIGURES, *SHEETS):
        assert (report / name).read_bytes().startswith(b"\x89PNG")
        assert f"({name})" in page
    for heading in ("## How sure it is", "## What is no digit", "## Regional forms"):
        assert heading in page
    assert "| spirals | no |" in page
    assert "| 7 crossed | glyph | 1 |" in page
    history = json.loads((report / "history.json").read_text())
    assert [epoch["number"] for epoch in history] == [1, 2, 3]
    assert len((report / "history.csv").read_text().splitlines()) == 4


def test_the_same_seed_gives_the_same_bytes_in_another_process(built, tmp_path):
    process = start_build(tmp_path, "--seed", "3", "--output", "again.onnx")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert (tmp_path / "again.onnx").read_bytes() == (built / "digits.onnx").read_bytes()
    assert errors == ""  # TensorFlow's start-up notes too


def test_another_seed_gives_another_model(built, tiny, tmp_path):
    assert main([*tiny, "--seed", "4", "--epochs", "3"]) == 0
    assert (tmp_path / "digits.onnx").read_bytes() != (built / "digits.onnx").read_bytes()


def test_quick_leaves_the_bundled_model_alone(tiny, tmp_path, monkeypatch):
    bundled = tmp_path / "assets"
    bundled.mkdir()
    monkeypatch.setattr(build, "assets_dir", lambda: bundled)
    assert main(["--quick", *tiny[:2], "--epochs", "1"]) == 0
    assert not list(bundled.iterdir())
    assert (tmp_path / "runs" / "digits-quick" / "digits.onnx").is_file()


def test_the_bundled_model_comes_with_its_figures(tiny, tmp_path, monkeypatch):
    bundled = tmp_path / "assets"
    monkeypatch.setattr(build, "assets_dir", lambda: bundled)
    assert main([*tiny[:2], "--epochs", "1"]) == 0
    assert (bundled / "models" / "digits.json").is_file()
    assert {path.name for path in (bundled / "figures").iterdir()} == {
        f"digits-{name}" for name in (*FIGURES, *SHEETS)
    }


def images_an_epoch(printed: str) -> int:
    return int(re.search(r"seed \d+: ([\d,]+) images an epoch", printed)[1].replace(",", ""))


def test_without_pen_digits_the_model_learns_from_mnist_alone_and_says_so(tiny, tmp_path, capsys):
    assert main(tiny) == 0
    card = json.loads((tmp_path / "digits.json").read_text())
    assert [credit[:9] for credit in card["datasets"]] == ["The MNIST"]
    assert card["accuracy"]["pendigits_validation_writers"] is None
    assert "Going on without the pen digits" in " ".join(capsys.readouterr().out.split())


def test_pen_digits_join_the_training_and_are_measured(tiny, tmp_path, monkeypatch, capsys):
    assert main(tiny) == 0
    alone = images_an_epoch(capsys.readouterr().out)
    path = tmp_path / pendigits.FILE
    path.parent.mkdir()
    path.write_text(unipen())
    monkeypatch.setattr(pendigits, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr(pendigits, "SIZE", path.stat().st_size)
    assert main(tiny) == 0
    printed = capsys.readouterr().out
    # Twenty distorted from the ten of the one training writer, and what is made of them.
    assert images_an_epoch(printed) - alone >= TINY.mixture.pen
    card = json.loads((tmp_path / "digits.json").read_text())
    assert len(card["datasets"]) == 2
    assert "pendigits" in Recognizer.load(tmp_path / "digits.onnx").metadata["dataset"]
    # The ten of the validation writer are only measured.
    assert card["accuracy"]["pendigits_validation_writers"]["total"] == 10
    assert "Pen digits, validation writers" in printed


def test_a_model_that_differs_from_keras_is_not_published(tiny, tmp_path, monkeypatch, capsys):
    environment.prepare()
    from training import export

    files = previous_model(tmp_path)
    monkeypatch.setattr(export, "TOLERANCE", 1e-12)
    assert main(tiny) == 2
    assert "differ by up to" in only_sentence(capsys)
    assert_untouched(files)


def test_when_the_card_cannot_be_written_the_previous_model_stays(
    tiny, tmp_path, monkeypatch, capsys
):
    files = previous_model(tmp_path)
    replace = Path.replace

    def full_disk(self: Path, target: Path) -> Path:
        if target.suffix == ".json":
            raise OSError(28, "No space left on device", str(self), None, str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full_disk)
    assert main(tiny) == 2
    assert "No space left on device" in only_sentence(capsys)
    assert_untouched(files)


def test_a_place_that_cannot_be_written_to_is_found_before_training(tiny, tmp_path, capsys):
    (tmp_path / "occupied").write_text("a file")
    assert main([*tiny, "--output", str(tmp_path / "occupied" / "model.onnx")]) == 2
    assert "choose another place" in only_sentence(capsys)
    assert "Epoch" not in capsys.readouterr().out


def test_damaged_data_leaves_the_previous_model(tiny, tmp_path, capsys):
    files = previous_model(tmp_path)
    (tmp_path / datasets.SOURCES["mnist"].test[0].path).write_bytes(b"<html>")
    assert main(tiny) == 2
    assert "delete it and run this again" in only_sentence(capsys)
    assert_untouched(files)


def test_a_missing_package_is_named_with_its_remedy(monkeypatch, capsys):
    monkeypatch.setattr(environment, "NEEDED", ("no_such_package",))
    assert main([]) == 2
    printed = only_sentence(capsys)
    assert "no_such_package" in printed
    assert "pip install -e '.[train]'" in printed


@pytest.mark.parametrize(
    ("backend", "expected"),
    [
        ("theano", "set it to one of tensorflow, jax, torch, or leave it out"),
        ("torch", "which is not installed: pip install torch"),
    ],
)
def test_a_backend_that_cannot_be_used_is_named(backend, expected, monkeypatch, capsys):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == backend else found(name)
    )
    monkeypatch.setenv("KERAS_BACKEND", backend)
    assert main(["--data-dir", "nowhere"]) == 2  # whatever happens, nothing is built
    assert expected in only_sentence(capsys)


def test_a_python_that_is_too_new_is_told_so(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    assert main([]) == 2
    assert "Python 3.11 to 3.13" in only_sentence(capsys)


def test_help_and_list_do_not_need_tensorflow():
    program = (
        "import sys; sys.modules.update(dict.fromkeys(('tensorflow', 'keras', 'cv2')));"
        "from training.build import main; sys.exit(main(sys.argv[1:]))"
    )
    for argument, expected in (("--help", "examples:"), ("--list", "digits")):
        done = subprocess.run(
            [sys.executable, "-c", program, argument],
            capture_output=True,
            text=True,
            cwd=build.__file__.rpartition("training")[0],
        )
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout


@pytest.mark.parametrize(
    "arguments", [["--epochs", "0"], ["--seed", "-1"], ["--recipe", "none"], ["--repeats", "x"]]
)
def test_wrong_options_exit_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
