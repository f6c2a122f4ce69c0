"""The folder of a run: what it was asked for, what happened, and what came of it.

    run.json            what was asked for: command, recipe, data, labels
    environment.json    versions and machine
    samples.npz         some of the training images
    model.json          the network's layers
    metrics.jsonl       what happens, batch by batch (training.runs.metrics)
    history.csv         one row for each epoch
    last.npz            the checkpoint that --resume goes on with (training.fit.checkpoint)
    teacher-01.onnx     a model that it learns from, too; and teacher-02.onnx ...
    best.keras          the model of the epoch that is kept so far
    predictions/        what the finished model says of test, validation and writers, .npz each
    NAME.onnx NAME.json the model and its card
    result.json         the figures of the finished run
    figures/ report.html
    stop                a request to stop after the epoch at hand; whoever watches makes it
    lock                held by the process that trains

Every file is replaced as a whole, so none is ever half written. Folders may come from strangers:
what is read is checked.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from digitpad.library.atomic import remedy, replace_file
from training.recipes import Recipe
from training.runs.metrics import Story, read_story
from training.runs.reading import RunError, check_links, read_json, read_pictures
from training.runs.records import Configuration, Layer, Pictures, Result

#: Names of predictions, in the order in which people want to see them.
PREDICTIONS = ("test", "validation", "writers")
#: The file whose lock says that a process is training.
LOCK = "lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make a folder, and hold its lock; one in which nothing else was put is removed again. Raises
    RunError if another process has the lock, or if the folder cannot be written to.
    """
    lock = FileLock(folder / LOCK)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=1)  # whoever asks is_held() has it for a moment
    except Timeout as error:
        raise RunError(f"another process is training in {folder}; wait for its end") from error
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        yield
    finally:
        lock.release()
        if {path.name for path in folder.iterdir()} <= {LOCK}:
            (folder / LOCK).unlink(missing_ok=True)
            folder.rmdir()


def is_held(folder: Path) -> bool:
    """Whether a process has the lock of this folder."""
    file = folder / LOCK
    if not file.is_file() or file.is_symlink():  # nobody makes a link, which may lead anywhere
        return False
    try:
        with FileLock(file, timeout=0):
            return False
    except (Timeout, OSError):
        return True


def cannot_write(path: Path, error: OSError) -> RunError:
    """What to say of a file or folder of a run that cannot be written."""
    return RunError(
        f"cannot write {path} ({error.strerror}); {remedy(error)}, or name another folder with"
        " --run"
    )


class RunFolder:
    """One run's files.

    Whatever reads one raises RunError if it is damaged, and has None, or nothing, where it is not
    there yet; whatever writes one raises RunError if that cannot be done.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def find(cls, path: Path) -> RunFolder:
        """The folder of a run that somebody named. Raises RunError if it is none."""
        folder = cls(path)
        if not folder.configuration_file.is_file():
            raise RunError(
                f"{path} is not the folder of a run: it has no run.json; name one that a build"
                " made, such as runs/digits-1"
            )
        return folder

    def of_seed(self, recipe: Recipe) -> RunFolder:
        """The folder of the same recipe with a seed: its own, or one inside it."""
        asked = self.configuration()
        if recipe.seed == asked.recipe.seed:
            return self
        folder = RunFolder(self.path / f"seed-{recipe.seed}")
        folder.write_json("run.json", replace(asked, recipe=recipe, repeats=1, bundled=False))
        return folder

    def of_ensemble(self) -> RunFolder:
        """The folder, inside this one, of what all its seeds say together."""
        folder = RunFolder(self.path / "ensemble")
        folder.write_json("run.json", self.configuration())
        return folder

    # -- where things are --------------------------------------------------------------------------

    @property
    def configuration_file(self) -> Path:
        return self.path / "run.json"

    @property
    def metrics(self) -> Path:
        return self.path / "metrics.jsonl"

    @property
    def checkpoint(self) -> Path:
        return self.path / "last.npz"

    @property
    def best_model(self) -> Path:
        return self.path / "best.keras"

    @property
    def teachers(self) -> tuple[Path, ...]:
        return tuple(sorted(self.path.glob("teacher-*.onnx")))

    @property
    def figures(self) -> Path:
        return self.path / "figures"

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    def predictions_file(self, name: str) -> Path:
        """Where the predictions on one of :data:`PREDICTIONS` are."""
        return self.path / "predictions" / f"{name}.npz"

    # -- what is in them ---------------------------------------------------------------------------

    def configuration(self) -> Configuration:
        """What was asked for."""
        return read_json(self.configuration_file, Configuration)

    def environment(self) -> dict[str, str]:
        """Versions and machine; empty where it was not written."""
        file = self.path / "environment.json"
        return read_json(file, dict[str, str]) if file.is_file() else {}

    def layers(self) -> tuple[Layer, ...]:
        """The network's layers, in order."""
        file = self.path / "model.json"
        return read_json(file, tuple[Layer, ...]) if file.is_file() else ()

    def result(self) -> Result | None:
        """The figures of a finished run; None before its end."""
        file = self.path / "result.json"
        return read_json(file, Result) if file.is_file() else None

    def card(self) -> dict[str, Any] | None:
        """The model's card; None before there is a model."""
        result = self.result()
        if result is None:
            return None
        file = self.path / f"{Path(result.onnx).stem}.json"
        return read_json(file, dict[str, Any]) if file.is_file() else None

    def samples(self) -> Pictures | None:
        """Some training images; None before they are known."""
        return read_pictures(self.path / "samples.npz")

    def predictions(self, name: str) -> Pictures | None:
        """What the finished model says of one of :data:`PREDICTIONS`; None where there is none."""
        return read_pictures(self.predictions_file(name))

    def story(self) -> Story:
        """What has happened so far."""
        return read_story(self.metrics)

    # -- writing -----------------------------------------------------------------------------------

    def write(self, name: str, content: bytes) -> None:
        """Replace a file as a whole; its name is relative to the folder. Raises RunError if it
        cannot be written; the one that was there is there still.
        """
        path = self.path / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, content)
        except OSError as error:
            raise cannot_write(path, error) from error

    def write_json(self, name: str, value: Any) -> None:
        """Replace a file with a value as JSON; dataclasses become dictionaries."""
        text = json.dumps(value, default=asdict, indent=1, ensure_ascii=False)
        self.write(name, f"{text}\n".encode())

    def write_pictures(self, name: str, pictures: Pictures) -> None:
        """Replace an ``.npz`` file."""
        content = io.BytesIO()
        np.savez_compressed(content, allow_pickle=False, **pictures.arrays())
        self.write(name, content.getvalue())

    # -- who is at work ----------------------------------------------------------------------------

    @contextmanager
    def opened(self, *, new: bool) -> Iterator[None]:
        """Have the folder for oneself while training, a new one or one that is gone on with. Raises
        RunError if a new one is not empty, if another process trains there, or if it cannot be
        written to.
        """
        if not new:
            check_links(self.path)
        with held(self.path):
            if new and {path.name for path in self.path.iterdir()} - {LOCK}:
                raise RunError(
                    f"{self.path} is not empty; go on with what is there with --resume"
                    f" {self.path}, or name another folder with --run"
                )
            for answered in ("stop", "result.json"):  # a run that goes on has another result
                (self.path / answered).unlink(missing_ok=True)
            yield

    def in_use(self) -> bool:
        """Whether a process is training in this folder, or in the one that it is a part of."""
        return is_held(self.path) or (self._is_part and is_held(self.path.parent))

    def request_stop(self) -> None:
        """Ask whoever trains here to stop after the epoch at hand and to keep the best."""
        self.write("stop", b"")

    def stop_requested(self) -> bool:
        """Whether somebody asked for that, here or of the whole that this is a part of."""
        asked = (self.path / "stop").exists()
        return asked or (self._is_part and (self.path.parent / "stop").exists())

    @property
    def _is_part(self) -> bool:
        return self.path.name == "ensemble" or self.path.name.startswith("seed-")


def next_folder(parent: Path, name: str) -> Path:
    """The first of ``name-1``, ``name-2``, ... that is not there yet."""
    taken = {path.name for path in parent.glob(f"{name}-*")} if parent.is_dir() else set()
    number = 1
    while f"{name}-{number}" in taken:
        number += 1
    return parent / f"{name}-{number}"
