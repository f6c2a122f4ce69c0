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

from digitpad.image.normalize import normalize_ink
from digitpad.inference.recognizer import Recognizer
from digitpad.ink.ink import Ink
from tests.support.training_fixtures import SHAPES, TINY, drawn_digits, install_tiny, start_build
from tests.training.measure.test_evaluate import unipen
from training import build, report
from training.base import environment
from training.build import main
from training.data import datasets, pendigits
from training.runs import RunFolder

write_report = report.write
FIGURES = ("confusion.png", "curves.png", "reliability.png")
SHEETS = ("drawn-family.png", "drawn-glyph.png", "drawn-image-mark.png")


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A folder in which ``main`` has built a model: data, model, card and run."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        install_tiny(patch, folder)
        arguments = ["--repeats", "2", "--jobs", "1", "--seed", "3", "--run", str(folder / "run")]
        assert main([*arguments, "--output", str(folder), "--data-dir", str(folder)]) == 0
    return folder


@pytest.fixture
def tiny(monkeypatch, tmp_path) -> list[str]:
    """Arguments of a build on the tiny dataset in a folder that has no model yet."""
    install_tiny(monkeypatch, tmp_path, smallest=True)
    # Figures take longer than such a training; `built` has them.
    monkeypatch.setattr(report, "write", lambda _: None)
    monkeypatch.chdir(tmp_path)
    return ["--data-dir", str(tmp_path), "--output", str(tmp_path), "--epochs", "1"]


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


def test_the_run_s_folder_has_everything(built):
    run = RunFolder.find(built / "run")
    assert run.configuration().recipe.seed == 3
    assert run.configuration().command == "python -m training.build --seed 3 --repeats 2"
    assert {"python", "keras", "tensorflow", "cores"} <= set(run.environment())
    assert [epoch.number for epoch in run.story().epochs] == [1, 2, 3]
    assert len(run.samples().images) == 25
    assert sum(layer.parameters for layer in run.layers()) == run.result().parameters
    assert (run.path / "digits.onnx").read_bytes() == (built / "digits.onnx").read_bytes()
    assert run.card() == json.loads((built / "digits.json").read_text())
    assert len(run.predictions("test").images) == 100
    assert (run.path / "history.csv").read_text().count("\n") == 4
    assert run.checkpoint.is_file()
    assert run.best_model.is_file()
    for name in (*FIGURES, *SHEETS):
        assert (run.figures / name).read_bytes().startswith(b"\x89PNG")
    page = run.report.read_text(encoding="utf-8")
    for expected in ("digits", "7 crossed", "spirals", "probabilities", "--seed 3 --repeats 2"):
        assert expected in page
    assert not run.in_use()


def test_the_other_seeds_have_folders_inside(built):
    other = RunFolder.find(built / "run" / "seed-4")
    assert other.configuration().recipe.seed == 4
    assert other.result().test_total == 100
    assert (other.path / "digits.onnx").is_file()


def test_the_result_is_what_the_predictions_say(built):
    run = RunFolder.find(built / "run")
    said = run.predictions("test")
    right = int((said.probabilities.argmax(axis=1) == said.labels).sum())
    assert run.result().test_correct == right > 90


def test_the_same_seed_gives_the_same_bytes_in_another_process(built, tmp_path):
    process = start_build(tmp_path, "--seed", "3", "--output", "again.onnx")
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert (tmp_path / "again.onnx").read_bytes() == (built / "digits.onnx").read_bytes()
    assert errors == ""  # TensorFlow's start-up notes too


def test_another_seed_gives_another_model(built):
    first, other = built / "run" / "digits.onnx", built / "run" / "seed-4" / "digits.onnx"
    assert first.read_bytes() != other.read_bytes()


def test_quick_leaves_the_bundled_model_alone(tiny, tmp_path, monkeypatch):
    bundled = tmp_path / "assets"
    bundled.mkdir()
    monkeypatch.setattr(build, "assets_dir", lambda: bundled)
    assert main(["--quick", *tiny[:2], "--epochs", "1"]) == 0
    assert not list(bundled.iterdir())
    assert (tmp_path / "runs" / "digits-quick-1" / "digits.onnx").is_file()


def test_the_bundled_model_comes_with_its_figures(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(report, "write", write_report)
    bundled = tmp_path / "assets"
    monkeypatch.setattr(build, "assets_dir", lambda: bundled)
    assert main(tiny[:2]) == 0
    assert (bundled / "models" / "digits.json").is_file()
    assert {path.name for path in (bundled / "figures").iterdir()} >= {
        f"digits-{name}" for name in (*FIGURES, *SHEETS)
    }


@pytest.mark.parametrize("options", [["--set", "epochs=1"], ["--epochs", "1"], ["--no-test"]])
def test_a_changed_recipe_leaves_the_bundled_model_alone(tiny, tmp_path, monkeypatch, options):
    bundled = tmp_path / "assets"
    monkeypatch.setattr(build, "assets_dir", lambda: bundled)
    assert main([*tiny[:2], *options]) == 0
    assert not bundled.exists()
    assert (tmp_path / "runs" / "digits-1" / "digits.onnx").is_file()


def test_every_run_has_a_folder_of_its_own(tiny, tmp_path):
    for _ in range(2):
        assert main(tiny) == 0
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["digits-1", "digits-2"]


def test_a_folder_that_is_taken_is_left_alone(tiny, tmp_path, capsys):
    taken = tmp_path / "mine"
    taken.mkdir()
    (taken / "notes.txt").write_text("important")
    assert main([*tiny, "--run", str(taken)]) == 2
    assert "is not empty; go on with what is there with --resume" in only_sentence(capsys)
    assert (taken / "notes.txt").read_text() == "important"


def test_settings_are_changed_and_recorded(tiny, tmp_path):
    settings = ["--set", "epochs=2", "--set", "augmentation.rotation=7", "--set", "batch_size=16"]
    assert main([*tiny[:4], *settings]) == 0
    recipe = RunFolder.find(tmp_path / "runs" / "digits-1").configuration().recipe
    assert (recipe.epochs, recipe.augmentation.rotation, recipe.batch_size) == (2, 7.0, 16)
    card = json.loads((tmp_path / "digits.json").read_text())
    assert card["training"]["recipe"]["augmentation"]["rotation"] == 7.0
    assert card["command"].endswith(" ".join(settings))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--set", "epoch=3"], "did you mean epochs?"),
        (["--set", "colour=red"], "has no setting colour"),
        (["--set", "epochs=many"], "epochs cannot be 'many'"),
        (["--set", "epochs=0"], "at least 1"),
        (["--set", "learning_rate=nan"], "finite number"),
        (["--set", "epochs"], "is not NAME=VALUE"),
        (["--set", "architecture=huge"], "architecture cannot be 'huge'"),
        (["--set", "name=x"], "has no setting name"),
        (["--recipe", "nothing"], 'there is no recipe "nothing"; --list shows what there is'),
        (["--recipe", "tf-basic", "--small"], "has no quick setting"),
        (["--recipe", "own"], "name them with --data"),
        (["--recipe", ""], 'there is no recipe ""'),
        (["--recipe", "tf-basic", "--no-test"], "watches the test set"),
        (["--recipe", "tf-basic", "--set", "patience=2"], "by the test set"),
        (["--recipe", "tf-basic", "--set", "momentum=0.9"], "add --set optimizer=sgd, too"),
        (["--recipe", "tf-basic", "--set", "augmentation.slant=3"], "add --set distorted=1, too"),
        (["--set", "mixture.held_out=spiral"], 'there is no family "spiral" to hold out'),
        (["--data", "nowhere"], "nowhere"),
        (["--resume", "nowhere"], "nowhere is not the folder of a run"),
    ],
)
def test_wrong_wishes_are_one_sentence(tiny, arguments, expected, capsys):
    assert main([*tiny[:2], *arguments]) == 2
    assert expected in only_sentence(capsys)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--set", "epochs=9"], "--set"),
        (["--seed", "0"], "--seed"),
        (["--no-test"], "--no-test"),
        (["--quick"], "--quick"),
    ],
)
def test_what_belongs_to_the_run_is_not_asked_for_again(built, options, named, capsys):
    assert main(["--resume", str(built / "run"), *options]) == 2
    assert f"leave out {named}" in only_sentence(capsys)


def test_where_the_model_was_to_go_is_not_forgotten_when_a_run_goes_on(built, capsys):
    assert main(["--resume", str(built / "run")]) == 2
    assert f"repeat that with --output {built}" in only_sentence(capsys)


def test_a_run_can_go_on_whenever_it_is_killed(tiny, tmp_path):
    """What is asked for is written first, so that there is nothing else without it."""
    written: list[str] = []

    class Watched(RunFolder):
        def write(self, name: str, content: bytes) -> None:
            written.append(name)
            super().write(name, content)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.cli.plan.RunFolder", Watched)
        assert main(tiny) == 0
    assert written[0] == "run.json"


def test_the_settings_of_a_recipe_are_listed(capsys):
    assert main(["--recipe", "fashion-cnn", "--settings"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert "epochs=20" in printed
    assert "split=random fifth" in printed
    assert "augmentation.rotation=0.0" in printed


def images_an_epoch(printed: str) -> int:
    return int(re.search(r"seed \d+: ([\d,]+) images an epoch", printed)[1].replace(",", ""))


def test_without_pen_digits_the_model_learns_from_mnist_alone_and_says_so(tiny, tmp_path, capsys):
    assert main(tiny) == 0
    card = json.loads((tmp_path / "digits.json").read_text())
    assert [credit[:9] for credit in card["datasets"]] == ["The MNIST"]
    assert "pendigits_validation_writers" not in card["accuracy"]
    assert "Going on without the pen digits" in " ".join(capsys.readouterr().out.split())


def test_pen_digits_join_the_training_and_are_measured(tiny, tmp_path, monkeypatch, capsys):
    assert main(tiny) == 0
    alone = images_an_epoch(capsys.readouterr().out)
    path = tmp_path / pendigits.FILE
    path.parent.mkdir(exist_ok=True)
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
    from training.export import export

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
    "arguments",
    [["--epochs", "0"], ["--seed", "-1"], ["--nonsense"], ["--repeats", "x"], ["--data", ""]],
)
def test_wrong_options_exit_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
