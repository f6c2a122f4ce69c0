"""Finding runs, and what each of them has come to."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.base.errors import BuildError
from training.recipes.settings import settings
from training.report.run_view import RunView, read_outcome
from training.runs import RunFolder
from training.runs.history import Epoch

#: Runs that one comparison takes.
_MOST = 200


@dataclass(frozen=True)
class Run:
    """One run, as a comparison shows it."""

    name: str  #: of its folder, with so much of the path as tells it from the others
    #: ``"finished"``, ``"stopped"``, ``"failed"``, ``"running"``, ``"unfinished"`` or ``"damaged"``
    status: str
    problem: str = ""  #: why it failed or is damaged, a sentence; else empty
    view: RunView | None = None  #: what it has come to, without pictures; None of a damaged one

    @property
    def history(self) -> list[Epoch]:
        """Its finished epochs."""
        return self.view.story.epochs if self.view else []

    @property
    def settings(self) -> dict[str, Any]:
        """Every setting but the seed, by its dotted name."""
        found = settings(self.view.configuration.recipe) if self.view else {}
        return {name: value for name, value in found.items() if name != "seed"}

    @property
    def row(self) -> dict[str, Any]:
        """Its figures by name, as tables and files have them; shares are 0..1."""
        view, history = self.view, self.history
        asked, result = (view.configuration, view.result) if view else (None, None)
        kept, interval = (view.kept, view.test_interval) if view else (None, None)
        seconds = round(sum(epoch.seconds for epoch in history), 1) if history else None
        return {
            "run": self.name,
            "status": self.status,
            "recipe": asked.recipe.name if asked else None,
            "seed": asked.recipe.seed if asked else None,
            "data": asked.data if asked else None,
            "epochs": len(history) or None,
            "best_epoch": kept.number if kept else None,
            "seconds": result.seconds if result else seconds,
            "parameters": result.parameters if result else None,
            "onnx_bytes": result.onnx_bytes if result else None,
            "validation_loss": kept.validation_loss if kept else None,
            "validation_accuracy": kept.validation_accuracy if kept else None,
            "test_accuracy": result.test_accuracy if result else None,
            "test_low": interval[0] if interval else None,
            "test_high": interval[1] if interval else None,
        }


@dataclass
class Found:
    """Runs, and what went wrong in finding them."""

    #: In the order in which they were named, damaged ones among them.
    runs: list[Run] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  #: sentences for the user
    named_unusable: bool = False  #: whether one that was named itself cannot be used


def find(words: Sequence[str]) -> Found:
    """The runs that folders, folders of runs and patterns name, each of them once. Raises
    BuildError if none of them can be used, or there are too many.
    """
    found = Found()
    folders: dict[Path, bool] = {}
    for word in words:
        for path, named in _folders(word, found):
            folders[path] = folders.get(path, False) or named
    if len(folders) > _MOST:
        raise BuildError(
            f"these are {len(folders)} runs, and a comparison takes {_MOST}; name fewer of them"
        )
    for (path, named), name in zip(folders.items(), _names(list(folders)), strict=True):
        run = _read(path, name)
        found.runs.append(run)
        if run.status == "damaged":
            found.problems.append(run.problem)
            found.named_unusable |= named
    if all(run.status == "damaged" for run in found.runs):
        raise BuildError(f"there is nothing to compare: {'; '.join(found.problems)}")
    return found


def _folders(word: str, found: Found) -> list[tuple[Path, bool]]:
    """Folders of runs that a word names, and whether it names the run itself."""
    path = Path(word)
    if (path / "run.json").is_file():
        seeds = _sorted([*path.glob("seed-*/run.json")])
        return [(path.absolute(), True), *((file.parent.absolute(), False) for file in seeds)]
    if path.is_dir():
        files = [*path.glob("*/run.json"), *path.glob("*/*/run.json")]
    else:  # Path.glob takes no pattern that begins at the root
        files = [Path(match, "run.json") for match in glob.glob(word)]  # noqa: PTH207
    within = _sorted([file for file in files if file.is_file()])
    if not within:
        found.problems.append(f"{word} is neither the folder of a run nor has any in it")
        # runs/* in a shell also names folders of other things.
        found.named_unusable |= not path.is_dir()
    return [(file.parent.absolute(), False) for file in within]


def _sorted(files: Sequence[Path]) -> list[Path]:
    """As people sort: run 2 before run 10."""

    def key(file: Path) -> list[tuple[int, str]]:
        words = re.split(r"(\d+)", str(file.parent))
        return [(len(word), word) if word.isdigit() else (0, word) for word in words]

    return sorted(files, key=key)


def _names(folders: Sequence[Path]) -> list[str]:
    """The ends of paths that tell them apart."""
    if len(folders) < 2:
        return [path.name for path in folders]
    common = Path(os.path.commonpath(folders))
    return [str(path.relative_to(common)) if path != common else path.name for path in folders]


def _read(path: Path, name: str) -> Run:
    folder = RunFolder(path)
    try:
        view = read_outcome(folder)
    except BuildError as error:
        return Run(name, "damaged", str(error))
    ended = view.story.ended
    if view.result:
        return Run(name, "stopped" if view.result.how == "stopped" else "finished", view=view)
    if ended and ended.how == "failed":
        return Run(name, "failed", ended.reason, view)
    return Run(name, "running" if folder.in_use() else "unfinished", view=view)
