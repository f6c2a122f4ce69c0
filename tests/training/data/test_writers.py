"""Ink data sets with writers: their files are read, split by writer, and no writer outweighs."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest

from training.data.fetch import DatasetError
from training.data.writers import european, tablet, uji
from training.data.writers.ink import WrittenDigit, balanced, inked, read_jsonl

#: As UCI's own file has it; these strokes are made up.
UJI_TEXT = """// UJI: 100 units per millimetre
// ASCII char: a
WORD a trn_UJI_W00-01
  NUMSTROKES 1
  POINTS 2 # 0 0 5 5
// ASCII char: 7
WORD 7 trn_UJI_W03-01
  NUMSTROKES 2
  POINTS 3 # 0 0 100 0 40 200
  POINTS 2 # 20 100 90 100
// Non-ASCII char: ntilde
WORD ñ tst_UPV_W44-02
  NUMSTROKES 1
  POINTS 1 # 7 8
WORD 1 tst_UPV_W44-02
  NUMSTROKES 1
  POINTS 2 # 10 0 10 300
"""


def line(label="1", writer="w01", strokes=(((0, 0), (0, 10)),)) -> str:
    return json.dumps({"strokes": strokes, "label": label, "writer": writer}) + "\n"


def put(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_jsonl_is_read_plain_and_in_gzip(tmp_path):
    for name in ("digits.jsonl", "digits.jsonl.gz"):
        digits = read_jsonl(put(tmp_path, name, line("7", "a") + line("3", "b")))
        assert [(digit.label, digit.writer) for digit in digits] == [("7", "a"), ("3", "b")]
        np.testing.assert_array_equal(digits[0].ink.strokes[0].points, [[0, 0], [0, 10]])


@pytest.mark.parametrize(
    "bad",
    ['{"strokes": [[[0, 0]]], "label": "1"}', "{", "[]", line(strokes=()), line(strokes=[[1, 2]])],
)
def test_a_bad_line_is_named(tmp_path, bad):
    path = put(tmp_path, "digits.jsonl", line() + bad)
    with pytest.raises(DatasetError, match=r"digits\.jsonl:2"):
        read_jsonl(path)


def test_a_damaged_archive_is_a_sentence(tmp_path):
    path = put(tmp_path, "digits.jsonl.gz", line())
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(DatasetError, match="fetch it again"):
        read_jsonl(path)


def put_text(folder, monkeypatch, text=UJI_TEXT):
    path = put(folder, "uji/ujipenchars2.txt", text)
    monkeypatch.setattr(uji, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())


def test_ucis_own_text_has_the_digits_and_their_writers(tmp_path, monkeypatch):
    put_text(tmp_path, monkeypatch)
    seven, one = uji.load_uji(tmp_path)
    assert (seven.label, seven.writer, len(seven.ink.strokes)) == ("7", "w03", 2)
    np.testing.assert_array_equal(seven.ink.strokes[1].points, [[20, 100], [90, 100]])
    assert uji.training_only([seven, one]) == [seven]
    assert uji.validation_only([seven, one]) == [one]


@pytest.mark.parametrize(
    "damage", [("NUMSTROKES 2", "NUMSTROKES 3"), ("W03-01", "?"), ("POINTS 3", "POINTS 2")]
)
def test_damaged_text_is_a_sentence(tmp_path, monkeypatch, damage):
    put_text(tmp_path, monkeypatch, UJI_TEXT.replace(*damage))
    with pytest.raises(DatasetError, match="character 2 of UCI's text"):
        uji.load_uji(tmp_path)


def test_the_jsonl_of_the_data_folder_comes_first(tmp_path):
    put(tmp_path, "uji/ujipenchars2.txt", UJI_TEXT)
    put(tmp_path, "uji/digits.jsonl.gz", line("5", "w07"))
    assert [digit.label for digit in uji.load_uji(tmp_path)] == ["5"]


def test_ucis_archive_is_unpacked_where_it_lies(tmp_path, monkeypatch):
    archive = tmp_path / "uji" / uji.URL.rpartition("/")[2]
    archive.parent.mkdir()
    with ZipFile(archive, "w", ZIP_DEFLATED) as members:
        members.writestr("uji2.names", "about it")
        members.writestr(uji.MEMBER, UJI_TEXT)
    monkeypatch.setattr(uji, "SHA256", hashlib.sha256(UJI_TEXT.encode()).hexdigest())
    assert [digit.label for digit in uji.load_uji(tmp_path)] == ["7", "1"]
    assert (tmp_path / uji.FILE).read_text() == UJI_TEXT


def test_text_of_other_bytes_is_refused(tmp_path):
    put(tmp_path, "uji/ujipenchars2.txt", UJI_TEXT)
    with pytest.raises(DatasetError, match="delete it and run this again"):
        uji.load_uji(tmp_path)


def test_what_is_not_there_is_a_sentence(tmp_path):
    loads = (tablet.load_tablet, european.load_european, european.load_numbers)
    for load in loads:
        with pytest.raises(DatasetError, match="has no "):
            load(tmp_path)


def test_no_writer_outweighs_another(tmp_path):
    many = [line("1", "many", [[[i, 0], [i, 10]]]) for i in range(100)]
    few = [line("1", "few", [[[0, i], [9, i]]]) for i in range(2)]
    other = [line("2", "few")]
    digits = read_jsonl(put(tmp_path, "digits.jsonl", "".join(many + few + other)))
    drawn = balanced(digits, of_each=10)
    assert {label: len(strokes) for label, strokes in drawn.items()} == {"1": 20, "2": 10}
    upright = [strokes[0] for strokes in drawn["1"] if strokes[0][1, 1] == 10]
    assert len(upright) == 10
    assert len({stroke[0, 0] for stroke in upright}) == 10, "of 100 digits, ten different ones"
    level = Counter(strokes[0][0, 1] for strokes in drawn["1"] if strokes[0][1, 0] == 9)
    assert level == {0: 5, 1: 5}


def test_digits_are_inked_as_the_app_does(tmp_path):
    digits: list[WrittenDigit] = read_jsonl(put(tmp_path, "digits.jsonl", line("1") + line("7")))
    split = inked(digits, ["7", "1"])
    assert split.images.shape == (2, 28, 28)
    assert list(split.labels) == [1, 0]


def test_writers_of_the_data_folder_are_apart(data_dir):
    try:
        digits = uji.load_uji(data_dir)
    except DatasetError as error:
        pytest.skip(str(error))
    seen = {digit.writer for digit in uji.training_only(digits)}
    unseen = {digit.writer for digit in uji.validation_only(digits)}
    assert (len(seen), len(unseen)) == (40, 20)
    assert not seen & unseen
