"""A training run, and its file on disk, written after every epoch so that a killed build can go on.

One ``.npz`` file holds everything that the next epoch depends on: the variables of the model (those
of dropout's random numbers too, which Keras' ``BackupAndRestore`` leaves out) and of the optimiser,
the EMA, the weights of the best epoch, and the history. It is replaced as a whole, so being killed
costs one epoch at most.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.library.atomic import remedy, replace_file
from training.base.errors import BuildError
from training.recipes import Recipe
from training.recipes.settings import with_former_names
from training.runs.history import Epoch, best_of, kept_of
from training.runs.reading import DAMAGED, read_arrays


@dataclass(eq=False)
class Training:
    """A run of one network: what changes from one epoch to the next, and what comes of it."""

    recipe: Recipe  #: what is trained
    #: The network, which is evaluated, saved and exported; at the end with the weights of the epoch
    #: that is kept.
    model: Any
    copy: Any = None  #: of it, compiled, which is trained in its place
    ema: Any = None  #: of the copy's weights, a :class:`training.networks.ema.EMA`
    history: list[Epoch] = field(default_factory=list)  #: the finished epochs
    #: Those of the epoch that is kept.
    best_weights: list[NDArray[np.float32]] = field(default_factory=list)
    early: str = ""  #: how it was ended early, such as ``"by Ctrl-C"``; empty where it was not

    @property
    def best(self) -> Epoch:
        """The epoch that is kept: the last where the test set is watched, which must not choose."""
        return kept_of(self.history, keeps_best=self.recipe.keeps_best)

    @property
    def complete(self) -> bool:
        """Whether every epoch was trained, or the validation loss has not fallen for too long."""
        done, patience = len(self.history), self.recipe.patience
        return done >= self.recipe.epochs or (
            0 < patience <= done and done - best_of(self.history).number >= patience
        )

    @property
    def interrupted(self) -> bool:
        """Whether it was ended early."""
        return bool(self.early)

    @property
    def seconds(self) -> float:
        """How long the whole took."""
        return sum(epoch.seconds for epoch in self.history)

    def variables(self) -> list[Any]:
        """Of the copy, with those of dropout's random numbers, and of the optimiser."""
        return [*self.copy.variables, *self.copy.optimizer.variables]


class Checkpoint:
    """The file of one run of a recipe; ``data`` identifies the training images."""

    def __init__(self, path: Path, recipe: Recipe, data: str) -> None:
        self._path = path
        key = json.dumps(with_former_names(recipe), sort_keys=True) + data
        self._key = hashlib.sha256(key.encode()).hexdigest()

    def save(self, training: Training) -> None:
        """Replace the file. Raises BuildError if it cannot be written; the previous one is
        kept then.
        """
        groups = {
            "variables": [variable.numpy() for variable in training.variables()],
            "average": training.ema.weights,
            "best": training.best_weights,
        }
        arrays = {f"{name}-{i}": a for name, group in groups.items() for i, a in enumerate(group)}
        record = {
            "history": [asdict(epoch) for epoch in training.history],
            "updates": training.ema.updates,
            "key": self._key,
        }
        content = io.BytesIO()
        try:
            np.savez(content, allow_pickle=False, record=np.array(json.dumps(record)), **arrays)
            replace_file(self._path, content.getvalue())
        except OSError as error:
            raise BuildError(
                f"cannot write {self._path} ({error.strerror}); {remedy(error)} and go on with"
                " --resume"
            ) from error

    def restore(self, training: Training) -> None:
        """Go on from what was saved last, where there is a file. Raises BuildError if it is
        damaged, or of other data, settings or another version.
        """
        if not self._path.is_file():
            return
        try:
            arrays = read_arrays(self._path)
            record = dict(json.loads(str(arrays.pop("record"))))
        except DAMAGED as error:
            raise self._refused("is damaged") from error
        if record.get("key") != self._key:
            raise self._refused("was trained on other data or with other settings than these")
        groups: dict[str, list[NDArray[Any]]] = {}
        for name, array in arrays.items():
            groups.setdefault(name.rpartition("-")[0], []).append(array)
        try:
            for variable, value in zip(training.variables(), groups["variables"], strict=True):
                variable.assign(value)
            training.ema.weights, training.best_weights = groups["average"], groups["best"]
            training.ema.updates = int(record["updates"])
            training.history = [Epoch(**epoch) for epoch in record["history"]]
        except (KeyError, TypeError, ValueError) as error:
            raise self._refused("belongs to another version of this program") from error

    def _refused(self, why: str) -> BuildError:
        return BuildError(f"{self._path} {why}; begin another run, without --resume")
