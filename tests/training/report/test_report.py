"""The report of a run, made from its folder: figures, history, and a page that needs nothing."""

from __future__ import annotations

import base64
import csv
import io
import re
import shutil
from dataclasses import asdict, replace
from html.parser import HTMLParser

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="needs the train extra")

from PIL import Image

from tests.support.run_folders import (
    BATCHES,
    begin_run,
    epoch,
    finish_run,
    make_run,
    pictures,
    train_epoch,
)
from training import report
from training.report.__main__ import main
from training.runs import Layer, Pictures, RunError, RunFolder
from training.runs.metrics import Ended, EpochDone, MetricsWriter, Started

FIGURES = {
    "batches.png",
    "confusion.png",
    "curves.png",
    "gallery.png",
    "mistakes.png",
    "model.png",
    "one.png",
    "per-class.png",
    "reliability.png",
    "samples.png",
}
CARD = {
    "name": "digits",
    "calibration": {"temperature": 1.234, "expected_calibration_error": {"mnist_validation": 0.01}},
    "rejection": {
        "digit_score_threshold": 0.51,
        "digits_rejected": {"mnist_validation": {"rejected": 10, "total": 5_000}},
        "families": [
            {
                "name": "greek and cyrillic letters",
                "held_out": True,
                "auroc": 0.99972,
                "rejected": 0.909,
                "confidence": 0.212,
            }
        ],
    },
    "forms": [{"source": "glyph", "name": "0 slashed at once", "accuracy": 0.985, "total": 200}],
}


class Reader(HTMLParser):
    """What a browser makes of a page: its tags, what they point to, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self._is_style = False
        self.feed(page)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._is_style = tag == "style"
        assert not any(name.startswith("on") for name, _ in attrs)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "srcset")]

    def handle_data(self, data):
        if self._is_style:
            assert "url(" not in data
            assert "@import" not in data
        else:
            self.text += f" {data}"

    def pictures(self) -> list[Image.Image]:
        found = []
        for address in self.addresses:
            kind, _, content = address.partition(";base64,")
            if kind == "data:image/png":
                found.append(Image.open(io.BytesIO(base64.b64decode(content))))
        return found


def read_page(folder: RunFolder) -> Reader:
    return Reader(folder.report.read_text(encoding="utf-8"))


def figures_of(folder: RunFolder) -> set[str]:
    return {path.name for path in folder.figures.iterdir()}


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished run, reported; not to be changed."""
    folder = make_run(tmp_path_factory.mktemp("run") / "run", epochs=3)
    report.write(folder)
    return folder


@pytest.fixture
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of the page's words alone: figures take most of the time."""
    monkeypatch.setattr("training.report.page.draw", lambda _run: {})


def test_the_page_has_every_figure_inside_and_asks_for_nothing_else(reported):
    page = read_page(reported)
    assert figures_of(reported) == FIGURES
    assert len(page.pictures()) == len(FIGURES)
    outside = [address for address in page.addresses if not address.startswith("data:")]
    assert all((reported.path / address).is_file() for address in outside)
    assert {"./metrics.jsonl", "./run.json", "./history.csv"} <= set(outside)
    assert not {"script", "link", "iframe", "object", "base"} & set(page.tags)
    assert reported.report.stat().st_size < 2_000_000


def test_the_page_says_what_came_of_it_and_how_to_repeat_it(reported):
    text = read_page(reported).text
    test = reported.predictions("test")
    assert test is not None
    correct = int((test.probabilities.argmax(axis=1) == test.labels).sum())
    assert f"{correct} of 60 images; 95 % interval" in text
    assert "python -m training.build --recipe tfjs-cnn" in text
    assert "3 of at most 10 epochs" in text
    assert "63,050" in text  # parameters
    assert "14 × 14 × 32" in text
    assert "3.11.7" in text  # of the environment
    assert "batch_size 512" in text


def test_a_changed_setting_stands_beside_the_recipes_own(tmp_path, no_figures):
    folder = begin_run(tmp_path / "run")
    asked = folder.configuration()
    recipe = replace(asked.recipe, epochs=4, seed=7)
    folder.write_json("run.json", replace(asked, recipe=recipe))
    report.write(folder)
    text = read_page(folder).text
    assert "epochs 4 10" in text
    assert "seed 7" in text


def test_the_classes_and_the_thresholds_are_counted(reported):
    """Against a count by hand."""
    text = read_page(reported).text
    test = reported.predictions("test")
    assert test is not None
    said, truth = test.probabilities, test.labels
    of_three = truth == 3
    recall = (said[of_three].argmax(axis=1) == 3).mean()
    assert f" 3 {of_three.sum()} {100 * recall:.2f} %" in text
    sure = said.max(axis=1) >= 0.7
    right = (said.argmax(axis=1) == truth)[sure].mean()
    assert f"70 % {100 * sure.mean():.2f} % {100 * right:.2f} %" in text


def test_history_is_a_table_for_spreadsheets(reported):
    with (reported.path / "history.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["number"] for row in rows] == ["1", "2", "3"]
    assert float(rows[1]["validation_loss"]) == epoch(2).validation_loss


def test_it_is_made_again_from_a_copy_without_what_is_gone(reported, tmp_path):
    folder = RunFolder(tmp_path / "copy")
    shutil.copytree(reported.path, folder.path)
    folder.predictions_file("test").unlink()
    folder.predictions_file("validation").unlink()
    assert main([str(folder.path)]) == 0
    left = {"batches.png", "curves.png", "model.png", "reliability.png", "samples.png"}
    assert figures_of(folder) == left
    for name in left:
        assert (folder.figures / name).read_bytes() == (reported.figures / name).read_bytes()


def test_a_run_that_was_killed_has_what_there_is(tmp_path):
    folder = begin_run(tmp_path / "run")
    with MetricsWriter(folder.metrics) as writer:
        writer.note(Started(5, BATCHES, 2_000, 0, 1_000.0))
        train_epoch(writer, 1)
        train_epoch(writer, 2, batches=7)
    report.write(folder)
    assert figures_of(folder) == {"batches.png", "curves.png", "model.png", "samples.png"}
    text = read_page(folder).text
    assert "has not come to its end: 1 of 10 epochs" in text
    assert "Class by class" not in text
    assert "How sure" not in text


def test_a_run_that_failed_says_why(tmp_path):
    folder = begin_run(tmp_path / "run")
    with MetricsWriter(folder.metrics) as writer:
        writer.note(Started(5, BATCHES, 2_000, 0, 1_000.0))
        writer.note(Ended("failed", "the loss became nan", 1_001.0))
    report.write(folder)
    assert "This run failed: the loss became nan" in read_page(folder).text
    assert figures_of(folder) == {"model.png", "samples.png"}


def test_without_a_test_set_validation_is_shown(tmp_path, no_figures):
    folder = make_run(tmp_path / "run", name="fashion-cnn")
    result = folder.result()
    assert result is not None
    folder.write_json("result.json", replace(result, test_correct=None, test_total=None))
    folder.predictions_file("test").unlink()
    folder.write_pictures("predictions/validation.npz", pictures(4))
    report.write(folder)
    text = read_page(folder).text
    assert "the test set was not read" in text
    assert "What it says of the validation images" in text


def test_digits_have_their_forms_families_and_contact_sheets(tmp_path, no_figures):
    folder = make_run(tmp_path / "run")
    folder.write_json("tfjs-cnn.json", CARD)
    folder.predictions_file("test").unlink()
    folder.predictions_file("validation").unlink()
    sheet = io.BytesIO()
    Image.new("L", (97, 31)).save(sheet, "png")
    folder.write("figures/drawn-family.png", sheet.getvalue())
    folder.write("figures/drawn-image-mark.png", sheet.getvalue())
    folder.write("figures/drawn-text.png", b"no picture")
    report.write(folder)
    page = read_page(folder)
    assert [picture.size for picture in page.pictures()].count((97, 31)) == 2
    assert "greek and cyrillic letters no 0.9997 90.9 % 21 %" in page.text
    assert "0 slashed at once glyph 0 98.5 % of 200" in page.text
    assert "10 of 5,000 of mnist validation" in page.text
    assert "divided by 1.234" in page.text
    assert "Image mark" in page.text


def test_labels_and_names_of_strangers_are_text(tmp_path):
    evil = '<script>alert("1")</script>'
    labels = (evil, "{{ 7 * 7 }}", "$x$ & 'y'", *"3456789")
    folder = make_run(tmp_path / "run")
    asked = folder.configuration()
    recipe = replace(asked.recipe, summary=evil)
    changed = replace(
        asked, labels=labels, recipe=recipe, command=evil, data=evil, own_data=evil, started=evil
    )
    folder.write_json("run.json", changed)
    folder.write_json("environment.json", {evil: evil})
    folder.write_json("model.json", [Layer(evil, evil, (3,), 0, (evil, "nobody"))])
    result = folder.result()
    assert result is not None
    folder.write_pictures("predictions/test.npz", pictures(4))
    folder.write_json("result.json", replace(result, how=evil))
    report.write(folder)
    page = read_page(folder)
    assert "script" not in page.tags
    assert evil in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert all(address.startswith(("data:", "./")) for address in page.addresses)


@pytest.mark.parametrize("classes", [2, 60])
def test_few_and_many_classes_with_long_names(tmp_path, classes):
    labels = [f"a class with a name that goes on and on, number {i}" for i in range(classes)]
    folder = begin_run(tmp_path / "run", labels=labels)
    with MetricsWriter(folder.metrics) as writer:
        writer.note(Started(1, BATCHES, 2_000, 0, 1_000.0))
        train_epoch(writer, 1)
    finish_run(folder, 1)
    folder.write_pictures("predictions/test.npz", pictures(8, classes, seed=3))
    report.write(folder)
    assert figures_of(folder) == FIGURES
    page = read_page(folder)
    assert all(label in page.text for label in labels)
    assert max(max(picture.size) for picture in page.pictures()) < 2_000


def test_a_perfect_model_makes_no_gallery_of_mistakes(tmp_path):
    folder = make_run(tmp_path / "run")
    known = pictures(4)
    right = np.eye(10, dtype=np.float32)[known.labels]
    folder.write_pictures("predictions/test.npz", Pictures(known.images, known.labels, right))
    report.write(folder)
    assert figures_of(folder) == FIGURES - {"mistakes.png"}


def test_figures_that_are_no_numbers_do_not_stop_it(tmp_path):
    folder = begin_run(tmp_path / "run")
    nowhere = float("nan")
    with MetricsWriter(folder.metrics) as writer:
        writer.note(Started(2, BATCHES, 2_000, 0, 1_000.0))
        train_epoch(writer, 1)
        wild = replace(epoch(2), loss=nowhere, validation_loss=float("inf"), accuracy=1.0)
        writer.note(EpochDone(wild, False, 1_002.0))
    report.write(folder)
    assert "curves.png" in figures_of(folder)


def damaged(folder: RunFolder, what: str) -> None:
    few = pictures(20, 5)
    if what == "predictions":
        folder.write_pictures("predictions/test.npz", few)
    elif what == "impossible":
        wrong = np.full((20, 10), np.nan, np.float32)
        folder.write_pictures("predictions/test.npz", Pictures(few.images, few.labels, wrong))
    elif what == "samples":
        folder.write_pictures("samples.npz", Pictures(few.images, few.labels + 20))
    elif what == "labels":
        asked = folder.configuration()
        folder.write_json("run.json", asdict(asked) | {"labels": ["one"]})
    elif what == "card":
        folder.write_json("tfjs-cnn.json", {"forms": "many"})
    elif what == "result":
        result = folder.result()
        assert result is not None
        folder.write_json("result.json", replace(result, test_correct=70))
    elif what == "environment":
        (folder.path / "environment.json").write_text("[")


@pytest.mark.parametrize(
    "what",
    ["predictions", "impossible", "samples", "labels", "card", "result", "environment"],
)
def test_what_does_not_belong_together_is_refused(tmp_path, what):
    folder = make_run(tmp_path / "run")
    damaged(folder, what)
    with pytest.raises(RunError, match=re.escape(str(folder.path))):
        report.write(folder)
    assert not folder.report.exists()


def test_the_command_goes_on_after_a_bad_folder(tmp_path, capsys):
    good = begin_run(tmp_path / "good")
    assert main([str(tmp_path / "nowhere"), str(good.path)]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("training.report: ")
    assert "is not the folder of a run" in said.err
    assert said.out == f"Wrote {good.report}\n"


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path, capsys):
    folder = begin_run(tmp_path / "run")
    folder.figures.write_text("in the way")
    assert main([str(folder.path)]) == 2
    assert "cannot" in capsys.readouterr().err
