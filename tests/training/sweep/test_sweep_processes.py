"""Sweeps by several real processes, some of which are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from optuna.storages import RDBStorage
from optuna.storages._grpc.server import make_server
from optuna.trial import TrialState

from tests.support.sweeps import build, study_in, sweep, table
from tests.training.sweep.test_sweep_storage import free_port
from training.runs import Result
from training.sweep.build import BuildFailedError, BuildLostError, Task, run_build
from training.sweep.storage import Pace, open_file

ROOT = Path(__file__).resolve().parents[3]
#: The grace is longer than a process of a loaded machine is ever held up.
PACE = Pace(look=0.1, heartbeat=1, grace=4, patience=5.0)

started: list[subprocess.Popen[str]] = []


def start(call: str, *words: str) -> subprocess.Popen[str]:
    """A process that calls one of this module's functions."""
    program = f"from {__name__} import *; {call}"
    process = subprocess.Popen(
        [sys.executable, "-c", program, *words],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    started.append(process)
    return process


def work() -> None:
    """A worker, as the command starts it, with builds that take no time."""
    try:
        sweep(*sys.argv[1:], run_build=held_up_once, pace=PACE)
    except KeyboardInterrupt as error:
        print(error, file=sys.stderr)
        sys.exit(130)


def work_and_fall_silent() -> None:
    """The same; but in the midst of the build that is held up there is no sign of life."""
    beat = RDBStorage.record_heartbeat
    silent = threading.Event()

    def beat_until_then(storage: RDBStorage, trial_id: int) -> None:
        if not silent.is_set():
            beat(storage, trial_id)

    def hold_up(task: Task, tick: Callable[[float], None]) -> Result:
        if "seed=1" in task.arguments:
            silent.set()
            return held_up_once(task, lambda _: None)
        return build(task, tick)

    RDBStorage.record_heartbeat = beat_until_then
    sweep(*sys.argv[1:], run_build=hold_up, pace=PACE)


def held_up_once(task: Task, tick: Callable[[float], None]) -> Result:
    """A build; the first one of seed 1 says so and waits for a file named ``go-on``."""
    marker, go_on = task.folder.parent / "held-up", task.folder.parent / "go-on"
    if "seed=1" in task.arguments and not marker.exists():
        marker.write_text(str(os.getpid()))
        print(f"building {os.getpid()}", flush=True)
        while not go_on.exists():
            tick(0.5)
            threading.Event().wait(0.1)
    return build(task, tick)


@pytest.fixture(autouse=True)
def _no_process_left() -> Iterator[None]:
    """Whatever a test that fails has started ends with it."""
    yield
    for process in started:
        if process.poll() is None:
            process.kill()
            process.communicate()
    started.clear()


def start_and_hold_up(*words: str, call: str = "work()") -> subprocess.Popen[str]:
    """A worker in the midst of a build of seed 1."""
    first = start(call, *words)
    for line in first.stdout:
        if line.startswith("building"):
            return first
    raise AssertionError(first.communicate())


def test_a_killed_workers_trial_is_done_by_another_one(tmp_path):
    words = ["--recipe", "digits", "--seeds", "6", "--folder", str(tmp_path / "s")]
    first = start_and_hold_up(*words)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    others = [start("work()", *words) for _ in range(2)]
    said = [process.communicate(timeout=60) for process in others]
    assert [process.returncode for process in others] == [0, 0], said
    rows = table(tmp_path / "s")
    assert [(row["state"], row["seed"]) for row in rows] == [("done", str(i)) for i in range(6)]
    assert [row["attempts"] for row in rows] == ["1", "2", "1", "1", "1", "1"]
    assert rows[1]["worker"].split(":")[1] != str(first.pid)
    assert any("gave no sign of life" in out for out, _ in said)
    assert all("n = 6" in out for out, _ in said)
    states = [trial.state for trial in study_in(tmp_path / "s").optuna.trials]
    assert states.count(TrialState.COMPLETE) == 6
    assert states.count(TrialState.FAIL) == 1


def test_through_the_proxy_a_killed_worker_is_noticed_too(tmp_path):
    port = free_port()
    server = make_server(open_file(tmp_path / "study.db", PACE), "localhost", port)
    server.start()
    words = ["--recipe", "digits", "--seeds", "3", "--folder", str(tmp_path / "s")]
    words += ["--study", "lab", "--storage", f"grpc://localhost:{port}"]
    first = start_and_hold_up(*words)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    other = start("work()", *words)
    said = other.communicate(timeout=60)
    server.stop(None).wait()
    assert other.returncode == 0, said
    assert [(row["state"], row["attempts"]) for row in table(tmp_path / "s")] == [
        ("done", "1"),
        ("done", "2"),
        ("done", "1"),
    ]


def test_who_is_silent_for_too_long_loses_its_trial_to_another_worker(tmp_path):
    """Another one takes over and ends first."""
    words = ["--recipe", "digits", "--seeds", "2", "--folder", str(tmp_path / "s")]
    first = start_and_hold_up(*words, call="work_and_fall_silent()")
    sweep(*words, pace=PACE)
    before = table(tmp_path / "s")
    (tmp_path / "s" / "trials" / "go-on").touch()
    out, error = first.communicate(timeout=60)
    assert first.returncode == 0, error
    assert "a trial was taken for lost and given to another worker" in out
    assert table(tmp_path / "s") == before, "the late result does not count"
    assert [(row["state"], row["attempts"]) for row in before] == [("done", "1"), ("done", "2")]


def test_a_worker_that_is_to_end_puts_its_trial_back(tmp_path):
    words = ["--recipe", "digits", "--seeds", "3", "--folder", str(tmp_path / "s")]
    process = start_and_hold_up(*words, "--workers", "2")
    process.send_signal(signal.SIGTERM)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command with --study s goes on" in error
    jobs = study_in(tmp_path / "s").jobs()
    assert {job.state for job in jobs} <= {"waiting", "done"}
    assert (jobs[1].state, jobs[1].losses, len(jobs[1].attempts)) == ("waiting", 0, 2)


# -- the build's own process -----------------------------------------------------------------------

OK = """
import sys; from pathlib import Path; sys.path.insert(0, {path!r})
from tests.support.sweeps import build; from training.sweep.build import Task
run, folder, *words = sys.argv[1:]; assert run == "--run"
print("hello"); build(Task(tuple(words), Path(folder), False), lambda share: None)
"""
FAILS = "import sys; print('training.build: the loss became nan', file=sys.stderr); sys.exit(2)"
USAGE = "import sys; print('usage: x'); print('error: no such option'); sys.exit(2)"
CRASHES = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"


def task_in(folder: Path) -> Task:
    (folder / "trials").mkdir()
    words = ("--recipe", "digits", "--set", "seed=3", "--no-test")
    return Task(words, folder / "trials" / "000", False)


def build_with(folder: Path, code: str, tick: Callable[[float], None] = lambda _: None) -> Result:
    program = (sys.executable, "-c", code)
    return run_build(task_in(folder), tick, program=program, poll=0.05)


def test_a_build_in_its_own_process(tmp_path):
    shares: list[float] = []
    result = build_with(tmp_path, OK.format(path=str(ROOT)), shares.append)
    assert result.validation_accuracy == pytest.approx(0.987)
    assert (tmp_path / "trials" / "000.log").read_text() == "hello\n"
    assert shares
    assert set(shares) == {0.0}


def test_what_a_failed_build_said_is_its_reason(tmp_path):
    with pytest.raises(BuildFailedError, match=r"^the loss became nan$"):
        build_with(tmp_path, FAILS)


def test_a_refused_option_is_the_reason_too(tmp_path):
    with pytest.raises(BuildFailedError, match="no such option"):
        build_with(tmp_path, USAGE)


def test_a_build_that_was_killed_may_be_tried_again(tmp_path):
    with pytest.raises(BuildLostError, match=r"exit code -9; .*000\.log"):
        build_with(tmp_path, CRASHES)


def test_a_build_without_a_result_failed(tmp_path):
    with pytest.raises(BuildFailedError, match="has no result"):
        build_with(tmp_path, "pass")


def test_a_build_ends_when_its_worker_is_interrupted(tmp_path):
    def interrupt(share: float) -> None:
        raise KeyboardInterrupt

    code = "import os; print(os.getpid(), flush=True); os.read(0, 1)"
    with pytest.raises(KeyboardInterrupt):
        build_with(tmp_path, code, interrupt)
    # It may have been killed before it wrote anything.
    written = (tmp_path / "trials" / "000.log").read_text()
    assert not written or not is_alive(int(written))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def parent() -> None:
    """Starts a child that would run for ever, and waits to be killed."""
    read, write = os.pipe()
    code = (
        "import os, threading; from training.sweep.build import end_with_worker;"
        f"end_with_worker(); os.write({write}, b'.'); threading.Event().wait()"
    )
    subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, pass_fds=(write,))
    os.read(read, 1)
    print("started", flush=True)
    sys.stdin.read()


def test_a_build_ends_when_its_worker_is_killed():
    """The child holds this test's pipe open until it ends."""
    process = start("parent()")
    assert process.stdout.readline() == "started\n"
    os.kill(process.pid, signal.SIGKILL)
    assert process.stdout.read() == ""
    process.communicate()
