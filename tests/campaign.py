"""Hostile files, damaged data and kills, for so many minutes: what crashes, hangs or swells?

``python -m tests.campaign --minutes N`` prints a line for each family of cases, and exits with 1
where anything crashed, took more than a second of the processor or 400 MB, or where a kill lost a
stroke that was finished more than 20 ms before. Cases differ with ``--seed``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.damage import _lowered_peak, _peak, damaged, damaged_json

SECONDS, MEMORY, LOST_MS = 1.0, 400 * 2**20, 20
#: By the clock, in which others use the machine, too; SECONDS are of the processor.
PATIENCE = 10.0
#: Cases of a family that are made from one seed.
BATCH = 30

Cases = Iterator[Callable[[], object]]


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


def opened(contents: Iterator[bytes], suffix: str, folder: Path) -> Cases:
    """The window's way to open files."""
    from digitpad.image.bitmap import BitmapError
    from digitpad.image.normalize import normalize_bitmap, normalize_ink
    from digitpad.ui.files.importing import from_file

    def read(path: Path) -> None:
        came = from_file(path)
        assert came.problem is None or "\n" not in came.problem
        with contextlib.suppress(BitmapError):
            if came.pixels is not None:
                normalize_bitmap(came.pixels)
        if came.ink is not None:
            normalize_ink(came.ink)

    for content in contents:
        path = folder / f"case{suffix}"
        path.write_bytes(content)
        yield lambda path=path: read(path)


def pictures(folder: Path, seed: int) -> Cases:
    from tests.digitpad.image.test_fuzz_pictures import KINDS, wholes

    kind = KINDS[seed % len(KINDS)]
    yield from opened(damaged(wholes(kind), BATCH, seed), f".{kind}", folder)


def bombs(folder: Path, seed: int) -> Cases:
    from tests.support.picture_bombs import BOMBS

    yield from opened((make() for make in BOMBS.values()), ".png", folder)


def svg(folder: Path, seed: int) -> Cases:
    from digitpad.library.drawing_files import as_svg
    from tests.support.drawings import digit

    text = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        b'<g transform="rotate(9) scale(2)"><text x="5" y="50" font-size="40">7</text></g>'
        b'<path d="M10 10A5 5 0 0 1 9 9Q1 2 3 4" style="stroke:red;stroke-width:3"/></svg>'
    )
    wholes = [as_svg(digit("3"), 480, 22, paper="#ffffff").encode(), text]
    yield from opened(damaged(wholes, BATCH, seed), ".svg", folder)


def ink(folder: Path, seed: int) -> Cases:
    from tests.support.drawings import digit, scribble

    lines = [digit("3").to_json(), scribble(seed).to_json()]
    yield from opened(damaged([line.encode() for line in lines], BATCH, seed), ".jsonl", folder)
    strange = damaged_json([json.loads(line) for line in lines], BATCH, seed)
    yield from opened(strange, ".jsonl", folder)


def models(folder: Path, seed: int) -> Cases:
    from digitpad.inference.errors import ModelError
    from digitpad.inference.foreign.validate import validate
    from tests.digitpad.inference.foreign.test_fuzz_models import damaged_heads, wholes

    def check(content: bytes) -> None:
        with contextlib.suppress(ModelError):
            validate(content)

    for whole in wholes(folder):
        for content in damaged_heads(whole, BATCH, seed):
            yield lambda content=content: check(content)


def settings(folder: Path, seed: int) -> Cases:
    from digitpad.ui.settings.settings import Settings, open_store
    from tests.digitpad.ui.window.test_fuzz_window import NAMES, settings_file

    def start(path: Path) -> None:
        store = Settings(open_store(path)[0])
        for name in NAMES:
            getattr(store, name)
        store.theme = "light"
        store.flush()
        assert Settings(open_store(path)[0]).theme == "light"

    for number, content in enumerate(damaged([settings_file(folder)], BATCH, seed)):
        path = folder / f"{number}.ini"
        path.write_bytes(content)
        yield lambda path=path: start(path)


def drafts(folder: Path, seed: int) -> Cases:
    from digitpad.library.document import Document
    from digitpad.library.drafts import Draft
    from digitpad.library.recents import Recents
    from tests.support.drawings import digit, scribble

    def start(path: Path) -> None:
        draft = Draft(path, folder / "locks", lambda _: None)
        draft.restore()
        draft.save(Document(digit("1")))
        draft.close(keep=True)
        again = Draft(path, folder / "locks", lambda _: None)
        found = again.restore()
        assert found is not None
        assert len(found[0].ink.strokes) == len(digit("1").strokes)
        again.close()
        recents = Recents(path)
        recents.add(digit("7"), "7", 1.0)
        assert recents.entries()[0].label == "7"
        recents.close()

    whole = folder / "whole.sqlite"
    kept = Recents(whole)
    for number in range(10):
        kept.add(scribble(number), "7", 1.0)
    kept.close()
    draft = Draft(whole, folder / "locks", lambda _: None)
    draft.save(Document(scribble(1, strokes=4, points=30)))
    draft.close(keep=True)
    for number, content in enumerate(damaged([whole.read_bytes()], BATCH, seed)):
        path = folder / f"{number}.sqlite"
        path.write_bytes(content)
        yield lambda path=path: start(path)


def own_data(folder: Path, seed: int) -> Cases:
    from tests.support import own_data_files as files
    from training.base.errors import BuildError
    from training.data import own

    def load(path: Path) -> None:
        with contextlib.suppress(BuildError):
            own.load(path, files.quiet())

    ink_file = files.ink_file(folder / "a.jsonl", {"1": 12, "7": 12})
    arrays = files.npz(folder / "a.npz", images=files.images(), labels=files.labels())
    for whole in (ink_file, arrays):
        for content in damaged([whole.read_bytes()], BATCH, seed):
            path = folder / f"case{whole.suffix}"
            path.write_bytes(content)
            yield lambda path=path: load(path)


FAMILIES = (pictures, bombs, svg, ink, models, settings, drafts, own_data)


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
