"""The report of an evaluation: its page, its figures, and two models side by side."""

from __future__ import annotations

import base64
import io
import json
import re

import pytest

pytest.importorskip("pooch", reason="needs the train extra")

from PIL import Image

from tests.support import onnx_models
from tests.support.evaluation_runs import (  # noqa: F401  fixtures among them
    as_read,
    judging,
    measured,
    model,
    reports_go_to,
    write_ink,
)
from training.evaluate import main


def test_two_models_drawing_by_drawing(tmp_path, model, judging, capsys):
    """The judging model has the same weights, so nothing can differ."""
    ink = write_ink(tmp_path / "ink.jsonl", {"0": as_read(model, "0"), "3": "5", "7": "a bird"})
    arguments = ["--model", str(model), "--against", str(judging), "--data", str(ink)]
    assert main(arguments) == 0
    output = capsys.readouterr().out
    assert "some − judging: 0.00 points" in output
    assert "McNemar test: p = 1\n" in output
    other = onnx_models.save(
        tmp_path / "other.onnx", metadata={"labels": json.dumps(list("9876543210"))}, sharpness=20
    )
    record = measured(capsys, "--model", model, "--against", other, "--data", ink)
    assert [found["name"] for found in record["models"]] == ["some", "other"]
    found = record["comparison"]
    assert found["both"] + found["only_first"] + found["only_second"] + found["neither"] == 2
    first, second = (found["accuracy"]["count"] for found in record["models"])
    assert found["only_first"] - found["only_second"] == first - second
    assert found["interval95"][0] <= found["difference"] <= found["interval95"][1]


def test_models_of_one_name_are_told_apart(tmp_path, model, capsys):
    ink = write_ink(tmp_path / "ink.jsonl", {"0": "0"})
    (tmp_path / "new").mkdir()
    onnx_models.save(tmp_path / "new/some.onnx")
    record = measured(
        capsys, "--model", model, "--against", tmp_path / "new/some.onnx", "--data", ink
    )
    assert [found["name"] for found in record["models"]] == [f"{tmp_path.name}/some", "new/some"]


def test_the_page_needs_no_other_file_and_takes_any_label(tmp_path, capsys):
    labels = ["<b>$x$</b>", *"123456789"]
    model = onnx_models.save(tmp_path / "some.onnx", metadata={"labels": json.dumps(labels)})
    wrong = "5" if as_read(model, "0") != "5" else "6"
    ink = write_ink(tmp_path / "ink.jsonl", {"0": wrong, "3": labels[0]})
    renamed = ink.rename(tmp_path / "<script>.jsonl")
    report = tmp_path / "report"
    assert main(["--model", str(model), "--data", str(renamed), "--report", str(report)]) == 0
    page = (report / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;.jsonl" in page
    assert "prefers-color-scheme: dark" in page
    inlined = re.findall(r'src="([^"]*)"', page)
    files = sorted(report.glob("*.png"))
    assert len(inlined) == len(files) == 4  # by class, confusions, mistakes, reliability
    pictures = [base64.b64decode(src.removeprefix("data:image/png;base64,")) for src in inlined]
    assert sorted(pictures) == sorted(file.read_bytes() for file in files)
    assert all(Image.open(io.BytesIO(picture)).format == "PNG" for picture in pictures)
    assert not re.search(r"(href|url\()", page)
    assert "–" in page
    assert not list(report.glob(".*"))


def test_figures_of_an_earlier_report_go(tmp_path, model, capsys):
    wrong = "5" if as_read(model, "3") != "5" else "6"
    report = tmp_path / "report"
    for label, shown in ((wrong, True), (as_read(model, "3"), False)):
        ink = write_ink(tmp_path / "ink.jsonl", {"3": label})
        measured(capsys, "--model", model, "--data", ink, "--report", report)
        assert (report / "mistakes.png").is_file() == shown


def test_rejected_digits_are_shown(tmp_path, judging, capsys):
    ink = write_ink(tmp_path / "ink.jsonl", {"1": "1", "0": "0"})
    report = tmp_path / "report"
    record = measured(capsys, "--model", judging, "--data", ink, "--report", report)
    (rejected,) = record["models"][0]["rejection"]["rejected"]
    assert rejected["label"] == "1"
    assert rejected["digit_score"] < record["models"][0]["rejection"]["threshold"]
    assert (report / "rejected.png").is_file()
    assert "auroc" not in record["models"][0]["rejection"]
