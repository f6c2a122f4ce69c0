"""Work shared among processes: in order, ended with whoever asked, and killed with a sentence."""

from __future__ import annotations

import os
import signal
import sys

import pytest

pytest.importorskip("pydantic", reason="needs the train extra")

from training.base.parallel import ParallelError, parallel_map

_added = 0


def start(added: int) -> None:
    global _added
    _added = added


def work(number: int) -> int:
    return number + _added


def die(number: int) -> int:
    if number == 1:  # as the kernel does when memory runs out
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("few", [True, False])
def test_results_come_in_the_order_of_the_tasks(few):
    with parallel_map(start, 100, few=few) as map_:
        assert list(map_(work, range(20))) == list(range(100, 120))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL there")
def test_a_killed_process_is_a_sentence():
    with (
        pytest.raises(ParallelError, match="was killed, as happens when memory runs out") as caught,
        parallel_map(start, 0) as map_,
    ):
        list(map_(die, range(20)))
    assert "\n" not in str(caught.value)
