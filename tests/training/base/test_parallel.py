"""Work shared among processes: in order, ended with whoever asked, and killed with a sentence."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

import pytest

pytest.importorskip("pydantic", reason="needs the train extra")

from rich.console import Console

from training.base.errors import BuildError
from training.base.parallel import parallel_map

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


def results(function: Callable[[int], int], *, few: bool = False) -> list[int]:
    quiet = Console(quiet=True)
    return parallel_map(function, range(20), start, (100,), few=few, title="", console=quiet)


@pytest.mark.parametrize("few", [True, False])
def test_results_come_in_the_order_of_the_tasks(few):
    assert results(work, few=few) == list(range(100, 120))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL there")
def test_a_killed_process_is_a_sentence():
    with pytest.raises(BuildError, match="was killed, as happens when memory runs") as caught:
        results(die)
    assert "\n" not in str(caught.value)
