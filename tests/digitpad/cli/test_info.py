from __future__ import annotations

import json
import platform
import re
from importlib.metadata import version

import onnxruntime
import pytest

from digitpad import __version__
from digitpad.__main__ import main
from digitpad.inference.session import available_devices
from digitpad.library import resources
from tests.support import foreign_models, onnx_models
from tests.support.drawings import digit
from tests.support.stripes import save_model

CARD = {
    "recipe": "digits",
    "dataset": {"name": "MNIST", "train_images": 60_000},
    "accuracy": {"mnist_test": 0.99531249, "seeds": [0.9951, 0.9955], "unknown": None},
    "training": {"epochs": 12},
    "limits": "Reads one digit. " * 20,
}


@pytest.fixture
def models(tmp_path, monkeypatch):
    """The folder of bundled models, with one model in it."""
    folder = tmp_path / "models"
    folder.mkdir()
    save_model(folder / "stripes.onnx")
    monkeypatch.setattr(resources, "assets_dir", lambda: tmp_path)
    return folder


def told(capsys, *arguments):
    """Exit code 0, and what was said: names of rows to their text."""
    assert main(["info", *arguments]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def report(capsys, *arguments):
    return json.loads(told(capsys, "--json", *arguments), parse_constant=pytest.fail)


def test_versions_and_devices(models, capsys):
    said = report(capsys)
    assert said["versions"]["digitpad"] == __version__
    assert said["versions"]["Python"].startswith(platform.python_version())
    assert said["versions"]["onnxruntime"] == onnxruntime.__version__
    assert said["versions"]["PySide6 and Qt"] == version("pyside6-essentials")
    assert said["devices"] == list(available_devices())
    assert said["providers"] == onnxruntime.get_available_providers()
    assert said["problem"] is None


def test_text_is_aligned_and_tells_the_card(models, capsys):
    (models / "stripes.json").write_text(json.dumps(CARD))
    text = told(capsys)
    assert all(len(line) <= 100 or " /" in line for line in text.splitlines())
    machine, model = text.rstrip("\n").split("\n\n")
    for block, first in ((machine, "digitpad"), (model, "  file")):
        lines = [line for line in block.splitlines() if not line.startswith("model ")]
        assert lines[0].startswith(first)
        column = lines[0].index(lines[0].split()[1])
        assert all(line[column - 1] == " " != line[column] for line in lines)
    model = re.sub(r"\n {9,}", " ", model)
    rows = dict(re.split("  +", line.strip(), maxsplit=1) for line in model.splitlines()[1:])
    assert rows["provider in use"] == "CPUExecutionProvider"
    assert rows["labels"] == "0 1 2 3 4 5 6 7 8 9"
    assert rows["size"].endswith(" kB")
    assert rows["recipe"] == "digits"
    assert rows["dataset train images"] == "60000"
    assert rows["accuracy mnist test"] == "0.995312"
    assert rows["accuracy seeds"] == "0.9951 0.9955"
    assert rows["limits"] == CARD["limits"].strip()
    assert not {"accuracy unknown", "training epochs"} & set(rows)


def test_json_holds_the_whole_card(models, capsys):
    (models / "stripes.json").write_text(json.dumps(CARD))
    assert report(capsys)["models"]["stripes"]["card"] == CARD


def test_long_tables_of_a_card_are_left_to_json(models, capsys):
    forms = [{"name": f"form {i}", "accuracy": 0.5} for i in range(70)]
    (models / "stripes.json").write_text(json.dumps(CARD | {"forms": forms}))
    assert "70, which digitpad info --json lists" in told(capsys)
    assert report(capsys)["models"]["stripes"]["card"]["forms"] == forms


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "is missing"),
        (b"{", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[]", "is not an object"),
    ],
)
def test_a_card_that_cannot_be_read_is_named_and_the_rest_told(models, capsys, content, reason):
    save_model(models / "tail.onnx", labels=list("abcdefghij"))
    card = models / "stripes.json"
    if content is not None:
        card.write_bytes(content)
    said = report(capsys)["models"]
    assert said["stripes"]["problem"] == f"the model card {card} {reason}"
    assert said["stripes"]["provider in use"] == "CPUExecutionProvider"
    assert said["tail"]["card"] == {"labels": json.dumps(list("abcdefghij"))}  # from the model


def test_a_card_with_nan_still_gives_json(models, capsys):
    (models / "stripes.json").write_text('{"accuracy": NaN}')
    assert report(capsys)["models"]["stripes"]["card"] == {"accuracy": "NaN"}


def test_a_broken_model_does_not_hide_the_others(models, capsys):
    (models / "broken.onnx").write_bytes(b"no model")
    text = told(capsys)
    assert "not an ONNX model" in text
    assert "model stripes\n" in text


def test_without_any_model(models, capsys):
    (models / "stripes.onnx").unlink()
    assert "no model is installed" in told(capsys)


def test_without_the_assets_folder(monkeypatch, capsys):
    def missing():
        raise resources.AssetError("digitpad's assets folder is missing; reinstall digitpad")

    monkeypatch.setattr(resources, "assets_dir", missing)
    assert report(capsys)["problem"] == "digitpad's assets folder is missing; reinstall digitpad"


def test_ones_own_model(tmp_path, capsys):
    mine = save_model(tmp_path / "mine.onnx")
    said = report(capsys, "--model", str(mine), "--device", "cpu")
    assert list(said["models"]) == [str(mine)]
    assert said["models"][str(mine)]["labels"] == list("0123456789")


def test_a_model_that_judges_tells_its_threshold(models, capsys):
    onnx_models.save_judging(models / "judging.onnx", threshold=0.35)
    said = report(capsys)["models"]
    assert said["judging"]["digit_score_threshold"] == 0.35
    assert said["stripes"]["digit_score_threshold"] is None
    _, judging, stripes = told(capsys).split("\n\n")
    assert re.search(r"\n  digit score threshold +0\.35\n", judging)
    assert "threshold" not in stripes


def test_the_temperature_of_the_calibration_is_told(models, capsys):
    calibration = {"calibration": '{"temperature": 1.25}'}
    path = onnx_models.save(models / "warm.onnx", metadata=calibration)
    assert report(capsys)["models"]["warm"]["calibration"] == {"temperature": 1.25}
    text = told(capsys, "--model", str(path))
    assert re.findall(r"\n  calibration.*", text) == ["\n  calibration temperature  1.25"]


def test_a_card_that_says_more_of_the_calibration_is_told(models, capsys):
    metadata = {"calibration": '{"temperature": 1.25}'}
    onnx_models.save(models / "stripes.onnx", metadata=metadata)
    card = {"calibration": {"temperature": 1.25, "expected_calibration_error": 0.002}}
    (models / "stripes.json").write_text(json.dumps(card))
    shown = re.findall(r"\n  calibration (.*?)  +(.*)", told(capsys))
    assert shown == [("temperature", "1.25"), ("expected calibration error", "0.002")]


@pytest.mark.parametrize("damaged", ["[", "[]", "{}", '{"temperature": "warm"}', "NaN"])
def test_a_calibration_that_cannot_be_read_hides_nothing(models, capsys, damaged):
    onnx_models.save(models / "warm.onnx", metadata={"calibration": damaged})
    said = report(capsys)["models"]["warm"]
    assert "calibration" not in said
    assert said["card"]["calibration"] == damaged


def test_a_device_that_is_not_there_is_told(models, capsys):
    absent = next(d for d in ("directml", "coreml") if d not in available_devices())
    stripes = report(capsys, "--device", absent)["models"]["stripes"]
    assert absent in stripes["notice"]
    assert stripes["provider in use"] == "CPUExecutionProvider"


@pytest.fixture
def other(tmp_path):
    """A model of other people's."""
    path = tmp_path / "other.onnx"
    made = foreign_models.model(layout="NHWC", dtype="uint8", high=255, ink="black", batch=1)
    path.write_bytes(made.SerializeToString())
    return path


def test_how_a_model_of_other_peoples_is_used_is_told(other, capsys):
    said = report(capsys, "--model", str(other))["models"][str(other)]
    known = said["conventions"]
    assert known["layout"] == "NHWC"
    assert (known["dtype"], known["batch"]) == ("uint8", 1)
    assert (known["scaling"], known["ink"]) == ("0..255", "black")
    assert "layout" in known["read or given"]
    assert known["worked out"] == ["scaling", "ink", "answers", "labels"]
    assert "60 of 60 reference digits" in known["verdict"]
    assert "problem" not in said
    assert re.search(r"conventions scaling +0\.\.255\n", told(capsys, "--model", str(other)))


def test_conventions_may_be_given(other, capsys):
    said = report(capsys, "--model", str(other), "--convention", "ink=white")
    known = said["models"][str(other)]["conventions"]
    assert known["ink"] == "white"
    assert "ink" in known["read or given"]
    assert main(["info", "--model", str(other), "--convention", "ink=red"]) == 2
    assert capsys.readouterr().err == "digitpad: ink cannot be 'red'\n"


def test_predict_says_how_it_uses_the_model(other, tmp_path, capsys):
    drawing = tmp_path / "one.jsonl"
    drawing.write_text(digit("1").to_json())
    assert main(["predict", "--model", str(other), str(drawing)]) == 0
    captured = capsys.readouterr()
    assert captured.out.split()[1] == "1"
    assert captured.err.startswith(
        "digitpad: other: NHWC uint8, 1 at a time, 0..255, black ink, logits ("
    )
