"""A hostile model gets one sentence, soon, and takes neither this process nor its memory along."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from digitpad.inference.errors import DeadlineError, ModelError
from digitpad.inference.foreign import sandbox
from digitpad.inference.foreign.sandbox import try_model
from digitpad.inference.recognizer import Recognizer
from digitpad.inference.session import MAX_MEMORY
from tests.support import foreign_models, hostile_models, onnx_models

#: PanelWidth for a process of Python with onnxruntime in it, and its limit.
MOST = MAX_MEMORY + 400 * 2**20


@pytest.mark.parametrize("name", hostile_models.ALL)
def test_hostile_models_get_one_sentence(tmp_path: Path, name: str) -> None:
    make, sentence = hostile_models.ALL[name]
    path = tmp_path / "hostile.onnx"
    path.write_bytes(make().SerializeToString())
    started = time.perf_counter()
    with pytest.raises(ModelError) as caught:
        Recognizer.load(path, "cpu")
    # The limits add up to little more than a second; the rest is the child's start on a busy
    # machine.
    assert time.perf_counter() - started < 6
    said = str(caught.value)
    assert re.search(sentence, said), said
    assert "\n" not in said
    assert len(said) < 200


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
@pytest.mark.parametrize("name", ["huge computed", "doubling", "slow"])
def test_the_memory_of_a_hostile_model_is_bounded(name: str) -> None:
    content = hostile_models.ALL[name][0]().SerializeToString()
    child = subprocess.Popen(
        [sys.executable, "-m", "digitpad", sandbox.CHILD, "{}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdin is not None
    child.stdin.write(content)
    child.stdin.close()
    process, peak = psutil.Process(child.pid), 0
    while child.poll() is None:
        try:
            peak = max(peak, process.memory_info().rss)
        except psutil.NoSuchProcess:
            break
    assert child.wait() != 0
    assert 0 < peak < MOST


def test_what_depends_on_the_drawing_is_bounded_here_too(tmp_path: Path) -> None:
    """A model that is harmless on reference digits, and huge on a drawing of a lot of ink."""
    helper = foreign_models.helper
    nodes = [
        helper.make_node("ReduceSum", ["grey"], ["ink"], keepdims=0),
        helper.make_node("Sub", ["ink", "much"], ["over"]),
        helper.make_node("Relu", ["over"], ["some"]),
        helper.make_node("Mul", ["some", "gigabyte"], ["size"]),
        helper.make_node("Cast", ["size"], ["long"], to=foreign_models.TYPES.INT64),
        helper.make_node("Add", ["long", "least"], ["enough"]),
        helper.make_node("ConstantOfShape", ["enough"], ["extra"]),
        helper.make_node("ReduceMax", ["extra"], ["zero"], keepdims=0),
        helper.make_node("Add", ["answer", "zero"], ["output"]),
    ]
    made = foreign_models.model(
        nodes=nodes,
        batch=1,
        constants={
            "much": np.float32(600),
            "gigabyte": np.float32(2**28),
            "least": np.array([1]),
        },
    )
    path = tmp_path / "hungry.onnx"
    path.write_bytes(made.SerializeToString())
    recognizer = Recognizer.load(path, "cpu", {"ink": "white", "low": 0.0, "high": 1.0})
    blank = np.zeros((1, 28, 28), np.float32)
    wanted = recognizer.predict(blank)
    before = psutil.Process().memory_info().rss
    with pytest.raises(ModelError, match="failed on this image"):
        recognizer.predict(blank + 1)
    assert psutil.Process().memory_info().rss - before < MAX_MEMORY
    np.testing.assert_array_equal(recognizer.predict(blank), wanted)


def test_what_takes_its_time_on_one_drawing_only_is_stopped(tmp_path: Path) -> None:
    """Products of matrices whose size grows with the ink: harmless on every reference digit."""
    path = tmp_path / "bomb.onnx"
    path.write_bytes(hostile_models.time_bomb().SerializeToString())
    recognizer = Recognizer.load(path, "cpu", {"ink": "white", "low": 0.0, "high": 1.0})
    blank = np.zeros((1, 28, 28), np.float32)
    wanted = recognizer.predict(blank)
    started = time.perf_counter()
    with pytest.raises(DeadlineError, match="bomb takes too long on this drawing"):
        recognizer.predict(blank + 1)
    assert time.perf_counter() - started < 4  # without a deadline: a minute
    np.testing.assert_array_equal(recognizer.predict(blank), wanted)


def test_a_good_model_passes() -> None:
    try_model(foreign_models.model().SerializeToString(), {"ink": "white"})


def test_a_digitpad_model_is_tried_out_too(tmp_path: Path) -> None:
    content = onnx_models.save(tmp_path / "mine.onnx").read_bytes()
    try_model(content, {})
    with pytest.raises(ModelError, match="needs no conventions"):
        try_model(content, {"ink": "white"})


def test_a_child_that_crashes_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "CHILD", "--no-such-option")
    with pytest.raises(ModelError, match="more time or memory"):
        try_model(b"", {})


def test_a_child_that_cannot_start_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(ModelError, match="cannot be tried out"):
        try_model(b"", {})


def test_what_lies_in_the_current_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A download folder may hold a numpy.py, or a digitpad, of its own."""
    (tmp_path / "digitpad").mkdir()
    for name in ("numpy.py", "json.py", "digitpad/__init__.py", "digitpad/__main__.py"):
        (tmp_path / name).write_text("raise SystemExit('hijacked')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *filter(None, sys.path)])
    try_model(foreign_models.model().SerializeToString(), {})


def test_damaged_files_are_sentences(tmp_path: Path) -> None:
    whole = foreign_models.model().SerializeToString()
    rng = np.random.default_rng(1)
    path = tmp_path / "damaged.onnx"
    said, read = [], []
    for _ in range(12):
        content = bytearray(whole)
        for place in rng.integers(0, 1_000, size=2):
            content[place] = int(rng.integers(0, 256))
        path.write_bytes(bytes(content))
        try:
            read.append(Recognizer.load(path, "cpu").predict(np.zeros((1, 28, 28), np.float32)))
        except ModelError as error:
            said.append(str(error))
    assert said
    assert not any("\n" in sentence for sentence in said)
    assert all(len(answers) == 1 for answers in read)


def test_a_frozen_program_is_its_own_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, b"")

    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(subprocess, "run", run)
    try_model(b"model", {"ink": "black"})
    assert asked == [[sys.executable, sandbox.CHILD, '{"ink": "black"}']]
