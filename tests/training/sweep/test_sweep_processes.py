"""Sweeps by several real processes, some of which are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from optuna.trial import TrialState

from tests.training.sweep.test_sweep_worker import build, study_in, table
from training.runs import Result
from training.sweep.command import Means, run
from training.sweep.errors import TrialFailedError, TrialLostError
from training.sweep.options import sweep_parser
from training.sweep.trial import Task, run_build
from training.sweep.worker import Pace

ROOT = Path(__file__).resolve().parents[3]
TESTS = ROOT / "tests"
#: Longer than a process of a loaded machine is ever held up.
GRACE = 4.0
PACE = Pace(look=0.1, beat=0.2, grace=GRACE, patience=5.0)


def start(call: str, *words: str) -> subprocess.Popen[str]:
    """A process that calls one of this module's functions."""
    program = f"import test_sweep_processes; test_sweep_processes.{call}"
    path = os.pathsep.join([str(TESTS), str(ROOT)])
    return subprocess.Popen(
        [sys.executable, "-c", program, *words],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": path},
        start_new_session=True,
    )


def work() -> None:
    """A worker, as the command starts it, with builds that take no time."""
    words = sys.argv[1:]
    again = (sys.executable, "-c", "import test_sweep_processes as t; t.work()")
    try:
        run(sweep_parser().parse_args(words), words, Means(held_up_once, PACE, again))
    except KeyboardInterrupt as error:
        print(error, file=sys.stderr)
        sys.exit(130)


def held_up_once(task: Task, tick: Callable[[float], None]) -> Result:
    """A build; the first one of seed 1 says so and hangs until it is killed."""
    marker = task.folder.parent / "held-up"
    if "seed=1" in task.arguments and not marker.exists():
        marker.write_text(str(os.getpid()))
        print(f"building {os.getpid()}", flush=True)
        threading.Event().wait()
    tick(0.5)
    return build(task, tick)


def test_a_killed_workers_trial_is_done_by_another_one(tmp_path):
    words = ["--recipe", "digits", "--seeds", "6", "--folder", str(tmp_path / "s")]
    first = start("work()", *words)
    for line in first.stdout:
        if line.startswith("building"):
            break
    others = [start("work()", *words) for _ in range(2)]
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    said = [process.communicate(timeout=60) for process in others]
    assert [process.returncode for process in others] == [0, 0], said
    rows = table(tmp_path / "s")
    assert [(row["state"], row["seed"]) for row in rows] == [("done", str(i)) for i in range(6)]
    assert [row["attempts"] for row in rows] == ["1", "2", "1", "1", "1", "1"]
    assert rows[1]["worker"].split(":")[1] != str(first.pid)
    assert sum("gave no sign of life" in out for out, _ in said) == 1
    assert all("n = 6" in out for out, _ in said)
    # Two workers may have enqueued the lost one again; only one of these was claimed.
    states = [trial.state for trial in study_in(tmp_path / "s")._study.get_trials()]
    assert states.count(TrialState.COMPLETE) == 6
    assert set(states) == {TrialState.COMPLETE, TrialState.FAIL}


def test_workers_of_one_machine_end_together_on_ctrl_c(tmp_path):
    words = ["--recipe", "digits", "--seeds", "3", "--folder", str(tmp_path / "s")]
    process = start("work()", *words, "--workers", "2")
    while not (tmp_path / "s" / "trials" / "held-up").is_file():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command with --study s goes on" in error
    jobs = study_in(tmp_path / "s").jobs()
    assert {job.state for job in jobs} <= {"waiting", "done"}
    assert (jobs[1].state, jobs[1].lost, len(jobs[1].attempts)) == ("waiting", 0, 2)


# -- the build's own process -----------------------------------------------------------------------

OK = """
import sys; from pathlib import Path; sys.path[:0] = {paths}
from optuna.trial import TrialState
from tests.training.sweep.test_sweep_worker import build; from training.sweep.trial import Task
run, folder, *words = sys.argv[1:]; folder = Path(folder); assert run == "--run"
print("hello"); build(Task(tuple(words), folder, False, folder), lambda share: None)
"""
FAILS = "import sys; print('training.build: the loss became nan', file=sys.stderr); sys.exit(2)"
USAGE = "import sys; print('usage: x'); print('error: no such option'); sys.exit(2)"
CRASHES = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"


def task_in(folder: Path) -> Task:
    (folder / "trials").mkdir()
    words = ("--recipe", "digits", "--set", "seed=3", "--no-test")
    return Task(words, folder / "trials" / "000", False, folder / "trials" / "000.log")


def build_with(folder: Path, code: str, tick: Callable[[float], None] = lambda _: None) -> Result:
    program = (sys.executable, "-c", code)
    return run_build(task_in(folder), tick, program=program, poll=0.05)


def test_a_build_in_its_own_process(tmp_path):
    shares: list[float] = []
    result = build_with(tmp_path, OK.format(paths=[str(TESTS), str(ROOT)]), shares.append)
    assert result.validation_accuracy == pytest.approx(0.987)
    assert (tmp_path / "trials" / "000.log").read_text() == "hello\n"
    assert shares
    assert set(shares) == {0.0}


def test_what_a_failed_build_said_is_its_reason(tmp_path):
    with pytest.raises(TrialFailedError, match=r"^the loss became nan$"):
        build_with(tmp_path, FAILS)


def test_a_refused_option_is_the_reason_too(tmp_path):
    with pytest.raises(TrialFailedError, match="no such option"):
        build_with(tmp_path, USAGE)


def test_a_build_that_was_killed_may_be_tried_again(tmp_path):
    with pytest.raises(TrialLostError, match=r"exit code -9; .*000\.log"):
        build_with(tmp_path, CRASHES)


def test_a_build_without_a_result_failed(tmp_path):
    with pytest.raises(TrialFailedError, match="has no result"):
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
        "import os, threading; from training.sweep.child import end_with_parent;"
        f"end_with_parent(); os.write({write}, b'.'); threading.Event().wait()"
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
