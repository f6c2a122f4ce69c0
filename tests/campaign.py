"""Hostile files, damaged data and kills, for so many minutes: what crashes, hangs or swells?

``python -m tests.campaign --minutes N`` prints a line for each family of cases, and exits with 1
where anything crashed, took more than a second of the processor or 400 MB, or where a kill lost a
stroke that was finished more than 20 ms before. Cases differ with ``--seed``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.campaign_cases import FAMILIES, Cases
from tests.support.damage import _lowered_peak, _peak

SECONDS, MEMORY, LOST_MS = 1.0, 400 * 2**20, 20
#: By the clock, in which others use the machine, too; SECONDS are of the processor.
PATIENCE = 10.0


@dataclass
class Result:
    """What became of the cases of a family."""

    cases: int = 0
    crashes: int = 0
    hangs: int = 0
    swellings: int = 0
    worst_s: float = 0.0
    peak_mb: float = 0.0

    @property
    def is_good(self) -> bool:
        return not (self.crashes or self.hangs or self.swellings)


def try_out(make: Callable[[Path, int], Cases], seconds: float, seed: int) -> Result:
    """Try cases of a family for so long; one batch at least."""
    from PySide6.QtCore import qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    _app = QApplication([])
    qInstallMessageHandler(lambda *_: None)  # Qt says what it does not like of an SVG
    result, end = Result(), time.monotonic() + seconds
    memory = Path("/dev/shm")  # noqa: S108  only where to make a folder of its own
    for number in count(seed):
        with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
            for case in make(Path(folder), number):
                _try(case, result, f"{make.__name__}, seed {number}")
        if time.monotonic() > end:
            break
    return result


def processor() -> float:
    """Seconds that this process and its children have used of a processor."""
    from digitpad.image.pictures import _decoder

    times, decoder = os.times(), _decoder._process
    used = times.user + times.system + times.children_user + times.children_system
    if decoder is not None and decoder.returncode is None:
        fields = Path(f"/proc/{decoder.pid}/stat").read_text().rpartition(")")[2].split()
        used += sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    return used


def _try(case: Callable[[], object], result: Result, name: str) -> None:
    result.cases += 1
    before, cost, began = _lowered_peak(), processor(), time.monotonic()
    try:
        case()
    except Exception:
        result.crashes += 1
        print(f"{name}:", traceback.format_exc(), file=sys.stderr)
        return
    grew, took = _peak() - before, processor() - cost
    slow = took > SECONDS or time.monotonic() - began > PATIENCE
    result.worst_s, result.peak_mb = max(result.worst_s, took), max(result.peak_mb, grew / 2**20)
    result.hangs += slow
    result.swellings += grew > MEMORY
    if slow or grew > MEMORY:
        print(f"{name}: {took:.2f} s, {grew / 2**20:.0f} MB", file=sys.stderr)


def in_a_process(name: str, seconds: float, seed: int) -> Result:
    """The same in a process of its own, which may crash or hang."""
    words = ["--family", name, "--minutes", str(seconds / 60), "--seed", str(seed)]
    run = [sys.executable, "-m", "tests.campaign", *words]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    try:
        child = subprocess.run(
            run, stdout=subprocess.PIPE, timeout=2 * seconds + 120, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        return Result(cases=1, hangs=1)
    return Result(**json.loads(child.stdout)) if child.returncode == 0 else Result(1, crashes=1)


def kill(seconds: float) -> bool:
    """Kill windows that are drawn in, for about so long; whether nothing finished was lost."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    with TemporaryDirectory() as home:
        words = [sys.executable, "-m", "tests.support.kills", home, str(max(1, int(seconds / 3)))]
        child = subprocess.run(words, stdout=subprocess.PIPE, env=environment, check=True)
    told = json.loads(child.stdout)
    lost = [age for age in told["lost"] if age > LOST_MS]
    share = told["back"] / told["points"] if told["points"] else 1.0
    print(
        f"kills      {max(1, int(seconds / 3)):6} cases: {told['finished']} strokes finished,"
        f" {len(lost)} of them lost more than {LOST_MS} ms later; {share:.0%} of the points of"
        f" {told['running']} running strokes back"
    )
    return not lost


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--family", choices=[make.__name__ for make in FAMILIES])
    options = parser.parse_args()
    seconds = 60 * options.minutes
    if options.family:
        make = next(make for make in FAMILIES if make.__name__ == options.family)
        print(json.dumps(asdict(try_out(make, seconds, options.seed))))
        return 0
    share = seconds / (len(FAMILIES) + 1)
    good, total = True, 0
    for make in FAMILIES:
        result = in_a_process(make.__name__, share, options.seed)
        good, total = good and result.is_good, total + result.cases
        print(
            f"{make.__name__:10} {result.cases:6} cases: {result.crashes} crashes, {result.hangs}"
            f" above {SECONDS:.0f} s, {result.swellings} above {MEMORY >> 20} MB; worst"
            f" {result.worst_s:.2f} s, {result.peak_mb:.0f} MB",
            flush=True,
        )
    good = kill(share) and good
    decoders = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    print(f"{total} cases; the largest process took {decoders} MB in all")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
