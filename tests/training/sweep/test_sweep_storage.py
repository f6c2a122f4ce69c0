"""The storage: who gets a trial, and one sentence for whatever is wrong with it."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

import optuna
import pytest
from optuna.storages._grpc.server import make_server
from optuna.trial import TrialState

from training.sweep import SweepError
from training.sweep import storage as storages
from training.sweep.storage import Pace, StorageError, open_file, open_storage, open_url
from training.sweep.study import find

ROOT = Path(__file__).resolve().parents[3]

ONCE = Pace(patience=0)
#: Tries to claim the trial of each line that it reads, and says whether it has got it.
CLAIM = """
import sys, optuna
from optuna.trial import TrialState
from training.sweep.storage import Pace, open_url
storage = open_url(sys.argv[1], Pace())
ids = [trial._trial_id for trial in optuna.load_study(storage=storage, study_name="s").trials]
print("ready", flush=True)
for line in sys.stdin:
    print(storage.set_trial_state_values(ids[int(line)], TrialState.RUNNING), flush=True)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def claim_at_once(url: str, trials: int, processes: int = 3) -> list[int]:
    """How many of several processes got each trial that all of them wanted at the same time."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIM, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        for _ in range(processes)
    ]
    try:
        for process in started:
            assert process.stdout.readline() == "ready\n"
        got = []
        for number in range(trials):
            for process in started:
                process.stdin.write(f"{number}\n")
                process.stdin.flush()
            got.append(sum(process.stdout.readline() == "True\n" for process in started))
        return got
    finally:
        for process in started:
            process.communicate()


def waiting_study(storage, count: int) -> None:
    study = optuna.create_study(storage=storage, study_name="s")
    for _ in range(count):
        study.enqueue_trial({})


def test_processes_never_get_the_same_trial_of_a_file(tmp_path):
    waiting_study(open_file(tmp_path / "study.db", ONCE), 25)
    assert claim_at_once(f"sqlite:///{tmp_path / 'study.db'}", 25) == [1] * 25


def test_processes_never_get_the_same_trial_through_the_proxy(tmp_path):
    port = free_port()
    program = [sys.executable, "-m", "training.sweep", "serve", "--port", str(port)]
    server = subprocess.Popen(
        [*program, "--storage", f"sqlite:///{tmp_path / 'served' / 'study.db'}"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert f"grpc://HOST:{port}" in server.stdout.readline()
        url = f"grpc://localhost:{port}"
        waiting_study(open_url(url, ONCE), 25)
        assert claim_at_once(url, 25) == [1] * 25
        again = [*program, "--storage", f"sqlite:///{tmp_path / 'other.db'}"]
        taken = subprocess.run(again, cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert taken.returncode == 2
        assert taken.stderr.startswith(f"training.sweep: cannot listen at localhost:{port} (")
    finally:
        server.kill()
        server.communicate()


def test_a_folder_may_have_any_name(tmp_path):
    folder = tmp_path / "50% {done}? #1; é"
    folder.mkdir()
    waiting_study(open_file(folder / "study.db", ONCE), 1)
    assert (folder / "study.db").stat().st_size > 0
    (study,) = optuna.get_all_study_names(open_file(folder / "study.db", ONCE))
    assert study == "s"


def test_a_missing_file_is_not_made(tmp_path):
    with pytest.raises(StorageError, match=r"there is no sweep in .*: it has no study\.db"):
        open_storage(None, tmp_path, ONCE, create=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"SQLite format 3\0" + b"x" * 5000, b"hello" * 1000])
def test_a_damaged_file(tmp_path, content):
    path = tmp_path / "study.db"
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"study\.db cannot be used \(file is not a database"):
        open_file(path, ONCE)


def test_a_file_of_something_else_is_no_sweep(tmp_path):
    path = tmp_path / "study.db"
    waiting_study(open_file(path, ONCE), 1)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v99.0.0'")
    connection.close()
    with pytest.raises(StorageError, match="belongs to this version of Optuna"):
        open_file(path, ONCE)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "is no URL"),
        ("magic://host/name", "driver of magic://host/name is not installed"),
        ("grpc://host", "is not grpc://HOST:PORT"),
        ("grpc://host:port", "is not grpc://HOST:PORT"),
        ("sqlite:////nowhere/at/all.db", "unable to open database file"),
    ],
)
def test_a_wrong_url(url, said):
    with pytest.raises(StorageError) as caught:
        open_url(url, ONCE)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nobody_answers(monkeypatch):
    monkeypatch.setattr(storages, "_CONNECT", 0.3)
    began = time.monotonic()
    with pytest.raises(StorageError, match=r"cannot be used .*make sure that it is there"):
        open_url(f"grpc://localhost:{free_port()}", ONCE)
    assert time.monotonic() - began < 5


def test_a_password_is_not_shown(tmp_path):
    with pytest.raises(StorageError) as caught:
        open_storage("magic://me:secret@host/name", tmp_path, ONCE)
    assert "magic://me" in str(caught.value)
    assert "secret" not in urllib.parse.unquote(str(caught.value))


def test_a_proxy_that_goes_away_is_one_sentence(tmp_path):
    port = free_port()
    server = make_server(open_file(tmp_path / "study.db", ONCE), "localhost", port)
    server.start()
    storage = open_url(f"grpc://localhost:{port}", ONCE)
    waiting_study(storage, 1)
    server.stop(None).wait()
    with pytest.raises(StorageError, match=f"grpc://localhost:{port} cannot be used"):
        storage.get_all_studies()


def test_a_proxy_that_comes_back_is_waited_for(tmp_path):
    told: list[str] = []
    port, file = free_port(), open_file(tmp_path / "study.db", ONCE)
    servers = [make_server(file, "localhost", port)]
    servers[0].start()

    def come_back(sentence: str) -> None:
        told.append(sentence)
        servers.append(make_server(file, "localhost", port))
        servers[-1].start()

    storage = open_url(f"grpc://localhost:{port}", Pace(look=0.1, patience=30, say=come_back))
    servers[0].stop(None).wait()
    assert storage.get_all_studies() == []
    servers[1].stop(None).wait()
    assert len(told) == 1
    assert told[0].endswith("trying again for 0 minutes")


def test_an_end_of_the_work_ends_the_waiting(tmp_path):
    pace = Pace(look=30, patience=600)
    port = free_port()
    server = make_server(open_file(tmp_path / "study.db", ONCE), "localhost", port)
    server.start()
    storage = open_url(f"grpc://localhost:{port}", pace)
    server.stop(None).wait()
    pace.stop.set()
    with pytest.raises(StorageError, match="cannot be used"):
        storage.get_all_studies()


def test_which_study(tmp_path):
    storage = open_file(tmp_path / "study.db", ONCE)
    with pytest.raises(SweepError, match=r"not one study alone in here \(it has none\)"):
        find(storage, "here", None)
    with pytest.raises(SweepError, match="there is no study lab"):
        find(storage, "here", "lab")
    optuna.create_study(storage=storage, study_name="other").set_user_attr("sweep", {"a": 1})
    with pytest.raises(SweepError, match="not a sweep that this version"):
        find(storage, "here", None)


def test_the_file_stays_usable_while_others_write(tmp_path):
    storage = open_file(tmp_path / "study.db", ONCE)
    waiting_study(storage, 1)
    other = open_file(tmp_path / "study.db", ONCE)

    def write() -> None:
        for i in range(30):
            other.set_trial_user_attr(1, "beat", i)

    thread = threading.Thread(target=write)
    thread.start()
    for i in range(30):
        storage.set_trial_user_attr(1, "mine", i)
    thread.join()
    attributes = storage.get_trial(1).user_attrs
    assert attributes == {"beat": 29, "mine": 29}
    assert storage.get_trial(1).state is TrialState.WAITING
