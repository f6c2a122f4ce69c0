"""A training run on disk, written after every epoch, so that a killed build can go on.

One ``.npz`` file holds everything that the next epoch depends on: the variables of the model (those
of dropout's random numbers too) and of the optimiser, the averaged weights, those of the best
epoch, and the history. It is replaced as a whole, so being killed costs one epoch at most.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.errors import BuildError
from training.recipes import Recipe

Arrays = list[NDArray[Any]]


class CheckpointError(BuildError):
    """A checkpoint that cannot be used; the message is one sentence."""


class Checkpoint:
    """The file of one run: a recipe, with its seed, on certain data."""

    def __init__(self, folder: Path, recipe: Recipe, data: str) -> None:
        """Name the file after everything that the run depends on.

        Args:
            folder: where checkpoints lie.
            recipe: what is trained.
            data: identifies the training images.
        """
        key = json.dumps(asdict(recipe), sort_keys=True) + data
        digest = hashlib.sha256(key.encode()).hexdigest()[:12]
        self.path = folder / f"{recipe.name}-seed{recipe.seed}-{digest}.npz"

    def save(self, groups: Mapping[str, Sequence[NDArray[Any]]], record: dict[str, Any]) -> None:
        """Replace the file.

        Args:
            groups: lists of arrays by name.
            record: what JSON can hold.

        Raises:
            CheckpointError: if it cannot be written; the previous one is then there still.
        """
        arrays = {f"{name}-{i}": a for name, group in groups.items() for i, a in enumerate(group)}
        arrays["record"] = np.array(json.dumps(record))
        temporary = self.path.with_name(f".{self.path.name}.new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as stream:
                np.savez(stream, allow_pickle=False, **arrays)
            temporary.replace(self.path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise CheckpointError(
                f"cannot write {self.path} ({error.strerror}); free some space and go on with"
                " --resume"
            ) from error

    def load(self) -> tuple[dict[str, Arrays], dict[str, Any]] | None:
        """What :meth:`save` was given last; None where there is no file.

        Raises:
            CheckpointError: if the file is damaged.
        """
        if not self.path.is_file():
            return None
        try:
            with self.path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                record = json.loads(str(file["record"]))
                groups: dict[str, Arrays] = {}
                for name in file.files:
                    if name != "record":
                        groups.setdefault(name.rpartition("-")[0], []).append(file[name])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise CheckpointError(
                f"{self.path} is damaged; delete it, or build without --resume"
            ) from error
        return groups, record
