"""A training run in memory and on disk, written after every epoch so that a killed build can go on.

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
from training.networks.ema import EMA
from training.recipes import Recipe
from training.recipes.settings import with_former_names
from training.runs.history import Epoch, best_of, kept_of
from training.runs.reading import DAMAGED, read_arrays


class CheckpointError(BuildError):
    """A checkpoint that cannot be used; the message is one sentence."""


@dataclass
class RunState:
    """What changes from one epoch to the next.

    Attributes:
        recipe: what is trained.
        network: the recipe's, as it is evaluated, saved and exported.
        model: its copy that is trained, compiled.
        ema: of the copy's weights.
        history: the finished epochs.
        best_weights: those of the epoch that is kept.
        early: how training was ended early, such as ``"by Ctrl-C"``; empty where it was not.
    """

    recipe: Recipe
    network: Any
    model: Any
    ema: EMA
    history: list[Epoch] = field(default_factory=list)
    best_weights: list[NDArray[np.float32]] = field(default_factory=list)
    early: str = ""

    @property
    def has_ood_head(self) -> bool:
        """Whether the network has a second output, the digit score."""
        return len(self.model.outputs) > 1

    @property
    def improved(self) -> bool:
        """Whether the last epoch is the one that is kept."""
        kept = kept_of(self.history, keeps_best=self.recipe.keeps_best)
        return kept is self.history[-1]

    @property
    def complete(self) -> bool:
        """Whether every epoch was trained, or the validation loss has not fallen for too long."""
        done, patience = len(self.history), self.recipe.patience
        return done >= self.recipe.epochs or (
            0 < patience <= done and done - best_of(self.history).number >= patience
        )

    def variables(self) -> list[Any]:
        """Of the model, with those of dropout's random numbers, and of the optimiser."""
        return [*self.model.variables, *self.model.optimizer.variables]


class Checkpoint:
    """The file of one run: a recipe, with its seed, on certain data.

    Args:
        path: the file.
        recipe: what is trained.
        data: identifies the training images.
    """

    def __init__(self, path: Path, recipe: Recipe, data: str) -> None:
        self._path = path
        key = json.dumps(with_former_names(recipe), sort_keys=True) + data
        self._key = hashlib.sha256(key.encode()).hexdigest()

    def save(self, state: RunState) -> None:
        """Replace the file.

        Raises:
            CheckpointError: if it cannot be written; the previous one is then there still.
        """
        groups = {
            "variables": [variable.numpy() for variable in state.variables()],
            "average": state.ema.weights,
            "best": state.best_weights,
        }
        arrays = {f"{name}-{i}": a for name, group in groups.items() for i, a in enumerate(group)}
        history = [asdict(epoch) for epoch in state.history]
        record = {"history": history, "updates": state.ema.updates, "key": self._key}
        content = io.BytesIO()
        try:
            np.savez(content, allow_pickle=False, record=np.array(json.dumps(record)), **arrays)
            replace_file(self._path, content.getvalue())
        except OSError as error:
            raise CheckpointError(
                f"cannot write {self._path} ({error.strerror}); {remedy(error)} and go on with"
                " --resume"
            ) from error

    def restore(self, state: RunState) -> None:
        """Go on from what was saved last, where there is a file.

        Raises:
            CheckpointError: if it is damaged, or of other data, settings or another version.
        """
        if not self._path.is_file():
            return
        try:
            arrays = read_arrays(self._path)
            record = dict(json.loads(str(arrays.pop("record"))))
        except DAMAGED as error:
            raise self._refused("is damaged") from error
        if record.get("key") != self._key:
            raise self._refused(
                "was trained on other data or with other settings than are here now"
            )
        groups: dict[str, list[NDArray[Any]]] = {}
        for name, array in arrays.items():
            groups.setdefault(name.rpartition("-")[0], []).append(array)
        try:
            for variable, value in zip(state.variables(), groups["variables"], strict=True):
                variable.assign(value)
            state.ema.weights, state.best_weights = groups["average"], groups["best"]
            state.ema.updates = int(record["updates"])
            state.history = [Epoch(**epoch) for epoch in record["history"]]
        except (KeyError, TypeError, ValueError) as error:
            raise self._refused("belongs to another version of this program") from error

    def _refused(self, why: str) -> CheckpointError:
        return CheckpointError(f"{self._path} {why}; begin another run, without --resume")
