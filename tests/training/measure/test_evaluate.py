"""The command that measures an exported model, from its arguments to its report."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("pooch", reason="needs the train extra")

from PIL import Image

from digitpad.image.normalize import normalize_ink
from digitpad.inference.recognizer import Recognizer
from digitpad.ink.ink import Ink
from tests.support.drawings import digit
from tests.support.evaluation_runs import (  # noqa: F401  fixtures among them
    as_read,
    judging,
    measured,
    model,
    refusal,
    reports_go_to,
    write_ink,
)
from tests.support.training_fixtures import SHAPES, tiny_source
from training import evaluate
from training.data import datasets, pendigits
from training.evaluate import main
from training.measure.scores import auroc


def unipen() -> str:
    """All ten shapes, once by a training writer and once by a validation writer, y up."""
    lines = []
    for writer in (1, 2):
        for label, strokes in SHAPES.items():
            lines += [f'.SEGMENT DIGIT 0 ? "{label}"', f".COMMENT {label} {writer} 1"]
            for stroke in strokes:
                points = [f" {10 * x} {500 - 10 * y}" for x, y in stroke]
                lines += [".PEN_DOWN", *points, ".PEN_UP"]
    return "\n".join(lines)


@pytest.fixture
def pen_folder(tmp_path, monkeypatch):
    path = tmp_path / pendigits.FILE
    path.parent.mkdir()
    path.write_text(unipen())
    monkeypatch.setattr(pendigits, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr(pendigits, "SIZE", path.stat().st_size)
    return tmp_path


def test_pen_digits(pen_folder, model, capsys, reports_go_to):
    arguments = ["--model", str(model), "--data-dir", str(pen_folder)]
    assert main(arguments) == 0
    output = capsys.readouterr().out
    assert "some on pendigits-val: " in output
    assert " of 10 (95 % interval" in output
    assert "cannot reject" in output
    assert "Report: runs/evaluate-some-pendigits-val/report.html" in output
    assert (reports_go_to / "runs/evaluate-some-pendigits-val/confusion.png").is_file()
    assert main([*arguments, "--data", "pendigits"]) == 0
    assert " of 20 (" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("data", "images"), [("mnist", 20), ("mnist-val", 30), ("fashion-mnist", 20)]
)
def test_images_of_a_dataset(tmp_path, model, capsys, monkeypatch, data, images):
    source = tiny_source(tmp_path, train=60, test=20)
    monkeypatch.setitem(datasets.SOURCES, data.removesuffix("-val"), source)
    record = measured(capsys, "--model", model, "--data", data, "--data-dir", tmp_path)
    assert record["data"] == {"name": data, "drawings": images, "unreadable": 0}
    assert record["models"][0]["accuracy"]["total"] == images
    assert np.sum(record["models"][0]["confusion"]) == images


def test_labelled_ink_and_its_record(tmp_path, model, capsys):
    """Three drawings are said to be what the model takes them for, the fourth is not."""
    right = {drawn: as_read(model, drawn) for drawn in "017"}
    wrong = "5" if as_read(model, "3") != "5" else "6"
    ink = write_ink(tmp_path / "ink.jsonl", right | {"3": wrong})
    record = measured(capsys, "--model", model, "--data", ink, "--report", tmp_path / "report")
    (found,) = record["models"]
    assert (found["accuracy"]["count"], found["accuracy"]["total"]) == (3, 4)
    assert found["accuracy"]["share"] == 0.75
    (mistake,) = found["mistakes"]
    assert mistake["place"] == f"{ink}:4"
    assert (mistake["label"], mistake["read_as"]) == (wrong, as_read(model, "3"))
    assert sum(b["count"] for b in found["calibration"]["bins"]) == 4
    assert 0 <= found["calibration"]["expected_calibration_error"] <= 1
    assert "rejection" not in found
    assert record["command"] == f"python -m training.evaluate --model {model} --data {ink}"
    assert record == json.loads((tmp_path / "report/evaluation.json").read_text())


def test_something_else_counts_for_rejection_only(tmp_path, judging, capsys):
    ink = write_ink(tmp_path / "ink.jsonl", {"0": "0", "3": "3", "7": "a bird", "1": "a line"})
    (found,) = measured(capsys, "--model", judging, "--data", ink)["models"]
    assert found["accuracy"]["total"] == np.sum(found["confusion"]) == 2
    rejection = found["rejection"]
    assert (rejection["known"]["count"], rejection["known"]["total"]) == (0, 2)
    assert (rejection["others"]["count"], rejection["others"]["total"]) == (1, 2)
    assert rejection["accuracy_of_accepted"]["total"] == 2
    scores = (
        Recognizer.load(judging)
        .read(np.stack([normalize_ink(digit(label)) for label in "0371"]))
        .digit_scores
    )
    assert rejection["auroc"] == pytest.approx(auroc(scores[:2], scores[2:]))


def test_only_something_else(tmp_path, judging, model, capsys):
    ink = write_ink(tmp_path / "ink.jsonl", {"3": "a bird", "1": "a line"})
    assert main(["--model", str(judging), "--data", str(ink)]) == 0
    output = capsys.readouterr().out
    assert "no drawing has a label of the model" in output
    assert "Rejected of everything else: 50.00 %, 1 of 2" in output
    assert "cannot reject" in refusal(capsys, "--model", model, "--data", ink)


def test_a_folder_of_pictures(tmp_path, model, capsys):
    for label in "017":
        folder = tmp_path / "scans" / label
        folder.mkdir(parents=True)
        grey = (255 - 255 * normalize_ink(digit(label))).astype(np.uint8)
        Image.fromarray(grey).resize((112, 112)).save(folder / "scan.png")
    record = measured(capsys, "--model", model, "--data", tmp_path / "scans")
    (found,) = record["models"]
    totals = {row["class"]: row["recall"]["total"] for row in found["per_class"]}
    assert {label for label, total in totals.items() if total} == set("017")


def test_what_cannot_be_read_is_named_and_the_rest_measured(tmp_path, model, capsys):
    ink = write_ink(tmp_path / "ink.jsonl", {"0": "0", "3": "3"})
    ink.write_text(ink.read_text() + '\nnot ink\n{"strokes": [], "label": "4"}\n')
    assert main(["--model", str(model), "--data", str(ink)]) == 2
    printed = capsys.readouterr()
    assert " of 2 (" in printed.out
    assert printed.err.splitlines() == [
        f"{ink}:4: not a line of JSON",
        f"{ink}:5: the drawing has no ink",
    ]


def test_damaged_pictures_are_named(tmp_path, model, capsys):
    for label in ("0", "1", "empty"):
        (tmp_path / "scans" / label).mkdir(parents=True)
    Image.fromarray((255 - 255 * normalize_ink(digit("0"))).astype(np.uint8)).save(
        tmp_path / "scans/0/good.png"
    )
    (tmp_path / "scans/1/bad.png").write_bytes(b"no picture")
    Image.new("L", (28, 28), 255).save(tmp_path / "scans/1/blank.png")
    assert main(["--model", str(model), "--data", str(tmp_path / "scans")]) == 2
    printed = capsys.readouterr()
    assert " of 1 (" in printed.out
    bad, blank, empty = printed.err.splitlines()
    assert "bad.png: not a PNG" in bad
    assert "blank.png: the picture is blank" in blank
    assert "empty: the folder holds no pictures" in empty


def test_robustness(pen_folder, model, capsys, reports_go_to):
    arguments = ["--model", model, "--data-dir", pen_folder, "--robustness"]
    (found,) = measured(capsys, *arguments)["models"]
    curves = {curve["disturbance"]: curve for curve in found["robustness"]}
    assert {"rotation", "slant", "size", "pen width", "point density", "tremor"} <= set(curves)
    for name, strength in (("rotation", 0), ("slant", 0), ("pen width", 1), ("point density", 1)):
        (step,) = (step for step in curves[name]["steps"] if step["strength"] == strength)
        assert step["count"] == found["accuracy"]["count"], name
    assert set(curves["rotation"]["cost_in_points"]) == {"-20", "20"}
    assert set(curves["size"]["cost_in_points"].values()) == {0.0}
    assert (reports_go_to / "runs/evaluate-some-pendigits-val/robustness.png").is_file()


def test_robustness_needs_strokes(tmp_path, model, capsys):
    (tmp_path / "scans/0").mkdir(parents=True)
    Image.fromarray((255 - 255 * normalize_ink(digit("0"))).astype(np.uint8)).save(
        tmp_path / "scans/0/good.png"
    )
    said = refusal(capsys, "--model", model, "--data", tmp_path / "scans", "--robustness")
    assert "choose --data pendigits-val" in said


def test_ink_of_the_validation_writers_as_jsonl(pen_folder, tmp_path):
    path = tmp_path / "strangers.jsonl"
    common = ["--data-dir", str(pen_folder), "--export-jsonl", str(path)]
    assert main(["--data", "pendigits-val", *common]) == 0
    drawings = [Ink.from_json(line) for line in path.read_text().splitlines()]
    assert [drawing.label for drawing in drawings] == list("0123456789")
    assert drawings[1].strokes[0].points.tolist() == [[20, 0], [20, 60]]


def test_the_bundled_model_reads_strangers(data_dir, tmp_path, capsys):
    if not (data_dir / pendigits.FILE).is_file():
        pytest.skip("no pen digits here")
    whole = tmp_path / "pen.jsonl"
    assert main(["--data-dir", str(data_dir), "--export-jsonl", str(whole)]) == 0
    some = tmp_path / "some.jsonl"
    some.write_text("".join(whole.read_text().splitlines(keepends=True)[:1999:10]))
    capsys.readouterr()
    (found,) = measured(capsys, "--data", some)["models"]
    assert found["accuracy"]["total"] == 200
    assert found["accuracy"]["share"] > 0.95
    assert found["calibration"]["expected_calibration_error"] < 0.05


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--data", "scans", "--export-jsonl", "x.jsonl"], "has no ink"),
        (["--data", "pendigits-val", "--export-jsonl", "no/such/folder/x"], "cannot write"),
        (["--data", "pendigits-val", "--model", "no-such-model"], "no model no-such-model"),
        (["--data", "nothing-here"], "there is no data nothing-here; give one of mnist, "),
        (["--data", "plain"], "has no sub-folders"),
        (["--data", "unlabelled.jsonl"], "unlabelled.jsonl:1: the drawing has no label; every"),
        (["--data", "empty.jsonl"], "it holds no readable drawing"),
        (["--data", "scans", "--report", "empty.jsonl"], "choose another place"),
    ],
)
def test_errors_are_one_sentence(pen_folder, reports_go_to, capsys, arguments, says):
    (reports_go_to / "plain").mkdir()
    (reports_go_to / "scans/7").mkdir(parents=True)
    grey = (255 - 255 * normalize_ink(digit("7"))).astype(np.uint8)
    Image.fromarray(grey).save(reports_go_to / "scans/7/seven.png")
    (reports_go_to / "unlabelled.jsonl").write_text('{"strokes": [[[0, 0], [9, 9]]]}\n')
    (reports_go_to / "empty.jsonl").write_text("")
    assert says in refusal(capsys, *arguments, "--data-dir", pen_folder)
    assert not (reports_go_to / "runs").exists()


def test_help_teaches(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    printed = capsys.readouterr().out
    assert printed.count("python -m training.evaluate") >= 5
    assert "fashion-mnist" in printed
    assert '"label": "7"' in printed


def test_a_package_that_the_report_needs_is_named(tmp_path):
    program = (
        "import sys; sys.modules['jinja2'] = None;"
        "from training.evaluate import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--data-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=evaluate.__file__.rpartition("training")[0],
    )
    assert done.returncode == 2
    assert done.stderr.startswith("training.evaluate: this needs jinja2; install")
