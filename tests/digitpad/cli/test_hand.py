"""Drives `digitpad hand` and `predict --teach` through the program's own entry."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from digitpad.__main__ import main
from digitpad.ink.ink import Ink
from digitpad.library.correction import NOT_A_DIGIT, Correction
from digitpad.library.corrections import Corrections
from digitpad.library.document import Document
from digitpad.library.user_folder import drawings_file
from tests.support.drawings import digit, scribble


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DIGITPAD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def ink_file(path, *lessons):
    path.write_text("".join(Ink(ink.strokes, label).to_json() + "\n" for ink, label in lessons))
    return str(path)


@pytest.fixture
def lessons(tmp_path):
    return ink_file(tmp_path / "mine.jsonl", (digit("7"), "1"), (digit("3"), "3"))


@pytest.fixture
def drawings(tmp_path):
    return ink_file(tmp_path / "new.jsonl", (digit("7"), None), (digit("3"), None))


def predict(capsys, *words):
    capsys.readouterr()
    code = main(["predict", "--json", *words])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


def test_what_is_taught_is_read_and_nothing_is_stored(capsys, lessons, drawings, home):
    code, before, _ = predict(capsys, drawings)
    assert [each["label"] for each in before] == ["7", "3"]
    code, (one, three), err = predict(capsys, "--teach", lessons, drawings)
    assert (code, err) == (0, "")
    assert (one["label"], one["learned"]) == ("1", True)
    assert (three["label"], "learned" in three) == ("3", False)
    assert not home.exists()


def test_without_lessons_personal_is_byte_for_byte_as_before(capsys, drawings):
    assert predict(capsys, "--personal", drawings) == predict(capsys, drawings)


def test_a_hand_travels_from_one_machine_to_another(
    capsys, lessons, drawings, tmp_path, monkeypatch
):
    assert main(["hand", "import", lessons]) == 0
    assert main(["hand", "import", lessons]) == 0  # and no drawing is learned twice
    assert predict(capsys, "--personal", drawings)[1][0]["label"] == "1"
    exported = tmp_path / "out.jsonl"
    assert main(["hand", "export", str(exported)]) == 0
    assert len(exported.read_text().splitlines()) == 2
    monkeypatch.setenv("DIGITPAD_HOME", str(tmp_path / "other"))
    assert main(["hand", "import", str(exported)]) == 0
    capsys.readouterr()
    assert main(["hand", "forget", "3"]) == 0
    assert capsys.readouterr().out == "1 drawings were forgotten\n"
    assert predict(capsys, "--personal", drawings)[1][0]["label"] == "1"
    assert main(["hand", "forget"]) == 0
    assert predict(capsys, "--personal", drawings)[1][0]["label"] == "7"


def test_for_training_goes_what_is_a_class(capsys, tmp_path):
    kept = Corrections(drawings_file())
    kept.add([Correction(Document(scribble(1)), NOT_A_DIGIT)])
    kept.add(
        [Correction(Document(digit("7")).toggled(), "7"), Correction(Document(digit("1")), "1")]
    )
    kept.close()
    assert main(["hand", "export", "-", "--for-training"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["label"] == "1"


def test_strangers_files_and_locked_ones_are_a_sentence(capsys, drawings, lessons, tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b'{"strokes": [[[1,2]]]}\n\xff\xfe\n' + Path(lessons).read_bytes())
    code, (one, _), err = predict(capsys, "--teach", str(bad), drawings)
    assert (code, one["label"]) == (2, "1")
    assert 'line 1: the drawing has no "label"' in err
    assert "line 2: not a line of JSON" in err
    assert main(["hand", "import", str(tmp_path / "none.jsonl")]) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert main(["hand", "import", lessons]) == 0
    with sqlite3.connect(drawings_file(), isolation_level=None) as stranger:
        stranger.execute("BEGIN EXCLUSIVE")
        assert main(["hand", "forget"]) == 2
        stranger.execute("ROLLBACK")
    stranger.close()
    assert "database is locked" in capsys.readouterr().err
