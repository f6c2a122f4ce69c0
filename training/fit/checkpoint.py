"""A training run on disk, written after every epoch, so that a killed build can go on.

One ``.npz`` file holds everything that the next epoch depends on: the variables of the model (those
of dropout's random numbers too) and of the optimiser, the averaged weights, those of the best
epoch, and the history. It is replaced as a whole, so being killed costs one epoch at most.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.library.atomic import remedy, replace_file
from training.base.errors import BuildError
from training.recipes import Recipe
from training.runs.reading import DAMAGED, read_arrays

Arrays = list[NDArray[Any]]


class CheckpointError(BuildError):
    """A checkpoint that cannot be used; the message is one sentence."""


class Checkpoint:
    """The file of one run: a recipe, with its seed, on certain data."""

    def __init__(self, path: Path, recipe: Recipe, data: str) -> None:
        """Name the file, and everything that the run depends on.

        Args:
            path: the file.
            recipe: what is trained.
            data: identifies the training images.
        """
        self.path = path
        key = json.dumps(asdict(recipe), sort_keys=True) + data
        self._key = hashlib.sha256(key.encode()).hexdigest()

    def save(self, groups: Mapping[str, Sequence[NDArray[Any]]], record: dict[str, Any]) -> None:
        """Replace the file.

        Args:
            groups: lists of arrays by name.
            record: what JSON can hold.

        Raises:
            CheckpointError: if it cannot be written; the previous one is then there still.
        """
        arrays = {f"{name}-{i}": a for name, group in groups.items() for i, a in enumerate(group)}
        arrays["record"] = np.array(json.dumps(record | {"key": self._key}))
        content = io.BytesIO()
        try:
            np.savez(content, allow_pickle=False, **arrays)
            replace_file(self.path, content.getvalue())
        except OSError as error:
            raise CheckpointError(
                f"cannot write {self.path} ({error.strerror}); {remedy(error)} and go on with"
                " --resume"
            ) from error

    def load(self) -> tuple[dict[str, Arrays], dict[str, Any]] | None:
        """What :meth:`save` was given last; None where there is no file.

        Raises:
            CheckpointError: if the file is damaged, or of other data or settings.
        """
        if not self.path.is_file():
            return None
        try:
            arrays = read_arrays(self.path)
            record = dict(json.loads(str(arrays.pop("record"))))
        except DAMAGED as error:
            raise CheckpointError(
                f"{self.path} is damaged; begin another run, without --resume"
            ) from error
        groups: dict[str, Arrays] = {}
        for name, array in arrays.items():
            groups.setdefault(name.rpartition("-")[0], []).append(array)
        if record.pop("key", None) != self._key:
            raise CheckpointError(
                f"{self.path} was trained on other data or with other settings than are here now;"
                " begin another run, without --resume"
            )
        return groups, record
