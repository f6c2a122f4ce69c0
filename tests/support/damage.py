"""Files as they come from a bad disk or a bad person, and what reading one may cost at most."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import numpy as np
import pytest

from tests.support.fuzz import examples

#: How many damaged files a test tries. Formats that are quick to read try a multiple of it, those
#: that need a process each a part.
CASES = examples(60)
#: What one case may take: seconds of this process, and bytes.
SECONDS, MEMORY = 5.0, 600 * 2**20

_WEDGES = [
    b"9" * 30,
    b"-1e999",
    b"\xff\xfe",
    b"</g>",
    b"NaN,",
    b"\0" * 8,
    b"[" * 2_000,
    b'"\\ud800"',
]


def nested(depth: int, value: Any = 1) -> Any:
    """A value in so many lists."""
    for _ in range(depth):
        value = [value]
    return value


_STRANGERS: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1e308, float("nan"), float("-inf"), 2**31, 2**63, 10**400),
    *("", "7", "\0", "\ud800", "\u202e\n", "x" * 5_000, "../../etc/passwd", "[" * 5_000),
    *([], {}, [[]], [[[]]], [1, [2]], [None], {"": {}}, [["1", 2]]),
    [[place, 2] for place in range(2_000)],
    *map(nested, (3, 33, 34, 65, 400)),
)


def damaged(wholes: Sequence[bytes], cases: int = CASES, seed: int = 0) -> Iterator[bytes]:
    """So many files, each one of ``wholes`` with one to eight wounds."""
    rng = np.random.default_rng(seed)
    for case in range(cases):
        content = bytearray(wholes[case % len(wholes)])
        for _ in range(rng.integers(1, 9)):
            at = int(rng.integers(len(content) + 1))
            end = min(len(content), at + int(rng.integers(1, 40)))
            wound = rng.integers(6)
            if wound == 0:
                content[at:end] = rng.bytes(end - at)
            elif wound == 1:
                del content[at:end]
            elif wound == 2:
                content[at:at] = content[at:end] * int(rng.integers(1, 20))
            elif wound == 3:
                content[at:at] = _WEDGES[rng.integers(len(_WEDGES))]
            elif wound == 4 and content:
                content[min(at, len(content) - 1)] ^= 1 << int(rng.integers(8))
            else:
                del content[at + (len(content) - at) // 2 :]
        yield bytes(content)


def damaged_json(wholes: Sequence[Any], cases: int = CASES, seed: int = 0) -> Iterator[bytes]:
    """So many JSON files that are whole as JSON, with one to three values that nobody expects."""
    rng = np.random.default_rng(seed)
    for case in range(cases):
        holder = [deepcopy(wholes[case % len(wholes)])]
        for _ in range(rng.integers(1, 4)):
            _swap(holder, rng)
        yield json.dumps(holder[0]).encode()


def _swap(value: Any, rng: np.random.Generator) -> None:
    """Walk down a random way, and put something else there; or take it, or its name, away."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = keys[rng.integers(len(keys))]
        inner = value[key]
        if isinstance(inner, dict | list) and inner and rng.random() < 0.8:
            value = inner
            continue
        if rng.random() < 0.1 and isinstance(value, dict):
            value[f"{key} "] = value.pop(key)
        else:
            value[key] = deepcopy(_STRANGERS[rng.integers(len(_STRANGERS))])
        return


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """A folder in memory, where the system has one: on disks, SQLite waits for every case."""
    memory = Path("/dev/shm")  # noqa: S108  only where to make a folder of its own
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@contextmanager
def bounded(case: object, seconds: float = SECONDS, memory: int = MEMORY) -> Iterator[None]:
    """Fails, and shows the case, where what is done in it costs more time or memory.

    The time is that of this process alone, and the memory the highest it has reached meanwhile, by
    whatever library (on Linux).
    """
    before, started = _lowered_peak(), process_time()
    yield
    took, grew = process_time() - started, _peak() - before
    assert took < seconds, f"{took:.1f} s for {_shown(case)}"
    assert grew < memory, f"{grew / 2**20:.0f} MB for {_shown(case)}"


def _shown(case: object) -> str:
    return ascii(case)[:2_000]


def _lowered_peak() -> int:
    """Let the highest use of memory be the present one; that in bytes."""
    if sys.platform == "linux":
        with suppress(OSError):  # then the peak stays as high as it ever was
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _peak()


def _peak() -> int:
    if sys.platform != "linux":
        return 0
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
