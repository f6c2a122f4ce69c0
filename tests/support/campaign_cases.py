"""The hostile files and damaged data of :mod:`tests.campaign`, and how each is handled.

A family makes cases in a folder from a seed; each is a function that raises where it goes wrong.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.support.damage import damaged, damaged_json

#: Cases that are made from one seed.
BATCH = 30

Cases = Iterator[Callable[[], object]]


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
    from digitpad.library.schema import StoreError
    from tests.support.drawings import digit, scribble

    def come_back(path: Path) -> None:
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

    def start(path: Path) -> None:
        try:
            come_back(path)
        except StoreError as error:
            if "later version" not in str(error):
                raise

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
